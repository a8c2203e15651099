"""Whether service effort follows value: what each grade brings, and what it gets."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

from zhike_engine.population_results.model import FlagKind, Tilt, Verdict
from zhike_engine.population_results.standing import FIGURES, Standing, money_of, share

QUARTER = 0.25
"""A grade worth more than its number should get effort at least this part of the way from its number to its worth."""


def tilt(standing: Standing) -> tuple[Tilt, ...]:
    """Amounts, profit and effort of every grade, best first."""
    d = standing.run.backend.dialect
    sums = ", ".join(d.total(f"s.{name}") for name in FIGURES)
    found = standing.run.backend.rows(
        f"select s.grade, count(*), {sums} from {standing.table} s where s.grade is not null group by s.grade"
    )
    rows = {row[0]: row[1:] for row in found}
    known = [name in standing.figures for name in FIGURES]
    nothing = (0, *(0 if there else None for there in known))
    grades = {grade.code: rows.get(grade.code, nothing) for grade in standing.rating.grades}
    everyone = sum(int(row[0]) for row in grades.values())
    parts = {code: _parts(row, known) for code, row in grades.items()}
    wholes = [_sum([part[i] for part in parts.values()]) for i in range(len(FIGURES))]
    return tuple(flagged(_tilt(code, int(grades[code][0]), parts[code], everyone, wholes)) for code in grades)


def _parts(row: Sequence[int | None], known: Sequence[bool]) -> list[Decimal | None]:
    return [
        (money_of(raw) or Decimal(0)) if there else None for raw, there in zip(row[1:], known, strict=True)
    ]


def _sum(parts: Sequence[Decimal | None]) -> Decimal | None:
    numbers = [part for part in parts if part is not None]
    return sum(numbers, Decimal(0)) if numbers else None


def _tilt(
    code: str,
    customers: int,
    parts: Sequence[Decimal | None],
    everyone: int,
    wholes: Sequence[Decimal | None],
) -> Tilt:
    shares = [share(part, whole) for part, whole in zip(parts, wholes, strict=True)]
    return Tilt(
        grade=code,
        customers=customers,
        amount=parts[0],
        profit=parts[1],
        hours=parts[2],
        cost=parts[3],
        customer_share=customers / everyone if everyone else 0.0,
        amount_share=shares[0],
        profit_share=shares[1],
        hours_share=shares[2],
        cost_share=shares[3],
    )


def flagged(one: Tilt) -> Tilt:
    """The same with a flag where effort does not follow value."""
    value, effort, number = one.value_share, one.effort_share, one.customer_share
    if value is None or effort is None or not one.customers:
        return one
    flag: FlagKind | None = None
    if value > number and effort < number + QUARTER * (value - number):
        flag = "little_effort"
    elif value < number and effort > number:
        flag = "much_effort"
    return replace(one, flag=flag)


def verdict(rows: Sequence[Tilt]) -> Verdict:
    """Whether effort is tilted to value: no grade is flagged."""
    told = [
        row for row in rows if row.value_share is not None and row.effort_share is not None and row.customers
    ]
    if len(told) < 2:
        return "unknown"
    return "not_tilted" if any(row.flag for row in told) else "tilted"
