"""The rolling-origin back-test: stand at earlier month borders, look ahead with what was known there, and compare."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np

from zhike_engine.errors import ParameterInvalid
from zhike_engine.forecast import scores
from zhike_engine.forecast.bgnbd import BgNbd
from zhike_engine.forecast.evidence import AmountScore, Backtest, ChurnScore
from zhike_engine.forecast.history import UNITS, Booleans, Floats, History
from zhike_engine.forecast.methods import (
    AMOUNT_METHODS,
    CHURN_METHODS,
    amounts,
    churn,
    fit_orders,
    forecastable,
)
from zhike_engine.forecast.origins import Origin
from zhike_engine.forecast.ranges import learn
from zhike_engine.messages import say

UNPROVEN_AMOUNT = "decayed_mean"


def backtest(
    history: History,
    *,
    horizon_months: int = 12,
    churn_months: int = 6,
    step_months: int = 3,
    most_origins: int = 8,
    fewest_months: int = 12,
    level: float = 0.8,
) -> Backtest:
    """Look ahead from every `step_months`-th border that has `fewest_months` behind it and the horizon after it.

    The method with the smallest error over all customers and origins wins; of equals the simpler. A method that
    cannot be computed at every origin does not take part. Without any origin the decayed mean and the best model
    that can be fitted are used, unproven and without a range. Raises ParameterInvalid for counts out of bounds.
    """
    check_months(horizon_months=horizon_months, churn_months=churn_months, step_months=step_months)
    if not 0.5 <= level <= 0.99:
        raise ParameterInvalid(
            say("the level `{level}` is not between 0.5 and 0.99", level=level), hint=say("0.8 is usual")
        )
    stand = _Stands(history, history.months - fewest_months, step_months, most_origins)
    trials = stand.amount_trials(horizon_months)
    silences = stand.churn_trials(churn_months)
    amount_rows = _amount_rows(trials, history.typical_order, level, horizon_months)
    churn_rows = _churn_rows(silences)
    winner = _smallest({row.method: row.error for row in amount_rows if row.origin is None})
    winner_churn = _smallest({row.method: row.brier for row in churn_rows if row.origin is None})
    cases = _together(trials, winner) if winner else None
    return Backtest(
        as_of=history.as_of,
        horizon_months=horizon_months,
        churn_months=churn_months,
        level=level,
        months=history.months,
        needed_amount=horizon_months + fewest_months,
        needed_churn=churn_months + fewest_months,
        amount=amount_rows,
        churn=churn_rows,
        winner_amount=winner or UNPROVEN_AMOUNT,
        winner_churn=winner_churn or _unproven_churn(history, churn_months),
        ranges=learn(*cases, offset=history.typical_order, level=level) if cases else None,
    )


def check_months(**months: int) -> None:
    """Refuse month counts below 1 or above 60; raises ParameterInvalid."""
    for name, value in months.items():
        if not 1 <= value <= 60:
            raise ParameterInvalid(
                say("`{name}` is `{value}`", name=name, value=value), hint=say("give between 1 and 60 months")
            )


@dataclass(frozen=True, eq=False)
class _AmountTrial:
    """One origin: float64[k] of the customers that had a forecast there, in 1/10000."""

    as_of: date
    back: int
    actual: Floats
    predicted: Mapping[str, Floats]


@dataclass(frozen=True, eq=False)
class _ChurnTrial:
    """One origin: bool[k] whether no order came, and float64[k] its probability, for customers known there."""

    as_of: date
    silent: Booleans
    predicted: Mapping[str, Floats]


class _Stands:
    """The origins of one back-test; an origin that serves both questions is fitted once."""

    def __init__(self, history: History, deepest: int, step: int, most: int) -> None:
        self.history = history
        self.deepest = deepest
        self.step = step
        self.most = most
        self._seen: dict[int, tuple[Origin, BgNbd | None]] = {}

    def amount_trials(self, months: int) -> list[_AmountTrial]:
        """One trial per origin that has `months` after it, newest first."""
        trials = []
        for origin, model in self._with(months):
            who = forecastable(origin)
            if who.any():
                found = {name: values[who] for name, values in amounts(origin, model, months).items()}
                actual, _ = origin.happened(months)
                trials.append(_AmountTrial(origin.as_of, origin.back, actual[who], found))
        return trials

    def churn_trials(self, months: int) -> list[_ChurnTrial]:
        """One trial per origin that has `months` after it, newest first."""
        trials = []
        for origin, model in self._with(months):
            who = origin.known
            if who.any():
                found = {name: values[who] for name, values in churn(origin, model, months).items()}
                _, days = origin.happened(months)
                trials.append(_ChurnTrial(origin.as_of, np.asarray(days[who] == 0), found))
        return trials

    def _with(self, months: int) -> Iterable[tuple[Origin, BgNbd | None]]:
        for back in range(months, self.deepest + 1, self.step)[: self.most]:
            if back not in self._seen:
                origin = Origin(self.history, back)
                self._seen[back] = origin, fit_orders(origin)
            yield self._seen[back]


def _smallest(errors: Mapping[str, float]) -> str | None:
    """The name with the smallest error, the first of equals; None when nothing was measured."""
    measured = [name for name in errors if not math.isnan(errors[name])]
    return min(measured, key=lambda name: float(f"{errors[name]:.9g}"), default=None)


def _unproven_churn(history: History, months: int) -> str:
    origin = Origin(history, 0)
    model = fit_orders(origin)
    found = churn(origin, model, months)
    if model is not None and model.settled:
        return "bgnbd"
    return "base_rate" if "base_rate" in found else "own_rate"


def _in_all(methods: Iterable[str], found: Sequence[Mapping[str, Floats]]) -> list[str]:
    return [name for name in methods if found and all(name in one for one in found)]


def _together(trials: Sequence[_AmountTrial], name: str) -> tuple[Floats, Floats]:
    return (
        np.concatenate([trial.predicted[name] for trial in trials]),
        np.concatenate([trial.actual for trial in trials]),
    )


def _amount_rows(
    trials: Sequence[_AmountTrial], offset: float, level: float, months: int
) -> tuple[AmountScore, ...]:
    rows = []
    for name in _in_all(AMOUNT_METHODS, [trial.predicted for trial in trials]):
        ranged = [_range_then(trials, place, name, offset, level, months) for place in range(len(trials))]
        for trial, ends in zip(trials, ranged, strict=True):
            rows.append(_amount_score(name, trial.as_of, trial.predicted[name], trial.actual, *ends))
        low, high = (np.concatenate(ends) for ends in zip(*ranged, strict=True))
        rows.append(_amount_score(name, None, *_together(trials, name), low, high))
    return tuple(rows)


def _amount_score(
    name: str, origin: date | None, predicted: Floats, actual: Floats, low: Floats, high: Floats
) -> AmountScore:
    ranged = ~np.isnan(low)
    return AmountScore(
        method=name,
        origin=origin,
        customers=len(actual),
        mean=float(actual.mean()) / UNITS,
        mae=scores.mae(predicted, actual) / UNITS,
        rmse=scores.rmse(predicted, actual) / UNITS,
        ratio=scores.ratio(predicted, actual),
        error=scores.combined(predicted, actual) / UNITS,
        coverage=scores.covered(low[ranged], high[ranged], actual[ranged]),
    )


def _range_then(
    trials: Sequence[_AmountTrial], place: int, name: str, offset: float, level: float, months: int
) -> tuple[Floats, Floats]:
    """Ranges as they could have been given at one origin: from origins whose outcome was known by then.

    Where there is none, one half of the customers of the same origin gives the ranges of the other half.
    """
    trial = trials[place]
    predicted = trial.predicted[name]
    past = [other for other in trials if other.back >= trial.back + months]
    if past:
        parts = [(np.ones(len(predicted), dtype=np.bool_), _together(past, name))]
    else:
        even = np.arange(len(predicted)) % 2 == 0
        parts = [(half, (predicted[~half], trial.actual[~half])) for half in (even, ~even)]
    low, high = np.full(len(predicted), np.nan), np.full(len(predicted), np.nan)
    for who, cases in parts:
        ranges = learn(*cases, offset=offset, level=level)
        if ranges is not None:
            low[who], high[who] = ranges.around(predicted[who])
    return low, high


def _churn_rows(trials: Sequence[_ChurnTrial]) -> tuple[ChurnScore, ...]:
    rows = []
    for name in _in_all(CHURN_METHODS, [trial.predicted for trial in trials]):
        rows += [_churn_score(name, trial.as_of, trial.predicted[name], trial.silent) for trial in trials]
        together = np.concatenate([trial.predicted[name] for trial in trials])
        rows.append(_churn_score(name, None, together, np.concatenate([trial.silent for trial in trials])))
    return tuple(rows)


def _churn_score(name: str, origin: date | None, predicted: Floats, silent: Booleans) -> ChurnScore:
    return ChurnScore(
        method=name,
        origin=origin,
        customers=len(silent),
        share=float(silent.mean()),
        predicted=float(predicted.mean()),
        brier=scores.brier(predicted, silent),
        auc=scores.auc(predicted, silent),
    )
