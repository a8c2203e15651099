"""After the period has passed: what was forecast, what happened, and how large the error was."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

import numpy as np
from numpy.typing import ArrayLike

from zhike_engine.errors import FactsInvalid
from zhike_engine.forecast import scores
from zhike_engine.forecast.evidence import AmountScore, ChurnScore, percent
from zhike_engine.forecast.history import UNITS, Integers, checked_columns, columns_of
from zhike_engine.forecast.months import add_months, day_number
from zhike_engine.forecast.outlook import CHURN_RISK, EXPECTED_AMOUNT, ForecastRow
from zhike_engine.messages import say
from zhike_engine.words import Text


@dataclass(frozen=True, eq=False)
class Actuals:
    """What happened in the `months` after `made_on`: one place per customer.

    `amount`: int64[n] in 1/10000 of the policy's currency, returns taken off; `orders`: int64[n].
    """

    customers: tuple[str, ...]
    made_on: date
    months: int
    amount: Integers
    orders: Integers


@dataclass(frozen=True, slots=True)
class Outcome:
    """One forecast and what came: for an amount the amount; for a churn risk 1 without an order, else 0.

    `error` is forecast less actual; `inside` tells whether the range held it, None without a range.
    """

    customer: str
    forecast: str
    made_on: date
    horizon_months: int
    value: Decimal
    low: Decimal | None
    high: Decimal | None
    actual: Decimal
    error: Decimal
    inside: bool | None


@dataclass(frozen=True, slots=True)
class Hindsight:
    """The error of one forecast over its customers. `newcomers` is the amount of customers it did not speak of."""

    forecast: str
    made_on: date
    ended_on: date
    score: AmountScore | ChurnScore
    newcomers: Decimal

    def sentence(self) -> Text:
        """The error in words."""
        score = self.score
        span = {
            "made": self.made_on,
            "ended": self.ended_on,
            "model": score.method,
            "customers": score.customers,
        }
        if isinstance(score, ChurnScore):
            return _CHURN.format(
                **span,
                predicted=percent(score.predicted),
                share=percent(score.share),
                brier=f"{score.brier:.4f}",
            )
        return _AMOUNT.format(
            **span,
            expected=f"{score.mean * score.customers * score.ratio:,.2f}" if score.mean else "—",
            actual=f"{score.mean * score.customers:,.2f}",
            mae=f"{score.mae:,.2f}",
            share=percent(score.mae / score.mean if score.mean > 0 else math.nan),
            inside=percent(score.coverage),
            newcomers=f"{self.newcomers:,.2f}",
        )


@dataclass(frozen=True, slots=True)
class Comparison:
    """`outcomes` in the order of the forecast rows; one `summaries` entry per forecast, day, horizon and model.

    `waiting` rows have a period that no actuals were given for; `unknown` customers are not among the actuals.
    """

    outcomes: tuple[Outcome, ...]
    summaries: tuple[Hindsight, ...]
    waiting: int
    unknown: tuple[str, ...]


def actuals_from_orders(
    customers: Sequence[str],
    rows: Iterable[tuple[str, date, int]],
    *,
    made_on: date,
    months: int,
    as_of: date,
) -> Actuals:
    """As `actuals_from_arrays`, from rows of (customer, day, amount in 1/10000); above zero is an order."""
    columns = columns_of(customers, rows)
    return actuals_from_arrays(customers, *columns, made_on=made_on, months=months, as_of=as_of)


def actuals_from_arrays(
    customers: Sequence[str],
    customer: ArrayLike,
    day: ArrayLike,
    amount: ArrayLike,
    *,
    made_on: date,
    months: int,
    as_of: date,
    orders: ArrayLike | None = None,
) -> Actuals:
    """Add up what happened after `made_on`; columns as in `history_from_arrays`, facts complete up to `as_of`.

    Raises FactsInvalid when the period is not over on `as_of`.
    """
    last = ends_on(made_on, months)
    if as_of < last:
        raise FactsInvalid(
            say(
                "the {months} months after `{made_on}` end on `{last}`, and the facts on `{as_of}`",
                months=months,
                made_on=made_on,
                last=last,
                as_of=as_of,
            ),
            hint=say("compare when the period is over"),
        )
    names = tuple(customers)
    who, when, value, count = checked_columns(names, customer, day, amount, orders)
    inside = (when > day_number(made_on)) & (when <= day_number(last))
    total, ordered = np.zeros(len(names), dtype=np.int64), np.zeros(len(names), dtype=np.int64)
    np.add.at(total, who[inside], value[inside])
    np.add.at(ordered, who[inside], count[inside])
    return Actuals(names, made_on, months, total, ordered)


def ends_on(made_on: date, months: int) -> date:
    """The last day of the period that a forecast speaks of."""
    return add_months(made_on + timedelta(days=1), months) - timedelta(days=1)


def compare(rows: Iterable[ForecastRow], actuals: Sequence[Actuals]) -> Comparison:
    """Set forecasts beside what happened. Each row meets the actuals of its own day and horizon.

    Rows of other forecasts than `expected_amount` and `churn_risk` are passed over.
    """
    periods = {(one.made_on, one.months): (one, _places(one)) for one in actuals}
    groups: dict[tuple[str, date, int, str], list[Outcome]] = {}
    outcomes: list[Outcome] = []
    unknown: dict[str, None] = {}
    waiting = 0
    for row in rows:
        if row.forecast not in (EXPECTED_AMOUNT, CHURN_RISK):
            continue
        if (row.made_on, row.horizon_months) not in periods:
            waiting += 1
            continue
        found, places = periods[row.made_on, row.horizon_months]
        if row.customer not in places:
            unknown[row.customer] = None
            continue
        outcome = _outcome(row, found, places[row.customer])
        outcomes.append(outcome)
        key = row.forecast, row.made_on, row.horizon_months, row.model.split(",")[0]
        groups.setdefault(key, []).append(outcome)
    summaries = tuple(
        _summary(group, model, periods[made_on, months][0])
        for (_, made_on, months, model), group in sorted(groups.items(), key=lambda item: item[0])
    )
    return Comparison(tuple(outcomes), summaries, waiting, tuple(unknown))


def _places(actuals: Actuals) -> Mapping[str, int]:
    return {name: place for place, name in enumerate(actuals.customers)}


def _outcome(row: ForecastRow, actuals: Actuals, place: int) -> Outcome:
    if row.forecast == EXPECTED_AMOUNT:
        actual = Decimal(int(actuals.amount[place])) / UNITS
    else:
        actual = Decimal(int(actuals.orders[place] == 0))
    inside = None if row.low is None or row.high is None else row.low <= actual <= row.high
    return Outcome(
        customer=row.customer,
        forecast=row.forecast,
        made_on=row.made_on,
        horizon_months=row.horizon_months,
        value=row.value,
        low=row.low,
        high=row.high,
        actual=actual,
        error=row.value - actual,
        inside=inside,
    )


def _summary(group: Sequence[Outcome], model: str, actuals: Actuals) -> Hindsight:
    predicted = np.array([float(one.value) for one in group])
    actual = np.array([float(one.actual) for one in group])
    first = group[0]
    score: AmountScore | ChurnScore
    if first.forecast == EXPECTED_AMOUNT:
        ranged = [one.inside for one in group if one.inside is not None]
        score = AmountScore(
            method=model,
            origin=first.made_on,
            customers=len(group),
            mean=float(actual.mean()),
            mae=scores.mae(predicted, actual),
            rmse=scores.rmse(predicted, actual),
            ratio=scores.ratio(predicted, actual),
            error=scores.combined(predicted, actual),
            coverage=sum(ranged) / len(ranged) if ranged else math.nan,
        )
    else:
        silent = actual > 0
        score = ChurnScore(
            method=model,
            origin=first.made_on,
            customers=len(group),
            share=float(silent.mean()),
            predicted=float(predicted.mean()),
            brier=scores.brier(predicted, silent),
            auc=scores.auc(predicted, silent),
        )
    spoken_of = {one.customer for one in group}
    others = sum(
        int(amount)
        for name, amount in zip(actuals.customers, actuals.amount, strict=True)
        if name not in spoken_of
    )
    ended_on = ends_on(first.made_on, first.horizon_months)
    return Hindsight(first.forecast, first.made_on, ended_on, score, Decimal(others) / UNITS)


_AMOUNT = Text(
    zh="{made} 作出的订单金额预测（{model}），期间至 {ended}：{customers} 个客户，预测合计 {expected}，实际 {actual}；"
    "平均绝对误差每客户 {mae}，为实际均额的 {share}；区间内 {inside}；未作预测的客户另有 {newcomers}。",
    en="Order amount forecast on {made} for the period to {ended} ({model}): {customers} customers, "
    "{expected} forecast, {actual} came; mean absolute error {mae} per customer, {share} of the mean amount; "
    "{inside} within the range; customers without a forecast brought {newcomers} more.",
)
_CHURN = Text(
    zh="{made} 作出的流失风险预测（{model}），期间至 {ended}：{customers} 个客户，预测 {predicted} 不再下单，实际 {share}；"
    "Brier 误差 {brier}。",
    en="Churn risk forecast on {made} for the period to {ended} ({model}): {customers} customers, "
    "{predicted} expected to place no order, {share} placed none; Brier score {brier}.",
)
