"""Customers that stopped ordering: they lapse, keep their archive, and somebody wins them back (ARC-11)."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Self

from django.db import models, transaction
from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from zhike.customers.limits import Limits
from zhike.customers.models import Customer, lapse_day
from zhike.customers.owners import Chain
from zhike.kernel.journal import journal, sentences
from zhike.kernel.refusals import Conflict, Invalid
from zhike.people.models import Person
from zhike.people.rules import allow
from zhike_engine.plan.windows import add_months

sentences({
    "recovery_opened": gettext_lazy("%(owner)s is to win %(what)s back; first follow-up %(day)s"),
    "recovery_changed": gettext_lazy("%(who)s set the next follow-up of %(what)s to %(day)s"),
})  # fmt: skip
USUAL_DAYS = 14
"""Days to the first follow-up where the company has set no number."""


class RecoveryQuerySet(models.QuerySet["Recovery"]):
    """Lapsed customers to be won back."""

    def standing(self) -> Self:
        """Those still lapsed."""
        return self.filter(closed_at__isnull=True, customer__merged_into__isnull=True)

    def visible_to(self, person: Person) -> Self:
        """Those that a person sees."""
        return self.filter(customer__in=Customer.objects.visible_to(person))


class Recovery(models.Model):
    """A lapsed customer has an owner and a day of the next follow-up, until it buys again or is closed."""

    customer = models.ForeignKey(Customer, models.PROTECT, related_name="recoveries")
    owner = models.ForeignKey("zhike.Person", models.PROTECT, null=True, related_name="+")
    opened_on = models.DateField(gettext_lazy("lapsed on"))
    follow_up_on = models.DateField(gettext_lazy("next follow-up"))
    note = models.CharField(gettext_lazy("note"), max_length=200, blank=True)
    closed_at = models.DateTimeField(null=True)

    objects = RecoveryQuerySet.as_manager()

    class Meta:
        db_table = "zhike_recovery"
        ordering = ["follow_up_on", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["customer"], condition=Q(closed_at__isnull=True), name="one_standing_recovery"
            )
        ]

    def __str__(self) -> str:
        return str(self.customer)


@transaction.atomic
def lapse_customers(*, at: datetime, day: date) -> int:
    """Move current customers without an order for the company's period to lapsed, and back once they order. How many lapsed."""
    from zhike.customers.actions import move_life

    limits = Limits()
    grades = [*limits.by_grade("lapse_months"), ""]
    lapsed = 0
    chain = Chain()
    for grade in grades:
        months = limits.of("lapse_months", grade)
        if months is None:
            continue
        rows = Customer.objects.living().filter(life="current", last_order_on__lte=add_months(day, -months))
        rows |= Customer.objects.living().filter(
            life="current", last_order_on__isnull=True, since__lte=add_months(day, -months)
        )
        rows = rows.filter(grade=grade) if grade else rows.exclude(grade__in=grades[:-1])
        for customer in rows.order_by("pk").iterator(chunk_size=500):
            falls = lapse_day(customer.last_order_on, customer.since, months)
            if falls is not None and falls <= day:
                move_life(customer=customer, life="lapsed", by=None, at=at)
                open_recovery(customer, chain.owner(customer), limits, at=at, day=day)
                lapsed += 1
    for customer in Customer.objects.filter(
        life="lapsed", recoveries__closed_at__isnull=True, last_order_on__gt=models.F("recoveries__opened_on")
    ):
        move_life(customer=customer, life="current", by=None, at=at, settled=True)
    return lapsed


def open_recovery(
    customer: Customer, owner: Person | None, limits: Limits, *, at: datetime, day: date
) -> None:
    """Name who wins a lapsed customer back, and when they call first."""
    days = limits.of("recovery_days", customer.grade) or USUAL_DAYS
    made, new = Recovery.objects.get_or_create(
        customer=customer,
        closed_at=None,
        defaults={"owner": owner, "opened_on": day, "follow_up_on": day + timedelta(days=days)},
    )
    if new:
        journal(made, "recovery_opened", by=None, at=at, owner=str(owner or "—"), day=made.follow_up_on)


@transaction.atomic
def plan_recovery(
    *, recovery: Recovery, follow_up_on: date, note: str, by: Person, at: datetime, day: date
) -> Recovery:
    """Set the next follow-up of a lapsed customer."""
    allow(by, "change_customer", recovery.customer)
    if follow_up_on < day:
        raise Invalid(_("The next follow-up lies ahead."), fields={"follow_up_on": _("in the past")})
    if not Recovery.objects.standing().filter(pk=recovery.pk).update(follow_up_on=follow_up_on, note=note):
        raise Conflict(_("This customer is no longer lapsed."))
    recovery.refresh_from_db()
    journal(recovery, "recovery_changed", by=by, at=at, day=follow_up_on, note=note)
    return recovery
