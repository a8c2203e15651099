"""A page of a list: its keys by the index, its rows by the keys; counts that stop at ten thousand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet

PAGE = 50
MOST_PAGES = 200
"""Pages that can be opened by number; who needs more narrows the list."""
MOST_COUNTED = 10_000
MOST_FOUND = 1_000
"""How far the rows of a narrowed list are counted: a count of everything would take longer than the page."""


@dataclass(frozen=True)
class Page:
    """Rows of a page, where it stands, and how many there are, or at least (`more`); reads as Django's own page."""

    object_list: Sequence[Any]
    number: int
    count: int
    more: bool
    follows: bool

    @property
    def paginator(self) -> Page:
        """What knows the count."""
        return self

    @property
    def num_pages(self) -> int:
        """How many pages are known of."""
        return max(self.number + self.follows, min(MOST_PAGES, -(-self.count // PAGE)), 1)

    def start_index(self) -> int:
        """Place of the first row, from 1; 0 on an empty page."""
        return (self.number - 1) * PAGE + 1 if self.object_list else 0

    def end_index(self) -> int:
        """Place of the last row."""
        return (self.number - 1) * PAGE + len(self.object_list)

    def has_next(self) -> bool:
        """Whether a page follows."""
        return self.follows

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
    """Page `number` of the primary keys in order; `rows` fetches them. `whole` is a count known from elsewhere, up to 10,001."""
    most = MOST_FOUND if whole is None else MOST_COUNTED
    count = count_of(keys, most) if whole is None else whole
    last = MOST_PAGES if count > most else max(1, -(-count // PAGE))
    number = min(max(1, number), last, MOST_PAGES)
    start = (number - 1) * PAGE
    found = list(keys.values_list("pk", flat=True)[start : start + PAGE + 1])
    by_key = rows.in_bulk(found[:PAGE])
    shown = [by_key[key] for key in found[:PAGE] if key in by_key]
    return Page(shown, number, min(count, most), count > most, len(found) > PAGE and number < MOST_PAGES)


def count_of(keys: QuerySet[Any], most: int = MOST_COUNTED) -> int:
    """How many there are, up to one more than `most`."""
    return int(keys.order_by().values("pk")[: most + 1].count())


def shown_count(count: int, more: bool) -> str:
    """A count as people read it."""
    return f"{count:,}+" if more else f"{count:,}"
