"""Search over everything: customers, contacts, colleagues; only what the person may see, a fixed number of queries."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _

from zhike.customers.models import Contact, Customer
from zhike.kernel.bigrams import plain
from zhike.kernel.searching import matching
from zhike.people.models import Person
from zhike.people.rules import can, sees
from zhike.policies.models import Policy, PolicyVersion

MOST = 8


@dataclass(frozen=True)
class Hit:
    """One line of the palette; `noun` and `value` let a field of a form take it."""

    kind: Any
    title: str
    detail: str
    address: str
    icon: str
    noun: str = ""
    value: str = ""


def search(person: Person, words: str, customers_open: bool) -> list[Hit]:
    """The best hits, customers first. `customers_open` is whether the person has passed the agreement's gate."""
    words = words.strip()[:60]
    hits: list[Hit] = []
    if words and customers_open and can(person, "see_customers"):
        hits = [*_customers(person, words), *_contacts(person, words)]
    if words:
        hits += [*_policies(words), *_people(words)]
    return hits[:24]


def _policies(words: str) -> Iterator[Hit]:
    """Policies in force or to come; what is not published is found on its own pages."""
    published = PolicyVersion.objects.filter(state="published").values("policy_id")
    named = Q(title_zh__icontains=words) | Q(title_en__icontains=words) | Q(code__icontains=words)
    for one in Policy.objects.filter(named, pk__in=published)[:4]:
        yield Hit(_("Policies"), str(one), one.code, one.get_absolute_url(), "file-text")


def _rank(customer: Customer, words: str, by_amount: bool) -> tuple[int, int]:
    """Exact code, then the beginning of a name or its initials, then what stands together, then the rest; larger customers first
    for who sees amounts. Syllables typed apart, as in `zhi yu qi`, mean the name in which they stand together."""
    text = plain(words)
    if text == plain(customer.code):
        return 0, 0
    joined = "".join(text.split())
    begins = (
        f" {text}" in customer.search or f" {joined}" in customer.search
    )  # every name and its initials stand after a blank
    place = 1 if begins else 2 if joined in customer.search else 3
    return place, -int(customer.amount_12m) if by_amount else customer.pk


def _customers(person: Person, words: str) -> Iterator[Hit]:
    columns = ("search", "channels") if sees(person, "contact") else ("search",)
    seen, by_amount = Customer.objects.visible_to(person).living(), sees(person, "price")
    joined = "".join(words.split())
    found: dict[int, Customer] = {}
    for asked in dict.fromkeys(
        (joined, words)
    ):  # many may hold the syllables apart, before those that hold them together
        rows = matching(seen, asked, columns)
        rows = rows if by_amount else rows.order_by("pk")
        found |= {
            one.pk: one for one in rows.only("code", "name", "short_name", "search", "amount_12m")[:200]
        }
    for one in sorted(found.values(), key=lambda row: _rank(row, words, by_amount))[:MOST]:
        yield Hit(
            _("customer"), one.name, one.code, one.get_absolute_url(), "building-2", "customer", one.code
        )


def _contacts(person: Person, words: str) -> Iterator[Hit]:
    if len(words) < 2:
        return
    rows = Contact.objects.filter(customer__merged_into__isnull=True, left_on__isnull=True)
    if "all" not in person.access.scopes:  # else every customer would be listed to look a few contacts up in
        rows = rows.filter(customer__in=Customer.objects.visible_to(person))
    for one in (
        rows.filter(name__istartswith=words)
        .select_related("customer")
        .defer("customer__search", "customer__tokens")[:4]
    ):
        yield Hit(
            _("contact"),
            one.name,
            f"{one.customer} {one.post}",
            f"{one.customer.get_absolute_url()}#contacts",
            "contact",
        )


def _people(words: str) -> list[Hit]:
    text = plain(words)
    rows = Person.objects.active().filter(
        Q(display_name__icontains=words) | Q(pinyin__contains=text) | Q(username__istartswith=text)
    )
    return [
        Hit(
            _("colleague"),
            one.display_name,
            one.post,
            reverse("person", args=[one.pk]),
            "user",
            "person",
            one.username,
        )
        for one in rows.only("display_name", "post", "username")[:4]
    ]
