"""Small worlds for the forecast tests: a few customers by hand, and many drawn from the BG/NBD model itself."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta

import numpy as np

from zhike_engine.forecast import History, history_from_arrays, history_from_orders

UNIT = 10_000
AS_OF = date(2026, 10, 31)


def month(back: int) -> date:
    """The 15th of the month `back` months before October 2026."""
    year, place = divmod(2026 * 12 + 9 - back, 12)
    return date(year, place + 1, 15)


def history(
    orders: dict[str, Iterable[tuple[int, int]]], customers: Iterable[str] = (), as_of: date = AS_OF
) -> History:
    """`{"lingnan": [(0, 100), (3, -20)]}`: 100.00 this month, and 20.00 returned three months earlier."""
    rows = [(name, month(back), amount * UNIT) for name, pairs in orders.items() for back, amount in pairs]
    return history_from_orders([*orders, *customers], rows, as_of)


def monthly(amounts: Iterable[int]) -> list[tuple[int, int]]:
    """One order a month, the newest first."""
    return list(enumerate(amounts))


def drawn(
    count: int, months: int, *, r: float, alpha: float, a: float, b: float, seed: int
) -> tuple[np.ndarray, np.ndarray]:
    """Customers and days of orders drawn from BG/NBD; first orders are spread over the first half of the time."""
    dice = np.random.default_rng(seed)
    length = round(months * 30.4375)
    rate, leave = dice.gamma(r, 1 / alpha, count) / 30.4375, dice.beta(a, b, count)
    now = dice.integers(0, length // 2, count).astype(float)
    who, here = [np.arange(count)], np.arange(count)
    when = [now.copy()]
    while len(here):
        now[here] += dice.exponential(1 / rate[here])
        here = here[now[here] < length]
        who.append(here)
        when.append(now[here])
        here = here[dice.random(len(here)) >= leave[here]]
    end = np.datetime64(AS_OF + timedelta(days=1))
    return np.concatenate(who), end - length + np.concatenate(when).astype(np.int64)


def drawn_history(count: int, months: int, *, seed: int, as_of: date = AS_OF, **parameters: float) -> History:
    """A history of drawn customers; every customer has its own usual amount, steady over time."""
    who, day = drawn(count, months, seed=seed, **parameters)
    usual = np.random.default_rng(seed + 1).lognormal(7, 1, count)
    amount = (usual[who] * UNIT).astype(np.int64)
    return history_from_arrays([f"C{place:05}" for place in range(count)], who, day, amount, as_of=as_of)
