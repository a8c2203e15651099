"""Visits in the API: what is planned, due, late and to be checked; planning a visit, submitting its form, sending a form back."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import Annotated, Any, Literal

from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from ninja import Path, Query, Router, Schema, Status
from pydantic import Field

from zhike.api.keys import enter
from zhike.api.once import once
from zhike.api.operations import REFUSALS, After, Limit, customer_of
from zhike.api.paging import cut, found
from zhike.api.shapes import TEXT, Code, Listing, Long, Strict
from zhike.customers.life import NEEDS
from zhike.customers.models import Contact, Customer
from zhike.kernel.refusals import Invalid
from zhike.people.models import Person, signed_on
from zhike.people.rules import HIDDEN, sees
from zhike.visits import actions
from zhike.visits.lists import narrowed
from zhike.visits.models import KINDS, NEW_PERSON, OF_CONTACT, OF_CUSTOMER, Visit
from zhike.visits.returning import return_form
from zhike.visits.rights import CHECK
from zhike.visits.sheet import MOST_ROWS, Proposed, Sheet

router = Router()
Key = Annotated[int, Path(ge=1, le=2**62)]
Contacts = Annotated[list[Annotated[int, Field(ge=1, le=2**62)]], Field(max_length=100)]
Kind = Annotated[str, Field(pattern=rf"^({'|'.join(KINDS)})$")]
Said = Annotated[str, Field(min_length=1, max_length=1000, pattern=TEXT)]
Full = Annotated[str, Field(min_length=1, max_length=4000, pattern=TEXT)]
User = Annotated[str, Field(max_length=60, pattern=TEXT)]
FIELDS = "|".join(dict.fromkeys((*OF_CONTACT, "left_on", *OF_CUSTOMER)))
Shown = Annotated[
    Literal["mine", "planned", "due", "late", "check", "all"], Query(description="which visits, as on the page")
]  # fmt: skip


class ProblemRow(Strict):
    """A problem that was raised, with its next step, the user name of who takes it, and by when."""

    text: Said
    step: Annotated[str, Field(min_length=1, max_length=180, pattern=TEXT)]
    who: User = ""
    due: date | None = None


class NeedRow(Strict):
    """A need that was learned."""

    kind: Annotated[str, Field(pattern=rf"^({'|'.join(NEEDS)})$")]
    text: Said


class ChangeIn(Strict):
    """A datum that has changed: of a contact, or of the customer without one. `left_on` is the day of the visit, whatever is sent."""

    contact: Annotated[int, Field(ge=1, le=2**62)] | None = None
    field: Annotated[str, Field(pattern=rf"^({FIELDS})$")]
    value: Annotated[str, Field(max_length=254, pattern=TEXT)] = ""


class PersonIn(Strict):
    """A person whom the archive does not know yet."""

    name: Annotated[str, Field(min_length=1, max_length=80, pattern=TEXT)]
    post: Annotated[str, Field(max_length=80, pattern=TEXT)] = ""
    mobile: Annotated[str, Field(max_length=40, pattern=TEXT)] = ""
    phone: Annotated[str, Field(max_length=40, pattern=TEXT)] = ""
    email: Annotated[str, Field(max_length=254, pattern=TEXT)] = ""


class VisitIn(Strict):
    """A visit to plan, or one that was made; `owner` answers for its form, the asking person if absent."""

    customer: Code
    kind: Kind
    day: date
    purpose: Annotated[str, Field(min_length=1, max_length=160, pattern=TEXT)]
    owner: User = ""
    people: Annotated[list[User], Field(max_length=20)] = []
    contacts: Contacts = []


class FormIn(Strict):
    """The form of a visit; `met` holds contacts by their id."""

    met: Contacts = []
    topics: Full
    findings: Full
    opinions: Long = ""
    satisfaction: Annotated[int, Field(ge=1, le=5)] | None = None
    next_step: Annotated[str, Field(max_length=200, pattern=TEXT)] = ""
    next_on: date | None = None
    significant: Long = ""
    problems: Annotated[list[ProblemRow], Field(max_length=MOST_ROWS)] = []
    needs: Annotated[list[NeedRow], Field(max_length=MOST_ROWS)] = []
    changes: Annotated[list[ChangeIn], Field(max_length=100)] = []
    new_people: Annotated[list[PersonIn], Field(max_length=MOST_ROWS)] = []


class ReturnIn(Strict):
    """That a form which was read at `version` goes back to its writer, and what is to be mended."""

    version: int = Field(ge=1, lt=2**31)
    ground: Said


class ChangeOut(Schema):
    """A proposed change; values that the asking person does not see are covered. `taken` is null until the check."""

    contact: int | None
    field: str
    current: str
    proposed: str
    details: dict[str, str]
    taken: bool | None
    reason: str


class VisitOut(Schema):
    """A visit with its form; `in_time` is null until the form is submitted. `returned_…` tells of the last time it was sent back."""

    id: int
    customer: str
    kind: str
    day: date
    purpose: str
    owner: str
    people: list[str]
    contacts: list[int]
    state: str
    due_on: date
    submitted_at: datetime | None
    submitted_by: str | None
    in_time: bool | None
    met: list[int]
    topics: str
    findings: str
    opinions: str
    satisfaction: int | None
    next_step: str
    next_on: date | None
    significant: str
    problems: list[dict[str, str]]
    needs: list[dict[str, str]]
    changes: list[ChangeOut]
    checked_at: datetime | None
    checked_by: str | None
    returned_at: datetime | None
    returned_by: str | None
    returned_for: str
    cancelled_at: datetime | None
    reason: str
    version: int


def shaped(one: Visit, person: Person, day: date) -> dict[str, Any]:
    """A visit."""
    names = ("kind", "day", "purpose", "due_on", "submitted_at", "in_time", "topics", "findings", "opinions", "satisfaction", "next_step",
             "next_on", "significant", "problems", "needs", "checked_at", "returned_at", "returned_for",
             "cancelled_at", "version")  # fmt: skip
    by = {name: getattr(one, name) for name in ("submitted_by", "checked_by", "returned_by")}
    return {
        "id": one.pk, "customer": one.customer.code, **{name: getattr(one, name) for name in names}, "owner": one.owner.username,
        **{name: who.username if who else None for name, who in by.items()}, "people": [who.username for who in one.people.all()],
        "contacts": [who.pk for who in one.contacts.all()], "met": [who.pk for who in one.met.all()], "state": one.state(day),
        "changes": list(_changes(one, person)), "reason": one.ground,
    }  # fmt: skip


def _changes(one: Visit, person: Person) -> Iterable[dict[str, Any]]:
    for row in one.changes.all():
        seen = sees(person, row.field_class)
        yield {
            "contact": row.contact_id, "field": row.field, "current": row.current if seen else HIDDEN,
            "proposed": row.proposed if seen or row.is_new else HIDDEN, "taken": row.taken, "reason": row.ground,
            "details": row.details if seen else dict.fromkeys(row.details, HIDDEN),
        }  # fmt: skip


def _rows(person: Person) -> Any:
    rows = Visit.objects.visible_to(person).select_related(
        "customer", "owner", "submitted_by", "checked_by", "returned_by"
    )
    return rows.prefetch_related("people", "contacts", "met", "changes")


def _found(person: Person, key: int) -> Visit:
    one: Visit = found(_rows(person), key, _("There is no such visit."))
    return one


def _kept(person: Person, body: dict[str, Any]) -> dict[str, Any]:
    """An answer that was kept, as far as whoever asks still sees its visit: shaped anew, for classes may be hidden by now."""
    return VisitOut.model_validate(
        shaped(_found(person, body["id"]), person, timezone.localdate())
    ).model_dump(mode="json")


def _contacts(customer: Customer, keys: Iterable[int], name: str) -> dict[int, Contact]:
    wanted = set(keys)
    found = customer.contacts.in_bulk(wanted)
    if wanted - set(found):
        raise Invalid(_("There is no such contact."), fields={name: _("unknown")})
    return dict(found)


def _people(names: Iterable[str], name: str) -> list[Person]:
    wanted = [one for one in dict.fromkeys(names) if one]
    found = {one.username: one for one in Person.objects.active().filter(username__in=wanted)}
    missing = [one for one in wanted if one not in found]
    if missing:
        raise Invalid(
            _("There is no colleague “%(name)s”.") % {"name": missing[0]}, fields={name: _("unknown")}
        )
    return [found[one] for one in wanted]


def sheet_of(given: FormIn, visit: Visit) -> Sheet:
    """What a form says that was sent."""
    keys = {*given.met, *(one.contact for one in given.changes if one.contact is not None)}
    contacts = _contacts(visit.customer, keys, "met")
    changes = [
        Proposed(one.field, visit.day.isoformat() if one.field == "left_on" else one.value, contacts[one.contact] if one.contact else None)
        for one in given.changes
    ]  # fmt: skip
    for one in given.new_people:
        details = {name: value for name, value in one.model_dump().items() if value and name != "name"}
        changes.append(Proposed(NEW_PERSON, one.name, None, details))
    names = ("topics", "findings", "opinions", "satisfaction", "next_step", "next_on", "significant")
    return Sheet(
        **{name: getattr(given, name) for name in names}, met=[contacts[key] for key in dict.fromkeys(given.met)], changes=changes,
        problems=[{**one.model_dump(), "due": one.due.isoformat() if one.due else ""} for one in given.problems],
        needs=[one.model_dump() for one in given.needs],
    )  # fmt: skip


@router.get(
    "/visits", response={200: Listing[VisitOut], **REFUSALS}, tags=["visits"], summary="Visits, newest first"
)  # fmt: skip
def list_visits(request: HttpRequest, shown: Shown = "mine", after: After = "", limit: Limit = 50) -> Any:
    person, day = enter(request, "see_customers"), timezone.localdate()
    rows, cursor = cut(narrowed(_rows(person), shown, person, day), after, limit, "visits")
    return {"rows": [shaped(one, person, day) for one in rows], "next": cursor}


@router.post(
    "/visits", response={201: VisitOut, **REFUSALS}, tags=["visits"], summary="Plan a visit, or record one that was made"
)  # fmt: skip
def post_visit(request: HttpRequest, body: VisitIn) -> Any:
    person, now = enter(request, "log_activity"), timezone.now()
    customer = customer_of(person, body.customer)
    owners = _people([body.owner], "owner")
    given: dict[str, Any] = {
        "kind": body.kind,
        "day": body.day,
        "purpose": body.purpose,
        "owner": owners[0] if owners else None,
    }
    given["people"] = _people(body.people, "people")
    given["contacts"] = list(_contacts(customer, body.contacts, "contacts").values())

    def work() -> tuple[int, Any]:
        made = actions.plan_visit(customer=customer, by=person, at=now, **given)
        return 201, VisitOut.model_validate(shaped(made, person, signed_on(now)))

    return Status(*once(request, person, now, work, lambda body: _kept(person, body)))


@router.get("/visits/{key}", response={200: VisitOut, **REFUSALS}, tags=["visits"], summary="One visit")
def get_visit(request: HttpRequest, key: Key) -> Any:
    person = enter(request, "see_customers")
    return shaped(_found(person, key), person, timezone.localdate())


@router.post(
    "/visits/{key}/form", response={201: VisitOut, **REFUSALS}, tags=["visits"], summary="Submit the form of a visit"
)  # fmt: skip
def post_form(request: HttpRequest, body: FormIn, key: Key) -> Any:
    person, now = enter(request, "log_activity"), timezone.now()
    one = _found(person, key)

    def work() -> tuple[int, Any]:
        made = actions.submit_form(
            visit=one, version=one.version, sheet=sheet_of(body, one), by=person, at=now
        )
        return 201, VisitOut.model_validate(shaped(made, person, signed_on(now)))

    return Status(*once(request, person, now, work, lambda body: _kept(person, body)))


@router.post(
    "/visits/{key}/return", response={201: VisitOut, **REFUSALS}, tags=["visits"], summary="Send a submitted form back to be mended"
)  # fmt: skip
def post_return(request: HttpRequest, body: ReturnIn, key: Key) -> Any:
    person, now = enter(request, CHECK), timezone.now()
    one = _found(person, key)

    def work() -> tuple[int, Any]:
        made = return_form(visit=one, by=person, at=now, **body.model_dump())
        return 201, VisitOut.model_validate(shaped(made, person, signed_on(now)))

    return Status(*once(request, person, now, work, lambda body: _kept(person, body)))
