"""The forecast of every customer: what it may order, within which range, and the risk that it orders nothing."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from zhike_engine.errors import ParameterInvalid
from zhike_engine.forecast.evidence import Backtest, percent
from zhike_engine.forecast.history import UNITS, Floats, History, Integers
from zhike_engine.forecast.methods import amounts, churn, fit_orders, forecastable
from zhike_engine.forecast.origins import Origin
from zhike_engine.forecast.rolling import backtest
from zhike_engine.issues import did_you_mean
from zhike_engine.messages import say
from zhike_engine.words import Text

EXPECTED_AMOUNT = "expected_amount"
CHURN_RISK = "churn_risk"
VERSION = "1"
EVERYONE_ELSE = "*"

REASONS: Mapping[int, Text] = {
    1: Text(zh="截止日前没有订单", en="no order up to the as-of date"),
    2: Text(zh="退货不少于订货", en="returns are no smaller than orders"),
}
"""Why a figure is not computable, by the code in the `reason` arrays; code 0 means that there is a figure."""


class ForecastRow(NamedTuple):
    """One row of the fact table `forecasts`. `low` and `high` are None where there is no range.

    Money is in units of the policy's currency with two decimals, rounded half up; a probability has four.
    `model` names method and version, the share that the range is set to hold, and the yearly growth applied.
    """

    customer: str
    forecast: str
    value: Decimal
    low: Decimal | None
    high: Decimal | None
    horizon_months: int
    made_on: date
    model: str


@dataclass(frozen=True, eq=False)
class Forecasts:
    """One place per customer in every array, in the order of `customers`.

    - `expected`, `low`, `high`: float64[n] in 1/10000 of the policy's currency, growth included; NaN: none
    - `churn`: float64[n], P(no order in the next `churn_months`); NaN: none
    - `amount_reason`, `churn_reason`: uint8[n], keys of `REASONS`, 0 where there is a figure
    - `growth`: int64[n], the place of the customer's yearly growth in `growth_rates`, -1 without one
    """

    customers: tuple[str, ...]
    as_of: date
    horizon_months: int
    churn_months: int
    expected: Floats
    low: Floats
    high: Floats
    churn: Floats
    amount_reason: NDArray[np.uint8]
    churn_reason: NDArray[np.uint8]
    growth: Integers
    growth_rates: tuple[Decimal, ...]
    method_amount: str
    method_churn: str
    backtest: Backtest

    def to_rows(self) -> list[ForecastRow]:
        """Rows of the fact table `forecasts`: customers in order, amount before churn; no row without a figure."""
        plain = f"{self.method_amount}/{VERSION}"
        if self.backtest.ranges is not None:
            plain += f", range {percent(self.backtest.level)}"
        models = [plain, *(f"{plain}, growth {rate.normalize():f}" for rate in self.growth_rates)]
        cents = [_rounded(values / (UNITS / 100), 2) for values in (self.expected, self.low, self.high)]
        risk = _rounded(self.churn * 10_000, 4)
        rows = []
        for place, name in enumerate(self.customers):
            value, low, high = (column[place] for column in cents)
            if value is not None:
                model = models[int(self.growth[place]) + 1]
                made = self.horizon_months, self.as_of, model
                rows.append(ForecastRow(name, EXPECTED_AMOUNT, value, low, high, *made))
            value = risk[place]
            if value is not None:
                model = f"{self.method_churn}/{VERSION}"
                made = self.churn_months, self.as_of, model
                rows.append(ForecastRow(name, CHURN_RISK, value, None, None, *made))
        return rows


def forecast(
    history: History,
    as_of: date,
    *,
    horizon_months: int = 12,
    churn_months: int = 6,
    growth: Mapping[str, Decimal] | None = None,
    groups: Mapping[str, str] | None = None,
    tested: Backtest | None = None,
) -> Forecasts:
    """Forecast every customer of `history` with the methods that win its back-test.

    - `growth`: yearly growth by industry or other group, such as 0.05; `*` stands for every other customer. The
      amount and its range are multiplied by (1 + growth) ^ (horizon / 12); the churn risk is left alone.
    - `groups`: customer to group; `tested`: the back-test of this very history, to save running it again

    Raises ParameterInvalid when `as_of` is not that of the history or the growth cannot be applied.
    """
    tested = tested or backtest(history, horizon_months=horizon_months, churn_months=churn_months)
    _check(history, as_of, tested, (horizon_months, churn_months))
    rates, place = _growth(history.customers, growth or {}, groups or {})
    factor = _factors(rates, horizon_months)[place + 1]
    origin = Origin(history, 0)
    model = fit_orders(origin)
    expected = amounts(origin, model, horizon_months)[tested.winner_amount]
    low, high = _ranged(tested, expected)
    computable = forecastable(origin)
    risk = churn(origin, model, churn_months)[tested.winner_churn]
    return Forecasts(
        customers=history.customers,
        as_of=as_of,
        horizon_months=horizon_months,
        churn_months=churn_months,
        expected=np.where(computable, expected * factor, np.nan),
        low=np.where(computable, low * factor, np.nan),
        high=np.where(computable, high * factor, np.nan),
        churn=np.where(origin.known, risk, np.nan),
        amount_reason=np.where(computable, 0, np.where(origin.known, 2, 1)).astype(np.uint8),
        churn_reason=np.where(origin.known, 0, 1).astype(np.uint8),
        growth=place,
        growth_rates=rates,
        method_amount=tested.winner_amount,
        method_churn=tested.winner_churn,
        backtest=tested,
    )


def _check(history: History, as_of: date, tested: Backtest, horizons: tuple[int, int]) -> None:
    if as_of != history.as_of:
        raise ParameterInvalid(
            say("the history ends on `{day}`, not on `{as_of}`", day=history.as_of, as_of=as_of),
            hint=say("build the history as of the same day"),
        )
    if (tested.as_of, tested.horizon_months, tested.churn_months) != (as_of, *horizons):
        raise ParameterInvalid(
            say("the back-test is of another day or horizon"), hint=say("run it for the same ones")
        )


def _ranged(tested: Backtest, expected: Floats) -> tuple[Floats, Floats]:
    if tested.ranges is None:
        nothing = np.full(len(expected), np.nan)
        return nothing, nothing
    return tested.ranges.around(expected)


def _growth(
    customers: tuple[str, ...], growth: Mapping[str, Decimal], groups: Mapping[str, str]
) -> tuple[tuple[Decimal, ...], Integers]:
    """The rates by name, and int64[n] the place of each customer's rate, -1 without one."""
    names = sorted(growth)
    for name in names:
        if not (growth[name].is_finite() and Decimal(-1) < growth[name] <= 10):
            raise ParameterInvalid(
                say(
                    "the growth `{growth}` of `{name}` is not a yearly share", growth=growth[name], name=name
                ),
                hint=say("write 0.05 for 5 % a year"),
            )
    present = {groups[customer] for customer in customers if customer in groups}
    for name in names:
        if name != EVERYONE_ELSE and name not in present:
            raise ParameterInvalid(
                say("no customer belongs to `{name}`", name=name), hint=did_you_mean(name, present)
            )
    at = {name: place for place, name in enumerate(names)}
    rest = at.get(EVERYONE_ELSE, -1)
    place = [at.get(groups.get(customer, EVERYONE_ELSE), rest) for customer in customers]
    return tuple(growth[name] for name in names), np.array(place, dtype=np.int64)


def _factors(rates: tuple[Decimal, ...], months: int) -> Floats:
    """float64[1 + number of rates]: 1 for customers without a rate, then the growth of each over the horizon."""
    return np.array([1.0, *((1.0 + float(rate)) ** (months / 12) for rate in rates)])


def _rounded(values: Floats, digits: int) -> list[Decimal | None]:
    """Units of the last digit, rounded half up, as decimals; None where the value is NaN. None is below zero."""
    whole = np.floor(values + 0.5).tolist()
    return [None if math.isnan(unit) else Decimal(int(unit)).scaleb(-digits) for unit in whole]
