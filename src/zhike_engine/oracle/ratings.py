"""A rating, customer by customer: conditions, first answer, then the fixed chain of steps (`steps.py`).

Columns carry the rating's prefix, as in the result table; ranks count from 1, the best.
"""

from __future__ import annotations

from zhike_engine.oracle.expressions import Names, Sort, Unset, holds
from zhike_engine.oracle.numbers import Scalar
from zhike_engine.oracle.records import previous_grade, record_in_force
from zhike_engine.oracle.steps import Rater, close, manual, walk
from zhike_engine.oracle.world import Customer, World
from zhike_engine.plan.rules import PlannedGrade, PlannedRating

WAIT_CONDITION = 200
"""Conditions that must be known are numbered from here; pending rules from 0."""


def rate(rating: PlannedRating, world: World) -> None:
    """Add every column of the rating to every customer."""
    raters = [rater_of(rating, world, customer) for customer in world.customers]
    for rater in raters:
        answer(rater)
    for step in walk(rating):
        step(rating, raters)
    for rater in raters:
        manual(rater)
        close(rater)
    world.sorts[rating.name] = "text"


def rater_of(rating: PlannedRating, world: World, customer: Customer) -> Rater:
    """What is known before any rule is read: the previous grade, and the manual records in force."""
    rater = Rater(rating, world, customer, _names(rating, world, customer))
    grade, since = previous_grade(customer, rating.name)
    rater.keep(prev=grade, since=since, prev_rank=rater.rank_of(grade))
    for kind in rating.spec.manual.allowed if rating.spec.manual else ():
        rater.keep(**{f"o_{kind}": record_in_force(world, customer, rating.name, kind)})
    return rater


def _names(rating: PlannedRating, world: World, customer: Customer) -> Names:
    """As for metrics, and `previous_grade` of this rating."""
    plain = world.names(customer)

    def value(name: str) -> Scalar:
        if name == "previous_grade":
            grade, _ = previous_grade(customer, rating.name)
            return None if grade is None else str(grade)
        return plain.value(name)

    def sort(name: str) -> Sort:
        return "text" if name == "previous_grade" else plain.sort(name)

    return Names(value, sort, plain.part)


def answer(rater: Rater) -> None:
    """Conditions, then what the rules, the fallback and the newcomers' rule say."""
    spec = rater.rating.spec
    for leaf in rater.rating.leaves():
        try:
            rater.keep(**{leaf.column.removeprefix(rater.rating.prefix + "_"): holds(leaf.node, rater.names)})
        except Unset as missing:
            if not rater.world.plan.parameters[missing.name].spec.optional:
                raise
            rater.dropped.add(leaf.column)
    rater.keep(
        raw=_raw(rater),
        line=_line(rater),
        newcomer=spec.newcomers is not None and rater.test(spec.newcomers.when),
        wait=_wait(rater),
        rated=spec.if_ is None or rater.test(spec.if_),
    )
    rater.keep(s0=_first(rater))


def _raw(rater: Rater) -> int | None:
    matching = [grade for grade in rater.rating.tested if _grade_holds(rater, grade)]
    ranks = [grade.rank for grade in matching]
    if not ranks:
        return None
    match rater.rating.spec.precedence:
        case "first":
            return ranks[0]
        case "worst":
            return max(ranks)
        case "unchanged":
            previous: int | None = rater.get("prev_rank")
            return previous if len(ranks) > 1 and previous is not None else min(ranks)
    return min(ranks)


def _grade_holds(rater: Rater, grade: PlannedGrade) -> bool:
    return grade.tree is not None and rater.holds(grade.tree) is True


def _line(rater: Rater) -> int | None:
    fallback = rater.rating.spec.fallback
    for number, line in enumerate(fallback.lines if fallback else (), start=1):
        if line.when is None or rater.test(line.when):
            return number
    return None


def _wait(rater: Rater) -> int | None:
    """The first reason to wait: a pending rule that holds, or a condition that must be known and is not."""
    for number, rule in enumerate(rater.rating.spec.pending, start=1):
        if rater.test(rule.when):
            return number
    known = [leaf for leaf in rater.rating.leaves() if leaf.column not in rater.dropped]
    for number, leaf in enumerate(known, start=1):
        if leaf.unknown == "pending" and rater.customer.columns[leaf.column] is None:
            return WAIT_CONDITION + number
    return None


def _first(rater: Rater) -> int | None:
    spec = rater.rating.spec
    if spec.newcomers and rater.get("newcomer"):
        return rater.named(spec.newcomers.grade)
    raw: int | None = rater.get("raw")
    if raw is not None:
        return raw
    number = rater.get("line")
    if spec.fallback is None or number is None:
        return None
    grade = spec.fallback.lines[number - 1].grade
    return None if grade is None else rater.named(grade)
