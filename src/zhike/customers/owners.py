"""Who answers for a customer: the account manager, or whoever stands in until there is one again (ORG-04)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Self

from django.db import models, transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from zhike.customers.limits import Limits
from zhike.customers.models import Customer, CustomerQuerySet
from zhike.kernel.journal import journal, sentences
from zhike.people.models import Department, Person

sentences({
    "customer_unmanaged": _("%(what)s has no account manager; %(owner)s answers for it meanwhile"),
    "customer_managed": _("%(what)s has an account manager again"),
})  # fmt: skip


class GapQuerySet(models.QuerySet["Gap"]):
    """Customers without an account manager."""

    def standing(self) -> Self:
        """Those that nobody has taken over yet."""
        return self.filter(closed_at__isnull=True, customer__merged_into__isnull=True)

    def visible_to(self, person: Person) -> Self:
        """Those of customers that a person sees."""
        return self.filter(customer__in=Customer.objects.visible_to(person))


class Gap(models.Model):
    """A customer has no account manager who is here; the owner answers for its duties until it has one."""

    customer = models.ForeignKey(Customer, models.PROTECT, related_name="gaps")
    owner = models.ForeignKey("zhike.Person", models.PROTECT, null=True, related_name="+")
    former = models.ForeignKey("zhike.Person", models.PROTECT, null=True, related_name="+")
    opened_on = models.DateField(_("since"))
    due_on = models.DateField(_("to be filled by"), null=True)
    closed_at = models.DateTimeField(null=True)

    objects = GapQuerySet.as_manager()

    class Meta:
        db_table = "zhike_gap"
        ordering = ["opened_on", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["customer"], condition=Q(closed_at__isnull=True), name="one_standing_gap"
            )
        ]

    def __str__(self) -> str:
        return str(self.customer)


class Chain:
    """People and departments, read once, for finding who stands in."""

    def __init__(self) -> None:
        self.people = {one.pk: one for one in Person.objects.defer("password", "settings")}
        self.departments = {one.pk: one for one in Department.objects.all()}

    def superior(self, person: Person | None) -> Person | None:
        """The nearest superior who is here."""
        seen: set[int] = set()
        while person is not None and person.superior_id and person.pk not in seen:
            seen.add(person.pk)
            person = self.people.get(person.superior_id)
            if person is not None and person.is_active:
                return person
        return None

    def head(self, department: int | None) -> Person | None:
        """The head of a department or of one above who is here."""
        place = self.departments.get(department or 0)
        while place is not None:
            found = self.people.get(place.head_id or 0)
            if found is not None and found.is_active:
                return found
            place = self.departments.get(place.parent_id or 0)
        return None

    def owner(self, customer: Customer) -> Person | None:
        """The manager while here; else the superior, else the head of the department, else of the manager's department."""
        manager = self.people.get(customer.manager_id or 0)
        if manager is not None and manager.is_active:
            return manager
        return (
            self.superior(manager)
            or self.head(customer.department_id)
            or self.head(manager.department_id if manager else None)
            or self._anybody()
        )

    def _anybody(self) -> Person | None:
        """The head of the highest department that has one: no duty is left without an owner."""
        for place in sorted(self.departments.values(), key=lambda one: (one.path.count("/"), one.path)):
            found = self.people.get(place.head_id or 0)
            if found is not None and found.is_active:
                return found
        return None


def unmanaged() -> CustomerQuerySet:
    """Customers whose account manager is missing or has left."""
    return (
        Customer.objects.living()
        .exclude(life="closed")
        .filter(Q(manager__isnull=True) | Q(manager__is_active=False))
    )


@transaction.atomic
def check_owners(*, at: datetime, day: date) -> int:
    """The nightly check: lists customers without a manager under their owner, closes what has been filled. How many are new."""
    close_gaps(Gap.objects.standing().filter(customer__manager__is_active=True), at)
    limits, chain = Limits(), Chain()
    fresh = list(unmanaged().exclude(gaps__closed_at__isnull=True, gaps__isnull=False).order_by("pk"))
    for customer in fresh:
        owner = chain.owner(customer)
        days = limits.of("unmanaged_days", customer.grade)
        Gap.objects.create(
            customer=customer, owner=owner, former_id=customer.manager_id, opened_on=day,
            due_on=day + timedelta(days=days) if days else None,
        )  # fmt: skip
        journal(customer, "customer_unmanaged", by=None, at=at, owner=str(owner or "—"))
    for gap in (
        Gap.objects.standing()
        .filter(Q(owner__isnull=True) | Q(owner__is_active=False))
        .select_related("customer")
    ):
        gap.owner = chain.owner(gap.customer)
        gap.save(update_fields=["owner"])
    return len(fresh)


def close_gaps(gaps: Iterable[Gap], at: datetime) -> None:
    """Customers have a manager again."""
    for gap in gaps:
        if Gap.objects.filter(pk=gap.pk, closed_at__isnull=True).update(closed_at=at):
            journal(gap.customer, "customer_managed", by=None, at=at)


def owned_by(person: Person) -> CustomerQuerySet:
    """The customers that a person answers for: as manager, or standing in."""
    gaps = Gap.objects.standing().filter(owner=person).values("customer_id")
    return Customer.objects.living().exclude(life="closed").filter(Q(manager=person) | Q(pk__in=gaps))
