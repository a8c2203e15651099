"""Needs and the items of plans that answer them: which wait, which are planned, and since when (ARC-07)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from zhike.customers.archive import ANSWERED, ANSWERING, Answer, Need
from zhike.customers.life import NEEDS
from zhike.customers.models import Customer
from zhike.customers.sections import SOURCES
from zhike.people.models import Person
from zhike.plans.models import OVER, PlanItem, ServicePlan


def answered() -> QuerySet[Any]:
    """The keys of the needs that an item of a plan answers that was neither withdrawn nor overtaken by a later revision."""
    links = PlanItem.needs.through.objects.exclude(planitem__plan__state__in=OVER)
    return links.values("need_id")


def answers(needs: Iterable[Need]) -> dict[int, Answer]:
    """Need -> the item that answers it, of the latest plan; read in one query."""
    keys = [one.pk for one in needs] or [0]  # as many queries without needs as with them
    links = (
        PlanItem.needs.through.objects.filter(need__in=keys)
        .exclude(planitem__plan__state__in=OVER)
        .select_related("planitem__plan")
        .order_by("planitem__plan__drawn_at", "planitem__plan_id", "planitem__place")
    )
    found: dict[int, Answer] = {}
    for link in links:
        item: PlanItem = link.planitem
        words = {"number": item.place, "plan": item.plan.number}
        done = item.done_on is not None
        said = (
            _("carried out: item %(number)s of service plan %(plan)s")
            if done
            else _("item %(number)s of service plan %(plan)s")
        )
        found[link.need_id] = Answer(said % words, item.plan.get_absolute_url(), done=done)
    return found


@dataclass(frozen=True)
class Offered:
    """A need that a plan may answer, as the page shows it."""

    need: Need
    days: int
    late: bool

    @property
    def kind(self) -> str:
        """Its kind, in the reader's language."""
        return str(NEEDS.get(self.need.kind, self.need.kind))

    @property
    def source(self) -> str:
        """Where it comes from, in the reader's language: with the day and subject of the contact in which it was said."""
        named = str(SOURCES.get(self.need.source, self.need.source))
        return f"{named} · {self.need.activity.subject}" if self.need.activity is not None else named


def offered(customer: Customer, day: date) -> list[Offered]:
    """The needs of a customer that nothing answers yet, what has waited longest first."""
    rows = Need.objects.unanswered().filter(customer=customer).select_related("activity", "by")
    return [
        Offered(one, (day - one.stated_on).days, one.is_late(day)) for one in rows.order_by("stated_on", "id")
    ]


def unanswered(person: Person) -> QuerySet[Any]:
    """The needs that nothing answers yet, of customers that a person sees."""
    rows = Need.objects.unanswered()
    if "all" in person.access.scopes:
        return rows.filter(customer__merged_into__isnull=True)
    return rows.filter(customer__in=Customer.objects.visible_to(person))


def draft_of(customer: Customer) -> ServicePlan | None:
    """The draft into which the needs of a customer go, if one is being drawn up."""
    return ServicePlan.objects.filter(customer=customer, state="draft").order_by("-drawn_at", "-id").first()


ANSWERED.append(answered)
ANSWERING.append(answers)
