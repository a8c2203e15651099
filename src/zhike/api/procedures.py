"""Procedures in the API: what waits for me, and deciding."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any, Literal

from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from ninja import Path, Router, Schema, Status

from zhike.api.once import once
from zhike.api.operations import REFUSALS, After, Limit
from zhike.api.paging import cut, found
from zhike.api.shapes import Listing, Long, Strict
from zhike.kernel.refusals import Forbidden
from zhike.people.agreements import gate
from zhike.people.models import Person, signed_on
from zhike.people.rules import can
from zhike.procedures import actions, course
from zhike.procedures.committees import Paper
from zhike.procedures.definitions import said
from zhike.procedures.inbox import may_hold, waiting_for
from zhike.procedures.models import Procedure, ProcedureStep, StepDecision

router = Router()
Key = Annotated[int, Path(ge=1, le=2**62)]


class StepOut(Schema):
    """A step that waits for the asking person."""

    id: int
    procedure: int
    kind: str
    title: str
    step: str
    about: str
    customer: str | None
    started_by: str | None
    opened_at: datetime
    due_on: date | None
    committee: bool


class DecisionIn(Strict):
    """A decision; everything but a plain approval needs a ground."""

    choice: Literal["approve", "change", "reject", "return"]
    ground: Long = ""


class DecisionOut(Schema):
    """A decision that counts, for whom it was taken, and what became of the procedure."""

    id: int
    choice: str
    decided_by: str
    decided_for: str
    at: datetime
    procedure: int
    state: str


def _enter(request: HttpRequest) -> Person:
    """Whoever is signed in; a token needs `use_api`, since what waits for a person follows from no single verb."""
    person = request.user
    if not isinstance(person, Person):
        raise Forbidden(_("Sign in first."))
    if request.headers.get("Authorization") and not can(person, "use_api"):
        raise Forbidden(_("This token does not open the inbox."))
    gate(person, timezone.now())
    return person


def _step(one: ProcedureStep) -> dict[str, Any]:
    about = one.procedure
    return {
        "id": one.pk, "procedure": about.pk, "kind": about.kind, "title": about.title, "step": said(one.title) or one.code,
        "about": about.href, "customer": about.customer.code if about.customer else None,
        "started_by": about.started_by.username if about.started_by else None, "opened_at": one.opened_at, "due_on": one.due_on,
        "committee": one.committee_id is not None,
    }  # fmt: skip


def _decision(made: StepDecision) -> dict[str, Any]:
    procedure = Procedure.objects.get(steps=made.step_id)
    return {
        "id": made.pk, "choice": made.choice, "decided_by": made.person.username if made.person else "",
        "decided_for": made.seat.username if made.seat else "", "at": made.at, "procedure": procedure.pk, "state": procedure.state,
    }  # fmt: skip


@router.get(
    "/inbox", response={200: Listing[StepOut], **REFUSALS}, tags=["procedures"], summary="What waits for me, newest first"
)  # fmt: skip
def inbox(request: HttpRequest, after: After = "", limit: Limit = 50) -> Any:
    person = _enter(request)
    rows = waiting_for(person, timezone.localdate()).select_related(
        "procedure__customer", "procedure__started_by"
    )
    shown, cursor = cut(rows, after, limit, "inbox")
    return {"rows": [_step(one) for one in shown], "next": cursor}


@router.post(
    "/inbox/{step}/decision", response={201: DecisionOut, **REFUSALS}, tags=["procedures"], summary="Decide at a step"
)  # fmt: skip
def decide(request: HttpRequest, body: DecisionIn, step: Key) -> Any:
    person, now = _enter(request), timezone.now()
    visible = Procedure.objects.visible_to(person).order_by().values("pk")
    rows = ProcedureStep.objects.filter(procedure__in=visible).select_related("procedure")
    this: ProcedureStep = found(rows, step, _("There is no such step."))
    course.catch_up(at=now, only=this.procedure_id)

    def work() -> tuple[int, Any]:
        made = actions.judge(step=this, by=person, at=now, **body.model_dump())
        return 201, DecisionOut.model_validate(_decision(made))

    def again(body: dict[str, Any]) -> dict[str, Any]:
        if not may_hold(person, this, signed_on(now)):
            raise Forbidden(_("This step does not wait for you."))
        return body

    try:
        return Status(*once(request, person, now, work, again))
    except Forbidden as refusal:
        actions.note_refused(step=this, by=person, at=now, refusal=refusal)
        raise


class ResolutionOut(Schema):
    """What a session decided on a paper."""

    session: int
    held_on: date
    choice: str
    ground: str
    votes_for: int
    votes_against: int
    abstained: int


class PaperOut(Schema):
    """A paper before a committee: a strategy, a policy, an issue between departments."""

    id: int
    committee: str
    kind: str
    title: str
    text: str
    state: str
    customer: str | None
    departments: list[str]
    written_by: str | None
    effective_on: date | None
    resolutions: list[ResolutionOut]


def _paper(one: Paper) -> dict[str, Any]:
    plain = ("id", "kind", "title", "text", "state", "effective_on")
    return {name: getattr(one, name) for name in plain} | {
        "committee": one.committee.code, "customer": one.customer.code if one.customer else None,
        "departments": [place.code for place in one.departments.all()], "written_by": one.written_by.username if one.written_by else None,
        "resolutions": [
            {"session": made.session.number, "held_on": made.session.held_on, "choice": made.choice, "ground": made.ground,
             "votes_for": made.votes_for, "votes_against": made.votes_against, "abstained": made.abstained}
            for made in one.resolutions.all()
        ],
    }  # fmt: skip


def _papers(person: Person) -> Any:
    """The papers that a person may read, with all that is told of them."""
    rows = Paper.objects.visible_to(person).select_related("committee", "customer", "written_by")
    return rows.prefetch_related("departments", "resolutions__session")


@router.get(
    "/papers", response={200: Listing[PaperOut], **REFUSALS}, tags=["procedures"], summary="Papers before committees, newest first"
)  # fmt: skip
def papers(request: HttpRequest, after: After = "", limit: Limit = 50) -> Any:
    shown, cursor = cut(_papers(_enter(request)), after, limit, "papers")
    return {"rows": [_paper(one) for one in shown], "next": cursor}


@router.get(
    "/papers/{key}",
    response={200: PaperOut, **REFUSALS},
    tags=["procedures"],
    summary="One paper and its resolutions",
)
def paper(request: HttpRequest, key: Key) -> Any:
    return _paper(found(_papers(_enter(request)), key, _("There is no such paper.")))
