"""Visits when a customer passes to another account manager: told in the handover, and the receiver's from then on."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.utils.translation import gettext_lazy as _

from zhike.customers.handovers import OPEN_ITEMS
from zhike.customers.models import Customer
from zhike.customers.posts import PASSED
from zhike.kernel.journal import entry_for, journal_all, sentences
from zhike.people.models import Person, signed_on
from zhike.visits.models import Visit

sentences({"visit_passed": _("The visit “%(what)s” passed to %(receiver)s with the customer")})
MOST = 50


def open_visits(customer: Customer, day: date) -> list[dict[str, Any]]:
    """The visits of a customer that are planned or owe their form, for a handover."""
    rows = Visit.objects.open().filter(customer=customer).order_by("due_on", "id")[:MOST]
    return [{"kind": "visit", "text": one.purpose, "due": one.due_on.isoformat()} for one in rows]


def pass_visits(customer: Customer, former: Person | None, receiver: Person, at: datetime) -> None:
    """Whoever has the customer now makes the visits that the former account manager had planned; forms of visits that were made
    stay with whoever made them while they are here."""
    if former is None or former == receiver:
        return
    mine = Visit.objects.open().filter(customer=customer, owner=former)
    rows = list(mine.filter(day__gt=signed_on(at)) if former.is_active else mine)
    Visit.objects.open().filter(pk__in=[one.pk for one in rows]).update(owner=receiver)
    journal_all([entry_for(one, "visit_passed", by=None, at=at, receiver=str(receiver)) for one in rows])


OPEN_ITEMS.append(open_visits)
PASSED.append(pass_visits)
