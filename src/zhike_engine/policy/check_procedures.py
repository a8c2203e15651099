"""Meaning of procedures: names of steps, who decides, separation of duties, limits."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from zhike_engine.issues import Issue, did_you_mean
from zhike_engine.messages import say
from zhike_engine.policy.load import Policy
from zhike_engine.policy.model import PolicyDocument, Procedure
from zhike_engine.policy.places import Spot
from zhike_engine.policy.reserved import ProcedureStep

START = "start"


def procedure_issues(policy: Policy) -> Iterator[Issue]:
    """Every issue of the procedures of a policy."""
    for name, procedure in policy.document.procedures.items():
        codes = [step.code for step in procedure.steps if step.code]
        for index, step in enumerate(procedure.steps):
            spot = Spot(policy, "procedures", name, "steps", index)
            if step.code and (step.code == START or codes.index(step.code) < _place(procedure, index)):
                yield spot.error(
                    say("the code `{code}` is taken", code=step.code), say("give each step a code of its own")
                )
            for other in step.apart_from:
                if other not in {*codes, START} or other == step.code:
                    yield spot.error(
                        say("`apart_from` names `{code}`, which is no other step", code=other),
                        did_you_mean(other, [*(code for code in codes if code != step.code), START]),
                    )
            yield from _decider(spot, step)
            yield from _limits(policy.document, spot, step)


def _place(procedure: Procedure, index: int) -> int:
    """The place of a step among those with a code."""
    return sum(1 for step in procedure.steps[:index] if step.code)


def _decider(spot: Spot, step: ProcedureStep) -> Iterator[Issue]:
    decides = step.decides
    if decides is None:
        unused = [
            key
            for key, is_set in (
                ("apart_from", step.apart_from),
                ("escalate_to", step.escalate_to),
                ("default", step.default),
            )
            if is_set
        ]
        for key in unused:
            yield spot.error(
                say("`{key}` stands at a step that decides nothing", key=key),
                say("say in `decides` who decides"),
            )
        return
    if sum(bool(one) for one in (decides.role or decides.department, decides.committee, decides.person)) != 1:
        yield spot.error(
            say("`decides` needs exactly one of role, department, committee, person"),
            say("a role may be narrowed by a department"),
        )
    if step.default and step.within_days is None:
        yield spot.error(say("`default` needs days after which it counts"), say("set `within_days`"))


def _limits(document: PolicyDocument, spot: Spot, step: ProcedureStep) -> Iterator[Issue]:
    values: list[Any] = [step.within_days]
    if step.when is not None:
        values += [step.when.amount_from, step.when.amount_below]
        grades = {code for rating in document.ratings.values() for code in rating.grades}
        for grade in step.when.grades:
            if grade not in grades:
                yield spot.error(
                    say("unknown grade `{grade}`", grade=grade), did_you_mean(grade, sorted(grades))
                )
    for value in values:
        if isinstance(value, str) and value not in document.parameters:
            yield spot.error(
                say("unknown parameter `{name}`", name=value), did_you_mean(value, document.parameters)
            )
