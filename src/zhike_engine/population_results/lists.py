"""Customers by name: mismatches, those near the next grade, those to review, those that moved."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from zhike_engine.explain import Explanation, Miss, explain_many
from zhike_engine.explain.levers import ORDER
from zhike_engine.population_results.model import (
    Change,
    Line,
    Listed,
    MeasureName,
    Mismatch,
    MismatchKind,
    Near,
    Reviewed,
)
from zhike_engine.population_results.standing import LINE, Standing, line_of, share
from zhike_engine.words import Text

T = TypeVar("T")
PENDING = Text(zh="待定", en="pending")


def _listed(
    standing: Standing, select: str, order: str, limit: int, make: Callable[[Sequence[Any]], T]
) -> Listed[T]:
    """The first rows of a SELECT in order, and how many there are; the customer's id breaks ties."""
    rows = standing.run.backend.rows
    [(total,)] = rows(f"select count(*) from ({select}) q")
    if not total:
        return Listed((), 0)
    tie = standing.run.backend.dialect.ordered_text(standing.run.backend.dialect.as_text("q.customer"))
    found = rows(f"select q.* from ({select}) q order by {order}, {tie} limit {limit}")
    return Listed(tuple(make(row) for row in found), int(total))


# mismatches


def mismatches(standing: Standing, limit: int) -> dict[MismatchKind, Listed[Mismatch]]:
    """Customers whose grade or service does not fit their value, by kind; the largest first."""
    measure = standing.value
    if measure is None:
        return {}
    count, whole = _value_total(standing, measure)
    places = _places(standing, measure)
    tenth, half = -(-count // 10), count // 2
    middle = f"q.rank * 2 > {len(standing.rating.grades) + 1}"
    above = f"q.rank * 2 < {len(standing.rating.grades) + 1}"
    tests: dict[MismatchKind, str] = {
        "graded_low": f"q.value_place <= {tenth} and q.value > 0 and {middle}",
        "graded_high": f"q.value_place > {count - half} and {above}",
    }
    if standing.effort is not None and _any_effort(standing):
        tests["served_little"] = (
            f"q.value_place <= {tenth} and q.value > 0 and q.effort_place > {count - half}"
        )
        tests["served_much"] = (
            f"q.effort_place <= {tenth} and q.effort > 0 and q.value_place > {count - half}"
        )
    found: dict[MismatchKind, Listed[Mismatch]] = {}
    for kind, test in tests.items():

        def make(row: Sequence[Any], kind: MismatchKind = kind) -> Mismatch:
            effort_place = int(row[11]) if standing.effort is not None else None
            return Mismatch(line_of(row), kind, int(row[10]), share(row[9], whole), effort_place, count)

        order = "q.effort_place" if kind == "served_much" else "q.value_place"
        found[kind] = _listed(standing, f"select q.* from ({places}) q where {test}", order, limit, make)
    return found


def _places(standing: Standing, measure: MeasureName) -> str:
    """Every customer with a grade, its value and effort, and its places by both among them."""
    d, effort = standing.run.backend.dialect, standing.effort or "hours"
    tie = d.ordered_text(d.as_text("s.customer"))
    return (
        f"select {LINE}, coalesce(s.{measure}, 0) as value,"
        f" row_number() over (order by coalesce(s.{measure}, 0) desc, {tie}) as value_place,"
        f" row_number() over (order by coalesce(s.{effort}, 0) desc, {tie}) as effort_place,"
        f" coalesce(s.{effort}, 0) as effort, s.rank as rank from {standing.table} s where s.grade is not null"
    )


def _value_total(standing: Standing, measure: str) -> tuple[int, int | None]:
    total = standing.run.backend.dialect.total(f"s.{measure}")
    [(count, raw)] = standing.run.backend.rows(
        f"select count(*), {total} from {standing.table} s where s.grade is not null"
    )
    return int(count), None if raw is None else int(raw)


def _any_effort(standing: Standing) -> bool:
    total = standing.run.backend.dialect.total(f"s.{standing.effort}")
    [(raw,)] = standing.run.backend.rows(f"select {total} from {standing.table} s")
    return bool(raw)


# near the next grade


def near(standing: Standing, limit: int) -> Listed[Near]:
    """Customers that lack one measured condition of the next better grade; what can be reached, smallest first.

    The list takes the largest customers by amount.
    """
    states = "q.state in ('graded', 'provisional')"
    lines = f"select {LINE}, s.missing as missing, s.unmeasured as unmeasured from {standing.table} s"
    select = f"select q.* from ({lines}) q where q.missing = 1 and q.unmeasured = 0 and {states}"
    found = _listed(standing, select, "coalesce(q.amount, 0) desc", limit, line_of)
    ids = [line.customer for line in found.items]
    told = explain_many(standing.run, ids, standing.rating.name)
    items = [_near(standing, line, one) for line, [one] in zip(found.items, told, strict=True)]
    return Listed(tuple(sorted(items, key=_ease)), found.total)


def _near(standing: Standing, line: Line, told: Explanation) -> Near:
    own = [miss for miss in told.misses if miss.gaps]
    miss: Miss | None = min(own, key=lambda one: len(one.gaps), default=None)
    better = [grade for grade in standing.rating.grades if grade.tree is not None]
    rank = standing.rating.grade(line.grade or "").rank
    target = [grade.code for grade in better if grade.rank < rank][-1]
    return Near(line, miss.grade if miss else target, miss)


def _ease(one: Near) -> tuple[int, int, float]:
    if one.miss is None:
        return len(ORDER), 0, 0.0
    hardest = max(ORDER[gap.rigidity] for gap in one.miss.gaps)
    return hardest, len(one.miss.gaps), sum(gap.size for gap in one.miss.gaps)


# review


def review(standing: Standing, limit: int) -> tuple[Listed[Reviewed], tuple[tuple[Text, int], ...]]:
    """Customers for a person to look at: pending first, then by amount; and how many carry each mark."""
    marks = _marks(standing)
    tests = [test for test, _ in marks]
    flags = ", ".join(f"(case when {test} then 1 else 0 end) as f{i}" for i, test in enumerate(tests))
    select = f"select {LINE}, {flags} from {standing.table} s where {' or '.join(tests)}"

    def make(row: Sequence[Any]) -> Reviewed:
        return Reviewed(line_of(row), tuple(text for (_, text), on in zip(marks, row[9:], strict=True) if on))

    found = _listed(standing, select, "q.f0 desc, coalesce(q.amount, 0) desc", limit, make)
    counts = ", ".join(f"count(case when {test} then 1 end)" for test in tests)
    [row] = standing.run.backend.rows(f"select {counts} from {standing.table} s")
    return found, tuple((text, int(count)) for (_, text), count in zip(marks, row, strict=True) if count)


def _marks(standing: Standing) -> list[tuple[str, Text]]:
    """SQL test and words of every mark; pending stands first."""
    spec, d = standing.rating.spec, standing.run.backend.dialect
    marks = [(f"s.state = {d.text('pending')}", PENDING)]
    if spec.fallback:
        marks.append(("s.fallback = 1", spec.fallback.mark.text))
    rated = f"s.state <> {d.text('not_rated')}"
    marks += [
        (f"({d.flag_column(f's.v{i}')} and {rated})", one.mark.text) for i, one in enumerate(spec.review)
    ]
    return marks


# movers


def movers(standing: Standing, limit: int, *, up: bool) -> Listed[Change]:
    """Customers whose grade rose or fell: most steps first, then by amount."""
    sign = "s.prev_rank - s.rank" if up else "s.rank - s.prev_rank"
    select = f"select {LINE}, {sign} as steps from {standing.table} s where {sign} > 0"

    def make(row: Sequence[Any]) -> Change:
        return Change(line_of(row), int(row[9]) if up else -int(row[9]))

    return _listed(standing, select, "q.steps desc, coalesce(q.amount, 0) desc", limit, make)
