"""Service plans in the API: drawing up with items, the way to the customer and back, and what was carried out."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from typing import Annotated, Any, Literal

from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from ninja import Path, Query, Router, Schema, Status
from pydantic import AwareDatetime, Field

from zhike.api.keys import enter
from zhike.api.once import once
from zhike.api.operations import REFUSALS, After, Limit, customer_of
from zhike.api.paging import cut, found
from zhike.api.shapes import TEXT, Code, Listing, Long, Strict
from zhike.kernel.refusals import Invalid
from zhike.people.models import Person
from zhike.plans import actions, items
from zhike.plans.lists import narrowed
from zhike.plans.models import COMPONENTS, MODES, TYPES, PlanItem, ServicePlan

router = Router()
Key = Annotated[int, Path(ge=1, le=2**62)]
Text = Annotated[str, Field(min_length=1, max_length=4000, pattern=TEXT)]
Short = Annotated[str, Field(max_length=300, pattern=TEXT)]
Name = Annotated[str, Field(min_length=1, max_length=80, pattern=TEXT)]
Shown = Annotated[
    Literal["force", "draft", "submitted", "approved", "sent", "expired", "all"], Query(description="which plans, as on the page")
]  # fmt: skip


class ItemOut(Schema):
    """An item of a plan; `late` while it is a task past its day."""

    id: int
    place: int
    component: str
    content: str
    method: str
    owner: str
    from_on: date | None
    due_on: date
    proof: str
    needs: list[int]
    done_on: date | None
    result: str
    late: bool


class PlanOut(Schema):
    """A revision of a service plan; `standing` is what follows from its state and the day."""

    id: int
    customer: str
    number: str
    revision: int
    title: str
    kind: str
    goal: str
    mode: str
    mode_reason: str
    from_on: date
    until_on: date
    standing: str
    grade: str
    rating: str
    drawn_by: str
    drawn_at: datetime
    approved_by: str | None
    sent_at: datetime | None
    confirm_by: date | None
    digest: str
    confirmed_at: datetime | None
    confirmed_name: str
    confirmed_way: str
    change_text: str
    items: list[ItemOut]


class ItemIn(Strict):
    """An item; `owner` by user name, the account manager if absent; `needs` by key."""

    component: Annotated[str, Field(pattern=rf"^({'|'.join(COMPONENTS)})$")]
    content: Text
    method: Short = ""
    owner: Code | None = None
    from_on: date | None = None
    due_on: date
    proof: Annotated[str, Field(max_length=200, pattern=TEXT)] = ""
    needs: Annotated[list[Annotated[int, Field(ge=1, le=2**62)]], Field(max_length=100)] = []


class PlanIn(Strict):
    """A plan to draw up, as a draft."""

    customer: Code
    title: Annotated[str, Field(min_length=1, max_length=160, pattern=TEXT)]
    kind: Annotated[str, Field(pattern=rf"^({'|'.join(TYPES)})$")]
    from_on: date
    until_on: date
    mode: Annotated[str, Field(pattern=rf"^({'|'.join(MODES)})$")] = "standard"
    mode_reason: Short = ""
    goal: Long = ""
    items: Annotated[list[ItemIn], Field(max_length=200)] = []


class ConfirmIn(Strict):
    """That the customer confirmed; `confirmed_at` with its offset from UTC, now if absent; `digest` of the text that was read."""

    name: Name
    way: Literal["signature", "reply"]
    confirmed_at: AwareDatetime | None = None
    digest: Annotated[str, Field(pattern=r"^([0-9a-f]{64})?$")] = ""


class ChangeIn(Strict):
    """That the customer wants a change."""

    name: Name
    way: Literal["signature", "reply"]
    text: Text


class DoneIn(Strict):
    """What was carried out."""

    done_on: date
    result: Text


class GroundIn(Strict):
    """A reason."""

    ground: Text


def shaped(one: ServicePlan, day: date) -> dict[str, Any]:
    """A plan."""
    names = (
        "number", "revision", "title", "kind", "goal", "mode", "mode_reason", "from_on", "until_on", "grade", "rating", "drawn_at",
        "sent_at", "confirm_by", "digest", "confirmed_at", "confirmed_name", "confirmed_way", "change_text",
    )  # fmt: skip
    return {
        "id": one.pk, "customer": one.customer.code, **{name: getattr(one, name) for name in names}, "standing": one.standing(day),
        "drawn_by": one.drawn_by.username, "approved_by": one.approved_by.username if one.approved_by else None,
        "items": [_item(item, one, day) for item in one.items.all()],
    }  # fmt: skip


def _item(one: PlanItem, plan: ServicePlan, day: date) -> dict[str, Any]:
    one.plan = plan
    names = ("place", "component", "content", "method", "from_on", "due_on", "proof", "done_on", "result")
    return {
        "id": one.pk, **{name: getattr(one, name) for name in names}, "owner": one.owner.username,
        "needs": sorted(need.pk for need in one.needs.all()), "late": one.is_late(day),
    }  # fmt: skip


def _rows(person: Person) -> Any:
    rows = ServicePlan.objects.visible_to(person).select_related(
        "customer__manager", "drawn_by", "approved_by", "submitted_by"
    )
    return rows.defer("kept").prefetch_related("items__owner", "items__needs")


def _found(person: Person, key: int) -> ServicePlan:
    one: ServicePlan = found(_rows(person), key, _("There is no such plan."))
    return one


def _kept(person: Person, body: dict[str, Any]) -> dict[str, Any]:
    """An answer that was kept, to whoever still sees its plan."""
    _found(person, body["id"])
    return body


def _answer(request: HttpRequest, verb: str, act: Callable[[Person, datetime], ServicePlan]) -> Any:
    """Act once, and answer with the plan as it is then."""
    person, now = enter(request, verb), timezone.now()

    def work() -> tuple[int, Any]:
        made = _found(person, act(person, now).pk)
        return 201, PlanOut.model_validate(shaped(made, timezone.localtime(now).date()))

    return Status(*once(request, person, now, work, lambda body: _kept(person, body)))


@router.get(
    "/plans", response={200: Listing[PlanOut], **REFUSALS}, tags=["plans"], summary="Service plans, newest first"
)  # fmt: skip
def list_plans(request: HttpRequest, shown: Shown = "all", after: After = "", limit: Limit = 50) -> Any:
    person, day = enter(request, "see_customers"), timezone.localdate()
    rows, cursor = cut(narrowed(_rows(person), shown, day), after, limit, "plans")
    return {"rows": [shaped(one, day) for one in rows], "next": cursor}


@router.post("/plans", response={201: PlanOut, **REFUSALS}, tags=["plans"], summary="Draw a service plan up")
def post_plan(request: HttpRequest, body: PlanIn) -> Any:
    given = body.model_dump(exclude={"items", "customer"})

    def act(person: Person, now: datetime) -> ServicePlan:
        customer = customer_of(person, body.customer)
        rows = [_values(one, customer) for one in body.items]
        plan = actions.draw_up(customer=customer, by=person, at=now, **given)
        if rows:
            items.add_items(plan=plan, rows=rows, by=person, at=now)
        return plan

    return _answer(request, "draw_plans", act)


def _values(one: ItemIn, customer: Any) -> dict[str, Any]:
    """What an item is made from."""
    owner = Person.objects.filter(username=one.owner).first() if one.owner else customer.manager
    if owner is None:
        raise Invalid(_("There is no such person."), fields={"owner": _("unknown")})
    needs = list(customer.needs.filter(pk__in=one.needs))
    if len(needs) != len(set(one.needs)):
        raise Invalid(_("There is no such need of this customer."), fields={"needs": _("unknown")})
    return {**one.model_dump(exclude={"owner", "needs"}), "owner": owner, "needs": needs}


@router.get("/plans/{key}", response={200: PlanOut, **REFUSALS}, tags=["plans"], summary="One service plan")
def get_plan(request: HttpRequest, key: Key) -> Any:
    return shaped(_found(enter(request, "see_customers"), key), timezone.localdate())


@router.post(
    "/plans/{key}/submit", response={201: PlanOut, **REFUSALS}, tags=["plans"], summary="Submit a draft for approval"
)  # fmt: skip
def post_submit(request: HttpRequest, key: Key) -> Any:
    return _answer(request, "draw_plans", lambda by, at: actions.submit(plan=_found(by, key), by=by, at=at))


@router.post(
    "/plans/{key}/approve", response={201: PlanOut, **REFUSALS}, tags=["plans"], summary="Approve what another person submitted"
)  # fmt: skip
def post_approve(request: HttpRequest, key: Key) -> Any:
    return _answer(
        request, "approve_plans", lambda by, at: actions.approve(plan=_found(by, key), by=by, at=at)
    )


@router.post(
    "/plans/{key}/return", response={201: PlanOut, **REFUSALS}, tags=["plans"], summary="Return a plan to be changed"
)  # fmt: skip
def post_return(request: HttpRequest, key: Key, body: GroundIn) -> Any:
    def act(by: Person, at: datetime) -> ServicePlan:
        return actions.return_plan(plan=_found(by, key), ground=body.ground, by=by, at=at)

    return _answer(request, "see_customers", act)


@router.post(
    "/plans/{key}/send", response={201: PlanOut, **REFUSALS}, tags=["plans"], summary="Note that it goes to the customer"
)  # fmt: skip
def post_send(request: HttpRequest, key: Key) -> Any:
    return _answer(request, "draw_plans", lambda by, at: actions.send(plan=_found(by, key), by=by, at=at))


@router.post(
    "/plans/{key}/confirm", response={201: PlanOut, **REFUSALS}, tags=["plans"], summary="Record the customer's confirmation"
)  # fmt: skip
def post_confirm(request: HttpRequest, key: Key, body: ConfirmIn) -> Any:
    return _answer(
        request,
        "draw_plans",
        lambda by, at: actions.confirm(_found(by, key), by=by, at=at, **body.model_dump()),
    )


@router.post(
    "/plans/{key}/change", response={201: PlanOut, **REFUSALS}, tags=["plans"], summary="Record that the customer wants a change"
)  # fmt: skip
def post_change(request: HttpRequest, key: Key, body: ChangeIn) -> Any:
    return _answer(
        request,
        "draw_plans",
        lambda by, at: actions.ask_for_change(_found(by, key), by=by, at=at, **body.model_dump()),
    )


@router.post(
    "/plans/{key}/items/{item}/done", response={201: PlanOut, **REFUSALS}, tags=["plans"], summary="Note that an item was carried out"
)  # fmt: skip
def post_done(request: HttpRequest, key: Key, item: Key, body: DoneIn) -> Any:
    def act(by: Person, at: datetime) -> ServicePlan:
        plan = _found(by, key)
        one = found(plan.items.all(), item, _("There is no such item."))
        one.plan = plan
        items.finish(item=one, by=by, at=at, **body.model_dump())
        return plan

    return _answer(request, "see_customers", act)
