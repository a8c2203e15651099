"""The ways to look ahead that compete in the back-test, from the simplest to the most elaborate."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np

from zhike_engine.forecast.bgnbd import BgNbd, fit
from zhike_engine.forecast.history import Booleans, Floats
from zhike_engine.forecast.months import DAYS_PER_MONTH, add_months, day_number, day_of
from zhike_engine.forecast.origins import Origin
from zhike_engine.forecast.scores import combined
from zhike_engine.words import Text

HALF_LIVES = (2.0, 3.0, 4.0, 6.0, 9.0, 12.0, 18.0, 24.0, 36.0)
USUAL_HALF_LIFE = 6.0
FEWEST_MONTHS_TO_FIT = 12


@dataclass(frozen=True, slots=True)
class Method:
    """One way to look ahead; `naive` lines are what anybody would do without a model."""

    name: str
    naive: bool
    title: Text


def _table(*methods: Method) -> Mapping[str, Method]:
    return MappingProxyType({method.name: method for method in methods})


AMOUNT_METHODS = _table(
    Method("zero", True, Text(zh="全部为零", en="zero for everyone")),
    Method("last_year", True, Text(zh="去年同月照搬", en="the same months of last year again")),
    Method("last_half_year", True, Text(zh="近 6 个月按比例外推", en="the last 6 months, scaled")),
    Method("decayed_mean", True, Text(zh="衰减月均额", en="decayed monthly mean")),
    Method(
        "decayed_seasonal",
        False,
        Text(zh="衰减月均额 × 公司季节系数", en="decayed monthly mean x company seasonal shares"),
    ),
    Method(
        "orders_by_value",
        False,
        Text(
            zh="BG/NBD 预期订货次数 × 客户平均单额", en="BG/NBD expected orders x the customer's mean order"
        ),
    ),
)
"""By name, simplest first: of two equal ones the earlier is used."""

CHURN_METHODS = _table(
    Method("nobody_orders", True, Text(zh="无人再下单", en="nobody orders again")),
    Method(
        "base_rate", True, Text(zh="上一期未下单客户的比例", en="the share without orders in the last period")
    ),
    Method(
        "last_period",
        True,
        Text(zh="上一期未下单即视为流失", en="lost if there was no order in the last period"),
    ),
    Method("own_rate", True, Text(zh="按客户自身订货频率", en="the customer's own order rate")),
    Method("bgnbd", False, Text(zh="BG/NBD 模型", en="BG/NBD model")),
)
"""By name, simplest first: of two equal ones the earlier is used."""


def fit_orders(origin: Origin) -> BgNbd | None:
    """BG/NBD fitted to the order days before the origin; None with too few customers that came back."""
    repeats, recency, age = _repeats(origin)
    known = origin.known
    return fit(repeats[known], recency[known], age[known])


def amounts(origin: Origin, model: BgNbd | None, months: int) -> dict[str, Floats]:
    """float64[n] per method: the amount expected in the `months` after the origin, in 1/10000, never below zero.

    Half-lives are fitted to the facts before the origin. Without a `model` the method that needs it is absent.
    """
    flat, season = np.ones(12), origin.season
    found = {
        "zero": np.zeros(len(origin.history.customers)),
        "last_year": origin.weighted(_last_year(months)),
        "last_half_year": origin.weighted(np.full(6, months / 6)),
        "decayed_mean": _decayed(origin, half_life(origin, flat, months), flat, months),
        "decayed_seasonal": _decayed(origin, half_life(origin, season, months), season, months),
    }
    if model is not None:
        repeats, recency, age = _repeats(origin)
        orders = model.expected_orders(repeats, recency, age, _ahead(origin, months))
        found["orders_by_value"] = orders * origin.net / np.maximum(origin.order_days, 1)
    return {name: np.maximum(values, 0.0) for name, values in found.items()}


def churn(origin: Origin, model: BgNbd | None, months: int) -> dict[str, Floats]:
    """float64[n] per method: P(no order in the `months` after the origin). A method without a basis is absent."""
    n = len(origin.history.customers)
    repeats, recency, age = _repeats(origin)
    ahead = _ahead(origin, months)
    rate = repeats / np.maximum(age, 1 / DAYS_PER_MONTH)
    found = {
        "nobody_orders": np.ones(n),
        "last_period": 1.0 - origin.ordered_within(months),
        "own_rate": np.exp(-rate * ahead),
    }
    share = _share_without(origin, months)
    if share is not None:
        found["base_rate"] = np.full(n, share)
    if model is not None:
        found["bgnbd"] = model.p_no_order(repeats, recency, age, ahead)
    return {name: found[name] for name in CHURN_METHODS if name in found}


def half_life(origin: Origin, season: Floats, months: int) -> float:
    """The half-life that would have done best one period earlier, or half way through a short history."""
    if origin.months < FEWEST_MONTHS_TO_FIT:
        return USUAL_HALF_LIFE
    inside = min(months, origin.months // 2)
    earlier = Origin(origin.history, origin.back + inside)
    who = forecastable(earlier)
    if not who.any():
        return USUAL_HALF_LIFE
    actual, _ = earlier.happened(inside)
    turned = np.roll(season, -inside)
    errors = [
        combined(np.maximum(_decayed(earlier, half, turned, inside), 0)[who], actual[who])
        for half in HALF_LIVES
    ]
    return HALF_LIVES[min(range(len(errors)), key=lambda index: (round(errors[index], 6), index))]


def forecastable(origin: Origin) -> Booleans:
    """bool[n]: customers with an order and a net amount above zero before the origin."""
    return np.asarray(origin.known & (origin.net > 0))


def _repeats(origin: Origin) -> tuple[Floats, Floats, Floats]:
    recency, age = origin.recency_and_age
    return np.maximum(origin.order_days - 1, 0).astype(np.float64), recency, age


def _ahead(origin: Origin, months: int) -> float:
    """The length of the coming period in mean months, as the model counts time in days."""
    end = int(origin.history.borders[origin.back])
    return (day_number(add_months(day_of(end), months)) - end) / DAYS_PER_MONTH


def _last_year(months: int) -> Floats:
    weights = np.zeros(12)
    np.add.at(weights, 11 - np.arange(months) % 12, 1.0)
    return weights


def _decayed(origin: Origin, half: float, season: Floats, months: int) -> Floats:
    """Level = sum of q^age x amount / sum of q^age x season; forecast = level x seasonal factors of the months ahead.

    Every month of the company counts, those before a customer's first order as zero.
    """
    ages = np.arange(len(origin.exposure))
    weights = 0.5 ** (ages / half)
    basis = float((weights * season[ages % 12] * origin.exposure).sum())
    if basis <= 0:
        return np.zeros(len(origin.history.customers))
    return origin.weighted(weights) * (origin.ahead(season, months) / basis)


def _share_without(origin: Origin, months: int) -> float | None:
    """The share of customers known one period earlier that did not order until the origin."""
    if origin.months <= months:
        return None
    earlier = Origin(origin.history, origin.back + months)
    if not earlier.known.any():
        return None
    _, days = earlier.happened(months)
    return float(np.mean(days[earlier.known] == 0))
