"""Budgets for serving customers: a year's sum, allocations per customer or grade, bookings, approval of overspending (ORG-10)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Self

from django.db import models, transaction
from django.db.models import Q, Sum
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from zhike.customers.models import Customer
from zhike.kernel.amounts import AmountField
from zhike.kernel.journal import journal, sentences
from zhike.kernel.refusals import Conflict, Invalid
from zhike.people.models import Person
from zhike.people.rules import allow

sentences({
    "budget_set": gettext_lazy("%(who)s set the budget of %(what)s to %(amount)s"),
    "allocation_set": gettext_lazy("%(who)s allocated %(amount)s to %(what)s"),
    "spending_booked": gettext_lazy("%(who)s booked %(amount)s for “%(what)s”"),
    "spending_waits": gettext_lazy("%(who)s asked to spend %(amount)s beyond the budget for “%(what)s”"),
    "spending_approved": gettext_lazy("%(who)s approved spending %(amount)s beyond the budget for “%(what)s”"),
    "spending_refused": gettext_lazy("%(who)s refused spending %(amount)s beyond the budget for “%(what)s”"),
})  # fmt: skip


class Budget(models.Model):
    """The sum of a year for marketing to key accounts and serving them."""

    year = models.PositiveSmallIntegerField(gettext_lazy("year"), unique=True)
    amount = AmountField(gettext_lazy("amount"))
    currency = models.CharField(gettext_lazy("currency"), max_length=3, default="CNY")

    class Meta:
        db_table = "zhike_budget"
        ordering = ["-year"]

    def __str__(self) -> str:
        return str(self.year)


class Allocation(models.Model):
    """A part of a year's budget for one customer, or for every customer of a grade together."""

    budget = models.ForeignKey(Budget, models.PROTECT, related_name="allocations")
    customer = models.ForeignKey(Customer, models.PROTECT, null=True, blank=True, related_name="allocations")
    grade = models.CharField(gettext_lazy("grade"), max_length=20, blank=True)
    amount = AmountField(gettext_lazy("amount"))

    class Meta:
        db_table = "zhike_allocation"
        ordering = ["grade", "id"]
        constraints = [
            models.UniqueConstraint(fields=["budget", "customer"], name="one_allocation_per_customer"),
            models.UniqueConstraint(
                fields=["budget", "grade"], condition=~Q(grade=""), name="one_allocation_per_grade"
            ),
        ]

    def __str__(self) -> str:
        return str(self.customer) if self.customer_id else self.grade


class BookingQuerySet(models.QuerySet["Booking"]):
    """Spendings."""

    def counting(self) -> Self:
        """Those that are spent: within the budget, or approved beyond it."""
        return self.filter(state__in=["booked", "approved"])

    def waiting(self) -> Self:
        """Those that wait for approval."""
        return self.filter(state="waits")


class Booking(models.Model):
    """Money spent, or to be spent, for a customer: a gift, an event, a service."""

    customer = models.ForeignKey(Customer, models.PROTECT, related_name="bookings")
    allocation = models.ForeignKey(Allocation, models.PROTECT, null=True, related_name="bookings")
    what = models.CharField(gettext_lazy("what for"), max_length=160)
    spent_on = models.DateField(gettext_lazy("day"))
    amount = AmountField(gettext_lazy("amount"))
    state = models.CharField(max_length=10, default="booked")
    by = models.ForeignKey("zhike.Person", models.PROTECT, related_name="+")
    at = models.DateTimeField()
    decided_by = models.ForeignKey("zhike.Person", models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)

    objects = BookingQuerySet.as_manager()

    class Meta:
        db_table = "zhike_booking"
        ordering = ["-spent_on", "-id"]

    def __str__(self) -> str:
        return self.what


@transaction.atomic
def set_budget(*, year: int, amount: Decimal, currency: str, by: Person, at: datetime) -> Budget:
    """Set the sum of a year."""
    allow(by, "set_budgets")
    if amount <= 0:
        raise Invalid(_("A budget is more than nothing."), fields={"amount": _("not above zero")})
    made, _new = Budget.objects.update_or_create(year=year, defaults={"amount": amount, "currency": currency})
    journal(made, "budget_set", by=by, at=at, amount=f"{amount} {currency}")
    return made


@transaction.atomic
def allocate(
    *,
    budget: Budget,
    amount: Decimal,
    customer: Customer | None = None,
    grade: str = "",
    by: Person,
    at: datetime,
) -> Allocation:
    """Give a part of the budget to a customer or a grade; never more than the budget holds."""
    allow(by, "set_budgets", customer)
    if (customer is None) == (not grade):
        raise Invalid(_("Either a customer or a grade."), fields={"grade": _("or a customer")})
    budget = Budget.objects.select_for_update().get(pk=budget.pk)
    own = Q(customer=customer) if customer is not None else Q(grade=grade, customer__isnull=True)
    given = budget.allocations.exclude(own).aggregate(sum=Sum("amount"))["sum"] or Decimal(0)
    if amount < 0 or given + amount > budget.amount:
        raise Invalid(
            _("The budget has %(left)s left.") % {"left": budget.amount - given},
            fields={"amount": _("too much")},
        )
    made, _new = Allocation.objects.update_or_create(
        budget=budget, customer=customer, grade=grade, defaults={"amount": amount}
    )
    journal(made, "allocation_set", by=by, at=at, amount=str(amount))
    return made


def allocation_for(customer: Customer, year: int) -> Allocation | None:
    """The customer's own allocation, else that of its grade."""
    rows = Allocation.objects.filter(budget__year=year)
    own = rows.filter(customer=customer).first()
    return own or (
        rows.filter(customer__isnull=True, grade=customer.grade).first() if customer.grade else None
    )


@transaction.atomic
def book(
    *, customer: Customer, what: str, amount: Decimal, spent_on: date, by: Person, at: datetime
) -> Booking:
    """Book a cost; beyond the allocation, or without one, it waits for approval."""
    allow(by, "change_customer", customer)
    if amount <= 0:
        raise Invalid(_("A cost is more than nothing."), fields={"amount": _("not above zero")})
    found = allocation_for(customer, spent_on.year)
    left = Decimal(0)
    if found is not None:
        found = Allocation.objects.select_for_update().get(pk=found.pk)
        left = found.amount - spent(found)
    state = "booked" if amount <= left else "waits"
    made = Booking.objects.create(
        customer=customer,
        allocation=found,
        what=what.strip(),
        amount=amount,
        spent_on=spent_on,
        state=state,
        by=by,
        at=at,
    )
    journal(
        made, "spending_booked" if state == "booked" else "spending_waits", by=by, at=at, amount=str(amount)
    )
    return made


def spent(allocation: Allocation) -> Decimal:
    """What of an allocation is spent."""
    found = allocation.bookings.counting().aggregate(sum=Sum("amount"))["sum"]
    return Decimal(found or 0)


@transaction.atomic
def decide(*, booking: Booking, approve: bool, by: Person, at: datetime) -> Booking:
    """Approve or refuse spending beyond the budget; nobody decides about their own."""
    allow(by, "set_budgets", booking.customer)
    if booking.by_id == by.pk:
        raise Invalid(_("Nobody approves their own spending."))
    state = "approved" if approve else "refused"
    if not Booking.objects.waiting().filter(pk=booking.pk).update(state=state, decided_by=by, decided_at=at):
        raise Conflict(_("Somebody has decided this already."))
    booking.refresh_from_db()
    journal(booking, f"spending_{state}", by=by, at=at, amount=str(booking.amount))
    return booking


@dataclass(frozen=True)
class Line:
    """One allocation against what was spent, and what waits."""

    allocation: Allocation
    spent: Decimal
    waits: Decimal
    result: Decimal

    @property
    def left(self) -> Decimal:
        """What may still be spent."""
        return Decimal(self.allocation.amount) - self.spent


def report(year: int, by: Person) -> list[Line]:
    """Plan, spending and the customers' orders of twelve months, one row per allocation that a person sees."""
    seen = Customer.objects.visible_to(by)
    rows = (
        Allocation.objects.filter(budget__year=year)
        .filter(Q(customer__isnull=True) | Q(customer__in=seen.living()))
        .select_related("customer", "budget")
        .annotate(
            gone=Sum("bookings__amount", filter=Q(bookings__state__in=["booked", "approved"])),
            asked=Sum("bookings__amount", filter=Q(bookings__state="waits")),
        )
    )
    results = {
        row["grade"]: row["sum"]
        for row in seen.living().order_by().values("grade").annotate(sum=Sum("amount_12m"))
    }
    return [
        Line(
            row, row.gone or Decimal(0), row.asked or Decimal(0),
            row.customer.amount_12m if row.customer else results.get(row.grade, Decimal(0)),
        )
        for row in rows
    ]  # fmt: skip
