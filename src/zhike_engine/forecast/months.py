"""Days and months as numbers: whole months are counted from a day, never from the first of a calendar month."""

from __future__ import annotations

from calendar import monthrange
from datetime import date

import numpy as np
from numpy.typing import NDArray

from zhike_engine.errors import FactsInvalid
from zhike_engine.messages import say

EPOCH = date(1970, 1, 1)
DAYS_PER_MONTH = 30.4375


def day_number(day: date) -> int:
    """Days since 1970-01-01, as in numpy's `datetime64[D]`."""
    return (day - EPOCH).days


def day_of(number: int) -> date:
    """The date of a day number."""
    return date.fromordinal(EPOCH.toordinal() + number)


def add_months(day: date, months: int) -> date:
    """The same day of the month `months` later; the last day where that month is shorter.

    >>> add_months(date(2024, 3, 31), -1)
    datetime.date(2024, 2, 29)
    """
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    if not date.min.year <= year <= date.max.year:
        raise FactsInvalid(
            say("{months} months from `{day}` is outside the calendar", months=months, day=day),
            hint=say("check the dates"),
        )
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def borders_back(end: date, first: date) -> NDArray[np.int64]:
    """Month borders from `end` back to the one at or before `first`: int64[m + 1] day numbers, falling.

    Month k is `[borders[k + 1], borders[k])`. Every border is counted from `end` itself, so an end on the 31st
    does not drift; an end on the 30th or 31st has a border on the last of a shorter month.
    """
    found = [day_number(end)]
    while found[-1] > day_number(first):
        found.append(day_number(add_months(end, -len(found))))
    return np.array(found, dtype=np.int64)
