"""What stands for the parameters of addresses in the access matrix. A parameter without a line here is `1`.

A value is made from the cast and the customer whose turn it is. Whatever names a customer or a record of one needs its line,
in OF_CUSTOMER too, or in OF.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from typing import Any

from tests.product.cast import CANARY, EARLY, Cast
from zhike.accesses.models import PortalAccess
from zhike.customers.archive import Need, Unit
from zhike.customers.documents import Document
from zhike.customers.models import Activity, Customer
from zhike.plans.models import PlanItem, ServicePlan
from zhike.requests.models import ServiceRequest
from zhike.visits.models import Visit

Value = Callable[[Cast, Customer], Any]

VALUES: dict[str, Value] = {
    "code": lambda cast, customer: customer.code,
    "person": lambda cast, customer: cast.people.tess.pk,
    "department": lambda cast, customer: cast.departments.key.pk,
    "region": lambda cast, customer: cast.regions.east.pk,
    "role": lambda cast, customer: "salesperson",
    "grant": lambda cast, customer: cast.people.tess.grants.get().pk,
    "field": lambda cast, customer: "phone",
    "fact": lambda cast, customer: "phone",
    "form": lambda cast, customer: "pdf",
    "kind": lambda cast, customer: "strength",
    "section": lambda cast, customer: "basic",
    "verb": lambda cast, customer: "start",
    "provider_id": lambda cast, customer: "company",
    "uidb36": lambda cast, customer: "1",
}
"""Name of a parameter -> its value."""

OF: dict[str, Value] = {
    "contacts": lambda cast, customer: customer.contacts.get().pk,
    "activities": lambda cast, customer: customer.activities.get().pk,
    "needs": lambda cast, customer: customer.needs.get().pk,
    "units": lambda cast, customer: customer.units.get().pk,
    "documents": lambda cast, customer: customer.documents.get().pk,
    "requests": lambda cast, customer: customer.requests.get().pk,
    "accesses": lambda cast, customer: customer.contacts.get().accesses.get().pk,
    "visits": lambda cast, customer: customer.visits.get().pk,
    "plans": lambda cast, customer: customer.plans.get().pk,
    "items": lambda cast, customer: customer.plans.get().items.get().pk,
}
"""Step of an address before a key -> the key of the customer's record of this kind."""

OF_CUSTOMER = {"code"}
"""Parameters that name a customer, or a record of one: their addresses are asked for each customer."""

PARAMETER = re.compile(r"<(?:\w+:)?(\w+)>|\(\?P<(\w+)>(?:[^()]|\([^()]*\))*\)|\{(\w+)\}")


def furnish(cast: Cast) -> None:
    """Give each customer one record of every kind, with its canary in it."""
    day = date(2026, 6, 1)
    for code, customer in vars(cast.customers).items():
        word, by = CANARY[code], customer.manager
        Activity.objects.create(
            customer=customer, channel="call", done_on=day, person=by, subject=f"{word} call", added_at=EARLY
        )
        Need.objects.create(
            customer=customer, kind="product", text=f"{word} need", source="visit", stated_on=day, by=by
        )
        Unit.objects.create(customer=customer, model=f"{word} machine")
        ServiceRequest.objects.create(
            customer=customer, kind="other", channel="call", subject=f"{word} request", received_at=EARLY, recorded_by=by,
            recorded_at=EARLY, owner=by, due_at=EARLY, hours=24,
        )  # fmt: skip
        PortalAccess.objects.create(
            contact=customer.contacts.get(),
            email=f"{word}@example.com",
            opened_for=customer.pk,
            parts=["orders"],
            until_on=day,
            opened_by=by,
            opened_at=EARLY,
        )
        visit = Visit.objects.create(
            customer=customer, kind="sales", day=day, purpose=f"{word} visit", owner=by, added_by=by, added_at=EARLY, days=2,
            due_on=day, submitted_at=EARLY, submitted_by=by, in_time=True, topics=word, findings=word, significant=word,
            problems=[{"text": word, "step": word, "who": by.username, "due": ""}], needs=[{"kind": "product", "text": word}],
        )  # fmt: skip
        visit.met.set(customer.contacts.all())
        visit.changes.create(contact=customer.contacts.get(), field="mobile", current=word, proposed=word)
        plan = ServicePlan.objects.create(
            customer=customer, number=f"{code}-P1", title=f"{word} plan", kind="maintain", from_on=day, until_on=date(2026, 12, 31),
            drawn_by=by, drawn_at=EARLY,
        )  # fmt: skip
        PlanItem.objects.create(
            plan=plan, place=1, component="other", content=f"{word} item", owner=by, due_on=day
        )
        Document.objects.create(
            customer=customer, kind="other", title=f"{word} paper", added_by=by, added_at=EARLY
        )


def names(where: str) -> list[str]:
    """The names of an address's parameters."""
    return [next(filter(None, found)) for found in PARAMETER.findall(where)]


def address(where: str, cast: Cast, customer: Customer, *, record_of: Customer | None = None) -> str:
    """An address with its parameters filled in; its record may be that of another customer."""

    def fill(found: re.Match[str]) -> str:
        name = next(filter(None, found.groups()))
        kind = where[: found.start()].rstrip("/").rpartition("/")[2]
        if name == "key" and kind in OF:
            return str(OF[kind](cast, record_of or customer))
        return str(VALUES[name](cast, customer)) if name in VALUES else "1"

    return f"/{PARAMETER.sub(fill, where).replace('^', '').replace('$', '')}"


def kind_of(where: str) -> str:
    """The kind of record that an address of a customer names by its key, or nothing."""
    found = re.search(r"<str:code>/(\w+)/<int:key>", where)
    return found[1] if found and found[1] in OF else ""
