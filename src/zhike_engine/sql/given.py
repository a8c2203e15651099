"""A plan over facts that are given directly: metrics of customers as a policy's tests state them, no fact tables.

The statements read a table `given` with one row per customer:

    customer, name      ids
    k0…                 attributes of the customer
    g_m0…, h_m0…        a metric or score, and whether it is given; one that is not given is computed where it
                        follows from others, and not computable otherwise
    g_r0_prev…          previous grades and manual records
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date

from zhike_engine.plan.build import Plan, Planned
from zhike_engine.plan.rules import PlannedRating
from zhike_engine.policy import metrics as kinds
from zhike_engine.policy.model import Scorecard
from zhike_engine.sql.compile import Compiled, Compiler, Layer, Statement
from zhike_engine.sql.dialect import Dialect
from zhike_engine.sql.facts import Shape, full_shape
from zhike_engine.sql.values import Value

FOLLOWING = (kinds.Growth, kinds.Deviation, kinds.Formula, kinds.Lookup, kinds.Column)
"""Metrics that follow from other metrics or from attributes of the same customer."""


@dataclass(frozen=True)
class _AnyAttribute(Shape):
    def has(self, table: str, column: str) -> bool:
        return table == "customers" or super().has(table, column)


@dataclass(frozen=True)
class Given:
    """The compiled plan, and the columns that table `given` must have.

    `metrics` maps a metric or score to the end of its columns' names and its type; `attributes` maps an attribute to
    its column; `records` are columns of text, but for those ending in `_since`, which are dates.
    """

    compiled: Compiled
    metrics: Mapping[str, tuple[str, Value]]
    attributes: Mapping[str, str]
    records: tuple[str, ...]


def compile_given(plan: Plan, dialect: Dialect) -> Given:
    """Compile a plan over table `given`; quotas are left out, since they need neighbours."""
    compiler = _GivenCompiler(_without_quotas(plan), dialect)
    compiled = compiler.compile()
    metrics = {node.name: (node.column, compiled.values[node.name]) for node in plan.nodes}
    return Given(compiled, metrics, compiled.attributes, tuple(f"g_{name}" for _, name in compiler.records()))


def _without_quotas(plan: Plan) -> Plan:
    def bare(rating: PlannedRating) -> PlannedRating:
        return replace(rating, spec=rating.spec.model_copy(update={"quotas": []}))

    return replace(plan, ratings=tuple(bare(rating) for rating in plan.ratings))


class _GivenCompiler(Compiler):
    def __init__(self, plan: Plan, dialect: Dialect) -> None:
        super().__init__(plan, _AnyAttribute(full_shape().tables), dialect, draft=False)

    def records(self) -> list[tuple[str, str]]:
        return [(f"g_{name}", name) for _, name in super().records()]

    def beginnings(self) -> list[tuple[str, str]]:
        """Whoever is given by metrics is no newcomer, unless a metric says so."""
        return [(self.c.d.day(date(1900, 1, 1)), name) for name in self.c.beginnings.values()]

    def value(self, node: Planned) -> Value:
        value = super().value(node)
        if isinstance(node.spec, FOLLOWING):
            return replace(value, sql=self._either(node, value.sql), constant=None)
        return replace(value, sql=f"g_{node.column}", constant=None)

    def relative(self, nodes: list[Planned], base: str) -> Layer:
        for node in nodes:
            self.keep(node.name, self.relative_kind(node, ""), node.column)
        return Layer([(f"g_{node.column}", node.column) for node in nodes])

    def score(self, node: Planned) -> tuple[str, str]:
        assert isinstance(node.spec, Scorecard)
        sql, column = super().score(node)
        return self._either(node, sql), column

    def _either(self, node: Planned, computed: str) -> str:
        return f"(case when h_{node.column} then g_{node.column} else {computed} end)"

    def scans(self) -> list[Statement]:
        return []

    def first(self, columns: list[tuple[str, str]], scope: str) -> str:
        people = f"select s.* from given s where {scope or '1 = 1'}"
        shown = ", ".join(["p.*", *(f"{sql} as {name}" for sql, name in columns)])
        return f"select {shown} from ({people}) p"
