"""Windows that start at an event of the customer: the words for them, and the days of one customer.

A number of months is over when the day of the month comes round, as `tenure` counts; where a month is too short for it,
on the first day of the next.
"""

from __future__ import annotations

import calendar
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

FIRST_ORDER = "first_order"
MONTHS_OF = {"month": 1, "quarter": 3, "half_year": 6, "half-year": 6, "year": 12}
_FIRST = re.compile(r"first (\d+) (day|week|month|quarter|half[-_]year|year)s? after (\S+)")
_SINCE = re.compile(r"since (anniversary of )?(\S+)")
_EVENT = re.compile(r"first_order|customers\.[^\W\d]\w*")


@dataclass(frozen=True, slots=True)
class Anchor:
    """Where a window starts: the customer's first order, or a date of the customer such as `customers.since`.

    `first` lasts `number` days or months; `since` runs to the as-of date, `anniversary` too, from the last return of
    the day.
    """

    on: str
    form: Literal["first", "since", "anniversary"]
    number: int = 0
    unit: Literal["day", "month"] = "month"

    @property
    def column(self) -> str:
        """The column of customers that holds the day; empty for the first order."""
        return self.on.removeprefix("customers.") if self.on != FIRST_ORDER else ""

    def days(self, day: date, end: date) -> tuple[date, date]:
        """First day, and the day after the last, for a customer whose event was on `day`; never beyond `end`."""
        match self.form:
            case "since":
                return day, end
            case "anniversary":
                return _returns(day, _whole_months(day, end - timedelta(days=1)) // 12 * 12), end
        after = day + timedelta(days=self.number) if self.unit == "day" else _returns(day, self.number)
        return day, min(after, end)


def read_anchor(text: str) -> Anchor | None:
    """The anchor of a window in words; None when the words say something else."""
    if found := _FIRST.fullmatch(text):
        number, unit, event = int(found[1]), found[2], found[3]
        if number < 1 or not _EVENT.fullmatch(event):
            return None
        if unit in ("day", "week"):
            return Anchor(event, "first", number * (7 if unit == "week" else 1), "day")
        return Anchor(event, "first", number * MONTHS_OF[unit])
    if (found := _SINCE.fullmatch(text)) and _EVENT.fullmatch(found[2]):
        return Anchor(found[2], "anniversary" if found[1] else "since")
    return None


def anchor_of(words: str, named: Mapping[str, str]) -> Anchor | None:
    """The anchor of a window by name or in words; None when it has none."""
    seen: set[str] = set()
    text = " ".join(words.split())
    while text in named and text not in seen:
        seen.add(text)
        text = " ".join(named[text].split())
    return read_anchor(text)


def _whole_months(start: date, end: date) -> int:
    crossed = (end.year - start.year) * 12 + end.month - start.month
    return crossed if end.day >= start.day else crossed - 1


def _returns(day: date, months: int) -> date:
    """The first day on which so many months are over."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    if year > 9998:
        return date.max
    length = calendar.monthrange(year, month + 1)[1]
    return (
        date(year, month + 1, day.day)
        if day.day <= length
        else date(year, month + 1, length) + timedelta(days=1)
    )
