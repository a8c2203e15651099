"""What customers may order next: the forecast of a run, from its frozen facts and what is known of industries (GRD-20)."""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq

from zhike.forecasts import Orders, read_forecasts, read_orders, write_forecasts
from zhike.grading.frozen import Folder, folder_of
from zhike.grading.marks import lang
from zhike.grading.models import GradingRun
from zhike.intelligence.offering import industry_growth
from zhike_engine.backends.duckdb import DuckDB
from zhike_engine.errors import ZhikeError
from zhike_engine.facts.seal import seal
from zhike_engine.forecast import EXPECTED_AMOUNT, compare, ends_on, forecast
from zhike_engine.forecast.methods import AMOUNT_METHODS, CHURN_METHODS
from zhike_engine.policy.load import Policy
from zhike_engine.policy.metrics import Forecast
from zhike_engine.words import Lang

HORIZON, CHURN = 12, 6
"""Months that an amount and a risk speak of."""
LANGS: tuple[Lang, ...] = ("zh", "en")
BACK = 12
"""So many earlier runs are looked back upon."""


def reads_forecasts(policy: Policy) -> bool:
    """Whether a metric of the policy is a forecast, so that it must be there before grading."""
    return any(isinstance(spec, Forecast) for spec in policy.document.metrics.values())


def file_of(folder: Folder) -> Path:
    """Where a run's forecasts lie: among its facts where the policy reads them, else beside."""
    among = folder.facts / "forecasts.parquet"
    return among if among.is_file() else folder.path / "forecasts.parquet"


def make_outlook(owner: GradingRun) -> None:
    """Forecast every customer as of the run's day, keep the rows, and tell the board how it was done."""
    folder = folder_of(owner)
    policy = folder.policy()
    found = _outlook(folder, owner.as_of, policy, among=reads_forecasts(policy))
    current = GradingRun.objects.only("board").get(pk=owner.pk)
    current.board["forecast"] = found
    current.save(update_fields=["board"])
    owner.board = current.board


def _outlook(folder: Folder, as_of: date, policy: Policy, *, among: bool) -> dict[str, Any]:
    backend = DuckDB(folder.facts)
    try:
        orders = _only(read_orders(backend, as_of, policy.document.currency), graded(folder))
        there = set(orders.customers)
        groups = {name: word for name, word in (orders.industries or {}).items() if name in there}
        known = {name: rate for name, rate in industry_growth(as_of).items() if name in set(groups.values())}
        made = forecast(
            orders.history(), as_of, horizon_months=HORIZON, churn_months=CHURN, growth=known, groups=groups
        )
        rows = made.to_rows()
    except ZhikeError as problem:
        return {"none": {lang: problem.message.pick(lang) for lang in LANGS}}
    finally:
        backend.close()
    write_forecasts(rows, (folder.facts if among else folder.path) / "forecasts.parquet")
    if among:
        seal(folder.facts)
    score = made.backtest.overall_amount(made.method_amount)
    amounts = [row for row in rows if row.forecast == EXPECTED_AMOUNT]
    return {
        "method": made.method_amount, "risk_method": made.method_churn, "months": HORIZON, "risk_months": CHURN,
        "level": made.backtest.level if made.backtest.ranges is not None else None,
        "customers": len(amounts), "expected": str(sum((row.value for row in amounts), Decimal(0))),
        "growth": {name: str(rate) for name, rate in known.items()},
        "ends_on": ends_on(as_of, HORIZON).isoformat(),
        "tested": None if score is None or not score.mean else {
            "customers": score.customers, "error": _number(score.mae / score.mean), "inside": _number(score.coverage),
        },
    }  # fmt: skip


def graded(folder: Folder) -> set[str]:
    """The customers that a run graded; empty while nobody knows."""
    file = folder.path / "result.parquet"
    return set(pq.read_table(file, columns=["customer"])["customer"].to_pylist()) if file.is_file() else set()


def _only(orders: Orders, wanted: set[str]) -> Orders:
    """The orders of some customers; of all when none are named."""
    if not wanted:
        return orders
    kept = [place for place, name in enumerate(orders.customers) if name in wanted]
    places = np.full(len(orders.customers), -1, dtype=np.int64)
    places[kept] = np.arange(len(kept))
    rows = places[orders.customer] >= 0
    return replace(
        orders, customers=tuple(orders.customers[place] for place in kept), customer=places[orders.customer[rows]],
        day=orders.day[rows], amount=orders.amount[rows], orders=orders.orders[rows],
    )  # fmt: skip


def _number(value: float) -> float | None:
    return None if math.isnan(value) else round(value, 4)


def outlook_of(owner: GradingRun, customer: int) -> dict[str, Any]:
    """Forecast name -> its row, for one customer of a run; empty where there is none."""
    file = file_of(folder_of(owner))
    if not file.is_file():
        return {}
    rows = pq.read_table(file, filters=[("customer", "=", str(customer))]).to_pylist()
    return {str(row["forecast"]): {**row, "method": method_words(row["model"])} for row in rows}


def method_words(code: str) -> str:
    """How a forecast was made, in the reader's language; its code where this version does not know it."""
    known = {**AMOUNT_METHODS, **CHURN_METHODS}.get(code.partition("/")[0])
    return known.title.pick(lang()) if known else code


def hindsight(owner: GradingRun, facts: Folder, day: date) -> dict[str, Any] | None:
    """What came of a run's forecasts, by the facts of a later run; None while no period is over."""
    file = file_of(folder_of(owner))
    if not file.is_file() or ends_on(owner.as_of, CHURN) > day:
        return None
    backend = DuckDB(facts.facts)
    try:
        orders = read_orders(backend, day, folder_of(owner).policy().document.currency)
        found = compare(rows := read_forecasts(file), orders.actuals(rows))
    finally:
        backend.close()
    amounts = [one for one in found.outcomes if one.forecast == EXPECTED_AMOUNT]
    worst = sorted(amounts, key=lambda one: -abs(one.error))[:50]
    return {
        "day": day.isoformat(),
        "sentences": [{"zh": one.sentence().zh, "en": one.sentence().en} for one in found.summaries],
        "waiting": found.waiting,
        "outcomes": {
            one.customer: [str(one.value), str(one.low or ""), str(one.high or ""), str(one.actual), one.inside]
            for one in worst
        },
    }  # fmt: skip


def look_back(owner: GradingRun) -> None:
    """Compare what earlier runs of the policy forecast with what the facts of this one say."""
    earlier = GradingRun.objects.filter(
        version__policy=owner.version.policy, as_of__lt=owner.as_of, board__has_key="forecast"
    ).exclude(pk=owner.pk)
    for one in earlier.order_by("-as_of")[:BACK]:
        if one.board.get("hindsight", {}).get("waiting") == 0:
            continue
        found = hindsight(one, folder_of(owner), owner.as_of)
        if found is not None:
            one.board["hindsight"] = found
            one.save(update_fields=["board"])
