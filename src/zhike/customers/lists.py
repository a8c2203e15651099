"""The list of customers as a person asks for it."""

from __future__ import annotations

from typing import Any

from django.core.cache import cache
from django.db.models import Count
from django.http import QueryDict
from django.utils.translation import get_language

from zhike.customers.grid import FIELDS, SORTED_BY
from zhike.customers.life import LIFE
from zhike.customers.models import Customer, CustomerQuerySet
from zhike.kernel.searching import matching
from zhike.lists.asked import Asked, loosely, where
from zhike.lists.dressing import dress, wearing
from zhike.lists.fields import Field, seen_by
from zhike.lists.pages import Page, count_of, page_of
from zhike.people.models import Person
from zhike.people.rules import sees

HEAVY = ("search", "channels", "tokens", "business_scope")
COUNTED_FOR = 30  # seconds that the count of a whole list is kept


def fields_for(person: Person) -> tuple[Field, ...]:
    """The fields that a person sees."""
    return seen_by(person, FIELDS)


def read(person: Person, query: QueryDict) -> Asked:
    """What a query string asks, as far as the person may ask it."""
    fields = fields_for(person)
    return Asked.read(
        query, fields, SORTED_BY if any(field.code == SORTED_BY.lstrip("-") for field in fields) else "name"
    )


def find(person: Person, asked: Asked, *, loose: bool = False) -> CustomerQuerySet:
    """The customers asked for, among those that the person sees; `loose` when many match: see `Loose`."""
    rows = Customer.objects.visible_to(person).living()
    if asked.words:
        rows = matching(rows, asked.words, ("search", "channels") if sees(person, "contact") else ("search",))
    fields = fields_for(person)
    if loose:
        aliases, fields = loosely(asked, fields)
        rows = rows.alias(**aliases)
    return rows.filter(where(asked, fields))


def ordered(rows: CustomerQuerySet, asked: Asked) -> CustomerQuerySet:
    """In the order asked for; equal ones by their key, so that pages never overlap."""
    field = next(field for field in FIELDS if field.code == asked.sort.lstrip("-"))
    down = "-" if asked.sort.startswith("-") else ""
    return rows.order_by(f"{down}{field.column}", f"{down}id")


def page(person: Person, asked: Asked, whole: int | None = None) -> Page:
    """One page with what its rows show; `whole` is how many there are when nothing narrows the list, when that is known."""
    rows = find(person, asked)
    shown = wearing(
        "customers", Customer.objects.select_related("manager", "region", "department").defer(*HEAVY)
    )
    loose = ordered(find(person, asked, loose=True), asked)
    found = page_of(ordered(rows, asked), shown, asked.page, None if asked.is_filtered else whole, loose)
    dress("customers", found.object_list)
    return found


def known(person: Person) -> dict[str, Any]:
    """What the frame of the list shows: how many customers a person sees, in all and in each state of life, and the choices of
    its fields. Kept for half a minute, since counting a million takes longer than a page."""
    key = f"customers:{person.pk}:{','.join(sorted(person.access.scopes))}:{','.join(sorted(person.access.sees))}:{get_language()}"
    found: dict[str, Any] | None = cache.get(key)
    if found is None:
        rows = Customer.objects.visible_to(person).living()
        fields = fields_for(person)
        found = {
            "all": count_of(rows),
            "lives": {life: count_of(rows.filter(life=life)) for life in LIFE},
            "choices": {
                field.code: {value: str(words) for value, words in field.choices(person).items()}
                for field in fields
                if field.choices
            },
        }
        cache.set(key, found, COUNTED_FOR)
    return found


def groups(person: Person, asked: Asked) -> list[tuple[str, Any, int]]:
    """Value, words and number of customers of each group of the field asked for, largest first."""
    field = next(field for field in FIELDS if field.code == asked.group)
    counts = (
        find(person, asked)
        .order_by()
        .values_list(field.column)
        .annotate(number=Count("pk"))
        .order_by("-number")[:100]
    )
    names = dict(field.choices(person)) if field.choices else {}
    counted = list(counts)
    unknown = [value for value, _number in counted if value and str(value) not in names]
    if unknown and field.kind == "key":  # closed places, and people who have left
        related: Any = Customer._meta.get_field(field.code).related_model
        names |= {str(key): str(one) for key, one in related.objects.in_bulk(unknown).items()}
    return [(str(value or ""), names.get(str(value), str(value or "—")), number) for value, number in counted]
