"""The list of customers: what may be asked of it, and its pages in a constant number of queries."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import QueryDict
from django.utils.functional import cached_property

from zhike.customers.models import Customer, CustomerQuerySet
from zhike.kernel.bigrams import plain
from zhike.people.models import Person

SORTS = {
    "name": "name",
    "code": "code",
    "grade": "grade",
    "amount": "amount_12m",
    "receivable": "receivable",
    "overdue": "overdue",
    "last_order": "last_order_on",
    "last_contact": "last_contact_on",
    "completeness": "completeness",
    "added": "added_at",
}
PAGE = 50


@dataclass(frozen=True)
class Asked:
    """What a list was asked for; comes from the query string and goes back into it."""

    words: str = ""
    equal: tuple[tuple[str, str], ...] = ()
    sort: str = "-amount"
    page: int = 1

    FIELDS = (
        "grade",
        "life",
        "region",
        "manager",
        "department",
        "scale",
        "industry",
        "need_type",
        "importance",
        "country",
    )

    @classmethod
    def read(cls, query: QueryDict) -> Asked:
        """From a query string; what cannot be read counts as not asked."""
        sort = query.get("sort", "-amount")
        number = query.get("page", "1")
        return cls(
            words=query.get("q", "").replace("\x00", "").strip()[:60],
            equal=tuple(
                (name, value[:60])
                for name in cls.FIELDS
                if (value := query.get(name, "").replace("\x00", ""))
            ),
            sort=sort if sort.lstrip("-") in SORTS else "-amount",
            page=int(number) if number.isascii() and number.isdigit() and len(number) < 8 else 1,
        )


def find(person: Person, asked: Asked) -> CustomerQuerySet:
    """The customers asked for, among those that the person sees, in the order asked for."""
    rows = Customer.objects.visible_to(person).living()
    for word in plain(asked.words).split():
        rows = rows.filter(search__contains=word)
    for name, value in asked.equal:
        rows = (
            rows.filter(**{name: value})
            if name not in {"region", "manager", "department"}
            else _by_key(rows, name, value)
        )
    field = SORTS[asked.sort.lstrip("-")]
    down = "-" if asked.sort.startswith("-") else ""
    return rows.order_by(f"{down}{field}", f"{down}id")


def _by_key(rows: CustomerQuerySet, name: str, value: str) -> CustomerQuerySet:
    return (
        rows.filter(**{f"{name}_id": int(value)})
        if value.isascii() and value.isdigit() and len(value) < 18
        else rows.none()
    )


class Keys(Paginator):  # type: ignore[type-arg]
    """Pages of primary keys: the index alone finds them, however deep."""

    @cached_property
    def count(self) -> int:
        rows: QuerySet[Any] = self.object_list  # type: ignore[assignment]
        return rows.order_by().count()


def page_of(person: Person, asked: Asked) -> Any:
    """One page, its rows in order."""
    page = Keys(find(person, asked).values_list("pk", flat=True), PAGE).get_page(asked.page)
    keys = list(page.object_list)
    found = (
        Customer.objects.select_related("manager", "region").defer("search", "business_scope").in_bulk(keys)
    )
    page.object_list = [found[key] for key in keys if key in found]
    return page
