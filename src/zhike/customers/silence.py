"""Customers that nobody has spoken with for longer than their grade allows (CAD-13)."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from django.db.models import OuterRef, Q, Subquery
from django.utils import timezone

from zhike.customers.limits import Limits
from zhike.customers.models import Activity, Customer, CustomerQuerySet
from zhike.people.models import Person


def silent(by: Person, day: date, *, limits: Limits | None = None) -> CustomerQuerySet:
    """Those that a person sees and whose last counting contact lies further back than the limit, the longest silent first.

    Each carries `topic` and `topic_by` of its last contact. A customer never contacted counts from the day it was added.
    """
    limits = limits or Limits()
    own = limits.by_grade("silence_days")
    asked = Q(pk__in=[])
    for grade, days in own.items():
        asked |= Q(grade=grade) & _before(day - timedelta(days=days))
    rest = limits.of("silence_days")
    if rest is not None:
        asked |= ~Q(grade__in=list(own)) & _before(day - timedelta(days=rest))
    last = Activity.objects.counting().filter(customer=OuterRef("pk")).order_by("-done_on", "-id")
    rows = Customer.objects.visible_to(by).living().exclude(life="closed").filter(asked)
    return rows.annotate(
        topic=Subquery(last.values("subject")[:1]), topic_by=Subquery(last.values("person__display_name")[:1])
    ).order_by("last_contact_on", "id")


def _before(day: date) -> Q:
    start = timezone.make_aware(datetime.combine(day, time.min))
    return Q(last_contact_on__lt=day) | Q(last_contact_on__isnull=True, added_at__lt=start)


def is_silent(customer: Customer, day: date, limits: Limits) -> bool:
    """Whether one customer is silent for too long."""
    days = limits.of("silence_days", customer.grade)
    last = customer.last_contact_on or timezone.localtime(customer.added_at).date()
    return days is not None and customer.life != "closed" and last < day - timedelta(days=days)
