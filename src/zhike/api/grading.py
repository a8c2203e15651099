"""Operations on grades: which grade held on a day, and why."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.utils import timezone

from zhike.api.keys import enter
from zhike.api.operations import REFUSALS, Code, customer_of, router
from zhike.api.shapes import Day, GradesOut
from zhike.grading.standing import Answer, answers_on


@router.get(
    "/customers/{code}/grades",
    response={200: GradesOut, **REFUSALS},
    tags=["customers"],
    summary="The grades of a customer on a day, and why",
)
def get_grades(request: HttpRequest, code: Code, on: Day | None = None) -> Any:
    person = enter(request, "see_customers")
    one, day = customer_of(person, code), on or timezone.localdate()
    return {
        "customer": one.code,
        "on": day,
        "grades": [grade(answer) for answer in answers_on(one, day, by=person)],
    }


def grade(answer: Answer) -> dict[str, Any]:
    """One grade with its reasons."""
    row = answer.held.row
    return {
        "rating": row.rating, "grade": row.grade, "title": answer.held.title, "before": row.before, "from_on": row.from_on,
        "until_on": row.until_on, "cause": row.cause, "reason": row.ground, "manual": row.manual,
        "approved_by": row.approved_by.username if row.approved_by else None, "approved_at": row.approved_at,
        "policy_version": row.version_id, "run": row.run_id,
        "confirmed_by_run": answer.confirmed.run_id if answer.confirmed else None, "explanation": list(answer.reasons.lines),
    }  # fmt: skip
