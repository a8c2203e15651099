"""How many customers hold which grade, and how they moved."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from zhike_engine.plan.rules import PlannedRating
from zhike_engine.population_results.model import NO_GRADE, Distribution, GradeCount, Transitions
from zhike_engine.population_results.standing import Standing

Row = tuple[str | None, str | None, str, int]
"""Previous grade, grade, state, customers."""


def counted(standing: Standing) -> list[Row]:
    """Customers by previous grade, grade and state."""
    rows = standing.run.backend.rows(
        f"select s.prev, s.grade, s.state, count(*) from {standing.table} s group by s.prev, s.grade, s.state"
    )
    return [(previous, grade, state, int(count)) for previous, grade, state, count in rows]


def distribution(rating: PlannedRating, rows: Iterable[Row]) -> Distribution:
    """Customers by grade and state."""
    grades, provisional, states = Counter[str](), Counter[str](), Counter[str]()
    for _, grade, state, count in rows:
        states[state] += count
        if grade is not None:
            grades[grade] += count
            provisional[grade] += count if state == "provisional" else 0
    customers = states.total()
    return Distribution(
        customers=customers,
        grades=tuple(
            GradeCount(
                code=grade.code,
                title=grade.spec.title.text,
                colour=grade.spec.colour,
                rank=grade.rank,
                customers=grades[grade.code],
                provisional=provisional[grade.code],
                share=grades[grade.code] / customers if customers else 0.0,
            )
            for grade in rating.grades
        ),
        graded=states["graded"],
        provisional=states["provisional"],
        pending=states["pending"],
        not_rated=states["not_rated"],
    )


def transitions(rating: PlannedRating, rows: Iterable[Row]) -> Transitions:
    """Previous grade against new result."""
    ranks = {grade.code: grade.rank for grade in rating.grades}
    cells, moves, retired = Counter[tuple[str, str]](), Counter[str](), set[str]()
    for previous, grade, state, count in rows:
        cells[previous or NO_GRADE, grade or state] += count
        moves[_move(ranks, previous, grade)] += count
        if previous is not None and previous not in ranks:
            retired.add(previous)
    return Transitions(
        before=(*ranks, *sorted(retired), NO_GRADE),
        after=(*ranks, "pending", "not_rated"),
        cells=dict(cells),
        upgrades=moves["up"],
        downgrades=moves["down"],
        unchanged=moves["same"],
        first=moves["first"],
        lost=moves["lost"],
    )


def _move(ranks: dict[str, int], previous: str | None, grade: str | None) -> str:
    if previous is None:
        return "none" if grade is None else "first"
    if grade is None:
        return "lost"
    if previous not in ranks:
        return "first"
    steps = ranks[previous] - ranks[grade]
    return "same" if steps == 0 else "up" if steps > 0 else "down"
