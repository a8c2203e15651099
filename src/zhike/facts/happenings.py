"""Orders and receivables on the page of a customer: events, computed statements, open items, conflicts with the archive."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

from django.db.models import Max, Min, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from zhike.customers.handovers import OPEN_ITEMS
from zhike.customers.models import Customer
from zhike.customers.quality import CHECKS
from zhike.customers.record import COMPUTED
from zhike.customers.timeline import Asked, Event, Source, end_of, source
from zhike.facts.models import Order, Receivable
from zhike.people.models import Person
from zhike.people.rules import can, sees
from zhike.ui.figures import money

STEPS = ((10, "weekly"), (45, "monthly"), (135, "quarterly"), (270, "half_yearly"), (545, "yearly"))
"""Up to so many days between orders -> how often that is."""
SPAN = timedelta(days=730)
RECENT, YEAR = timedelta(days=30), timedelta(days=365)


def orders(by: Person, keys: list[int], asked: Asked) -> QuerySet[Any] | None:
    """Orders, for those who may see them."""
    if not can(by, "see_orders") or asked.channel or asked.person:
        return None
    rows = Order.objects.filter(customer__in=keys)
    return rows.filter(number__icontains=asked.words) if asked.words else rows


def order_events(by: Person, rows: list[Any], rank: int) -> Iterator[Event]:
    """An order with its amount, where the person sees prices."""
    states = {"returned": _("returned"), "cancelled": _("cancelled")}
    for one in rows:
        amount = money(one.amount, one.currency) if sees(by, "price") else "•••"
        yield Event(
            end_of(one.ordered_on), rank, one.pk, "shopping-cart", _("Order %(number)s") % {"number": one.number},
            tone="quiet" if one.status == "cancelled" else "warning" if one.status == "returned" else "success",
            who=one.product, lines=((states.get(one.status, ""), amount),), day_only=True,
        )  # fmt: skip


def receivables(by: Person, keys: list[int], asked: Asked) -> QuerySet[Any] | None:
    """Receivables that have fallen due or were paid, for those who see credit; what is still to come has a place of its own."""
    if not can(by, "see_orders") or not sees(by, "credit") or asked.channel or asked.person:
        return None
    rows = Receivable.objects.filter(
        Q(due_on__lte=timezone.localdate()) | Q(paid_on__isnull=False), customer__in=keys
    )
    return rows.filter(number__icontains=asked.words) if asked.words else rows


def receivable_events(by: Person, rows: list[Any], rank: int) -> Iterator[Event]:
    """An amount falling due, and when it was paid."""
    for one in rows:
        paid = _("paid %(day)s") % {"day": one.paid_on} if one.paid_on else _("unpaid")
        yield Event(
            end_of(one.due_on), rank, one.pk, "receipt", _("Receivable %(number)s falls due") % {"number": one.number},
            tone="success" if one.paid_on else "error", who=paid, lines=(("", money(one.amount, one.currency)),), day_only=True,
        )  # fmt: skip


def frequency(customer: Customer, day: date) -> str | None:
    """How often a customer really buys: the mean gap between days with completed orders in two years; None below three days."""
    days = list(
        Order.objects.filter(
            customer=customer, status="completed", ordered_on__gt=day - SPAN, ordered_on__lte=day
        )
        .order_by("ordered_on")
        .values_list("ordered_on", flat=True)
        .distinct()
    )
    if len(days) < 3:
        return None
    mean = (days[-1] - days[0]).days / (len(days) - 1)
    return next((code for most, code in STEPS if mean <= most), "seldom")


def open_receivables(customer: Customer, day: date) -> list[dict[str, Any]]:
    """Unpaid receivables, for a handover."""
    rows: list[Any] = list(
        Receivable.objects.filter(customer=customer, paid_on__isnull=True).order_by("due_on")[:50]
    )
    return [
        {
            "kind": "receivable",
            "text": f"{one.number} · {money(one.amount, one.currency)}",
            "due": one.due_on.isoformat(),
        }
        for one in rows
    ]


def conflicts(customers: list[Customer], day: date) -> Iterator[tuple[int, str, str, str]]:
    """Where the archive and the orders tell different stories.

    Prospects that have bought, lapsed or closed customers that still buy, customers said to have come after their first
    order, and a currency in which nothing was bought for a year.
    """
    own = {one.pk: one for one in customers}
    rows = Order.objects.filter(customer__in=own, status="completed").order_by()
    told = rows.values("customer_id", "currency").annotate(first=Min("ordered_on"), last=Max("ordered_on"))
    bought: dict[int, list[Any]] = {}
    for row in told:
        bought.setdefault(row["customer_id"], []).append(row)
    for key, several in sorted(bought.items()):
        one = own[key]
        first, last = min(row["first"] for row in several), max(row["last"] for row in several)
        if one.life == "prospect":
            yield key, "conflict", "life", str(first)
        elif one.life in ("lapsed", "closed") and last > day - RECENT:
            yield key, "conflict", "life", str(last)
        if one.since is not None and one.since > first:
            yield key, "conflict", "since", str(first)
        recent = sorted(row["currency"] for row in several if row["last"] > day - YEAR)
        if one.currency and recent and one.currency not in recent:
            yield key, "conflict", "currency", ", ".join(recent)


source(Source("orders", "orders", 25, orders, order_events, "ordered_on", is_day=True))
source(Source("receivables", "orders", 24, receivables, receivable_events, "due_on", is_day=True))
COMPUTED["frequency"] = frequency
OPEN_ITEMS.append(open_receivables)
CHECKS.append(conflicts)
