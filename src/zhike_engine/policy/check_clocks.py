"""Meaning of clocks: the rating and its grades, limits above zero, parameters that are a number of hours."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from zhike_engine.issues import Issue, did_you_mean
from zhike_engine.messages import say
from zhike_engine.plan.build import Plan
from zhike_engine.policy.load import Policy
from zhike_engine.policy.places import Spot

HOURS = ("", "小时", "工作小时", "hours", "hour", "h")
"""Units in which a parameter is a number of hours."""


def clock_issues(policy: Policy, plan: Plan) -> Iterator[Issue]:
    """Every issue of the clocks of a policy; values of parameters are looked at where they are set."""
    document = policy.document
    for name, clock in document.clocks.items():
        rating = clock.rating or next(iter(document.ratings))
        if rating not in document.ratings:
            yield Spot(policy, "clocks", name, "rating").error(
                say("policy `{policy}` has no rating `{rating}`", policy=document.policy, rating=rating),
                did_you_mean(rating, document.ratings),
            )
            continue
        grades = document.ratings[rating].grades
        for grade, written in clock.hours.items():
            spot = Spot(policy, "clocks", name, "hours", grade)
            if grade not in grades:
                yield spot.error(
                    say("`{code}` is no grade of rating `{name}`", code=grade, name=rating),
                    did_you_mean(grade, grades),
                )
            yield from _limit(spot, plan, grade, written)


def _limit(spot: Spot, plan: Plan, grade: str, written: Decimal | str) -> Iterator[Issue]:
    """The issues of one limit."""
    value: object = written
    if isinstance(written, str):
        known = plan.parameters.get(written)
        if known is None:
            yield spot.error(
                say("unknown parameter `{name}`", name=written), did_you_mean(written, plan.parameters)
            )
            return
        if known.spec.type not in ("number", "integer") or known.spec.unit not in HOURS:
            yield spot.error(
                say("parameter `{name}` is no number of hours", name=written),
                say("use one of `type: number` whose unit is hours"),
            )
            return
        if known.local is not None:
            yield spot.error(
                say("parameter `{name}` differs by customer, a clock only by grade", name=written),
                say("use a parameter without `local`"),
            )
        value = known.value
    if isinstance(value, Decimal) and value <= 0:
        yield spot.error(
            say("the limit of `{grade}` is {value} hours", grade=grade, value=value),
            say("a limit is above 0; leave the grade out where there is none"),
        )
