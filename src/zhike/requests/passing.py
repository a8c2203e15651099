"""Requests when a customer passes to another account manager: told in the handover, and the receiver's from then on."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from zhike.customers.handovers import OPEN_ITEMS
from zhike.customers.models import Customer
from zhike.customers.posts import PASSED
from zhike.kernel.journal import entry_for, journal_all, sentences
from zhike.people.models import Person
from zhike.requests.models import ServiceRequest

sentences({"request_passed": _("The request “%(what)s” passed to %(receiver)s with the customer")})
MOST = 50


def open_requests(customer: Customer, day: date) -> list[dict[str, Any]]:
    """The open requests of a customer, for a handover."""
    rows = ServiceRequest.objects.open().filter(customer=customer)
    return [
        {
            "kind": "request",
            "text": one.subject,
            "due": timezone.localtime(one.due_at).date().isoformat() if one.due_at else "",
        }
        for one in rows.order_by(F("due_at").asc(nulls_last=True), "id")[:MOST]
    ]


def pass_requests(customer: Customer, former: Person | None, receiver: Person, at: datetime) -> None:
    """Whoever has the customer now answers for what the former account manager has not answered."""
    if former == receiver:
        return
    rows = list(ServiceRequest.objects.open().filter(customer=customer, owner=former))
    ServiceRequest.objects.open().filter(pk__in=[one.pk for one in rows]).update(owner=receiver)
    journal_all([entry_for(one, "request_passed", by=None, at=at, receiver=str(receiver)) for one in rows])


OPEN_ITEMS.append(open_requests)
PASSED.append(pass_requests)
