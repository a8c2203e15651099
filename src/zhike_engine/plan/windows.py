"""Windows of time: words to half-open ranges of days.

The as-of date is the last day that counts; `end` is the day after it. All arithmetic happens here, in Python:
SQL only ever compares with the borders.
"""

from __future__ import annotations

import calendar
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from zhike_engine.errors import ZhikeError
from zhike_engine.messages import say
from zhike_engine.plan.anchors import Anchor, read_anchor

MONTHS = {"month": 1, "quarter": 3, "half_year": 6, "half-year": 6, "half year": 6, "year": 12}
"""Words for natural periods -> months."""
_LAST = re.compile(r"last (\d+) (day|week|month|quarter|half[-_]year|year)s?")
_BEFORE = re.compile(r"(\d+) (day|week|month|quarter|half[-_]year|year)s? before (.+)")
_CLOSED = re.compile(r"(?:last (\d+) )?closed (month|quarter|half[-_]year|year)s?")
_THIS = re.compile(r"this (month|quarter|half[-_]year|year)")
_RANGE = re.compile(r"(\d{4}-\d{2}-\d{2}) to (\d{4}-\d{2}-\d{2})")
_EARLIER = re.compile(r"(.+), (\d+) (day|week|month|quarter|half[-_]year|year)s? earlier")
_SEASON = re.compile(r"(closed )?season (\d{2})-(\d{2}) to (\d{2})-(\d{2})")


class WindowInvalid(ZhikeError):
    """The words of a window are not understood."""

    code = "window_invalid"


@dataclass(frozen=True, slots=True)
class Window:
    """The days from `start` to the day before `end`; `start` None means from the beginning.

    With an `anchor` every customer has days of its own inside, from an event of the customer on.
    """

    start: date | None
    end: date
    anchor: Anchor | None = None

    def __contains__(self, day: date) -> bool:
        return (self.start is None or day >= self.start) and day < self.end

    @property
    def last_day(self) -> date:
        """The last day inside."""
        return self.end - timedelta(days=1)

    @property
    def whole_months(self) -> bool:
        """Whether both ends lie on the first of a month."""
        return self.anchor is None and self.end.day == 1 and (self.start is None or self.start.day == 1)


def add_months(day: date, months: int) -> date:
    """The same day of another month, or the last day of that month when it is shorter.

    >>> add_months(date(2024, 3, 31), -1)
    datetime.date(2024, 2, 29)
    """
    index = day.year * 12 + day.month - 1 + months
    year, month = divmod(index, 12)
    if year < 1:
        return date.min
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def shift(day: date, number: int, unit: str) -> date:
    """`day` moved by a number of days, weeks, months, quarters, half-years or years; the first day of all beyond it."""
    if unit not in ("day", "week"):
        return add_months(day, number * MONTHS[unit])
    try:
        return day + timedelta(days=number * (7 if unit == "week" else 1))
    except OverflowError:
        return date.min


def period_start(day: date, months: int, year_starts: int) -> date:
    """First day of the natural period of `months` months (1, 3, 6, 12) that contains `day`."""
    offset = (day.month - year_starts) % 12
    return add_months(day.replace(day=1), -(offset % months))


@dataclass(frozen=True, slots=True)
class Windows:
    """Reads the words of windows for one as-of date. `named` holds the windows that the policy names."""

    as_of: date
    year_starts: int
    named: Mapping[str, str]

    @property
    def end(self) -> date:
        """The day after the as-of date."""
        return self.as_of + timedelta(days=1)

    def read(self, words: str, seen: tuple[str, ...] = ()) -> Window:
        """The range of days that `words` or a window's name stands for; raises WindowInvalid."""
        text = " ".join(words.split())
        if text in self.named:
            if text in seen:
                raise WindowInvalid(
                    say("window `{window}` is defined by itself", window=text),
                    hint=say("give it a start of its own"),
                )
            return self.read(self.named[text], (*seen, text))
        if found := _EARLIER.fullmatch(text):
            return self._earlier(text, found, seen)
        if text == "all time":
            return Window(None, self.end)
        if anchor := read_anchor(text):
            return Window(None, self.end, anchor)
        if found := _LAST.fullmatch(text):
            self._positive(text, found[1])
            return Window(shift(self.end, -int(found[1]), found[2]), self.end)
        if found := _BEFORE.fullmatch(text):
            self._positive(text, found[1])
            later = self.read(found[3], seen).start
            if later is None:
                raise WindowInvalid(
                    say("nothing lies before `{window}`", window=found[3]),
                    hint=say("name a window that has a start"),
                )
            return Window(shift(later, -int(found[1]), found[2]), later)
        if found := _THIS.fullmatch(text):
            return Window(period_start(self.as_of, MONTHS[found[1]], self.year_starts), self.end)
        if found := _CLOSED.fullmatch(text):
            return self.closed(MONTHS[found[2]], int(found[1] or 1))
        if found := _RANGE.fullmatch(text):
            return self._between(text, found[1], found[2])
        if found := _SEASON.fullmatch(text):
            return self._season(text, found)
        raise WindowInvalid(
            say("window `{window}` is not understood", window=words),
            hint=say(
                "write for example `last 12 months`, `12 months before this_year`, `closed quarter`, `this year`,"
                " `all time`, `2026-01-01 to 2026-06-30`, `this year, 1 year earlier`,"
                " `season 03-01 to 08-31`, `first 6 months after first_order` or `since customers.since`"
            ),
        )

    def closed(self, months: int, count: int) -> Window:
        """The last `count` natural periods that are over by the as-of date."""
        end = period_start(self.end, months, self.year_starts)
        return Window(add_months(end, -months * count), end)

    def periods(self, months: int, count: int) -> list[Window]:
        """The last `count` closed periods, newest first."""
        end = self.closed(months, 1).end
        return [
            Window(add_months(end, -months * (i + 1)), add_months(end, -months * i)) for i in range(count)
        ]

    def _earlier(self, text: str, found: re.Match[str], seen: tuple[str, ...]) -> Window:
        """The same days of an earlier time: both ends move by as much."""
        self._positive(text, found[2])
        later = self.read(found[1], seen)
        if later.anchor is not None:
            raise WindowInvalid(
                say("`{window}` has days of its own for every customer", window=found[1]),
                hint=say("name a window of fixed days"),
            )
        moved = [
            None if day is None else shift(day, -int(found[2]), found[3]) for day in (later.start, later.end)
        ]
        assert moved[1] is not None
        return Window(moved[0], moved[1])

    def _season(self, text: str, found: re.Match[str]) -> Window:
        """The latest return of a season: the one that runs or ran last, or with `closed` the last that is over."""
        first, last = (int(found[2]), int(found[3])), (int(found[4]), int(found[5]))
        for month, day in (first, last):
            if not 1 <= month <= 12 or not 1 <= day <= calendar.monthrange(2024, month)[1]:
                raise WindowInvalid(say("window `{window}` has a day that does not exist", window=text))
        for year in range(self.as_of.year, self.as_of.year - 3, -1):
            start, end = _in_year(year, *first), _in_year(year + (last < first), *last) + timedelta(days=1)
            if start <= self.as_of and (end <= self.end or not found[1]):
                return Window(start, min(end, self.end))
        return Window(date.min, date.min)

    def _positive(self, text: str, number: str) -> None:
        if int(number) < 1:
            raise WindowInvalid(
                say("window `{window}` is empty", window=text), hint=say("use a number of at least 1")
            )

    def _between(self, text: str, first: str, last: str) -> Window:
        try:
            start, end = date.fromisoformat(first), date.fromisoformat(last) + timedelta(days=1)
        except (ValueError, OverflowError):
            raise WindowInvalid(say("window `{window}` has a day that does not exist", window=text)) from None
        if start >= end:
            raise WindowInvalid(say("window `{window}` ends before it starts", window=text))
        return Window(start, min(end, self.end))


def _in_year(year: int, month: int, day: int) -> date:
    """A day of the calendar in a year; 29 February is the 28th where there is none."""
    year = min(max(year, 1), 9999)
    return date(year, month, min(day, calendar.monthrange(year, month)[1]))
