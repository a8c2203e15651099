"""Everything that happened with a customer, newest first, a page at a time: one query per source, however long the past.

A source gives its rows before a place in time. Places are (moment, rank of the source, key of the row), so pages neither
repeat nor skip anything when rows share a day. Higher layers add sources of their own with `source`.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext_lazy as _

from zhike.customers.models import Customer
from zhike.lists.pages import words_of
from zhike.people.models import Person

TABS: dict[str, Any] = {
    "all": _("everything"),
    "contacts": _("contacts and visits"),
    "orders": _("orders"),
    "changes": _("changes"),
    "documents": _("documents"),
}
"""Tab -> its name."""
PAGE = 25


@dataclass(frozen=True)
class Event:
    """One thing that happened."""

    at: datetime
    rank: int
    key: int
    icon: str
    head: str
    tone: str = "quiet"
    who: str = ""
    lines: tuple[tuple[str, str], ...] = ()
    rows: tuple[tuple[str, str, str], ...] = ()
    tag: str = ""
    href: str = ""
    day_only: bool = False
    extra: dict[str, Any] = field(default_factory=dict)

    @property
    def place(self) -> tuple[datetime, int, int]:
        """Where it stands."""
        return (self.at, self.rank, self.key)

    @property
    def cursor(self) -> str:
        """The place in an address."""
        return f"{self.at.isoformat()}~{self.rank}~{self.key}"

    @property
    def day(self) -> date:
        """The local day."""
        return timezone.localtime(self.at).date()


Place = tuple[datetime, int, int]


@dataclass(frozen=True)
class Asked:
    """What a timeline is asked for."""

    tab: str = "all"
    words: str = ""
    channel: str = ""
    person: int = 0
    before: Place | None = None

    @classmethod
    def read(cls, query: Any) -> Asked:
        """From a query string; what cannot be read counts as not asked."""
        tab, person = query.get("tab", "all"), query.get("person", "")
        return cls(
            tab=tab if tab in TABS else "all",
            words=words_of(query.get("said", "")),
            channel=query.get("channel", "")[:12].replace("\x00", ""),
            person=int(person) if person.isascii() and person.isdigit() and len(person) < 18 else 0,
            before=_place(query.get("before", "")),
        )

    @property
    def is_filtered(self) -> bool:
        """Whether it asks for less than a tab holds."""
        return bool(self.words or self.channel or self.person)


def _place(text: str) -> Place | None:
    moment, _one, rest = text.partition("~")
    rank, _two, key = rest.partition("~")
    try:
        at = parse_datetime(moment)
        place = (at, int(rank), int(key)) if at is not None and timezone.is_aware(at) else None
    except ValueError:
        return None
    return place if place is not None and 1900 < place[0].year < 2200 and abs(place[2]) < 2**63 else None


Rows = Callable[[Person, list[int], Asked], "QuerySet[Any] | None"]


@dataclass(frozen=True)
class Source:
    """A kind of event: its tab, its rows for a person (None when the person may not see them), and how a row becomes an event."""

    name: str
    tab: str
    rank: int
    rows: Rows
    events: Callable[[Person, list[Any], int], Iterable[Event]]
    when: str
    is_day: bool = False


SOURCES: dict[str, Source] = {}


def source(one: Source) -> None:
    """Register a source; ranks are unique."""
    if one.name in SOURCES or one.rank in {other.rank for other in SOURCES.values()}:
        raise ValueError(f"the source `{one.name}` is registered twice, or its rank is taken")
    SOURCES[one.name] = one


def end_of(day: date) -> datetime:
    """Where a thing of a whole day stands: at its end."""
    start = datetime.combine(day + timedelta(days=1), time.min)
    return timezone.make_aware(start) - timedelta(microseconds=1)


def _earlier(one: Source, rows: QuerySet[Any], before: Place) -> QuerySet[Any]:
    """The rows of a source before a place."""
    at, rank, key = before
    if not one.is_day:
        same = Q(**{one.when: at}) & (Q(pk__lt=key) if rank == one.rank else Q())
        earlier = Q(**{f"{one.when}__lt": at})
        return rows.filter(earlier | same) if rank >= one.rank else rows.filter(earlier)
    day = timezone.localtime(at).date()
    earlier = Q(**{f"{one.when}__lt": day})
    if at != end_of(day) or rank < one.rank:
        return rows.filter(earlier)
    same = Q(**{one.when: day}) & (Q(pk__lt=key) if rank == one.rank else Q())
    return rows.filter(earlier | same)


@dataclass(frozen=True)
class Page:
    """Some events, and the place where the next page begins."""

    events: list[Event]
    more: str


def page(customer: Customer, by: Person, asked: Asked, size: int = PAGE) -> Page:
    """A page of the timeline, over the customer and the archives merged into it."""
    keys = [customer.pk, *Customer.objects.filter(merged_into=customer).values_list("pk", flat=True)]
    found: list[Event] = []
    for one in SOURCES.values():
        if asked.tab in {"all", one.tab}:
            rows = one.rows(by, keys, asked)
            if rows is not None:
                if asked.before is not None:
                    rows = _earlier(one, rows, asked.before)
                taken = list(rows.order_by(f"-{one.when}", "-pk")[: size + 1])
                found += one.events(by, taken, one.rank)
    first = heapq.nlargest(size + 1, found, key=lambda event: event.place)
    return Page(first[:size], first[size - 1].cursor if len(first) > size else "")
