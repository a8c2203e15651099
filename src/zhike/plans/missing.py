"""Customers of a grade that is to have a service plan, and that have none in force: since when, and by when (SVC-03)."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.db.models import Exists, Max, OuterRef, Q, QuerySet, Subquery
from django.utils import timezone

from zhike.customers.limits import Limits
from zhike.customers.models import Customer
from zhike.grading.models import Grade
from zhike.people.models import Person
from zhike.plans.models import OPEN, ServicePlan

NAME = "plan_days"


def covered(limits: Limits) -> Q | None:
    """Which customers are to have a plan: those of the grades with a number of days; None where no grade has one."""
    if limits.of(NAME) is not None:
        return ~Q(grade="")
    grades = list(limits.by_grade(NAME))
    return Q(grade__in=grades) if grades else None


def is_covered(customer: Customer, limits: Limits) -> bool:
    """Whether a customer is to have a plan."""
    return bool(customer.grade) and customer.life != "closed" and limits.of(NAME, customer.grade) is not None


def missing(rows: QuerySet[Customer], day: date, limits: Limits) -> QuerySet[Customer]:
    """Those of some customers that are to have a plan and have none in force, each with `held_since`, `planned_until`,
    and `is_begun`: whether one is under way."""
    which = covered(limits)
    if which is None:
        return rows.none()
    begun = Q(state__in=OPEN) | Q(state="confirmed", from_on__gt=day)
    own = ServicePlan.objects.filter(customer=OuterRef("pk"))
    held = Grade.objects.on(day).filter(customer=OuterRef("pk"), main=True).order_by("-from_on", "-id")
    last = own.filter(state="confirmed", until_on__lt=day).order_by().values("customer")
    return (
        rows.filter(which, merged_into__isnull=True)
        .exclude(life="closed")
        .filter(~Exists(own.in_force(day)))
        .annotate(
            held_since=Subquery(held.values("from_on")[:1]),
            is_begun=Exists(own.filter(begun)),
            planned_until=Subquery(last.annotate(last=Max("until_on")).values("last")[:1]),
        )
    )


def missing_for(person: Person, day: date, limits: Limits) -> QuerySet[Customer]:
    """Those that a person sees."""
    return missing(Customer.objects.visible_to(person), day, limits)


def since(row: Any) -> date:
    """The day from which a row of `missing` has been without a plan: of its grade, of its archive, after its last plan."""
    held: date = row.held_since or timezone.localtime(row.added_at).date()
    return max(held, row.planned_until + timedelta(days=1)) if row.planned_until else held


def due(row: Any, limits: Limits) -> date:
    """By when a row of `missing` is to have a plan in force."""
    return since(row) + timedelta(days=limits.of(NAME, row.grade) or 0)
