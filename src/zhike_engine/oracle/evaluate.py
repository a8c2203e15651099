"""Evaluate a plan over plain rows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from zhike_engine.language.parse import parse
from zhike_engine.oracle import aggregates, population, records
from zhike_engine.oracle.events import waits_for_event
from zhike_engine.oracle.expressions import Sort, sort_of
from zhike_engine.oracle.numbers import Scalar
from zhike_engine.oracle.ratings import rate
from zhike_engine.oracle.rows import Tables
from zhike_engine.oracle.scorecards import score_world
from zhike_engine.oracle.tables import table_sort
from zhike_engine.oracle.world import World, attribute_sort, open_world
from zhike_engine.plan.build import Plan, Planned
from zhike_engine.policy import metrics as kinds
from zhike_engine.policy.model import Scorecard

AUTHORS: dict[type, aggregates.Author] = {
    **aggregates.AUTHORS,
    kinds.Column: records.column,
    kinds.Lookup: records.lookup,
    kinds.Target: records.target,
    kinds.Judgement: records.judgement,
    kinds.Forecast: records.forecast,
}
"""Kind -> how it is computed for one customer; the kinds of `population.AUTHORS` need all of them."""


@dataclass(frozen=True)
class Evaluation:
    """What came out: per customer the metrics, scores and grades by name, and the rating columns by column name.

    Exact numbers are fractions in their unit (currency units, days, points), doubles are floats, None is unknown.
    """

    customers: tuple[Any, ...]
    values: dict[Any, dict[str, Scalar]]
    columns: dict[Any, dict[str, Any]]


def evaluate(plan: Plan, tables: Tables) -> Evaluation:
    """Every number and every step of every rating for every customer in scope.

    `tables` holds plain rows: text or whole-number ids, Decimal amounts, dates, booleans; None or no key where a cell
    is empty. Raises expressions.Unset for a parameter without value, rows.RateMissing for an amount without rate.
    """
    world = open_world(plan, tables)
    for node in plan.nodes:
        _node(node, world)
    for rating in plan.ratings:
        rate(rating, world)
    return Evaluation(
        customers=tuple(customer.id for customer in world.customers),
        values={customer.id: dict(customer.values) for customer in world.customers},
        columns={customer.id: dict(customer.columns) for customer in world.customers},
    )


def _node(node: Planned, world: World) -> None:
    if isinstance(node.spec, Scorecard):
        score_world(node.name, node.spec, world)
        return
    relative = population.AUTHORS.get(type(node.spec))
    if relative is not None:
        found = relative(node.spec, world)
    else:
        author = AUTHORS[type(node.spec)]
        found = [
            None if waits_for_event(node.spec, world, one) else author(node.spec, world, one)
            for one in world.customers
        ]
    for customer, value in zip(world.customers, found, strict=True):
        customer.values[node.name] = value
    world.sorts[node.name] = _sort(node.spec, world)


def _sort(spec: Any, world: World) -> Sort:
    """How a metric is kept."""
    match spec:
        case kinds.Average() | kinds.Growth() | kinds.Share() | kinds.Percentile() | kinds.CumulativeShare():
            return "double"
        case kinds.Median() | kinds.Volatility() | kinds.Deviation():
            return "double"
        case kinds.Minimum(minimum=place) | kinds.Maximum(maximum=place):
            return aggregates.place_sort(place)
        case kinds.Column(type=kind):
            return attribute_sort(kind)
        case kinds.Judgement(type=kind):
            return "text" if kind == "choice" else "flag" if kind == "flag" else "exact"
        case kinds.Lookup(lookup=table):
            return table_sort(world.plan, table)
        case kinds.Formula():
            return _formula_sort(spec, world)
    return "exact"


def _formula_sort(spec: kinds.Formula, world: World) -> Sort:
    if spec.unit == "money":
        return "exact"
    if not world.customers:
        return "double"
    found = sort_of(parse(spec.formula), world.names(world.customers[0]))
    return "exact" if found == "constant" else found
