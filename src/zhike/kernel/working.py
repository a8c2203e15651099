"""Working time: how many working minutes lie between two moments, and which moment lies so many working minutes on.

A day has any number of ranges in minutes after midnight; 1440 is its end. A special day replaces the ranges of its weekday.
Moments are aware; ranges are read in the calendar's time zone and counted in UTC, so a change of clocks counts as it passes.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import ROUND_CEILING, Decimal
from zoneinfo import ZoneInfo

Ranges = tuple[tuple[int, int], ...]
DAY = 1440
FURTHEST = 3660
"""Days that `add_working` looks ahead before it gives up: a calendar without working days has no answer."""


@dataclass(frozen=True)
class Hours:
    """The working ranges of the seven weekdays, Monday first, and of special days."""

    week: tuple[Ranges, ...]
    days: Mapping[date, Ranges]
    zone: str

    def __post_init__(self) -> None:
        if len(self.week) != 7:
            raise ValueError("a week has seven days")
        for ranges in (*self.week, *self.days.values()):
            check_ranges(ranges)

    def ranges(self, day: date) -> Ranges:
        """The working ranges of a day."""
        return self.days.get(day, self.week[day.weekday()])

    def is_working(self, day: date) -> bool:
        """Whether anything of a day is working time."""
        return bool(self.ranges(day))


def check_ranges(ranges: Ranges) -> None:
    """Raises ValueError unless the ranges follow one another inside a day."""
    edge = 0
    for begin, end in ranges:
        if not edge <= begin < end <= DAY:
            raise ValueError("the ranges of a day follow one another without overlap")
        edge = end


def spans(hours: Hours, start: datetime) -> Iterator[tuple[datetime, datetime]]:
    """The working spans from the day of `start` on, in UTC, in order."""
    zone = ZoneInfo(hours.zone)
    first = start.astimezone(zone).date()
    for ahead in range(FURTHEST):
        day = first + timedelta(days=ahead)
        for begin, end in hours.ranges(day):
            yield _moment(day, begin, zone), _moment(day, end, zone)


def _moment(day: date, minutes: int, zone: ZoneInfo) -> datetime:
    if minutes == DAY:
        day, minutes = day + timedelta(days=1), 0
    return datetime.combine(day, time(minutes // 60, minutes % 60), zone).astimezone(UTC)


def working_minutes(hours: Hours, start: datetime, end: datetime) -> int:
    """Whole working minutes from `start` to `end`; 0 when `end` is not after `start`."""
    total = timedelta()
    if end <= start:
        return 0
    for begin, close in spans(hours, start):
        if begin >= end:
            break
        total += max(min(close, end) - max(begin, start), timedelta())
    return int(total.total_seconds() // 60)


def add_working(hours: Hours, start: datetime, minutes: int) -> datetime:
    """The moment, in UTC, at which `minutes` of working time have passed since `start`. Raises ValueError when none comes.

    Zero minutes lead to `start` itself, or to the beginning of the next working span.
    """
    left = timedelta(minutes=minutes)
    for begin, close in spans(hours, start):
        begin = max(begin, start.astimezone(UTC))
        if begin >= close:
            continue
        if close - begin >= left:
            return begin + left
        left -= close - begin
    raise ValueError("the calendar has no working time so far ahead")


def deadline(start: datetime, limit: Decimal, hours: Hours | None = None) -> datetime:
    """The moment, in UTC, at which `limit` hours have passed since `start`: all of them, or with `hours` the working ones.

    Begun minutes of the limit count whole. Raises ValueError when the calendar has no working time so far ahead.
    """
    minutes = int((limit * 60).to_integral_value(ROUND_CEILING))
    return (
        start.astimezone(UTC) + timedelta(minutes=minutes)
        if hours is None
        else add_working(hours, start, minutes)
    )
