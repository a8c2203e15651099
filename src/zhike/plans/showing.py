"""Service plans where other pages look for them: the box of a customer, its timeline, and what a person owes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from typing import Any

from django.db.models import Count, Min, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from zhike.customers.duties import MOST, Duty, duty_kind
from zhike.customers.limits import Limits
from zhike.customers.models import Customer
from zhike.customers.owners import owned_by
from zhike.customers.sections import Box, box
from zhike.customers.timeline import Asked, Event, Source, source
from zhike.people.models import Person
from zhike.people.rules import can
from zhike.people.tasks import Task, asks
from zhike.plans.lists import TONES, standing_tag
from zhike.plans.missing import due, is_covered, missing
from zhike.plans.models import STANDINGS, PlanItem, ServicePlan
from zhike.ui import figures

SHOWN = 4
HEAVY = (
    "plan__kept",
    "plan__goal",
    "plan__customer__search",
    "plan__customer__channels",
    "plan__customer__tokens",
)


def box_of(customer: Customer, by: Person, day: date) -> dict[str, Any] | None:
    """The plans of a customer that count, with what is left to be done in each; whether one is lacking."""
    may = can(by, "draw_plans")
    undone = Q(items__done_on__isnull=True)
    rows = ServicePlan.objects.counting().filter(customer=customer).defer("kept")
    plans: list[Any] = list(
        rows.annotate(left=Count("items", filter=undone), next_on=Min("items__due_on", filter=undone))[
            : SHOWN + 1
        ]
    )
    lacks = not any(one.standing(day) == "force" for one in plans) and is_covered(customer, Limits())
    if not plans and not may and not lacks:
        return None
    shown = [
        (one, standing_tag(one, day), one.next_on is not None and one.next_on < day) for one in plans[:SHOWN]
    ]
    return {"plans": shown, "more": len(plans) > SHOWN, "lacks": lacks, "may_draw": may}


def plans_of(by: Person, keys: list[int], asked: Asked) -> QuerySet[Any] | None:
    """The plans of an archive that went to the customer."""
    rows = (
        ServicePlan.objects.filter(customer__in=keys, sent_at__isnull=False)
        .select_related("sent_by")
        .defer("kept")
    )
    if asked.channel:
        return rows.none()
    if asked.person:
        rows = rows.filter(Q(sent_by=asked.person) | Q(drawn_by=asked.person))
    if asked.words:
        rows = rows.filter(
            Q(title__icontains=asked.words) | Q(items__content__icontains=asked.words)
        ).distinct()
    return rows


def plan_events(by: Person, rows: Iterable[Any], rank: int) -> Iterator[Event]:
    """That a plan went to the customer, and what it answered."""
    today = timezone.localdate()
    for one in rows:
        standing = one.standing(today)
        lines = []
        if one.confirmed_at is not None:
            said = f"{figures.moment(one.confirmed_at)} · {one.confirmed_name} · {one.way_name}"
            lines.append((_("Confirmed"), said))
        yield Event(
            one.sent_at, rank, one.pk, "clipboard-check", str(one), tone=TONES[standing], href=one.get_absolute_url(),
            who=f"{one.sent_by} · {STANDINGS[standing]}", lines=tuple(lines),
        )  # fmt: skip


@asks
def plans_to_approve(person: Person, day: date) -> Iterator[Task]:
    """Plans that wait for a person's approval."""
    rows = ServicePlan.objects.visible_to(person).filter(state="submitted", asked=person)
    for one in rows.select_related("customer", "submitted_by").defer("kept").order_by("submitted_at")[:MOST]:
        said = _("Approve the service plan “%(plan)s”") % {"plan": one}
        yield Task(said, f"{one.customer} · {one.submitted_by}", one.get_absolute_url(), "clipboard-check")


def plans_owed(person: Person, day: date) -> Iterator[Duty]:
    """What a person owes to service plans: those to finish, to send and to draw up."""
    own = owned_by(person)
    moving = ServicePlan.objects.filter(customer__in=own.values("pk"), state__in=("draft", "approved"))
    for one in moving.select_related("customer__manager").defer("kept").order_by("drawn_at", "id")[:MOST]:
        said = (
            _("finish the draft “%(plan)s”") if one.state == "draft" else _("send “%(plan)s” to the customer")
        )
        yield Duty("plan", said % {"plan": one}, one.customer, None, one.get_absolute_url())
    limits = Limits()
    for row in missing(own.select_related("manager"), day, limits).defer("search", "channels", "tokens")[
        :MOST
    ]:
        text = _("have a service plan in force")
        yield Duty("plan", text, row, due(row, limits), f"{row.get_absolute_url()}#section-plans")


def tasks_owed(person: Person) -> Iterator[Duty]:
    """The items of approved plans that a person answers for, and at own customers those of people who have left."""
    left = Q(owner__is_active=False, plan__customer__in=owned_by(person).values("pk"))
    rows = PlanItem.objects.tasks().visible_to(person).filter(Q(owner=person) | left)
    rows = rows.select_related("plan__customer__manager", "owner").defer(*HEAVY)
    for one in rows.order_by("due_on", "id")[:MOST]:
        text = str(one)
        if one.plan.state != "confirmed":
            text = _("%(task)s (the customer has not confirmed the plan yet)") % {"task": text}
        if one.owner_id != person.pk:
            text = _("%(task)s (left by %(name)s)") % {"task": text, "name": one.owner}
        yield Duty(
            "plan_item", text, one.plan.customer, one.due_on, f"{one.plan.get_absolute_url()}#item-{one.pk}"
        )


box(Box("plans", "plans/_box.html", box_of))
source(Source("plans", "contacts", 47, plans_of, plan_events, "sent_at"))
duty_kind("plan", gettext_lazy("service plan"), plans_owed)
duty_kind("plan_item", gettext_lazy("task of a plan"), lambda person, _day: tasks_owed(person))
