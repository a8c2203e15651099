"""Ending a cooperation: open orders, receivables and after-sales duties block it until they are dealt with (GRD-26)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from zhike.customers.actions import move_life
from zhike.customers.archive import Unit
from zhike.customers.lapsing import open_recovery
from zhike.customers.limits import LIMITS, Limits
from zhike.customers.models import Customer
from zhike.customers.owners import Chain
from zhike.facts.models import Order, Receivable
from zhike.grading.proposing import give_way_to_exit
from zhike.grading.records import Exit, ExitSettlement
from zhike.grading.taking_effect import end_grades
from zhike.kernel.journal import journal, sentences
from zhike.kernel.refusals import Conflict, Invalid
from zhike.people.models import Person
from zhike.people.rules import allow
from zhike_engine.plan.windows import add_months

sentences({
    "exit_settled": gettext_lazy("%(who)s noted how an open item of %(what)s is dealt with: %(how)s"),
    "exit_closed": gettext_lazy("%(who)s closed the end of the cooperation with %(what)s"),
})  # fmt: skip
LIMITS["warranty_months"] = gettext_lazy("months of warranty after installation")
LIMITS["delivery_days"] = gettext_lazy("days after which an order counts as delivered")
USUAL_WARRANTY, USUAL_DELIVERY = 12, 60


@dataclass(frozen=True)
class Item:
    """One thing that must be dealt with before a cooperation ends."""

    kind: str
    code: str
    label: str
    settlement: ExitSettlement | None = None

    @property
    def key(self) -> str:
        """Its name within the exit."""
        return f"{self.kind}:{self.code}"


ITEM_KINDS: dict[str, Any] = {
    "order": gettext_lazy("open orders"),
    "receivable": gettext_lazy("receivables"),
    "warranty": gettext_lazy("after-sales and warranty duties"),
}
"""Kind of item -> its name."""


def checklist(one: Exit, at: datetime) -> list[Item]:
    """What stands open, from the facts of the day, with how it was dealt with where somebody noted it."""
    day, limits, customer = timezone.localtime(at).date(), Limits(), one.customer
    settled = {row.item: row for row in one.settlements.select_related("by")}
    delivered = day - timedelta(days=limits.of("delivery_days", customer.grade) or USUAL_DELIVERY)
    months = limits.of("warranty_months", customer.grade) or USUAL_WARRANTY
    orders: Any = Order.objects.filter(customer=customer, status="completed", ordered_on__gt=delivered)
    unpaid: Any = Receivable.objects.filter(customer=customer, paid_on__isnull=True).order_by("due_on")
    found = [
        Item(
            "order",
            row.number,
            _("order %(number)s of %(day)s") % {"number": row.number, "day": row.ordered_on},
        )
        for row in orders
    ]
    found += [
        Item(
            "receivable", row.number, _("%(number)s, due %(day)s") % {"number": row.number, "day": row.due_on}
        )
        for row in unpaid
    ]
    found += [
        Item("warranty", str(row.pk), str(row))
        for row in Unit.objects.filter(customer=customer, retired_on__isnull=True, installed_on__isnull=False)
        if row.installed_on is not None and add_months(row.installed_on, months) > day
    ]
    return [Item(row.kind, row.code, row.label, settled.get(row.key)) for row in found]


@transaction.atomic
def settle_item(*, leaving: Exit, item: str, how: str, by: Person, at: datetime) -> ExitSettlement:
    """Note how an item is dealt with: handed over, written off, agreed otherwise."""
    allow(by, "change_customer", leaving.customer)
    if not how.strip():
        raise Invalid(_("Say how it is dealt with."), fields={"how": _("missing")})
    if item not in {one.key for one in checklist(leaving, at)}:
        raise Invalid(_("This item is not open."))
    if leaving.closed_at is not None:
        raise Conflict(_("This cooperation has ended already."))
    try:
        with transaction.atomic():
            made = ExitSettlement.objects.create(exit=leaving, item=item, how=how.strip(), by=by, at=at)
    except IntegrityError as taken:
        raise Conflict(_("This item is dealt with already.")) from taken
    journal(leaving, "exit_settled", by=by, at=at, item=item, how=made.how)
    return made


@transaction.atomic
def close_exit(*, leaving: Exit, by: Person, at: datetime) -> Exit:
    """End the cooperation: nothing may stand open. The customer becomes lapsed, its archive and an owner stay, its grades end."""
    allow(by, "decide_grades", leaving.customer)
    left = [one for one in checklist(leaving, at) if one.settlement is None]
    if left:
        kinds = "、".join(sorted({str(ITEM_KINDS[one.kind]) for one in left}))
        raise Invalid(
            _("%(count)s items stand open: %(kinds)s.") % {"count": len(left), "kinds": kinds},
            fields={one.key: one.label for one in left},
        )
    if not Exit.objects.filter(pk=leaving.pk, closed_at__isnull=True).update(closed_by=by, closed_at=at):
        raise Conflict(_("This cooperation has ended already."))
    leaving.refresh_from_db()
    customer = Customer.objects.select_related("manager").get(pk=leaving.customer_id)
    day = timezone.localtime(at).date()
    if customer.life == "current":
        move_life(customer=customer, life="lapsed", by=None, at=at, reason=leaving.ground)
        open_recovery(customer, Chain().owner(customer), Limits(), at=at, day=day)
    give_way_to_exit(customer, by=by, at=at)
    end_grades(customer=customer, on=day, by=by, at=at)
    journal(leaving, "exit_closed", by=by, at=at)
    return leaving
