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
    number = min(max(1, number), MOST_PAGES)
    if whole is None:
        number, count, found = _found(keys.values_list("pk", flat=True), number)
        most = MOST_FOUND
    else:
        most, count = MOST_COUNTED, whole
        number = min(number, MOST_PAGES if count > most else max(1, -(-count // PAGE)))
        start = (number - 1) * PAGE
        found = list(keys.values_list("pk", flat=True)[start : start + PAGE + 1])
    by_key = rows.in_bulk(found[:PAGE])
    shown = [by_key[key] for key in found[:PAGE] if key in by_key]
    return Page(shown, number, min(count, most), count > most, len(found) > PAGE and number < MOST_PAGES)


def _found(keys: QuerySet[Any], number: int) -> tuple[int, int, list[Any]]:
    """The page that there is, how many rows there are up to one more than MOST_FOUND, and the keys from there on: one query,
    but for a page behind the last."""
    start = (number - 1) * PAGE
    if start >= MOST_FOUND:
        found = list(keys[start : start + PAGE + 1])
        if found:
            return number, MOST_FOUND + 1, found
    first = list(keys[: MOST_FOUND + 1])
    number = min(number, max(1, -(-min(len(first), MOST_FOUND) // PAGE)))
    start = (number - 1) * PAGE
    return number, len(first), first[start : start + PAGE + 1]


def count_of(keys: QuerySet[Any], most: int = MOST_COUNTED) -> int:
    """How many there are, up to one more than `most`."""
    return int(keys.order_by().values("pk")[: most + 1].count())


def shown_count(count: int, more: bool) -> str:
    """A count as people read it."""
    return f"{count:,}+" if more else f"{count:,}"
