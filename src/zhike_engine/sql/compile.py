"""The compiler: a plan and the shape of the facts in, a short list of statements out.

    statement       what it holds
    x0, g1, l2 …    one row per customer with facts: the aggregates of one scan
    z0, z1 …        one row per customer in scope: attributes, metrics and scores so far
    metrics         the last of them
    result          metrics, and every column of every rating

Each statement is a stage that a backend keeps as a temporary table.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import TypeVar

from zhike_engine.language.nodes import Compare
from zhike_engine.messages import NOTHING, Said, say
from zhike_engine.plan.build import Plan, Planned
from zhike_engine.plan.graph import POPULATION
from zhike_engine.plan.rules import Leaf, PlannedRating
from zhike_engine.plan.windows import WindowInvalid
from zhike_engine.policy import metrics as kinds
from zhike_engine.policy.model import Scorecard
from zhike_engine.sql.chain import Chain, staged
from zhike_engine.sql.context import Context
from zhike_engine.sql.dialect import Dialect
from zhike_engine.sql.expressions import UnknownName, UnsetName, condition_sql, to_sql
from zhike_engine.sql.facts import Shape
from zhike_engine.sql.metrics import author
from zhike_engine.sql.population import Joins, relative
from zhike_engine.sql.ratings import RatingAuthor
from zhike_engine.sql.scores import item_points, total
from zhike_engine.sql.values import TypeMismatch, Value

T = TypeVar("T")


@dataclass(frozen=True)
class Statement:
    """A stage: the SELECT, the name under which its rows are kept, and earlier stages that nobody reads after it.

    `chain` is the same SELECT by its steps, for engines that plan deep nesting badly or not at all.
    """

    name: str
    select: str
    spent: tuple[str, ...] = ()
    chain: Chain | None = None

    @property
    def pieces(self) -> list[tuple[str, str]]:
        """The stage as (name, SELECT), in pieces that the engine plans well; only the last is read later."""
        return [(self.name, self.select)] if self.chain is None else [*staged(self.name, self.chain)]


@dataclass(frozen=True)
class Fault:
    """Why an element cannot be compiled; `path` is its place in the document."""

    path: tuple[str | int, ...]
    message: Said
    hint: Said = NOTHING
    unknown: str = ""
    """The unknown name, where that is the fault."""


@dataclass(frozen=True)
class Compiled:
    """The statements of a plan for one engine, and how to read the columns they make.

    `values` maps metrics, scores and `score.item` points to their typed columns; `unset` names the parameters that
    the statements need and that are unset; `dropped` lists condition columns that do not apply.
    """

    plan: Plan
    dialect: Dialect
    shape: Shape
    metrics: tuple[Statement, ...]
    result: Statement
    values: dict[str, Value]
    attributes: dict[str, str]
    unset: frozenset[str]
    dropped: frozenset[str]
    faults: tuple[Fault, ...]
    context: Context

    def sides(self, rating: PlannedRating, leaf: Leaf) -> tuple[Value | None, Value | None]:
        """The value that a condition looks at and its limit, over table `result`; None where it has no such side."""
        node = leaf.node
        if not isinstance(node, Compare):
            return None, None
        codes = {one.name: Value(f"{one.prefix}_grade", "text", "text") for one in self.plan.ratings}
        names = RatingAuthor(rating, self.context, codes).names
        found: list[Value | None] = []
        for side in (node.left, node.right):
            try:
                found.append(to_sql(side, names, self.dialect))
            except (UnknownName, UnsetName, TypeMismatch):
                found.append(None)
        return found[0], found[1]

    @property
    def statements(self) -> tuple[Statement, ...]:
        """Every stage in order."""
        return (*self.metrics, self.result)


def compile_plan(
    plan: Plan, shape: Shape, dialect: Dialect, *, draft: bool = False, suffix: str = "", base: str = ""
) -> Compiled:
    """Compile a plan. Faults are gathered, never raised; a plan with faults must not be run.

    `suffix` ends the name of every stage. `base` is a SELECT with the metrics, for ratings over rows that are
    already there; it stands for the stage `metrics` then.
    """
    compiler = Compiler(plan, shape, dialect, draft)
    compiler.suffix, compiler.base = suffix, base
    return compiler.compile()


@dataclass
class Layer:
    """Columns, as (SQL, name), that are added in one step; with `joins` they read the stage before as `b`."""

    columns: list[tuple[str, str]]
    joins: Joins | None = None


class Compiler:
    """Gathers the columns of a plan layer by layer; `given.py` takes some of them from a table instead."""

    def __init__(self, plan: Plan, shape: Shape, dialect: Dialect, draft: bool) -> None:
        self.plan = plan
        self.c = Context(plan, shape, dialect, draft=draft)
        self.suffix = ""
        self.base = ""
        self.faults: list[Fault] = []
        self.unset: set[str] = set()
        self.authors: list[RatingAuthor] = []
        ratings: dict[str, Value] = {}
        for rating in plan.ratings:
            self.authors.append(RatingAuthor(rating, self.c, ratings))

    def compile(self) -> Compiled:
        """Everything of the plan, compiled."""
        records = self.records()
        first = [node for node in self.plan.nodes if node.layer == 0]
        columns = [*self._columns(first), *records]
        layers = self._layers()
        result = self._ratings()
        scope = self._guarded(("scope", "customers"), self._scope)
        stages = self._stages([*columns, *self.beginnings()], layers, scope or "")
        self.unset |= {name for one in self.authors for name in one.unset}
        return Compiled(
            plan=self.plan,
            dialect=self.c.d,
            shape=self.c.shape,
            metrics=tuple(stages),
            result=Statement(f"result{self.suffix}", result.sql, chain=result),
            values=dict(self.c.values),
            attributes=dict(self.c.attributes),
            unset=frozenset(self.unset),
            dropped=frozenset(column for one in self.authors for column in one.dropped),
            faults=tuple(self.faults),
            context=self.c,
        )

    def records(self) -> list[tuple[str, str]]:
        """Columns of previous grades and manual records, as (SQL, name)."""
        return [column for one in self.authors for column in one.base_columns()]

    def beginnings(self) -> list[tuple[str, str]]:
        """Days of layer 0 that higher layers read, as (SQL, name)."""
        return [*self.c.beginnings.items()]

    # metrics

    def _columns(self, nodes: list[Planned]) -> list[tuple[str, str]]:
        found = []
        for node in nodes:
            value = self.value(node)
            self.keep(node.name, value, node.column)
            found.append((value.sql, node.column))
        return found

    def value(self, node: Planned) -> Value:
        """A metric that needs no other customer."""
        path = ("metrics", node.name)
        return self._guarded(path, lambda: author(node.spec, self.c)) or Value(self.c.null("exact"), "exact")

    def keep(self, name: str, value: Value, column: str) -> None:
        """Let `name` stand for a column from here on."""
        self.c.values[name] = Value(column, value.storage, value.unit, value.denominator)

    def _layers(self) -> list[Layer]:
        """Every layer above the first, as steps."""
        steps: list[Layer] = []
        for depth in range(1, max((node.layer for node in self.plan.nodes), default=0) + 1):
            nodes = [node for node in self.plan.nodes if node.layer == depth]
            relative_nodes = [node for node in nodes if isinstance(node.spec, POPULATION)]
            cards = [node for node in nodes if isinstance(node.spec, Scorecard)]
            plain = [node for node in nodes if node not in relative_nodes and node not in cards]
            if relative_nodes:
                steps.append(self.relative(relative_nodes, f"z{len(steps)}{self.suffix}"))
            columns = self._columns(plain)
            columns += [column for card in cards for column in self._points(card)]
            steps.append(Layer(columns))
            if cards:
                steps.append(Layer([self.score(card) for card in cards]))
        return steps

    def relative(self, nodes: list[Planned], base: str) -> Layer:
        """Metrics that need all customers of the stage `base`."""
        joins, columns = Joins(base), []
        for node in nodes:
            path = ("metrics", node.name)
            value = self._guarded(path, partial(relative, node.spec, self.c, joins))
            value = value or Value(self.c.null("exact"), "exact")
            columns.append((value.sql, node.column))
        for node, (sql, column) in zip(nodes, columns, strict=True):
            storage = self.relative_kind(node, sql)
            self.keep(node.name, storage, column)
        return Layer(columns, joins)

    def relative_kind(self, node: Planned, sql: str) -> Value:
        """The type of a metric that needs all customers."""
        kind = self.c.plan.node(node.name).spec
        if isinstance(kind, kinds.Rank | kinds.Quantile):
            return Value(sql, "exact", "count")
        if isinstance(kind, kinds.Group):
            inner = self.c.values.get(kind.group, Value(sql, "exact"))
            return Value(sql, "exact", inner.unit, inner.denominator)
        return Value(sql, "double", "share")

    def _points(self, node: Planned) -> list[tuple[str, str]]:
        assert isinstance(node.spec, Scorecard)
        found = []
        for index, (name, item) in enumerate(node.spec.items.items()):
            path = ("scorecards", node.name, "items", name)
            value = self._guarded(path, partial(item_points, item, self.c))
            value = value or Value(self.c.null("exact"), "exact", "points")
            column = f"{node.column}_{index}"
            self.keep(f"{node.name}.{name}", value, column)
            found.append((value.sql, column))
        return found

    def score(self, node: Planned) -> tuple[str, str]:
        """The total of a scorecard, as (SQL, name)."""
        card = node.spec
        assert isinstance(card, Scorecard)
        points = {name: self.c.values[f"{node.name}.{name}"] for name in card.items}
        value = self._guarded(("scorecards", node.name), lambda: total(card, points, self.c))
        value = value or Value(self.c.null("exact"), "exact", "points")
        self.keep(node.name, value, node.column)
        return value.sql, node.column

    def _stages(self, columns: list[tuple[str, str]], layers: list[Layer], scope: str) -> list[Statement]:
        stages = self.scans()
        spent = tuple(stage.name for stage in stages)
        names = ("customer", "name", *self.c.attributes.values(), *(name for _, name in columns))
        chain = Chain(self.first(columns, scope), self.c.d, names)
        for index, layer in enumerate(layers):
            if layer.joins is None:
                chain.add(layer.columns)
                continue
            stages.append(Statement(f"z{index}{self.suffix}", chain.sql, spent, chain))
            spent = (f"z{index}{self.suffix}",)
            shown = ", ".join(f"{sql} as {name}" for sql, name in layer.columns)
            names = (*chain.columns_after(len(chain.steps)), *(name for _, name in layer.columns))
            chain = Chain(f"select b.*, {shown} from {layer.joins.sql()}", self.c.d, names)
        stages.append(Statement(f"metrics{self.suffix}", chain.sql, spent, chain))
        return stages

    def scans(self) -> list[Statement]:
        """The scans of the facts, each a stage of its own: together they would crowd each other out of memory."""
        return [
            Statement(f"{scan.alias}{self.suffix}", scan.select(self.c.d))
            for scan in self.c.scans
            if scan.aggregates
        ]

    def first(self, columns: list[tuple[str, str]], scope: str) -> str:
        """The customers in scope with the columns of layer 0."""
        d, c = self.c.d, self.c
        picked = [
            f"c.{d.quote(name)} as {alias}"
            for name, alias in c.attributes.items()
            if c.shape.has("customers", name)
        ]
        picked += [
            f"{c.null('text')} as {alias}"
            for name, alias in c.attributes.items()
            if not c.shape.has("customers", name)
        ]
        people = f"select c.customer as customer, c.name as name{''.join(', ' + one for one in picked)} from f_customers c"
        if scope:
            people = f"select s.* from ({people}) s where {scope}"
        joins = [
            f"left join {one.alias}{self.suffix} {one.alias} on {one.alias}.customer = p.customer"
            for one in c.scans
            if one.aggregates
        ]
        joins += [
            f"left join ({select}) {alias} on {alias}.customer = p.customer" for alias, select in c.joins
        ]
        shown = ", ".join(["p.*", *(f"{sql} as {name}" for sql, name in columns)])
        return f"select {shown} from ({people}) p {' '.join(joins)}"

    def _scope(self) -> str:
        scope = self.plan.scope
        return condition_sql(scope, self.c.names, self.c.d) if scope is not None else ""

    # ratings

    def _ratings(self) -> Chain:
        chain = Chain(self.base or f"select z.* from metrics{self.suffix} z", self.c.d)
        for one in self.authors:
            try:
                one.write(chain)
            except UnknownName as problem:
                self.faults.append(self._unknown(("ratings", one.rating.name), problem))
            except TypeMismatch as problem:
                self.faults.append(self._mismatch(("ratings", one.rating.name), problem))
        return chain

    @staticmethod
    def _unknown(path: tuple[str | int, ...], problem: UnknownName) -> Fault:
        return Fault(path, say("unknown name `{name}`", name=problem.name), unknown=problem.name)

    @staticmethod
    def _mismatch(path: tuple[str | int, ...], problem: TypeMismatch) -> Fault:
        return Fault(path, say("`{element}` {problem}", element=path[-1], problem=problem.message))

    def _guarded(self, path: tuple[str | int, ...], compute: Callable[[], T]) -> T | None:
        try:
            return compute()
        except UnknownName as problem:
            self.faults.append(self._unknown(path, problem))
        except UnsetName as problem:
            self.unset.add(problem.name)
        except TypeMismatch as problem:
            self.faults.append(self._mismatch(path, problem))
        except WindowInvalid as problem:
            self.faults.append(Fault(path, problem.message, problem.hint))
        return None
