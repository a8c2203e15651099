"""Accesses of contacts to the customer portal: who has one, opening and revoking it. The portal itself has no API."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any, Literal, get_args

from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from ninja import Path, Query, Router, Schema, Status
from pydantic import Field

from zhike.accesses import actions
from zhike.accesses.models import PortalAccess
from zhike.api.keys import enter
from zhike.api.once import once
from zhike.api.operations import REFUSALS, After, Limit, customer_of
from zhike.api.paging import cut, found
from zhike.api.shapes import Code, Listing, Strict
from zhike.people.models import Person, signed_on
from zhike.people.rules import masked

router = Router()
Key = Annotated[int, Path(ge=1, le=2**62)]
Shown = Annotated[Literal["running", "all"], Query(description="which accesses, as on the page")]
Part = Literal["orders", "requests", "letters", "plans"]


class AccessOut(Schema):
    """An access as it stands today: `open`, `ended`, `revoked`, `left`, `closed` or `moved`."""

    id: int
    customer: str
    contact: int
    name: str
    email: str
    parts: list[str]
    until_on: date
    state: str
    opened_at: datetime
    visited_at: datetime | None
    revoked_at: datetime | None


class AccessIn(Strict):
    """An access to open: the contact's number, the last day (the latest possible, if absent), what is shown (all, if absent)."""

    customer: Code
    contact: Annotated[int, Field(ge=1, le=2**62)]
    until_on: date | None = None
    parts: Annotated[list[Part], Field(min_length=1, max_length=9)] = list(get_args(Part))


def shaped(person: Person, one: PortalAccess, at: datetime) -> dict[str, Any]:
    """An access."""
    names = ("parts", "until_on", "opened_at", "visited_at", "revoked_at")
    return {
        "id": one.pk, "customer": one.customer.code, "contact": one.contact_id, "name": one.contact.name,
        "email": masked(person, "contact", one.email), "state": one.state(signed_on(at)), **{name: getattr(one, name) for name in names},
    }  # fmt: skip


def _rows(person: Person) -> Any:
    return PortalAccess.objects.visible_to(person).select_related("contact__customer")


def _found(person: Person, key: int) -> PortalAccess:
    one: PortalAccess = found(_rows(person), key, _("There is no such access."))
    return one


def _kept(person: Person, body: dict[str, Any]) -> dict[str, Any]:
    """An answer that was kept, to whoever still sees its access."""
    _found(person, body["id"])
    return body


@router.get(
    "/portal-accesses", response={200: Listing[AccessOut], **REFUSALS}, tags=["portal"], summary="Accesses to the portal, newest first"
)  # fmt: skip
def list_accesses(
    request: HttpRequest, shown: Shown = "running", after: After = "", limit: Limit = 50
) -> Any:
    person, at = enter(request, "open_portal"), timezone.now()
    rows = _rows(person)
    rows, cursor = cut(
        rows.running(signed_on(at)) if shown == "running" else rows, after, limit, "portal-accesses"
    )
    return {"rows": [shaped(person, one, at) for one in rows], "next": cursor}


@router.post(
    "/portal-accesses", response={201: AccessOut, **REFUSALS}, tags=["portal"], summary="Open the portal to a contact"
)  # fmt: skip
def post_access(request: HttpRequest, body: AccessIn) -> Any:
    person, now = enter(request, "open_portal"), timezone.now()
    customer = customer_of(person, body.customer)
    contact = found(customer.contacts.all(), body.contact, _("There is no such contact."))
    until = body.until_on or actions.latest(now)

    def work() -> tuple[int, Any]:
        made = actions.open_access(contact=contact, until_on=until, parts=body.parts, by=person, at=now)
        return 201, AccessOut.model_validate(shaped(person, made, now))

    return Status(*once(request, person, now, work, lambda kept: _kept(person, kept)))


@router.post(
    "/portal-accesses/{key}/revoke", response={200: AccessOut, **REFUSALS}, tags=["portal"], summary="Revoke an access"
)  # fmt: skip
def post_revocation(request: HttpRequest, key: Key) -> Any:
    person, now = enter(request, "open_portal"), timezone.now()
    one = _found(person, key)

    def work() -> tuple[int, Any]:
        gone = actions.revoke_access(access=one, by=person, at=now)
        return 200, AccessOut.model_validate(shaped(person, gone, now))

    return Status(*once(request, person, now, work, lambda kept: _kept(person, kept)))
