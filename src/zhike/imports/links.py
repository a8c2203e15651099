"""Texts of files that name other records: customers, people, regions, departments, countries, orders, contacts."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from functools import cache
from typing import Any

from babel import Locale
from django.db.models import F

from zhike.customers.models import Contact, Customer
from zhike.facts.models import Order
from zhike.people.models import Department, Person, Region

NARROW, WIDE = str.maketrans("（）", "()"), str.maketrans("()", "（）")
SEVERAL = -1
"""Stands for a text that several records fit."""
REMEMBERED = 200_000


def folded(text: str) -> str:
    """A name as people compare names: half-width, lower case, without blanks.

    >>> folded("Ａ１ 贸易")
    'a1贸易'
    """
    return "".join(unicodedata.normalize("NFKC", text).lower().split())


@cache
def countries() -> dict[str, str]:
    """Names of countries in both languages, and their codes -> code."""
    found: dict[str, str] = {}
    for language in ("zh", "en"):
        for code, name in Locale(language).territories.items():
            if len(code) == 2 and code.isalpha():
                found[folded(name)] = found[folded(code)] = code
    more = {"usa": "US", "uk": "GB", "england": "GB", "eire": "IE", "uae": "AE", "rsa": "ZA", "korea": "KR", "hongkong": "HK",
            "中国大陆": "CN", "香港": "HK", "澳门": "MO", "台湾": "TW", "unitedstatesofamerica": "US"}  # fmt: skip
    return {**found, **more}


def places_of(link: str) -> dict[str, int]:
    """Names and codes of regions or departments -> key; `SEVERAL` for a name that more than one has."""
    kind: Any = Region if link == "region" else Department
    rows = list(kind.objects.values_list("pk", "code", "name_zh", "name_en"))
    found: dict[str, int] = {}
    for pk, _code, *names in rows:
        for name in {folded(name) for name in names if name}:
            found[name] = SEVERAL if found.get(name, pk) != pk else pk
    return found | {folded(code): pk for pk, code, *_names in rows}


class Links:
    """What texts name, for one person; each text is looked up once per run."""

    def __init__(self, by: Person) -> None:
        self.by = by
        self.known: dict[str, dict[str, int]] = {"customer": {}, "order": {}}
        self.places: dict[str, dict[str, int]] = {}

    def learn(self, link: str, texts: Iterable[str]) -> None:
        """Look up the texts of one batch."""
        known = self.known.setdefault(link, {})
        if len(known) > REMEMBERED:
            known.clear()
        new = {text for text in texts if text not in known}
        if link == "customer":
            self._customers(new, known)
        elif link == "order":
            rows = Order.objects.visible_to(self.by).filter(number__in=new).values_list("number", "pk")
            known.update(rows)

    def forget(self) -> None:
        """Forget customers, since some were added."""
        self.known["customer"].clear()

    def _customers(self, new: set[str], known: dict[str, int]) -> None:
        """By code first, then by name, then by short and English name; never by likeness."""
        mine = Customer.objects.visible_to(self.by).living()
        for name in ("code", "name", "short_name", "name_en"):
            if not new:
                return
            found: dict[str, int] = {}
            for text, pk in (
                mine.filter(**{f"{name}__in": new}).annotate(text=F(name)).values_list("text", "pk")
            ):
                found[text] = SEVERAL if found.get(text, pk) != pk else pk
            known.update(found)
            new = new - set(found)
        self._spelled_otherwise(new, known, mine)

    def _spelled_otherwise(self, new: set[str], known: dict[str, int], mine: Any) -> None:
        """Names that differ in the width of their brackets and in blanks only."""
        ways: dict[str, set[str]] = {}
        for text in new:
            plain = " ".join(text.split())
            for way in (plain, plain.translate(NARROW), plain.translate(WIDE)):
                for each in {way, "".join(way.split())} - {text}:
                    ways.setdefault(each, set()).add(text)
        if not ways:
            return
        for name, pk in mine.filter(name__in=ways).values_list("name", "pk"):
            for text in ways[name]:
                known[text] = SEVERAL if known.get(text, pk) != pk else pk

    def get(self, link: str, text: str) -> Any:
        """The key of what a text names: None when nothing does, `SEVERAL` when it is not clear."""
        if link == "country":
            return countries().get(folded(text))
        if link in ("region", "department"):
            if link not in self.places:
                self.places[link] = places_of(link)
            return self.places[link].get(folded(text))
        return self.known[link].get(text)

    def contacts(self, pairs: Iterable[tuple[int, str]]) -> dict[tuple[int, str], int]:
        """Customer and name -> contact, for one batch."""
        wanted = set(pairs)
        rows = Contact.objects.filter(
            customer_id__in={customer for customer, _ in wanted}, name__in={name for _, name in wanted}
        ).values_list("customer_id", "name", "pk")
        return {(customer, name): pk for customer, name, pk in rows}
