"""The axis of strategic importance: put in by an authorised person with reason, reviewer and day of review (GRD-05)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from zhike.customers.models import Customer
from zhike.grading.judgements import Judgement
from zhike.people.models import Person

NAME = "strategic_importance"
WORDS = {"core": "core", "important": "important", "ordinary": "general"}
"""Word of the archive -> word of the policies."""
SOON = timedelta(days=30)


@dataclass(frozen=True)
class Limits:
    """Yearly amounts from which a customer counts as large, and below which as small, among those who buy."""

    small_below: Decimal
    large_from: Decimal


def purchase_limits() -> Limits:
    """A third of the buying customers lies below the first, a tenth at or above the second."""
    amounts = Customer.objects.living().filter(amount_12m__gt=0).order_by("-amount_12m", "-id")
    count = amounts.count()
    if count == 0:
        return Limits(Decimal(0), Decimal("Infinity"))
    place = amounts.values_list("amount_12m", flat=True)
    return Limits(place[min(count - 1, count * 2 // 3)], place[count // 10])


def contradiction(customer: Customer, limits: Limits) -> str:
    """What the purchase data say against the class; empty when they agree."""
    amount = customer.amount_12m
    if customer.importance == "core" and amount < limits.small_below:
        return _("core, but among the third that buys least")
    if customer.importance == "ordinary" and amount >= limits.large_from:
        return _("ordinary, but among the tenth that buys most")
    return ""


def contradictions(by: Person, limits: Limits) -> QuerySet[Customer]:
    """Customers whose class and purchases contradict each other."""
    against = Q(importance="core", amount_12m__lt=limits.small_below) | Q(
        importance="ordinary", amount_12m__gte=limits.large_from
    )
    return Customer.objects.visible_to(by).living().filter(against).order_by("-amount_12m", "-id")


def standing(by: Person) -> QuerySet[Judgement]:
    """The classes that stand, of customers that a person sees."""
    rows = Judgement.objects.standing().visible_to(by).filter(name=NAME)
    return rows.select_related("customer__manager", "judged_by", "reviewer")


def for_review(by: Person, day: date) -> QuerySet[Judgement]:
    """Those whose day of review has come or comes soon."""
    return standing(by).filter(valid_until__lte=day + SOON).order_by("valid_until", "id")


def without_reason(by: Person) -> QuerySet[Customer]:
    """Customers whose class was taken over without a reason."""
    given = Judgement.objects.standing().filter(name=NAME).values("customer")
    rows = Customer.objects.visible_to(by).living().filter(importance__in=["core", "important"])
    return rows.exclude(pk__in=given).order_by("-amount_12m", "-id")


def reasons_for(customers: list[int]) -> dict[int, Any]:
    """Customer -> the class that stands."""
    rows = Judgement.objects.standing().filter(name=NAME, customer__in=customers)
    return {row.customer_id: row for row in rows.select_related("judged_by", "reviewer")}
