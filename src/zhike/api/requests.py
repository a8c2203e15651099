"""Requests in the API: what waits for an answer, recording, answering, and the receipts of other programs."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from ninja import Path, Query, Router, Schema, Status
from pydantic import AwareDatetime, Field

from zhike.api.keys import enter
from zhike.api.once import once
from zhike.api.operations import REFUSALS, After, Limit, customer_of
from zhike.api.out import money
from zhike.api.paging import cut, found
from zhike.api.shapes import TEXT, Code, Listing, Long, Strict
from zhike.people.models import Person
from zhike.requests import actions
from zhike.requests.lists import narrowed
from zhike.requests.models import RECORDED, ServiceRequest
from zhike_engine.policy.clocks import RequestKind

router = Router()
Key = Annotated[int, Path(ge=1, le=2**62)]
Channel = Annotated[str, Field(pattern=rf"^({'|'.join(RECORDED)})$")]
Shown = Annotated[
    Literal["open", "today", "overdue", "mine", "late", "all"], Query(description="which requests, as on the page")
]  # fmt: skip


class RequestOut(Schema):
    """A request with the limit of the moment it came in; `met` is null while it is open, and where there is no limit.

    `recorded_by` is null for what a contact asked in the portal; `reply` is what the customer reads there.
    """

    id: int
    customer: str
    kind: str
    channel: str
    subject: str
    text: str
    received_at: datetime
    recorded_by: str | None
    owner: str | None
    grade: str
    rating: str
    policy_version: int | None
    clock: str
    article: str
    hours: str | None
    working_hours: bool
    due_at: datetime | None
    why_no_limit: str
    state: str
    receipt_at: datetime | None
    answered_at: datetime | None
    answered_by: str | None
    answer: str
    reply: str
    met: bool | None


class RequestIn(Strict):
    """A request to record; `received_at` with its offset from UTC, now if absent."""

    customer: Code
    kind: RequestKind
    channel: Channel
    subject: Annotated[str, Field(min_length=1, max_length=160, pattern=TEXT)]
    text: Long = ""
    received_at: AwareDatetime | None = None


class AnswerIn(Strict):
    """The first answer by a person; `answered_at` with its offset from UTC, now if absent; `reply` for the customer's eyes."""

    answer: Annotated[str, Field(min_length=1, max_length=4000, pattern=TEXT)]
    reply: Long = ""
    answered_at: AwareDatetime | None = None


def shaped(one: ServiceRequest, at: datetime) -> dict[str, Any]:
    """A request."""
    names = (
        "kind", "channel", "subject", "text", "received_at", "grade", "rating", "clock", "article", "due_at", "receipt_at", "answered_at",
        "answer", "reply", "met",
    )  # fmt: skip
    return {
        "id": one.pk, "customer": one.customer.code, **{name: getattr(one, name) for name in names}, "hours": money(one.hours),
        "recorded_by": one.recorded_by.username if one.recorded_by else None,
        "owner": one.owner.username if one.owner else None, "policy_version": one.version_id,
        "working_hours": one.working, "why_no_limit": one.reason, "state": one.state(at),
        "answered_by": one.answered_by.username if one.answered_by else None,
    }  # fmt: skip


def _rows(person: Person) -> Any:
    rows = ServiceRequest.objects.visible_to(person)
    return rows.select_related("customer", "recorded_by", "owner", "answered_by")


def _found(person: Person, key: int) -> ServiceRequest:
    one: ServiceRequest = found(_rows(person), key, _("There is no such request."))
    return one


def _kept(person: Person, body: dict[str, Any]) -> dict[str, Any]:
    """An answer that was kept, to whoever still sees its request."""
    _found(person, body["id"])
    return body


@router.get(
    "/requests", response={200: Listing[RequestOut], **REFUSALS}, tags=["requests"], summary="Requests, newest first"
)  # fmt: skip
def list_requests(request: HttpRequest, shown: Shown = "open", after: After = "", limit: Limit = 50) -> Any:
    person, at = enter(request, "see_customers"), timezone.now()
    rows, cursor = cut(narrowed(_rows(person), shown, person, at), after, limit, "requests")
    return {"rows": [shaped(one, at) for one in rows], "next": cursor}


@router.post(
    "/requests", response={201: RequestOut, **REFUSALS}, tags=["requests"], summary="Record a request"
)  # fmt: skip
def post_request(request: HttpRequest, body: RequestIn) -> Any:
    person, now = enter(request, "take_requests"), timezone.now()
    given = body.model_dump()
    given["received_at"] = given["received_at"] or now
    given["customer"] = customer_of(person, body.customer)

    def work() -> tuple[int, Any]:
        made = actions.record_request(by=person, at=now, **given)
        return 201, RequestOut.model_validate(shaped(made, now))

    return Status(*once(request, person, now, work, lambda body: _kept(person, body)))


@router.get(
    "/requests/{key}", response={200: RequestOut, **REFUSALS}, tags=["requests"], summary="One request"
)
def get_request(request: HttpRequest, key: Key) -> Any:
    return shaped(_found(enter(request, "see_customers"), key), timezone.now())


@router.post(
    "/requests/{key}/answer", response={201: RequestOut, **REFUSALS}, tags=["requests"], summary="The first answer by a person"
)  # fmt: skip
def post_answer(request: HttpRequest, body: AnswerIn, key: Key) -> Any:
    person, now = enter(request, "take_requests"), timezone.now()
    one = _found(person, key)

    def work() -> tuple[int, Any]:
        made = actions.answer_request(request=one, by=person, at=now, **body.model_dump())
        return 201, RequestOut.model_validate(shaped(made, now))

    return Status(*once(request, person, now, work, lambda body: _kept(person, body)))


@router.post(
    "/requests/{key}/receipt", response={201: RequestOut, **REFUSALS}, tags=["requests"], summary="An automatic receipt; no answer"
)  # fmt: skip
def post_receipt(request: HttpRequest, key: Key) -> Any:
    person, now = enter(request, "take_requests"), timezone.now()
    one = _found(person, key)

    def work() -> tuple[int, Any]:
        made = actions.note_receipt(request=one, by=person, at=now)
        return 201, RequestOut.model_validate(shaped(made, now))

    return Status(*once(request, person, now, work, lambda body: _kept(person, body)))
