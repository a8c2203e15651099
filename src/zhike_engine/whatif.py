"""What if: other values of parameters over the facts of a run, exactly, and who moves from where to where.

When only ratings read the changed values, the ratings alone are computed again, over the rows of the run: new grade
and old grade come out side by side in one pass. Otherwise the run is resumed at the first step that comes out
otherwise: metrics that do not read the changed values are taken from the rows of the run, the facts are read again only
where a metric of theirs does.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

from zhike_engine.plan.build import Plan, build
from zhike_engine.plan.rules import PlannedRating
from zhike_engine.run import Run, keep, refuse_contradictions, refuse_faults
from zhike_engine.sql.chain import Chain
from zhike_engine.sql.compile import Compiled, Statement

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


def what_if(
    run: Run, changes: Mapping[str, Any], *, movers: int = MOVERS, among: str = ""
) -> dict[str, Movement]:
    """The movement of every rating when the parameters in `changes` take other values.

    Values are in the parameters' own units, None unsets. `among` is a table of the backend with a column `customer`:
    only its customers are counted and listed, though everybody is computed. The run stays as it is. Raises
    ParameterInvalid, ParameterUnset, PolicyInvalid.
    """
    given = {name: value.written for name, value in run.plan.parameters.items()} | dict(changes)
    same = run.compile(build(run.policy.document, run.plan.as_of, given))
    refuse_faults(run.policy, same)
    refuse_contradictions(run.policy, same.plan)
    plan = build(run.policy.document, run.plan.as_of, given, letter="n")
    if [s.select for s in same.metrics] == [s.select for s in run.compiled.metrics]:
        pairs = _side_by_side(run, run.compile(plan, base=_base(run, plan)))
    else:
        for statement in _resumed(run, same, run.compile(plan, suffix=AFTER)):
            keep(run.backend, statement)
        pairs = _joined(run, plan)
    return {r.name: _movement(run, plan, r, pairs, movers, among) for r in run.plan.ratings}


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


def _resumed(run: Run, same: Compiled, again: Compiled) -> list[Statement]:
    """The statements of `again` from the first on that differs; what stands before them comes from the rows of the run.

    `same` is `again` under the names of the run.
    """
    pairs = list(zip(run.compiled.metrics, same.metrics, strict=False))
    if len({len(one.metrics) for one in (run.compiled, same, again)}) > 1:
        return list(again.statements)
    place = next(i for i, (old, new) in enumerate(pairs) if old.select != new.select)
    old, new, chain = pairs[place][0].chain, pairs[place][1].chain, again.metrics[place].chain
    rest = list(again.statements[place:])
    if old is None or new is None or chain is None:
        return list(again.statements)
    if old.first == new.first:
        equal = _equal_steps(old, new)
        columns = chain.columns_after(equal)
        shorter = Chain(
            _taken(run, again.plan, columns), chain.d, columns, chain.steps[equal:], chain.added[equal:]
        )
        return [replace(rest[0], select=shorter.sql, chain=shorter, spent=()), *rest[1:]]
    before = again.metrics[place - 1]
    if place == 0 or before.chain is None:
        return list(again.statements)
    columns = before.chain.columns_after(len(before.chain.steps))
    return [Statement(before.name, _taken(run, again.plan, columns)), *rest]


def _equal_steps(old: Chain, new: Chain) -> int:
    equal = 0
    for one, other in zip(old.steps, new.steps, strict=False):
        if one != other:
            break
        equal += 1
    return equal


def _taken(run: Run, plan: Plan, columns: tuple[str, ...]) -> str:
    """SELECT of columns from the rows of the run; records of the new ratings stand there under the old names."""
    names = {}
    for old, new in zip(run.plan.ratings, plan.ratings, strict=True):
        for column in columns:
            if column.startswith(f"{new.prefix}_"):
                names[column] = old.prefix + column.removeprefix(new.prefix)
    return f"select {', '.join(f'z.{names.get(column, column)} as {column}' for column in columns)} from result z"


def _side_by_side(run: Run, compiled: Compiled) -> str:
    refuse_faults(run.policy, compiled)
    if run.backend.dialect.deepest is None:
        return f"({compiled.result.select}) x"
    keep(run.backend, replace(compiled.result, name=f"result{AFTER}"))
    return f"result{AFTER} x"


def _joined(run: Run, plan: Plan) -> str:
    columns = []
    for rating in plan.ratings:
        columns += [f"a.{rating.prefix}_grade", f"a.{rating.prefix}_state"]
        columns += [f"a.{leaf.column}" for leaf in rating.leaves() if leaf.column in _kept(run, plan, rating)]
    shown = ", ".join(columns)
    return f"(select b.*, {shown} from result b join result{AFTER} a on a.customer = b.customer) x"


def _kept(run: Run, plan: Plan, rating: PlannedRating) -> set[str]:
    compiled = run.compile(plan)
    return {leaf.column for leaf in rating.leaves()} - compiled.dropped


def _movement(run: Run, plan: Plan, old: PlannedRating, pairs: str, limit: int, among: str) -> Movement:
    """One pass finds who moves; whoever does not stays where the run has them, and is only counted."""
    new, moved = plan.rating(old.name), f"moved{AFTER}"
    grades, states = (
        (f"{old.prefix}_grade", f"{new.prefix}_grade"),
        (f"{old.prefix}_state", f"{new.prefix}_state"),
    )
    changed = " or ".join(f"coalesce(x.{a}, '') <> coalesce(x.{b}, '')" for a, b in (grades, states))
    run.backend.keep(
        moved,
        f"select x.customer, x.{grades[0]} as old_grade, x.{grades[1]} as new_grade from {pairs}"
        f" where ({changed}){_in(among, ' and x')}",
    )
    try:
        cells = _cells(run, grades[0], moved, among)
        found = _movers(run, plan, old, pairs, moved, limit) if cells.moved and limit else ()
    finally:
        run.backend.drop(moved)
    codes = tuple(grade.code for grade in old.grades)
    return Movement(old.name, codes, cells.counts, cells.moved, found)


def _in(among: str, start: str) -> str:
    """The condition that a customer is one of those in a table; none without a table."""
    return f"{start}.customer in (select s.customer from {among} s)" if among else ""


class _Cells(NamedTuple):
    """Customers by (grade before, grade after), and how many of them moved."""

    counts: Mapping[tuple[str | None, str | None], int]
    moved: int


def _cells(run: Run, grade: str, moved: str, among: str) -> _Cells:
    rows = run.backend.rows(
        f"select m.old_grade, m.new_grade, count(*) from {moved} m group by m.old_grade, m.new_grade"
    )
    crossed = {(before, after): int(count) for before, after, count in rows}
    stay = {
        code: int(count)
        for code, count in run.backend.rows(
            f"select r.{grade}, count(*) from result r{_in(among, ' where r')} group by r.{grade}"
        )
    }
    for (before, _), count in crossed.items():
        stay[before] -= count
    counts = Counter({(code, code): count for code, count in stay.items() if count})
    counts.update(crossed)
    return _Cells(counts, sum(crossed.values()))


def _movers(
    run: Run, plan: Plan, old: PlannedRating, pairs: str, moved: str, limit: int
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
    first, shown = f"first{AFTER}", ", ".join(columns)
    run.backend.keep(first, f"select m.customer from {moved} m order by m.customer limit {limit}")
    try:
        rows = run.backend.rows(
            f"select {shown} from {pairs} where x.customer in (select f.customer from {first} f) order by x.customer"
        )
    finally:
        run.backend.drop(first)
    return tuple(_mover(row, [name for name, _, _ in twins]) for row in rows)


def _mover(row: tuple[Any, ...], names: list[str]) -> Mover:
    flags = [(bool(row[6 + 2 * i]), bool(row[7 + 2 * i])) for i in range(len(names))]
    gained = tuple(name for name, (was, now) in zip(names, flags, strict=True) if now and not was)
    lost = tuple(name for name, (was, now) in zip(names, flags, strict=True) if was and not now)
    return Mover(str(row[0]), str(row[1]), row[2], row[3], str(row[4]), str(row[5]), gained, lost)
