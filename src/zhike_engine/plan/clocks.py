"""Time limits: what the clocks of a policy say of a grade."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from zhike_engine.plan.parameters import ParameterValue
from zhike_engine.policy.model import PolicyDocument


@dataclass(frozen=True, slots=True)
class Limit:
    """The time limit of a grade by one clock. `hours` is None while the company has not set `parameter`."""

    clock: str
    grade: str
    hours: Decimal | None
    parameter: str
    working: bool
    article: str


def limits_of(
    document: PolicyDocument, values: Mapping[str, ParameterValue], rating: str, grade: str, kind: str = ""
) -> list[Limit]:
    """What the clocks say of a grade of a rating, in the order of the document; of requests of one kind where it is given.

    A clock that does not name the grade says nothing; one whose parameter is unset says that there is no limit yet.
    """
    found = []
    for name, clock in document.clocks.items():
        written = clock.hours.get(grade)
        ruled = not kind or not clock.kinds or kind in clock.kinds
        if written is None or not ruled or rating != (clock.rating or next(iter(document.ratings))):
            continue
        hours: object = written
        if isinstance(written, str):
            hours = values[written].value
        found.append(
            Limit(
                name, grade, hours if isinstance(hours, Decimal) else None, written if isinstance(written, str) else "",
                clock.calendar == "working", clock.article,
            )
        )  # fmt: skip
    return found
