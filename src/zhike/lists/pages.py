"""A page of a list: its keys by the index, its rows by the keys; counts that stop at ten thousand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet

PAGE = 50
MOST_COUNTED = 10_000


@dataclass(frozen=True)
class Page:
    """Rows of a page, where it stands, and how many there are (`more` when over ten thousand); reads as Django's own page."""

    object_list: Sequence[Any]
    number: int
    count: int
    more: bool

    @property
    def paginator(self) -> Page:
        """What knows the count."""
        return self

    @property
    def num_pages(self) -> int:
        """How many pages can be opened."""
        return max(1, -(-self.count // PAGE))

    def start_index(self) -> int:
        """Place of the first row, from 1; 0 on an empty page."""
        return (self.number - 1) * PAGE + 1 if self.object_list else 0

    def end_index(self) -> int:
        """Place of the last row."""
        return (self.number - 1) * PAGE + len(self.object_list)

    def has_next(self) -> bool:
        """Whether a page follows."""
        return self.number < self.num_pages

    def has_previous(self) -> bool:
        """Whether a page goes before."""
        return self.number > 1

    def next_page_number(self) -> int:
        """The number of the page that follows."""
        return self.number + 1

    def previous_page_number(self) -> int:
        """The number of the page before."""
        return self.number - 1


def page_of(keys: QuerySet[Any], rows: QuerySet[Any], number: int, whole: int | None = None) -> Page:
    """Page `number` of the primary keys in order; `rows` fetches them. `whole` is a count known from elsewhere."""
    count = whole if whole is not None else count_of(keys)
    number = min(max(1, number), max(1, -(-min(count, MOST_COUNTED) // PAGE)))
    start = (number - 1) * PAGE
    found = list(keys.values_list("pk", flat=True)[start : start + PAGE])
    by_key = rows.in_bulk(found)
    shown = [by_key[key] for key in found if key in by_key]
    return Page(shown, number, min(count, MOST_COUNTED), count > MOST_COUNTED)


def count_of(keys: QuerySet[Any]) -> int:
    """How many there are, up to ten thousand and one."""
    return int(keys.order_by().values("pk")[: MOST_COUNTED + 1].count())
