"""A rating, customer by customer: conditions, first answer, then the fixed chain of steps (`steps.py`).

Columns carry the rating's prefix, as in the result table; ranks count from 1, the best.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import product

from zhike_engine.oracle.expressions import Names, Sort, Unset, holds
from zhike_engine.oracle.numbers import Scalar
from zhike_engine.oracle.records import previous_grade, record_in_force
from zhike_engine.oracle.steps import CONDITION, Rater, close, manual, walk
from zhike_engine.oracle.world import Customer, World
from zhike_engine.plan.rules import Leaf, PlannedRating, leaves


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


Answers = Mapping[str, bool]
"""Column of an unknown condition that waits -> the answer that is tried for it."""


def _raw(rater: Rater, tried: Answers | None = None) -> int | None:
    """The rank by the rules; `tried` answers unknown conditions that otherwise do not hold."""

    def told(leaf: Leaf) -> bool | None:
        found: bool | None = rater.customer.columns[leaf.column]
        return (tried or {}).get(leaf.column) if found is None else found

    matching = [g for g in rater.rating.tested if g.tree is not None and rater.holds(g.tree, told) is True]
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


def _line(rater: Rater) -> int | None:
    fallback = rater.rating.spec.fallback
    for number, line in enumerate(fallback.lines if fallback else (), start=1):
        if line.when is None or rater.test(line.when):
            return number
    return None


def _wait(rater: Rater) -> int | None:
    """The first reason to wait: a pending rule that holds, or an unknown condition that could change the answer."""
    for number, rule in enumerate(rater.rating.spec.pending, start=1):
        if rater.test(rule.when):
            return number
    known = [leaf for leaf in rater.rating.leaves() if leaf.column not in rater.dropped]
    for leaf in _unknown(rater):
        if _matters(leaf, rater):
            return CONDITION + 1 + known.index(leaf)
    return None


def _unknown(rater: Rater) -> list[Leaf]:
    """The conditions that wait and cannot be told, grade by grade in the order in which the grades count."""
    grades = list(rater.rating.tested)
    if rater.rating.spec.precedence != "first":
        grades.sort(key=lambda grade: grade.rank, reverse=rater.rating.spec.precedence == "worst")
    each = [leaf for grade in grades if grade.tree is not None for leaf in leaves(grade.tree)]
    applies = [leaf for leaf in each if leaf.unknown == "pending" and leaf.column not in rater.dropped]
    return [leaf for leaf in applies if rater.customer.columns[leaf.column] is None]


def _matters(leaf: Leaf, rater: Rater) -> bool:
    """Whether the answer to a condition can change what the rules say, whatever the answers to the others."""
    if rater.rating.spec.newcomers is not None and rater.test(rater.rating.spec.newcomers.when):
        return False
    others = [one.column for one in _unknown(rater) if one != leaf]
    for answers in product([False, True], repeat=len(others)):
        tried = dict(zip(others, answers, strict=True))
        if _raw(rater, tried | {leaf.column: False}) != _raw(rater, tried | {leaf.column: True}):
            return True
    return False


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
