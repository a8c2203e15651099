"""What is written down about a customer: attributes, targets, judgements, forecasts, earlier grades, manual records."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from zhike_engine.oracle.events import whole_months
from zhike_engine.oracle.numbers import Scalar, decimal_text, rounded
from zhike_engine.oracle.rows import FactRow
from zhike_engine.oracle.tables import cell_of
from zhike_engine.oracle.world import Customer, World, as_fraction, attribute
from zhike_engine.policy import metrics as kinds


def column(spec: kinds.Column, world: World, customer: Customer) -> Scalar:
    """An attribute as a value of the metric's type; None when it cannot be read as one."""
    return attribute(customer.row.get(spec.column.removeprefix("customers.")), spec.type)


def lookup(spec: kinds.Lookup, world: World, customer: Customer) -> Scalar:
    """A value of a keyed table, by metrics and attributes."""
    return cell_of(world.plan, spec.lookup, world.names(customer))


def target(spec: kinds.Target, world: World, customer: Customer) -> Scalar:
    """Sum of the targets of a name whose whole period lies in the window."""
    window = world.plan.windows.read(spec.over)
    values = [
        as_fraction(row.row["value"])
        for row in customer.rows("targets")
        if row.row["target"] == spec.target and row.row["from_on"] in window and row.row["to_on"] in window
    ]
    known = [rounded(value) for value in values if value is not None]
    return sum(known[1:], known[0]) if known else None


def judgement(spec: kinds.Judgement, world: World, customer: Customer) -> Scalar:
    """The latest judgement while it is in date: a later one takes the place of an earlier one for good."""
    as_of = world.plan.as_of
    rows = [row.row for row in customer.rows("judgements") if row.row["judgement"] == spec.judgement]
    rows = [row for row in rows if row["judged_on"] <= as_of]
    if not rows:
        return None
    latest = max(rows, key=lambda row: row["judged_on"])
    until = latest.get("valid_until")
    if until is not None and until < as_of:
        return None
    if spec.reviewer == "required" and latest.get("reviewer") in (None, latest["judged_by"]):
        return None
    months = spec.valid_months
    if until is None and months is not None and whole_months(latest["judged_on"], as_of) >= months:
        return None
    return _judged(spec, str(latest["value"]))


def _judged(spec: kinds.Judgement, text: str) -> Scalar:
    """The answer, when the policy allows it."""
    match spec.type:
        case "choice":
            return text if not spec.choices or text in spec.choices else None
        case "flag":
            return {"true": True, "false": False}.get(text)
    score = decimal_text(text)
    low, high = spec.at_least, spec.at_most
    outside = score is None or (low is not None and score < low) or (high is not None and score > high)
    return None if outside else score


def forecast(spec: kinds.Forecast, world: World, customer: Customer) -> Scalar:
    """The latest stored output made by the as-of date; the last model by name, then its shortest horizon."""
    rows = [row.row for row in customer.rows("forecasts") if row.row["forecast"] == spec.forecast]
    rows = [row for row in rows if row["made_on"] <= world.plan.as_of]
    if not rows:
        return None
    made, model = max((row["made_on"], row["model"]) for row in rows)
    best = min(
        (row for row in rows if (row["made_on"], row["model"]) == (made, model)),
        key=lambda row: row["horizon_months"],
    )
    value = as_fraction(best["value"])
    return None if value is None else rounded(value)


def previous_grade(customer: Customer, rating: str) -> tuple[Any, Any]:
    """The last grade of a rating and the day it took effect."""
    for row in customer.rows("previous_grades"):
        if row.row["rating"] == rating:
            return row.row["grade"], row.row.get("since")
    return None, None


def record_in_force(world: World, customer: Customer, rating: str, kind: str) -> Any:
    """The grade of the manual record of a kind that is in force; the one that began last."""
    day = world.plan.as_of
    found = [row.row for row in _of(customer.rows("overrides"), rating, kind)]
    found = [row for row in found if row["from_on"] <= day <= row["until_on"]]
    return max(found, key=lambda row: row["from_on"])["grade"] if found else None


def _of(rows: Iterable[FactRow], rating: str, kind: str) -> Iterable[FactRow]:
    return (row for row in rows if row.row["rating"] == rating and row.row["kind"] == kind)
