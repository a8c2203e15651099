"""The records of a visitor's own customer: the only queries of the portal. What is another's is not there."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.db.models import Q, QuerySet
from django.http import Http404

from zhike.customers.models import Contact, Customer
from zhike.customers.owners import Chain
from zhike.facts.models import STATUS, Order
from zhike.letters.making import number_of
from zhike.letters.models import Letter
from zhike.people.models import Person, signed_on
from zhike.plans.models import COMPONENTS, MODES, TYPES, ServicePlan
from zhike.portal.fields import FIELDS, PLAN_STATES, STATES, Shown, shown
from zhike.requests.models import CHANNELS, KINDS, UNANSWERED, ServiceRequest

TOLD = ("sent", "delivered", "received")
"""States of a letter that the customer has been sent."""
SEVERAL = 5


def orders(customer: Customer) -> QuerySet[Any]:
    """The customer's orders, the latest first."""
    return Order.objects.filter(customer=customer).only(*FIELDS["order"])


def narrowed_orders(customer: Customer, words: str, status: str) -> QuerySet[Any]:
    """Those whose number or product holds the words, in a status."""
    rows = orders(customer)
    if words:
        rows = rows.filter(Q(number__icontains=words) | Q(product__icontains=words))
    return rows.filter(status=status) if status in STATUS else rows


def requests(customer: Customer) -> QuerySet[ServiceRequest]:
    """What the customer has asked for, by whatever channel, the latest first."""
    return ServiceRequest.objects.filter(customer=customer).only(*FIELDS["request"])


def letters(customer: Customer) -> QuerySet[Letter]:
    """The letters that the customer was sent and that can be read here, the latest first."""
    rows = Letter.objects.filter(customer=customer, state__in=TOLD).exclude(sha256="")
    return rows.order_by("-sent_at", "-id")


def plans(customer: Customer) -> QuerySet[Any]:
    """The service plans that the customer was sent and that were not replaced or withdrawn, the latest first."""
    rows = ServicePlan.objects.filter(
        customer=customer, sent_at__isnull=False, state__in=("sent", "confirmed", "changed")
    )
    return rows.order_by("-sent_at", "-id")


def plan_row(one: ServicePlan, day: date) -> Shown:
    """A plan with its standing and, where it was read with it, the text that was sent."""
    row = shown("plan", one)
    standing = one.state
    if standing == "confirmed":
        standing = "coming" if one.from_on > day else "force" if one.until_on >= day else "expired"
    row.standing, (row.state_name, row.tone) = standing, PLAN_STATES[standing]
    if row.kept:
        row.kind_name, row.mode_name = (
            str(TYPES.get(row.kept["kind"], "")),
            str(MODES.get(row.kept["mode"], "")),
        )
        for item in row.kept["items"]:
            item["component_name"] = str(COMPONENTS.get(item["component"], item["component"]))
    return row


def plan_rows(rows: QuerySet[Any], day: date) -> list[Shown]:
    """Plans for a list: without their text."""
    found = []
    for one in rows.defer("kept"):
        one.kept = {}
        found.append(plan_row(one, day))
    return found


def letter_rows(rows: QuerySet[Letter]) -> list[Shown]:
    """Letters for a list: without what they say."""
    found = []
    for one in rows.only("opened_at", "sent_at", "received_at"):
        row = Shown(pk=one.pk, number=number_of(one), sent_at=one.sent_at, received_at=one.received_at)
        found.append(row)
    return found


def colleagues(customer: Customer, but: Contact) -> list[Shown]:
    """The other contacts of the customer who are here: names and posts, no channels."""
    rows = Contact.objects.offered().filter(customer=customer).exclude(pk=but.pk)
    return [shown("colleague", one) for one in rows.only(*FIELDS["colleague"])[:50]]


def found(rows: QuerySet[Any], key: int) -> Any:
    """A record by its number among the customer's own, or 404."""
    one = rows.filter(pk=key).first()
    if one is None:
        raise Http404
    return one


def manager(customer: Customer) -> Shown | None:
    """Who answers for the customer."""
    named: Person | None = customer.manager
    if named is None or not named.is_active:
        named = Chain().owner(customer)
    return shown("manager", named) if named is not None else None


def order_row(one: Order) -> Shown:
    """An order with the name of its status."""
    row = shown("order", one)
    row.status_name = str(STATUS.get(one.status, one.status))
    return row


def request_row(one: ServiceRequest, at: datetime) -> Shown:
    """A request with its state, in the customer's words; one that staff recorded is called by its kind and its channel."""
    row = shown("request", one)
    if one.answered_at is not None:
        state = "answered"
    elif one.closed_at is not None:
        state = "closed"
    else:
        state = "late" if one.due_at is not None and one.due_at < at else "waiting"
    row.state, (row.state_name, row.tone) = state, STATES[state]
    row.kind_name = str(KINDS.get(one.kind, one.kind))
    row.subject = row.subject or f"{row.kind_name} · {CHANNELS.get(one.channel, one.channel)}"
    return row


def waiting(customer: Customer, parts: list[str], at: datetime) -> dict[str, Any]:
    """What the first page shows: letters and plans to confirm, open requests, the last orders; only of the parts that are open."""
    held: dict[str, Any] = {"letters": [], "plans": [], "requests": [], "orders": []}
    if "plans" in parts:
        held["plans"] = plan_rows(plans(customer).filter(state="sent")[:SEVERAL], signed_on(at))
    if "letters" in parts:
        held["letters"] = letter_rows(letters(customer).filter(received_at__isnull=True)[:SEVERAL])
    if "requests" in parts:
        held["requests"] = [request_row(one, at) for one in requests(customer).filter(UNANSWERED)[:SEVERAL]]
    if "orders" in parts:
        held["orders"] = [order_row(one) for one in orders(customer)[:SEVERAL]]
    return held
