"""The periods of the demo company, counted back from its as-of date; days are whole days since 1970-01-01."""

from __future__ import annotations

import calendar
from dataclasses import dataclass
from datetime import date, timedelta

HISTORY_MONTHS = 42
_EPOCH = date(1970, 1, 1)


def months_before(day: date, months: int) -> date:
    """The same day `months` earlier, or the last day of that month where it is shorter."""
    year, month = divmod(day.year * 12 + day.month - 1 - months, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def number(day: date) -> int:
    """Days since 1970-01-01."""
    return (day - _EPOCH).days


def as_date(days: int) -> date:
    """The date that is `days` after 1970-01-01."""
    return _EPOCH + timedelta(days=days)


@dataclass(frozen=True, slots=True)
class Clock:
    """`as_of` is the last day that counts; periods are half-open and end at `end`, the day after."""

    as_of: date

    @property
    def end(self) -> date:
        """The day after the last day that counts."""
        return self.as_of + timedelta(days=1)

    @property
    def last(self) -> int:
        """The as-of date as a day number."""
        return number(self.as_of)

    def back(self, months: int, days: int = 0) -> int:
        """The day number `months` before `end`, moved by `days`; `back(12)` opens the last twelve months."""
        return number(months_before(self.end, months)) + days

    @property
    def first(self) -> int:
        """The first day of the order history."""
        return self.back(HISTORY_MONTHS)

    def leap_day(self) -> int:
        """The latest 29 February of the history, or the last 28 February where there is none."""
        years = range(self.as_of.year, self.as_of.year - 5, -1)
        days = [number(date(y, 2, calendar.monthrange(y, 2)[1])) for y in years]
        inside = [day for day in days if self.first <= day <= self.last]
        leaps = [day for day in inside if as_date(day).day == 29]
        return (leaps or inside)[0]
