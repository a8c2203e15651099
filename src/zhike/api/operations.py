"""The operations: parse, ask the verb, act, answer."""

from __future__ import annotations

from typing import Annotated, Any

from django.http import HttpRequest, QueryDict
from django.utils import timezone
from django.utils.translation import gettext as _
from ninja import Path, Query, Router, Status

from zhike.api import out
from zhike.api.keys import enter
from zhike.api.once import once
from zhike.api.paging import MOST, cut
from zhike.api.shapes import (
    SAID,
    ActivityIn,
    ActivityOut,
    ContactIn,
    ContactOut,
    CustomerChange,
    CustomerIn,
    CustomerOut,
    Listing,
    MeOut,
    OrderOut,
    Problem,
    ReceivableOut,
)
from zhike.customers.actions import add_contact, add_customer, change_customer, log_activity
from zhike.customers.lists import CUSTOMERS
from zhike.customers.models import Activity, Contact, Customer
from zhike.customers.viewings import open_archive, open_many
from zhike.facts.models import Order, Receivable
from zhike.kernel.refusals import Forbidden, NotThere
from zhike.lists.listing import Looking
from zhike.people.models import Person
from zhike.people.rules import sees

REFUSALS = {400: Problem, 401: Problem, 403: Problem, 404: Problem, 409: Problem, 422: Problem, 429: Problem}
router = Router()
Limit = Annotated[int, Query(ge=1, le=MOST)]
After = Annotated[str, Query(max_length=200)]
Code = Annotated[str, Path(max_length=40, pattern=SAID)]
Words = Annotated[str, Query(max_length=60, description="words: name, pinyin, initials, code, phone")]
Conditions = Annotated[
    list[str], Query(max_length=20, description="conditions such as `grade:in:A,B` or `amount:ge:100000`")
]


def customer_of(person: Person, code: str) -> Customer:
    """A customer that the person sees; reading it is kept, and counts towards the limit of a day, as on a page."""
    found = (
        Customer.objects.visible_to(person)
        .select_related("manager", "region", "department")
        .filter(code=code)
        .first()
    )
    if found is None:
        raise NotThere(_("There is no such customer."))
    open_archive(person=person, customer=found, at=timezone.now(), way="api")
    return found


@router.get("/me", response={200: MeOut, **REFUSALS}, tags=["people"], summary="Who the request acts for")
def me(request: HttpRequest) -> Any:
    person = request.user
    assert isinstance(person, Person)
    access = person.access
    return {"username": person.username, "name": person.display_name, "roles": [role.code for role in access.roles],
            "verbs": sorted(access.verbs), "sees": sorted(access.sees)}  # fmt: skip


@router.get(
    "/customers",
    response={200: Listing[CustomerOut], **REFUSALS},
    tags=["customers"],
    summary="Customers, newest first",
)
def list_customers(
    request: HttpRequest,
    q: Words = "",
    c: Conditions = (),  # type: ignore[assignment]
    after: After = "",
    limit: Limit = 50,
) -> Any:
    person = enter(request, "see_customers")
    asked_for = QueryDict(mutable=True)
    asked_for["q"] = q
    asked_for.setlist("c", c)
    rows = CUSTOMERS.find(Looking(person, timezone.now()), CUSTOMERS.read(person, asked_for)).select_related(
        "manager", "region", "department"
    )
    shown, cursor = cut(rows, after, limit, "customers")
    open_many(person=person, customers=[one.pk for one in shown], at=timezone.now())
    return {"rows": out.customers(shown, person), "next": cursor}


@router.post(
    "/customers", response={201: CustomerOut, **REFUSALS}, tags=["customers"], summary="Open an archive"
)
def post_customer(request: HttpRequest, body: CustomerIn) -> Any:
    person, now = enter(request, "add_customer"), timezone.now()

    def work() -> tuple[int, Any]:
        made = add_customer(by=person, at=now, manager=person, **body.model_dump())
        return 201, CustomerOut.model_validate(out.customers([made], person)[0])

    def again(body: dict[str, Any]) -> dict[str, Any]:
        customer_of(person, body["code"])
        return out.as_seen("customer", body, person)

    return Status(*once(request, person, now, work, again))


@router.get(
    "/customers/{code}", response={200: CustomerOut, **REFUSALS}, tags=["customers"], summary="One customer"
)
def get_customer(request: HttpRequest, code: Code) -> Any:
    person = enter(request, "see_customers")
    return out.customers([customer_of(person, code)], person)[0]


@router.patch(
    "/customers/{code}",
    response={200: CustomerOut, **REFUSALS},
    tags=["customers"],
    summary="Change an archive",
)
def patch_customer(request: HttpRequest, body: CustomerChange, code: Code) -> Any:
    person, now = enter(request, "change_customer"), timezone.now()
    one = customer_of(person, code)
    values = {
        name: value for name, value in body.model_dump(exclude={"version"}).items() if value is not None
    }
    if "phone" in values and not sees(person, "contact"):
        raise Forbidden(_("Your roles do not show contacts' channels."))

    def work() -> tuple[int, Any]:
        changed = change_customer(customer=one, version=body.version, by=person, at=now, **values)
        return 200, CustomerOut.model_validate(out.customers([changed], person)[0])

    return Status(*once(request, person, now, work, lambda body: out.as_seen("customer", body, person)))


@router.get(
    "/customers/{code}/contacts",
    response={200: list[ContactOut], **REFUSALS},
    tags=["customers"],
    summary="Contacts",
)
def list_contacts(request: HttpRequest, code: Code) -> Any:
    person = enter(request, "see_customers")
    return [
        out.contact(one, person) for one in Contact.objects.filter(customer=customer_of(person, code))[:500]
    ]


@router.post(
    "/customers/{code}/contacts",
    response={201: ContactOut, **REFUSALS},
    tags=["customers"],
    summary="Add a contact",
)
def post_contact(request: HttpRequest, body: ContactIn, code: Code) -> Any:
    person, now = enter(request, "change_customer"), timezone.now()
    one = customer_of(person, code)

    def work() -> tuple[int, Any]:
        made = add_contact(customer=one, by=person, at=now, **body.model_dump())
        return 201, ContactOut.model_validate(out.contact(made, person))

    return Status(*once(request, person, now, work, lambda body: out.as_seen("contact", body, person)))


@router.get(
    "/customers/{code}/activities",
    response={200: Listing[ActivityOut], **REFUSALS},
    tags=["customers"],
    summary="Contacts and visits",
)
def list_activities(request: HttpRequest, code: Code, after: After = "", limit: Limit = 50) -> Any:
    person = enter(request, "see_customers")
    rows = Activity.objects.filter(customer=customer_of(person, code)).select_related("person")
    shown, cursor = cut(rows, after, limit, "activities")
    return {"rows": [out.activity(one) for one in shown], "next": cursor}


@router.post(
    "/customers/{code}/activities",
    response={201: ActivityOut, **REFUSALS},
    tags=["customers"],
    summary="Log a contact",
)
def post_activity(request: HttpRequest, body: ActivityIn, code: Code) -> Any:
    person, now = enter(request, "log_activity"), timezone.now()
    one = customer_of(person, code)

    def work() -> tuple[int, Any]:
        made = log_activity(customer=one, by=person, at=now, **body.model_dump())
        return 201, ActivityOut.model_validate(out.activity(made))

    return Status(*once(request, person, now, work, lambda body: out.as_seen("activity", body, person)))


@router.get(
    "/customers/{code}/orders",
    response={200: Listing[OrderOut], **REFUSALS},
    tags=["facts"],
    summary="Orders of a customer",
)
def list_customer_orders(request: HttpRequest, code: Code, after: After = "", limit: Limit = 50) -> Any:
    person = enter(request, "see_orders")
    rows = Order.objects.filter(customer=customer_of(person, code)).select_related("customer")
    shown, cursor = cut(rows, after, limit, "orders")
    return {"rows": [out.order(one, person) for one in shown], "next": cursor}


@router.get(
    "/orders", response={200: Listing[OrderOut], **REFUSALS}, tags=["facts"], summary="Orders, newest first"
)
def list_orders(request: HttpRequest, after: After = "", limit: Limit = 50) -> Any:
    person = enter(request, "see_orders")
    shown, cursor = cut(Order.objects.visible_to(person).select_related("customer"), after, limit, "orders")
    return {"rows": [out.order(one, person) for one in shown], "next": cursor}


@router.get(
    "/receivables",
    response={200: Listing[ReceivableOut], **REFUSALS},
    tags=["facts"],
    summary="Receivables, newest first",
)
def list_receivables(request: HttpRequest, after: After = "", limit: Limit = 50) -> Any:
    person = enter(request, "see_orders")
    if not sees(person, "credit"):
        raise Forbidden(_("Your roles do not show credit and receivables."))
    shown, cursor = cut(
        Receivable.objects.visible_to(person).select_related("customer"), after, limit, "receivables"
    )
    return {"rows": [out.receivable(one) for one in shown], "next": cursor}
