"""Exchange rates into CNY: made-up but lifelike paths, four decimals."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from zhike.demo.clock import Clock, as_date
from zhike.demo.frames import UNIT, Floats, Frame, Ints, stream, words

CURRENCIES = ("CNY", "USD", "EUR", "JPY", "GBP")
DECIMALS = np.array([2, 2, 2, 0, 2])
"""Decimals of an order amount in each currency."""

_LEVEL = {"USD": 7.08, "EUR": 7.72, "JPY": 0.0492, "GBP": 9.06}
_SWING = {"USD": 0.0016, "EUR": 0.0042, "JPY": 0.0048, "GBP": 0.0044}
_DAILY = ("USD", "EUR")
_LEAD_DAYS = 40


@dataclass(frozen=True, slots=True)
class Rates:
    """What the table holds (`frame`) and the rate in force per currency and day (`dense`, units of 10^-4)."""

    frame: Frame
    dense: Ints
    first: int

    def of(self, currency: Ints, day: Ints) -> Ints:
        """CNY for one unit, in 10^-4; `currency` is a position in CURRENCIES."""
        return self.dense[currency, day - self.first]

    def to_cny(self, amount: Ints, currency: Ints, day: Ints) -> Ints:
        """Amounts in CNY (10^-4), rounded half up per amount."""
        product = np.abs(amount) * self.of(currency, day)
        rounded: Ints = np.sign(amount) * ((product + UNIT // 2) // UNIT)
        return rounded


def make(seed: int, clock: Clock) -> Rates:
    """Rates of every currency but CNY: USD and EUR on working days, JPY and GBP on the first of a month."""
    first = clock.first - _LEAD_DAYS
    days = np.arange(first, clock.last + 1)
    dates = [as_date(int(day)) for day in days]
    working = np.array([day.weekday() < 5 for day in dates])
    monthly = np.array([day.day == 1 for day in dates])
    dense = np.full((len(CURRENCIES), len(days)), UNIT, dtype=np.int64)
    parts: list[tuple[str, Ints, Ints]] = []
    for position, currency in enumerate(CURRENCIES[1:], start=1):
        path = np.rint(_path(seed, currency, len(days)) * UNIT).astype(np.int64)
        published = working if currency in _DAILY else monthly
        published = published | (np.arange(len(days)) == 0)
        at = np.flatnonzero(published)
        dense[position] = path[at[np.searchsorted(at, np.arange(len(days)), side="right") - 1]]
        parts.append((currency, days[at], path[at]))
    frame = {
        "currency": words([code for code, on, _ in parts for _ in on]),
        "rate_on": np.concatenate([on for _, on, _ in parts]),
        "rate": np.concatenate([rate for _, _, rate in parts]),
    }
    return Rates(frame=frame, dense=dense, first=first)


def _path(seed: int, currency: str, count: int) -> Floats:
    """A path that wanders and is pulled back to its level."""
    steps = stream(seed, f"rates {currency}").normal(0, _SWING[currency], count)
    logs = np.empty(count)
    here = 0.0
    for i, step in enumerate(steps):
        here = here * 0.995 + step
        logs[i] = here
    return np.asarray(_LEVEL[currency] * np.exp(logs))
