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
    """`day` moved by a number of days, weeks, months, quarters, half-years or years."""
    if unit == "day":
        return day + timedelta(days=number)
    if unit == "week":
        return day + timedelta(weeks=number)
    return add_months(day, number * MONTHS[unit])


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
        raise WindowInvalid(
            say("window `{window}` is not understood", window=words),
            hint=say(
                "write for example `last 12 months`, `12 months before this_year`, `closed quarter`, `this year`,"
                " `all time`, `2026-01-01 to 2026-06-30`, `first 6 months after first_order` or `since customers.since`"
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

    def _positive(self, text: str, number: str) -> None:
        if int(number) < 1:
            raise WindowInvalid(
                say("window `{window}` is empty", window=text), hint=say("use a number of at least 1")
            )

    def _between(self, text: str, first: str, last: str) -> Window:
        try:
            start, end = date.fromisoformat(first), date.fromisoformat(last) + timedelta(days=1)
        except ValueError:
            raise WindowInvalid(say("window `{window}` has a day that does not exist", window=text)) from None
        if start >= end:
            raise WindowInvalid(say("window `{window}` ends before it starts", window=text))
        return Window(start, min(end, self.end))
