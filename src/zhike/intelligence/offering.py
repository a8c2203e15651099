"""Findings as input: for a customer's plan or strategy, and for forecasts (ANA-09)."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext as _

from zhike.customers.archive import Finding
from zhike.customers.models import Customer
from zhike.intelligence.limits import freshness
from zhike.intelligence.models import RELIABILITIES, Intelligence
from zhike.people.models import Person
from zhike.procedures import inputs

MOST = 50


@dataclass(frozen=True)
class Offered:
    """A finding, why it concerns a customer, and whether it is stale."""

    item: Intelligence
    why: str
    stale: bool


def for_customer(customer: Customer, day: date) -> list[Offered]:
    """What is known that concerns a customer: itself first, then its competitors, then its industry; fresh before stale."""
    fresh = freshness()
    named = Intelligence.customers.through.objects.filter(intelligence=OuterRef("pk"), customer=customer)
    rivals = Finding.objects.filter(
        customer=customer,
        kind="competitors",
        replaced_at__isnull=True,
        value__icontains=OuterRef("competitor"),
    )
    rows = Intelligence.objects.standing().filter(known_on__lte=day)
    rows = rows.annotate(names=Exists(named), rival=Exists(rivals) & ~Q(competitor=""))
    wanted = Q(names=True) | Q(rival=True)
    if customer.industry:
        wanted |= Q(industry=customer.industry)
    found = []
    items: Any = rows.filter(wanted)[:500]
    for item in items:
        rank, why = 2, _("its industry: %(industry)s") % {"industry": item.industry_name}
        if item.names:
            rank, why = 0, _("names this customer")
        elif item.rival:
            rank, why = 1, _("a competitor of this customer")
        stale = is_stale(item, day, fresh)
        found.append((stale, rank, -item.known_on.toordinal(), -item.pk, Offered(item, why, stale)))
    return [one[-1] for one in sorted(found, key=lambda one: one[:-1])[:MOST]]


def is_stale(item: Intelligence, day: date, fresh: dict[str, int]) -> bool:
    """Whether a finding is older than the company lets it be."""
    return item.age(day) > fresh.get(item.kind, 0)


@dataclass(frozen=True)
class Topic:
    """An industry or a competitor under watch: its newest finding, and whether that is stale."""

    kind: str
    name: str
    newest: Intelligence
    count: int
    stale: bool
    growth: Decimal | None


def topics(rows: Iterable[Intelligence], day: date) -> list[Topic]:
    """The topics of findings, stale ones first: a topic is stale when its newest finding is."""
    fresh = freshness()
    by_topic: dict[tuple[str, str], list[Intelligence]] = {}
    for item in rows:
        by_topic.setdefault(
            (item.kind, item.competitor if item.kind == "move" else item.industry), []
        ).append(item)
    found = []
    for (kind, name), items in by_topic.items():
        newest = max(items, key=lambda item: (item.confirmed_on, item.pk))
        growths = [item for item in items if item.growth is not None]
        last: Any = max(growths, key=lambda item: (item.known_on, item.pk), default=None)
        shown = name if kind == "move" else newest.industry_name or _("all industries")
        found.append(
            Topic(
                newest.kind_name,
                shown,
                newest,
                len(items),
                is_stale(newest, day, fresh),
                last.growth if last else None,
            )
        )
    return sorted(found, key=lambda one: (not one.stale, one.newest.confirmed_on))


def industry_growth(day: date) -> dict[str, Decimal]:
    """Industry -> yearly growth as a share (0.05 is 5 %), by the newest fresh trend; what a forecast takes as `growth`."""
    fresh = freshness()
    rows = (
        Intelligence.objects.standing()
        .filter(kind="trend", growth__isnull=False, known_on__lte=day)
        .exclude(industry="")
    )
    found: dict[str, Decimal] = {}
    for item in rows.order_by("known_on", "pk"):
        if not is_stale(item, day, fresh) and item.growth is not None:
            found[item.industry] = item.growth / 100
    return found


def _offer(customer: Customer, person: Person, day: date) -> list[inputs.Offered]:
    """Findings as input of a strategy."""
    return [
        inputs.Offered(
            KIND, one.item.pk, one.item.title, one.why, one.item.source, one.item.known_on, one.item.reliability, one.stale,
            one.item.get_absolute_url(),
        )
        for one in for_customer(customer, day)
    ]  # fmt: skip


def _look(keys: Collection[int], person: Person, day: date) -> dict[int, inputs.Now]:
    """How findings that strategies build on stand on a day."""
    fresh, items = freshness(), Intelligence.objects.in_bulk(keys)
    seen = set(Intelligence.objects.visible_to(person).filter(pk__in=keys).values_list("pk", flat=True))
    return {
        key: inputs.Now(
            is_stale(item, day, fresh),
            item.closed_at is not None,
            item.get_absolute_url() if key in seen else "",
        )
        for key, item in items.items()
    }


KIND = "intelligence"
inputs.offers(KIND, inputs.Offerer(_offer, _look, RELIABILITIES))
