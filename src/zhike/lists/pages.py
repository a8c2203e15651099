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
MOST_WORDS = 60


def page_number(text: str) -> int:
    """The number of a page that is asked for; what is no number counts as the first."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 7 else 1


def words_of(text: str) -> str:
    """What a list is searched for."""
    return text.replace("\x00", "").strip()[:MOST_WORDS]


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


def page_of(
    keys: QuerySet[Any],
    rows: QuerySet[Any],
    number: int,
    whole: int | None = None,
    loose: QuerySet[Any] | None = None,
) -> Page:
    """Page `number` of the primary keys in order; `rows` fetches them. `whole` is a count known from elsewhere, up to 10,001.

    `loose` gives the same keys for when many match: then they are met soonest on the way through the index of the order.
    """
    number = min(max(1, number), MOST_PAGES)
    if whole is not None:
        number = min(number, MOST_PAGES if whole > MOST_COUNTED else max(1, -(-whole // PAGE)))
        start = (number - 1) * PAGE
        found = list(keys.values_list("pk", flat=True)[start : start + PAGE + 1])
        by_key = rows.in_bulk(found[:PAGE])
        shown = [by_key[key] for key in found[:PAGE] if key in by_key]
        follows = len(found) > PAGE and number < MOST_PAGES
        return Page(shown, number, min(whole, MOST_COUNTED), whole > MOST_COUNTED, follows)
    order = keys.query.order_by
    some = list(keys.order_by().values_list("pk", flat=True)[: MOST_FOUND + 1])
    if len(some) <= MOST_FOUND:
        number = min(number, max(1, -(-len(some) // PAGE)))
        start = (number - 1) * PAGE
        shown = list(rows.filter(pk__in=some).order_by(*order)[start : start + PAGE])
        return Page(shown, number, len(some), False, start + PAGE < len(some))
    start = (number - 1) * PAGE
    ordered = (keys if loose is None else loose).values("pk")[start : start + PAGE + 1]
    shown = list(rows.filter(pk__in=ordered).order_by(*order))
    if not shown and number > 1:
        return page_of(keys, rows, MOST_FOUND // PAGE, None, loose)
    return Page(shown[:PAGE], number, MOST_FOUND, True, len(shown) > PAGE and number < MOST_PAGES)


def count_of(keys: QuerySet[Any], most: int = MOST_COUNTED) -> int:
    """How many there are, up to one more than `most`."""
    return int(keys.order_by().values("pk")[: most + 1].count())


def shown_count(count: int, more: bool) -> str:
    """A count as people read it."""
    return f"{count:,}+" if more else f"{count:,}"
