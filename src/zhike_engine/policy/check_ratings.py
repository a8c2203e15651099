"""Ratings: unknown grades, unreachable grades, conditions that cannot be read, customers that match nothing."""

from __future__ import annotations

from collections.abc import Iterator

from zhike_engine.issues import Issue, did_you_mean
from zhike_engine.language.parse import parse
from zhike_engine.messages import say
from zhike_engine.plan.build import Plan
from zhike_engine.plan.rules import Branching, Leaf, PlannedRating, Tree
from zhike_engine.policy.check_scales import band, end_value, known, scale_issues
from zhike_engine.policy.load import Policy
from zhike_engine.policy.model import Rating
from zhike_engine.policy.places import Spot
from zhike_engine.sql.compile import compile_plan
from zhike_engine.sql.context import Context
from zhike_engine.sql.dialect import DIALECTS
from zhike_engine.sql.expressions import UnknownName, UnsetName, condition_sql
from zhike_engine.sql.facts import full_shape
from zhike_engine.sql.ratings import RatingAuthor
from zhike_engine.sql.values import TypeMismatch, Value
from zhike_engine.words import OR, quoted


def rating_issues(policy: Policy, plan: Plan, rating: PlannedRating) -> Iterator[Issue]:
    """Every issue of one rating."""
    yield from _codes(policy, plan, rating)
    yield from _conditions(policy, plan, rating)
    yield from _bands(policy, plan, rating)
    yield from _quotas(policy, rating)
    yield from _reach(policy, plan, rating)
    yield from _owed(policy, rating)


# grades that are named


def _named(spec: Rating) -> Iterator[tuple[tuple[str | int, ...], str]]:
    for index, code in enumerate(spec.test_order or ()):
        yield ("test_order", index), code
    for key in ("floors", "ceilings", "vetoes"):
        for index, bound in enumerate(getattr(spec, key)):
            yield (key, index, "grade"), bound.grade
    for index, quota in enumerate(spec.quotas):
        yield ("quotas", index, "grade"), quota.grade
    if spec.newcomers:
        yield ("newcomers", "grade"), spec.newcomers.grade
    for index, line in enumerate(spec.fallback.lines if spec.fallback else ()):
        if line.grade is not None:
            yield ("fallback", "lines", index, "grade"), line.grade
    for index, code in enumerate(spec.protection.grades if spec.protection else ()):
        yield ("protection", "grades", index), code
    if spec.protection and isinstance(spec.protection.months, dict):
        for code in spec.protection.months:
            yield ("protection", "months", code), code
    if spec.matrix:
        for row, cells in spec.matrix.cells.items():
            for column, code in cells.items():
                yield ("matrix", "cells", row, column), code


def _codes(policy: Policy, plan: Plan, rating: PlannedRating) -> Iterator[Issue]:
    codes = [grade.code for grade in rating.grades]
    for path, code in _named(plan.document.ratings[rating.name]):
        parameter = plan.parameters.get(code)
        spot = Spot(policy, "ratings", rating.name, *path)
        if parameter is not None and parameter.spec.type == "grade":
            if parameter.value is not None and parameter.value not in codes:
                yield spot.error(
                    say(
                        "parameter `{code}` is `{value}`, which is no grade of `{name}`",
                        code=code,
                        value=parameter.value,
                        name=rating.name,
                    ),
                    say("use {names}", names=quoted(codes, OR)),
                )
        elif code not in codes:
            yield spot.error(
                say("`{code}` is no grade of rating `{name}`", code=code, name=rating.name),
                did_you_mean(code, codes),
            )
    order = rating.spec.test_order
    if order is not None:
        spot = Spot(policy, "ratings", rating.name, "test_order")
        missing = [g.code for g in rating.grades if g.tree is not None and g.code not in order]
        if missing:
            yield spot.error(
                say("grade `{grade}` has conditions but is never tested", grade=missing[0]),
                say("add `{grade}` to the order", grade=missing[0]),
            )
        if len(order) != len(set(order)):
            yield spot.error(say("a grade is tested twice"), say("name each grade once"))


# conditions


def _conditions(policy: Policy, plan: Plan, rating: PlannedRating) -> Iterator[Issue]:
    compiled = compile_plan(plan, full_shape(), DIALECTS["duckdb"], draft=True)
    codes = {
        one.name: Value(f"{one.prefix}_grade", "text", "text")
        for one in plan.ratings[: plan.ratings.index(rating)]
    }
    context: Context = compiled.context
    author = RatingAuthor(rating, context, codes)
    document = policy.document
    known_names = [
        *document.metrics,
        *document.scorecards,
        *document.parameters,
        *document.ratings,
        "previous_grade",
    ]
    for path, text in _texts(policy, rating):
        spot = Spot(policy, "ratings", rating.name, *path)
        try:
            condition_sql(parse(text), author.names, DIALECTS["duckdb"])
        except UnknownName as problem:
            yield spot.error(
                say("unknown name `{name}` in `{element}`", name=problem.name, element=text),
                did_you_mean(problem.name, known_names),
            )
        except TypeMismatch as problem:
            yield spot.error(
                say("`{element}` {problem}", element=text, problem=problem.message),
                say("compare like with like"),
            )
        except UnsetName:
            continue
    for key in ("of", "score", "measure"):
        name = getattr(rating.spec, key)
        if name is not None and name not in {*document.metrics, *document.scorecards, *document.ratings}:
            spot = Spot(policy, "ratings", rating.name, key)
            yield spot.error(say("unknown name `{name}`", name=name), did_you_mean(name, known_names))


def _texts(policy: Policy, rating: PlannedRating) -> Iterator[tuple[tuple[str | int, ...], str]]:
    """Every condition of the rating with its path below the rating."""
    spec = rating.spec
    data = policy.source.data["ratings"][rating.name]
    for code in spec.grades:
        for key in ("all", "any"):
            for index, item in enumerate((data["grades"].get(code) or {}).get(key) or ()):
                yield from _inner(item, ("grades", code, key, index))
    if spec.if_:
        yield ("if",), spec.if_
    if spec.newcomers:
        yield ("newcomers", "if"), spec.newcomers.when
    for key in ("pending", "floors", "ceilings", "vetoes", "review"):
        for index, one in enumerate(getattr(spec, key)):
            yield (key, index, "if"), one.when
    for index, line in enumerate(spec.fallback.lines if spec.fallback else ()):
        if line.when:
            yield ("fallback", "lines", index, "if"), line.when


def _inner(item: object, path: tuple[str | int, ...]) -> Iterator[tuple[tuple[str | int, ...], str]]:
    if isinstance(item, str):
        yield path, item
    elif isinstance(item, dict):
        if "if" in item:
            yield (*path, "if"), str(item["if"])
        for key in ("all", "any", "of"):
            for index, inner in enumerate(item.get(key) or ()):
                yield from _inner(inner, (*path, key, index))


# scales and reach


def _bands(policy: Policy, plan: Plan, rating: PlannedRating) -> Iterator[Issue]:
    banded = [
        (g.code, (g.spec.starts, g.spec.above, g.spec.below, g.spec.up_to))
        for g in rating.grades
        if any(end is not None for end in (g.spec.starts, g.spec.above, g.spec.below, g.spec.up_to))
    ]
    if not banded:
        return
    spot = Spot(policy, "ratings", rating.name, "grades")
    if rating.spec.of is None:
        yield spot.error(
            say("grades have bands, but the rating says not of what"),
            say("add `of:` with a metric or a score"),
        )
        return
    if not all(known(end, plan) for _, ends in banded for end in ends):
        return
    bands = [band(code, *(end_value(end, plan) for end in ends)) for code, ends in banded]
    rest = rating.spec.fallback is not None
    yield from scale_issues(
        spot, bands, holes_are="warning" if rest else "error", rest=say("the fallback answers there")
    )


def _quotas(policy: Policy, rating: PlannedRating) -> Iterator[Issue]:
    for index, quota in enumerate(rating.spec.quotas):
        if (quota.top is None) == (quota.share is None):
            yield Spot(policy, "ratings", rating.name, "quotas", index).error(
                say("a quota needs `top` or `share`, one of the two"),
                say("write how many places the grade has"),
            )


def _reach(policy: Policy, plan: Plan, rating: PlannedRating) -> Iterator[Issue]:
    spec = rating.spec
    given = {code for path, code in _named(spec) if path[0] != "test_order"}
    given |= {str(plan.parameters[code].value) for code in given if code in plan.parameters}
    manual = bool(spec.manual)
    for index, grade in enumerate(rating.grades):
        if grade.tree is None and grade.code not in given and not manual:
            reached = (
                any(quota.grade == rating.grades[index - 1].code for quota in spec.quotas) if index else False
            )
            if not reached:
                spot = Spot(policy, "ratings", rating.name, "grades", grade.code)
                yield spot.warning(
                    say("nothing can give grade `{code}`", code=grade.code),
                    say("give it conditions, or name it in a fallback"),
                )
    spot = Spot(policy, "ratings", rating.name)
    if spec.fallback is None:
        if not _covers(rating):
            hint = say("state a fallback; without one they stay pending")
            yield spot.warning(say("customers that match no grade have no fallback"), hint)
    elif spec.fallback.lines[-1].when is not None:
        spot = Spot(policy, "ratings", rating.name, "fallback")
        yield spot.warning(
            say("no line of the fallback holds for everybody"), say("end it with a line without `if`")
        )
    for line in spec.fallback.lines if spec.fallback else ():
        if (line.grade is None) == (line.pending is None):
            yield spot.error(say("a line of the fallback gives a grade or a pending reason, one of the two"))


def _covers(rating: PlannedRating) -> bool:
    """Whether the rating's own form gives every customer an answer: bands on one measure, or a full matrix."""
    spec = rating.spec
    if spec.matrix is not None:
        return "*" in spec.matrix.cells and all("*" in cells for cells in spec.matrix.cells.values())
    return spec.of is not None and all(_only_band(grade.tree) for grade in rating.grades)


def _only_band(tree: Tree | None) -> bool:
    return isinstance(tree, Leaf) and tree.id.endswith(".band") and not isinstance(tree, Branching)


def _owed(policy: Policy, rating: PlannedRating) -> Iterator[Issue]:
    document = policy.document
    if not document.obligations:
        return
    owing = {
        code
        for one in document.obligations.values()
        if one.rating in (None, rating.name)
        for code in one.grades
    }
    concerns = (
        any(one.rating == rating.name for one in document.obligations.values()) or len(document.ratings) == 1
    )
    for grade in rating.grades:
        if concerns and not grade.spec.owes and grade.code not in owing:
            spot = Spot(policy, "ratings", rating.name, "grades", grade.code)
            yield spot.warning(
                say("grade `{code}` owes nothing", code=grade.code), say("name its obligations in `owes:`")
            )
