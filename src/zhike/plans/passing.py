"""Plans when a customer passes to another account manager: told in the handover, and the receiver's from then on."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.db.models import F
from django.utils.translation import gettext_lazy as _

from zhike.customers.handovers import OPEN_ITEMS
from zhike.customers.models import Customer
from zhike.customers.posts import PASSED
from zhike.kernel.journal import entry_for, journal_all, sentences
from zhike.people.models import Person
from zhike.plans.models import OPEN, PlanItem, ServicePlan

sentences(
    {
        "plan_item_handed": _(
            "The task “%(what)s” of the service plan %(plan)s passed to %(receiver)s with the customer"
        )
    }
)
MOST = 50


def open_plans(customer: Customer, day: date) -> list[dict[str, Any]]:
    """What is still to be done in the plans of a customer, and plans that are not agreed yet, for a handover."""
    items = PlanItem.objects.tasks().filter(plan__customer=customer).order_by("due_on", "id")[:MOST]
    plans = ServicePlan.objects.filter(customer=customer, state__in=OPEN).order_by("from_on", "id")
    return [
        *({"kind": "plan", "text": str(one), "due": ""} for one in plans),
        *({"kind": "plan_item", "text": str(one), "due": one.due_on.isoformat()} for one in items),
    ]


def pass_items(customer: Customer, former: Person | None, receiver: Person, at: datetime) -> None:
    """Whoever has the customer now answers for what the former account manager was to do in its plans."""
    if former is None or former == receiver:
        return
    live = PlanItem.objects.filter(
        plan__customer=customer, plan__state__in=(*OPEN, "confirmed"), owner=former, done_on__isnull=True
    )
    rows = list(live.select_related("plan"))
    PlanItem.objects.filter(pk__in=[one.pk for one in rows]).update(owner=receiver, version=F("version") + 1)
    journal_all([
        entry_for(one, "plan_item_handed", by=None, at=at, plan=one.plan.number, receiver=str(receiver)) for one in rows
    ])  # fmt: skip


OPEN_ITEMS.append(open_plans)
PASSED.append(pass_items)
