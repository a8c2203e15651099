"""What if: other values of parameters over the facts of a run, exactly, and who moves from where to where.

When only ratings read the changed values, the ratings alone are computed again, over the rows of the run: new grade
and old grade come out side by side in one pass. Otherwise the metrics are computed again too, from the facts.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from zhike_engine.plan.build import Plan, build
from zhike_engine.plan.rules import PlannedRating
from zhike_engine.run import Run, keep, refuse_contradictions, refuse_faults
from zhike_engine.sql.compile import Compiled, compile_plan

AFTER = "_after"
MOVERS = 1000


@dataclass(frozen=True)
class Mover:
    """A customer whose grade or state changes, and the conditions that hold now or no longer do."""

    customer: str
    name: str
    before: str | None
    after: str | None
    state_before: str
    state_after: str
    gained: tuple[str, ...]
    lost: tuple[str, ...]


@dataclass(frozen=True)
class Movement:
    """One rating before and after.

    `cells` counts customers by (grade before, grade after); None is no grade (pending or not rated). `moved` counts
    those whose grade or state changes; `movers` lists the first of them by customer.
    """

    rating: str
    codes: tuple[str, ...]
    cells: Mapping[tuple[str | None, str | None], int]
    moved: int
    movers: tuple[Mover, ...] = field(default=())

    def before(self, code: str | None) -> int:
        """How many customers have the grade before."""
        return sum(count for (old, _), count in self.cells.items() if old == code)

    def after(self, code: str | None) -> int:
        """How many customers have the grade after."""
        return sum(count for (_, new), count in self.cells.items() if new == code)


def what_if(run: Run, changes: Mapping[str, Any], *, movers: int = MOVERS) -> dict[str, Movement]:
    """The movement of every rating when the parameters in `changes` take other values.

    Values are in the parameters' own units, None unsets. The run stays as it is. Raises ParameterInvalid,
    ParameterUnset, PolicyInvalid.
    """
    given = {name: value.written for name, value in run.plan.parameters.items()} | dict(changes)
    shape, dialect = run.compiled.shape, run.backend.dialect
    same = compile_plan(build(run.policy.document, run.plan.as_of, given), shape, dialect)
    refuse_faults(run.policy, same)
    refuse_contradictions(run.policy, same.plan)
    if [s.select for s in same.metrics] == [s.select for s in run.compiled.metrics]:
        plan = build(run.policy.document, run.plan.as_of, given, letter="n")
        pairs = _side_by_side(run, compile_plan(plan, shape, dialect, base=_base(run, plan)))
        return {r.name: _movement(run, plan, r, pairs, movers) for r in run.plan.ratings}
    plan = build(run.policy.document, run.plan.as_of, given, letter="n")
    again = compile_plan(plan, shape, dialect, suffix=AFTER)
    for statement in again.statements:
        keep(run.backend, statement)
    pairs = _joined(run, plan)
    return {r.name: _movement(run, plan, r, pairs, movers) for r in run.plan.ratings}


def _base(run: Run, plan: Plan) -> str:
    """The rows of the run, with the records that the new ratings read under their own names."""
    columns = []
    for old, new in zip(run.plan.ratings, plan.ratings, strict=True):
        names = [
            "prev",
            "since",
            *(f"o_{kind}" for kind in (old.spec.manual.allowed if old.spec.manual else ())),
        ]
        columns += [f"z.{old.prefix}_{name} as {new.prefix}_{name}" for name in names]
    return f"select z.*, {', '.join(columns)} from result z"


def _side_by_side(run: Run, compiled: Compiled) -> str:
    refuse_faults(run.policy, compiled)
    return f"({compiled.result.select}) x"


def _joined(run: Run, plan: Plan) -> str:
    columns = []
    for rating in plan.ratings:
        columns += [f"a.{rating.prefix}_grade", f"a.{rating.prefix}_state"]
        columns += [f"a.{leaf.column}" for leaf in rating.leaves() if leaf.column in _kept(run, plan, rating)]
    shown = ", ".join(columns)
    return f"(select b.*, {shown} from result b join result{AFTER} a on a.customer = b.customer) x"


def _kept(run: Run, plan: Plan, rating: PlannedRating) -> set[str]:
    compiled = compile_plan(plan, run.compiled.shape, run.backend.dialect)
    return {leaf.column for leaf in rating.leaves()} - compiled.dropped


def _movement(run: Run, plan: Plan, old: PlannedRating, pairs: str, limit: int) -> Movement:
    new = plan.rating(old.name)
    grades, states = (
        (f"{old.prefix}_grade", f"{new.prefix}_grade"),
        (f"{old.prefix}_state", f"{new.prefix}_state"),
    )
    changed = " or ".join(f"coalesce(x.{a}, '') <> coalesce(x.{b}, '')" for a, b in (grades, states))
    rows = run.backend.rows(
        f"select x.{grades[0]}, x.{grades[1]}, count(*), sum(case when {changed} then 1 else 0 end)"
        f" from {pairs} group by x.{grades[0]}, x.{grades[1]}"
    )
    cells = {(before, after): int(count) for before, after, count, _ in rows}
    moved = sum(int(count) for *_, count in rows)
    codes = tuple(grade.code for grade in old.grades)
    found = _movers(run, plan, old, pairs, changed, limit) if moved and limit else ()
    return Movement(old.name, codes, cells, moved, found)


def _movers(
    run: Run, plan: Plan, old: PlannedRating, pairs: str, changed: str, limit: int
) -> tuple[Mover, ...]:
    new, d = plan.rating(old.name), run.backend.dialect
    both = _kept(run, plan, new)
    twins = [
        (was.id, was.column, now.column)
        for was, now in zip(old.leaves(), new.leaves(), strict=True)
        if was.column not in run.compiled.dropped and now.column in both
    ]
    columns = [d.as_text("x.customer"), "x.name", f"x.{old.prefix}_grade", f"x.{new.prefix}_grade"]
    columns += [f"x.{old.prefix}_state", f"x.{new.prefix}_state"]
    columns += [f"x.{column}" for _, a, b in twins for column in (a, b)]
    rows = run.backend.rows(
        f"select {', '.join(columns)} from {pairs} where {changed} order by x.customer limit {limit}"
    )
    return tuple(_mover(row, [name for name, _, _ in twins]) for row in rows)


def _mover(row: tuple[Any, ...], names: list[str]) -> Mover:
    flags = [(bool(row[6 + 2 * i]), bool(row[7 + 2 * i])) for i in range(len(names))]
    gained = tuple(name for name, (was, now) in zip(names, flags, strict=True) if now and not was)
    lost = tuple(name for name, (was, now) in zip(names, flags, strict=True) if was and not now)
    return Mover(str(row[0]), str(row[1]), row[2], row[3], str(row[4]), str(row[5]), gained, lost)
