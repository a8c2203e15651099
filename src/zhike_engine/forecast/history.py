"""The monthly order history of every customer, built once and looked at from any month border."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike, NDArray

from zhike_engine.errors import FactsInvalid
from zhike_engine.forecast.months import borders_back, day_number, day_of
from zhike_engine.messages import say

UNITS = 10_000
"""Amounts are whole numbers of 1/10000 of the policy's currency."""

NO_FIRST = int(np.iinfo(np.int32).max)
NO_LAST = int(np.iinfo(np.int32).min)
_MOST = 9.0e18

Integers = NDArray[np.int64]
Floats = NDArray[np.float64]
Booleans = NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class History:
    """Orders by customer and month: c cells, sorted by customer and falling month; cells without facts are absent.

    Months count back from the day after `as_of`: month 0 is the newest. Arrays are read-only.

    - `customers`: n ids, in the order that every result keeps
    - `borders`: int64[m + 1] day numbers, falling; month k is `[borders[k + 1], borders[k])`
    - `customer`, `month`: int64[c] indices
    - `orders`: int64[c] orders; `days`: int64[c] days with an order; `amount`: int64[c] net of returns, 1/10000
    - `first_day`, `last_day`: int64[c] day numbers of the first and last order (`NO_FIRST`, `NO_LAST` without one)
    """

    customers: tuple[str, ...]
    as_of: date
    borders: Integers
    customer: Integers
    month: Integers
    orders: Integers
    days: Integers
    amount: Integers
    first_day: Integers
    last_day: Integers
    starts_on: date | None

    @cached_property
    def months(self) -> int:
        """How many whole months lie between the first fact of the company and the end of `as_of`."""
        if self.starts_on is None:
            return 0
        return int(np.count_nonzero(self.borders >= day_number(self.starts_on))) - 1

    @cached_property
    def typical_order(self) -> float:
        """The median amount of an order day, in 1/10000; 0 without orders."""
        bought = (self.days > 0) & (self.amount > 0)
        return float(np.median(self.amount[bought] / self.days[bought])) if bought.any() else 0.0


def history_from_orders(
    customers: Sequence[str], rows: Iterable[tuple[str, date, int]], as_of: date
) -> History:
    """Build from rows of (customer, day, amount in 1/10000); an amount above zero is an order, others are returns.

    Raises FactsInvalid for a customer that is not in `customers`.
    """
    return history_from_arrays(customers, *columns_of(customers, rows), as_of=as_of)


def history_from_arrays(
    customers: Sequence[str],
    customer: ArrayLike,
    day: ArrayLike,
    amount: ArrayLike,
    *,
    as_of: date,
    orders: ArrayLike | None = None,
) -> History:
    """Build from columns of equal length k, in any order of rows.

    - `customer`: integers, the place in `customers`; `day`: day numbers or `datetime64`; `amount`: 1/10000
    - `orders`: how many orders a row stands for (a return: 0); absent: 1 where the amount is above zero

    Rows after `as_of` are left out. Raises FactsInvalid for columns that do not fit.
    """
    names = tuple(customers)
    who, when, value, count = checked_columns(names, customer, day, amount, orders)
    end = as_of + timedelta(days=1)
    keep = when < day_number(end)
    who, when, value, count = who[keep], when[keep], value[keep], count[keep]
    starts_on = day_of(int(when.min())) if len(when) else None
    borders = borders_back(end, starts_on or end)
    cells = _cells(who, when, value, count, borders)
    for array in (borders, *cells.values()):
        array.setflags(write=False)
    return History(customers=names, as_of=as_of, borders=borders, starts_on=starts_on, **cells)


def columns_of(
    customers: Sequence[str], rows: Iterable[tuple[str, date, int]]
) -> tuple[list[int], list[int], list[int]]:
    """Customer places, day numbers and amounts of rows; raises FactsInvalid for an unknown customer."""
    place = {name: index for index, name in enumerate(customers)}
    index, day, amount = [], [], []
    for name, on, value in rows:
        if name not in place:
            raise FactsInvalid(
                say("unknown customer `{name}` in the orders", name=name),
                hint=say("list every customer once"),
            )
        index.append(place[name])
        day.append(day_number(on))
        amount.append(value)
    return index, day, amount


def checked_columns(
    names: tuple[str, ...], customer: ArrayLike, day: ArrayLike, amount: ArrayLike, orders: ArrayLike | None
) -> tuple[Integers, Integers, Integers, Integers]:
    """The four columns as int64[k]; raises FactsInvalid for what does not fit together or cannot be counted."""
    if len(set(names)) != len(names):
        raise FactsInvalid(say("a customer is listed twice"), hint=say("list every customer once"))
    when = np.asarray(day)
    if np.issubdtype(when.dtype, np.datetime64):
        when = when.astype("datetime64[D]")
        if np.isnat(when).any():
            raise FactsInvalid(say("an order has no date"), hint=say("fill the column `ordered_on`"))
    who, when, value = _whole(customer, "customer"), _whole(when, "day"), _whole(amount, "amount")
    count = (value > 0).astype(np.int64) if orders is None else _whole(orders, "orders")
    if len({len(who), len(when), len(value), len(count)}) != 1:
        raise FactsInvalid(
            say("the columns of the orders differ in length"), hint=say("give one value per order in each")
        )
    if len(who) and not (who.min() >= 0 and who.max() < len(names)):
        raise FactsInvalid(
            say("an order names a customer outside the list"), hint=say("list every customer once")
        )
    if float(np.abs(value.astype(np.float64)).sum()) > _MOST:
        raise FactsInvalid(
            say("the orders add up to more than can be counted exactly"), hint=say("check the amounts")
        )
    return who, when, value, count


def _whole(values: ArrayLike, name: str) -> Integers:
    array = np.asarray(values)
    if array.dtype.kind not in "biuM" and array.size:
        raise FactsInvalid(
            say("the column `{name}` has values that are not whole numbers", name=name),
            hint=say("give integers"),
        )
    return array.astype(np.int64, copy=False)


def _cells(
    who: Integers, when: Integers, value: Integers, count: Integers, borders: Integers
) -> Mapping[str, Integers]:
    """Sum customer-days, then customer-months. All sums are of integers, so the order of rows does not matter."""
    low = int(when.min()) if len(when) else 0
    span = int(when.max()) - low + 1 if len(when) else 1
    key = who * span + (when - low)
    order = np.argsort(key)
    key = key[order]
    starts = _starts(key)
    key, value, count = key[starts], _sums(value[order], starts), _sums(count[order], starts)
    customer, day = key // span, key % span + low
    month = np.searchsorted(-borders, -day, side="left").astype(np.int64) - 1
    ordered = count > 0
    starts = _starts(customer * (len(borders) + 1) - month)
    first = np.where(ordered, day, NO_FIRST)
    last = np.where(ordered, day, NO_LAST)
    return {
        "customer": customer[starts],
        "month": month[starts],
        "orders": _sums(count, starts),
        "days": _sums(ordered.astype(np.int64), starts),
        "amount": _sums(value, starts),
        "first_day": (np.minimum.reduceat(first, starts) if len(starts) else first),
        "last_day": (np.maximum.reduceat(last, starts) if len(starts) else last),
    }


def _starts(key: Integers) -> Integers:
    if not len(key):
        return np.zeros(0, dtype=np.int64)
    return np.flatnonzero(np.concatenate(([True], key[1:] != key[:-1])))


def _sums(values: Integers, starts: Integers) -> Integers:
    return np.add.reduceat(values, starts) if len(starts) else values[:0]
