"""A history seen from one of its month borders: what was known there, and what came after."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property

import numpy as np

from zhike_engine.forecast.history import NO_FIRST, NO_LAST, Booleans, Floats, History, Integers
from zhike_engine.forecast.months import DAYS_PER_MONTH, day_number, day_of

SEASON_YEARS = 3


@dataclass(frozen=True, eq=False)
class Origin:
    """The history as it was `back` months before its end. Arrays have one place per customer of the history.

    Ages count back from the origin: age 0 is the last month before it.
    """

    history: History
    back: int

    @property
    def as_of(self) -> date:
        """The last day that counts at the origin."""
        return day_of(int(self.history.borders[self.back])) - timedelta(days=1)

    @property
    def months(self) -> int:
        """Whole months of facts before the origin."""
        return max(self.history.months - self.back, 0)

    @cached_property
    def _before(self) -> slice | Booleans:
        return self.history.month >= self.back if self.back else slice(None)

    @cached_property
    def _customer(self) -> Integers:
        return self.history.customer[self._before]

    @cached_property
    def _age(self) -> Integers:
        return self.history.month[self._before] - self.back

    @cached_property
    def _amount(self) -> Floats:
        return self.history.amount[self._before].astype(np.float64)

    @cached_property
    def order_days(self) -> Integers:
        """int64[n]: days with an order before the origin."""
        return _count(self._customer, self.history.days[self._before], len(self.history.customers))

    @cached_property
    def known(self) -> Booleans:
        """bool[n]: customers with an order before the origin."""
        return np.asarray(self.order_days > 0)

    @cached_property
    def net(self) -> Floats:
        """float64[n]: all amounts before the origin, returns taken off, in 1/10000."""
        return self.weighted(np.ones(len(self.history.borders)))

    @cached_property
    def first_day(self) -> Integers:
        """int64[n]: day number of the first order; `NO_FIRST` where there is none."""
        found = np.full(len(self.history.customers), NO_FIRST, dtype=np.int64)
        np.minimum.at(found, self._customer, self.history.first_day[self._before])
        return found

    @cached_property
    def last_day(self) -> Integers:
        """int64[n]: day number of the last order; `NO_LAST` where there is none."""
        found = np.full(len(self.history.customers), NO_LAST, dtype=np.int64)
        np.maximum.at(found, self._customer, self.history.last_day[self._before])
        return found

    @cached_property
    def recency_and_age(self) -> tuple[Floats, Floats]:
        """float64[n] twice, in months: first to last order, and first order to the end of the origin; 0 if unknown."""
        end = int(self.history.borders[self.back])
        recency = np.where(self.known, self.last_day - self.first_day, 0) / DAYS_PER_MONTH
        age = np.where(self.known, end - self.first_day, 0) / DAYS_PER_MONTH
        return recency, age

    def weighted(self, weights: Floats) -> Floats:
        """float64[n]: the sum of each customer's monthly amounts times `weights[age]`; no weight: 0. In 1/10000."""
        full = np.zeros(len(self.history.borders))
        full[: len(weights)] = weights[: len(full)]
        found = np.bincount(self._customer, self._amount * full[self._age], len(self.history.customers))
        return np.asarray(found, dtype=np.float64)

    def ordered_within(self, months: int) -> Booleans:
        """bool[n]: whether the customer ordered in the last `months` months before the origin."""
        recent = (self._age < months) & (self.history.days[self._before] > 0)
        return np.bincount(self._customer[recent], minlength=len(self.history.customers)) > 0

    @cached_property
    def exposure(self) -> Floats:
        """float64[k]: for every age the part of the month that the facts cover: 1, but less for the oldest."""
        borders, starts_on = self.history.borders[self.back :], self.history.starts_on
        if len(borders) < 2 or starts_on is None:
            return np.zeros(0)
        part = np.ones(len(borders) - 1)
        part[-1] = (borders[-2] - day_number(starts_on)) / (borders[-2] - borders[-1])
        return part

    @cached_property
    def season(self) -> Floats:
        """float64[12]: the company's amount by age modulo 12 relative to the mean month; flat within one year.

        Taken from the last one, two or three whole years. Place a is the share of the month of age a.
        """
        years = min(self.months // 12, SEASON_YEARS)
        if not years:
            return np.ones(12)
        inside = self._age < years * 12
        totals = np.zeros(12, dtype=np.int64)
        np.add.at(totals, self._age[inside] % 12, self.history.amount[self._before][inside])
        totals = np.maximum(totals, 0)
        return totals * 12 / totals.sum() if totals.sum() > 0 else np.ones(12)

    def ahead(self, season: Floats, months: int) -> float:
        """The sum of the seasonal factors of the coming `months`: the next month was last seen at age 11."""
        return float(season[11 - np.arange(months) % 12].sum())

    def happened(self, months: int) -> tuple[Floats, Integers]:
        """float64[n] amount in 1/10000 and int64[n] order days of the `months` after the origin."""
        history, n = self.history, len(self.history.customers)
        inside = (history.month >= self.back - months) & (history.month < self.back)
        who = history.customer[inside]
        amount = np.bincount(who, history.amount[inside].astype(np.float64), n)
        return amount.astype(np.float64), _count(who, history.days[inside], n)


def _count(who: Integers, values: Integers, n: int) -> Integers:
    found = np.zeros(n, dtype=np.int64)
    np.add.at(found, who, values)
    return found
