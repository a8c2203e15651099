"""Metrics that somebody states: attributes, keyed tables, targets, judgements, forecasts."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from zhike_engine.plan.windows import Window
from zhike_engine.policy import metrics as kinds
from zhike_engine.sql import values as v
from zhike_engine.sql.context import Context
from zhike_engine.sql.values import MONEY, Value


def column(spec: kinds.Column, c: Context) -> Value:
    """An attribute of the customer; empty where the facts do not have it."""
    name = spec.column.removeprefix("customers.")
    found = c.attribute(name, spec.type)
    if found is None:
        storage: Any = {"text": "text", "flag": "flag", "date": "date"}.get(spec.type, "exact")
        return Value(c.null(storage), storage, _column_unit(spec.type), MONEY if storage == "exact" else 1)
    return found


def _column_unit(kind: str) -> str:
    return {"number": "number", "integer": "any", "money": "money"}.get(kind, kind)


def lookup(spec: kinds.Lookup, c: Context) -> Value:
    """A value of a keyed table."""
    value = c.customer_table(spec.lookup)
    return Value(value.sql, value.storage, spec.unit if value.numeric else value.unit, value.denominator)


def target(spec: kinds.Target, c: Context) -> Value:
    """The targets of a name whose whole period lies in the window."""
    reading = c.reading("targets")
    if not reading.present:
        return Value(c.null("exact"), "exact", spec.unit, MONEY)
    window, d = c.window(spec.over), c.d
    filters = [f"t.target = {d.text(spec.target)}", f"t.to_on < {d.day(window.end)}"]
    if window.start is not None:
        filters.append(f"t.from_on >= {d.day(window.start)}")
    everything = Window(None, window.end)
    sql = c.scan(reading, "from_on").add("total", d.money("t.value"), everything, tuple(filters))
    return Value(sql, "exact", spec.unit, MONEY)


def judgement(spec: kinds.Judgement, c: Context) -> Value:
    """The latest judgement, while it counts."""
    if not c.shape_has("judgements"):
        storage: Any = {"score": "exact", "choice": "text", "flag": "flag"}[spec.type]
        return Value(c.null(storage), storage, *_judged(spec))
    sql = c.latest_judgement(spec.judgement, spec.valid_months, spec.reviewer == "required")
    if spec.type == "choice":
        allowed = ", ".join(c.d.text(choice) for choice in spec.choices)
        return Value(f"(case when {sql} in ({allowed}) then {sql} end)" if allowed else sql, "text", "text")
    if spec.type == "flag":
        yes, no = c.d.flag(True), c.d.flag(False)
        return Value(
            f"(case when {sql} = 'true' then {yes} when {sql} = 'false' then {no} end)", "flag", "flag"
        )
    score = Value(c.d.money(c.d.decimal_of(sql)), "exact", "points", MONEY)
    ends = ((">=", spec.at_least), ("<=", spec.at_most))
    tests = [v.compare(op, score, v.constant(end), c.d) for op, end in ends if end is not None]
    return replace(score, sql=f"(case when {' and '.join(tests)} then {score.sql} end)") if tests else score


def _judged(spec: kinds.Judgement) -> tuple[str, int]:
    return {"score": ("points", MONEY), "choice": ("text", 1), "flag": ("flag", 1)}[spec.type]


def forecast(spec: kinds.Forecast, c: Context) -> Value:
    """The latest stored forecast."""
    if not c.shape_has("forecasts"):
        return Value(c.null("exact"), "exact", spec.unit, MONEY)
    return Value(c.d.money(c.latest_forecast(spec.forecast)), "exact", spec.unit, MONEY)
