"""The customers in scope with everything known about each: attributes, rows, records, parameters."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

from zhike_engine.facts.tables import TABLES
from zhike_engine.oracle.expressions import Names, Sort, Unset, holds
from zhike_engine.oracle.numbers import Scalar, decimal_text, exact, rounded
from zhike_engine.oracle.rows import FactRow, Facts, Row, Tables, column_sort
from zhike_engine.plan.build import Plan

YES, NO = ("true", "1", "yes", "是"), ("false", "0", "no", "否")


@dataclass
class Customer:
    """One customer in scope. `values` are metrics, scores and `score.item` points so far."""

    id: Any
    row: Row
    facts: Mapping[str, Sequence[FactRow]]
    values: dict[str, Scalar] = field(default_factory=dict)
    columns: dict[str, Any] = field(default_factory=dict)

    def rows(self, table: str) -> Sequence[FactRow]:
        """Rows of a table that count for this customer."""
        return self.facts.get(table, ())


@dataclass
class World:
    """A plan over facts. `sorts` tells how each metric and score is kept."""

    plan: Plan
    facts: Facts
    customers: list[Customer]
    sorts: dict[str, Sort] = field(default_factory=dict)

    def names(self, customer: Customer) -> Names:
        """What names stand for in expressions about a customer."""
        return names_of(self.plan, customer, self.sorts)


def open_world(plan: Plan, tables: Tables) -> World:
    """Put each row with its customer, and keep the customers in scope, in the order of their ids."""
    facts = Facts(tables, plan.as_of, plan.document.currency)
    by_customer: dict[Any, dict[str, list[FactRow]]] = {}
    for table in TABLES:
        if table not in ("customers", "exchange_rates"):
            for row in facts.rows(table):
                by_customer.setdefault(row.customer, {}).setdefault(table, []).append(row)
    everybody = [
        Customer(row["customer"], row, by_customer.get(row["customer"], {})) for row in tables["customers"]
    ]
    everybody.sort(key=lambda one: one.id)
    scope = plan.scope
    inside = [one for one in everybody if scope is None or holds(scope, names_of(plan, one, {})) is True]
    return World(plan, facts, inside)


def names_of(plan: Plan, customer: Customer, sorts: Mapping[str, Sort]) -> Names:
    """Metrics, then parameters, then `customers.` attributes."""

    def value(name: str) -> Scalar:
        if name in sorts:
            return customer.values.get(name)
        if name in plan.parameters:
            return parameter(plan, name, value)
        return attribute(customer.row.get(name.removeprefix("customers.")), None)

    def sort(name: str) -> Sort:
        if name in sorts:
            return sorts[name]
        if name in plan.parameters:
            return parameter_sort(plan, name)
        column = {"since": "date", "direct": "flag"}
        return column.get(name.removeprefix("customers."), "text")  # type: ignore[return-value]

    def part(name: str) -> bool:
        return name in plan.parameters and plan.parameters[name].spec.type == "percent"

    return Names(value, sort, part)


def parameter(plan: Plan, name: str, names: Callable[[str], Scalar]) -> Scalar:
    """The value of a parameter, where it has local values by the customer's attribute; raises Unset."""
    found = plan.parameters[name]
    if found.value is None:
        raise Unset(name)
    if isinstance(found.value, (bool, str)):
        return found.value
    if found.local and found.spec.local:
        place = names(found.spec.local.by)
        if isinstance(place, str) and place in found.local:
            return exact(found.local[place])
    return exact(found.value)


def parameter_sort(plan: Plan, name: str) -> Sort:
    """How a parameter is kept: one with local values is no constant."""
    found = plan.parameters[name]
    if isinstance(found.value, bool) or found.unit == "flag":
        return "flag"
    if isinstance(found.value, str) or found.unit == "text":
        return "text"
    return "exact" if found.local else "constant"


def row_names(world: World, row: FactRow) -> Names:
    """What names stand for in the `where` of a table: parameters, then its columns."""
    plan = world.plan

    def value(name: str) -> Scalar:
        if name in plan.parameters:
            return parameter(plan, name, lambda _: None)
        return row.value(name)

    def sort(name: str) -> Sort:
        return parameter_sort(plan, name) if name in plan.parameters else column_sort(row.table, name)

    return Names(value, sort)


def attribute(found: Any, kind: str | None) -> Scalar:
    """An attribute of the customer read as a kind of metric column, or as it is when `kind` is None."""
    if found is None:
        return None
    if kind is None:
        return found if isinstance(found, (bool, date)) else _text(found)
    if kind == "text":
        return _text(found)
    if kind == "date":
        return found if isinstance(found, date) else _date(_text(found))
    if kind == "flag":
        word = _text(found).lower()
        return True if word in YES else False if word in NO else None
    return rounded(exact(found)) if isinstance(found, (int, Decimal)) else decimal_text(_text(found))


def _text(found: Any) -> str:
    if isinstance(found, bool):
        return "true" if found else "false"
    return str(found)


def _date(text: str) -> date | None:
    if not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text):
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def attribute_sort(kind: str) -> Sort:
    """How a column metric is kept."""
    sorts: dict[str, Sort] = {"text": "text", "flag": "flag", "date": "date"}
    return sorts.get(kind, "exact")


def as_fraction(value: Any) -> Fraction | None:
    """A stored decimal as a fraction; None stays None."""
    return None if value is None else Fraction(value)
