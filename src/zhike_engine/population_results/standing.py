"""One row per customer with its grade, what it brings and what it gets: the table everything else is counted from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from zhike_engine.language.nodes import names_in
from zhike_engine.plan.rules import Leaf, PlannedRating, leaves
from zhike_engine.plan.windows import Window
from zhike_engine.policy import metrics as kinds
from zhike_engine.population_results.model import Line, MeasureName, State
from zhike_engine.run import Run
from zhike_engine.sql import values as v
from zhike_engine.sql.facts import Reading
from zhike_engine.sql.scans import window_conditions
from zhike_engine.sql.values import MONEY, Value

YEAR = "last 12 months"
LINE = "s.customer, s.name, s.grade, s.prev, s.state, s.amount, s.profit, s.hours, s.cost"
"""Columns from which `line_of` reads a customer."""
FIGURES: tuple[str, ...] = ("amount", "profit", "hours", "cost")


def total_of(reading: Reading, column: str, tests: Sequence[str]) -> str:
    """SQL sum of a column in integers of 10^-4, over the rows that meet the tests; NULL without a value."""
    measure, d = reading.measure(column), reading.d
    chosen = f"case when {' and '.join(tests)} then {measure.sql} end" if tests else measure.sql
    return d.money_total(chosen) if measure.raw else d.total(chosen)


def money_of(raw: Any) -> Decimal | None:
    """A stored amount as units of the currency."""
    return None if raw is None else Decimal(int(raw)) / MONEY


def share(part: Decimal | float | None, whole: Decimal | float | None) -> float | None:
    """A part of a whole; None when the whole is not above zero."""
    return float(part / whole) if part is not None and whole is not None and whole > 0 else None  # type: ignore[operator]


def reading_of(run: Run, table: str) -> Reading | None:
    """A fact table as the run reads it; None when the facts do not have it or the run did not open it."""
    return run.compiled.context.reading(table) if table in run.facts.columns else None


def line_of(row: Sequence[Any]) -> Line:
    """A customer from a row that starts with the columns LINE."""
    customer, name, grade, previous, state, *figures = row[:9]
    amount, profit, hours, cost = (money_of(figure) for figure in figures)
    shown: State = state
    return Line(str(customer), str(name or customer), grade, previous, shown, amount, profit, hours, cost)


@dataclass(frozen=True)
class Standing:
    """The table of one rating. `figures` says which of FIGURES the facts can tell."""

    run: Run
    rating: PlannedRating
    table: str
    window: Window
    figures: frozenset[str]

    @property
    def value(self) -> MeasureName | None:
        """What customers are valued by: profit where it is known, otherwise the amount."""
        return "profit" if "profit" in self.figures else "amount" if "amount" in self.figures else None

    @property
    def effort(self) -> str | None:
        """What effort is measured by: hours, otherwise cost."""
        return next((name for name in ("hours", "cost") if name in self.figures), None)


def window_of(run: Run) -> Window:
    """The year that amounts, profit and effort are counted in: that of the first rating's measure."""
    for name in run.plan.document.ratings:
        measure = run.plan.document.ratings[name].measure
        spec = run.plan.document.metrics.get(measure) if measure else None
        if isinstance(spec, kinds.Sum):
            found = run.plan.windows.read(spec.over)
            return found if found.anchor is None else run.plan.windows.read(YEAR)
    return run.plan.windows.read(YEAR)


def keep_standing(run: Run, rating: PlannedRating, window: Window) -> Standing:
    """Keep the table of a rating on the run's backend."""
    p, d = rating.prefix, run.backend.dialect
    columns, joins, known = _figures(run, rating, window)
    fallback = f"r.{p}_raw is null and r.{p}_rank is not null" if rating.spec.fallback else "1 = 0"
    if rating.spec.newcomers:
        fallback += f" and not {d.flag_column(f'r.{p}_newcomer')}"
    marks = [f"r.{p}_v{i} as v{i}" for i in range(len(rating.spec.review))]
    picked = [
        "r.customer as customer", "r.name as name", f"r.{p}_grade as grade", f"r.{p}_rank as rank",
        f"r.{p}_prev as prev", f"r.{p}_prev_rank as prev_rank", f"r.{p}_state as state",
        f"r.{p}_next_missing as missing", f"r.{p}_pending as pending",
        f"(case when {fallback} then 1 else 0 end) as fallback", f"{_unmeasured(run, rating)} as unmeasured", *marks,
        *(f"{columns.get(name, run.compiled.context.null('exact'))} as {name}" for name in FIGURES),
    ]  # fmt: skip
    table = f"standing_{p}"
    run.backend.keep(table, f"select {', '.join(picked)} from result r {' '.join(joins)}")
    [counts] = run.backend.rows(f"select {', '.join(f'count(s.{name})' for name in FIGURES)} from {table} s")
    seen = {name for name, count in zip(FIGURES, counts, strict=True) if count and name in known}
    return Standing(run, rating, table, window, frozenset(seen))


def _unmeasured(run: Run, rating: PlannedRating) -> str:
    """SQL: how many conditions of the next better grade fail that compare no number, such as a word of the archive."""
    cases = []
    for grade in rating.grades[1:]:
        better = [one for one in rating.grades if one.rank < grade.rank and one.tree is not None]
        asked = leaves(better[-1].tree) if better and better[-1].tree is not None else ()
        fails = [
            f"case when {run.backend.dialect.flag_column(f'r.{leaf.column}')} then 0 else 1 end"
            for leaf in asked
            if leaf.column not in run.compiled.dropped and not _measured(run, leaf)
        ]
        if fails:
            cases.append(f"when {grade.rank} then {' + '.join(fails)}")
    return f"(case r.{rating.prefix}_rank {' '.join(cases)} else 0 end)" if cases else "0"


def _measured(run: Run, leaf: Leaf) -> bool:
    """Whether a condition looks at a number."""
    values = run.compiled.values
    return any(name in values and values[name].numeric for name in names_in(leaf.node))


def _figures(
    run: Run, rating: PlannedRating, window: Window
) -> tuple[Mapping[str, str], list[str], set[str]]:
    """SQL of each figure, the joins it needs, and which figures are known at all."""
    columns, joins = {}, []
    orders, wanted = reading_of(run, "orders"), {}
    for name in ("amount", "profit"):
        value = _metric(run, rating, name, window)
        if value is not None:
            columns[name] = value.sql
        elif orders is not None and run.compiled.shape.has("orders", name):
            wanted[name] = total_of(orders, name, [])
    if orders is not None and wanted:
        joins.append(_joined(orders, wanted, window, "o"))
        columns.update({name: f"o.{name}" for name in wanted})
    if "amount" in wanted:
        columns["amount"] = "coalesce(o.amount, 0)"
    activities = reading_of(run, "activities")
    if activities is not None:
        effort = {
            name: total_of(activities, name, [])
            for name in ("hours", "cost")
            if run.compiled.shape.has("activities", name)
        }
        joins.append(_joined(activities, effort, window, "e"))
        columns.update({name: f"coalesce(e.{name}, 0)" for name in effort})
    return columns, joins, set(columns)


def _joined(reading: Reading, sums: Mapping[str, str], window: Window, alias: str) -> str:
    d = reading.d
    tests = [*reading.standing(), *window_conditions(f"t.{d.quote(reading.day)}", window, None, d)]
    shown = ", ".join(f"{sql} as {name}" for name, sql in sums.items())
    inner = f"select t.customer as customer, {shown} from {reading.relation()} where {' and '.join(tests)} group by t.customer"
    return f"left join ({inner}) {alias} on {alias}.customer = r.customer"


def _metric(run: Run, rating: PlannedRating, name: str, window: Window) -> Value | None:
    """The policy's own metric for an amount or a profit, in integers of 10^-4."""
    document = run.plan.document
    found = rating.spec.measure if name == "amount" else None
    if found is None or run.compiled.values[found].unit != "money":
        found = next(
            (
                other
                for other, spec in document.metrics.items()
                if isinstance(spec, kinds.Sum) and spec.sum == f"orders.{name}" and _plain(spec, run, window)
            ),
            None,
        )
    if found is None:
        return None
    value = run.compiled.values[found]
    column = Value(f"r.{value.sql}", value.storage, value.unit, value.denominator)
    return v.rounded(column, MONEY, run.backend.dialect)


def _plain(spec: kinds.Sum, run: Run, window: Window) -> bool:
    """Whether a sum takes every order of the window as it is."""
    own = spec.where is None and spec.times is None and spec.by in (None, "ordered_on")
    return own and run.plan.windows.read(spec.over) == window
