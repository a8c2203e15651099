"""Visits where other pages look for them: the box of a customer, its timeline, and what a person owes or is asked."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from typing import Any

from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from zhike.customers.duties import MOST, Duty, duty_kind
from zhike.customers.models import Customer
from zhike.customers.sections import Box, box
from zhike.customers.showing import CODES
from zhike.customers.timeline import Asked, Event, Source, end_of, source
from zhike.people.models import Person
from zhike.people.rules import can
from zhike.people.tasks import Task, asks
from zhike.visits.lists import TONES, state_tag
from zhike.visits.models import KINDS, STATES, Visit
from zhike.visits.rights import CHECK

SHOWN = 4
ASKED = 20
LIGHT = ("customer__search", "customer__channels", "customer__tokens", "draft", "problems", "needs")


def box_of(customer: Customer, by: Person, day: date) -> dict[str, Any] | None:
    """What is planned, due, late or to be checked at a customer, the next visit marked; nothing where there is none and none may be
    planned. What is checked stands on the timeline."""
    rows = Visit.objects.filter(customer=customer, cancelled_at__isnull=True, checked_at__isnull=True)
    found = list(rows.select_related("owner").defer(*LIGHT[3:]).order_by("day", "id")[: SHOWN + 1])
    may = can(by, "log_activity")
    if not found and not may:
        return None
    ahead = next((one.pk for one in found if one.day >= day and one.is_open), 0)
    shown = [(one, state_tag(one, day), one.pk == ahead) for one in found[:SHOWN]]
    return {"open": shown, "more": len(found) > SHOWN, "may_plan": may}


def visits(by: Person, keys: list[int], asked: Asked) -> QuerySet[Any] | None:
    """The visits of an archive whose day has come; a checked one stands there as the contact that it has become."""
    if asked.channel not in ("", "visit"):
        return None
    day = timezone.localdate()
    rows = Visit.objects.filter(customer__in=keys, day__lte=day, checked_at__isnull=True).select_related(
        "owner"
    )
    if asked.person:
        rows = rows.filter(owner=asked.person)
    if asked.words:
        said = Q()
        for field in ("purpose", "topics", "findings", "opinions"):
            said |= Q(**{f"{field}__icontains": asked.words})
        rows = rows.filter(said)
    return rows


def visit_events(by: Person, rows: Iterable[Any], rank: int) -> Iterator[Event]:
    """What the visit was for, and what its form says so far."""
    day = timezone.localdate()
    for one in rows:
        state = one.state(day)
        lines = [
            (pgettext("visit", "Topics"), one.topics),
            (_("Findings"), one.findings),
            (_("Opinions"), one.opinions),
            (_("Reason"), one.ground),
        ]
        yield Event(
            end_of(one.day), rank, one.pk, "map-pin", one.purpose, tone=TONES[state], href=one.get_absolute_url(), day_only=True,
            who=f"{one.owner} · {one.kind_name} · {STATES[state]}", lines=tuple(line for line in lines if line[1]),
        )  # fmt: skip


def forms_owed(person: Person, day: date) -> Iterator[Duty]:
    """The forms that a person owes for visits whose day has come."""
    rows = Visit.objects.visible_to(person).open().filter(owner=person, day__lte=day)
    for one in rows.select_related("customer__manager").defer(*LIGHT).order_by("due_on", "id")[:MOST]:
        words = {"purpose": one.purpose, "day": one.day, "ground": one.returned_for}
        if one.returned_at is None:
            text = _("submit the form of the visit “%(purpose)s” on %(day)s") % words
        else:
            text = _("hand in the form of the visit “%(purpose)s” again: %(ground)s") % words
        yield Duty("visit", text, one.customer, one.due_on, f"{one.get_absolute_url()}form/")


@asks
def late_forms(person: Person, day: date) -> Iterator[Task]:
    """Forms that are late: the own ones, and those of one's people."""
    if not can(person, "see_customers"):
        return
    mine = Q(owner=person) | Q(owner__superior=person) | Q(told_above=person)
    rows = Visit.objects.visible_to(person).late(day).filter(mine).select_related("customer", "owner")
    for one in rows.defer(*LIGHT).order_by("due_on", "id")[:ASKED]:
        note = _("the visit was on %(day)s, the form was due on %(due)s") % {
            "day": one.day,
            "due": one.due_on,
        }
        text = _("Late: form of the visit of %(customer)s") % {"customer": one.customer}
        if one.owner_id != person.pk:
            note = f"{one.owner} · {note}"
        yield Task(text, note, one.get_absolute_url(), "map-pin")


@asks
def forms_to_check(person: Person, day: date) -> Iterator[Task]:
    """Forms that a person is asked to check."""
    if not can(person, CHECK):
        return
    mine = Q(checker=person) | Q(checker__isnull=True, customer__manager=person)
    left = Q(checker__is_active=False, checker__superior=person)
    rows = (
        Visit.objects.visible_to(person).unchecked().filter(mine | left).select_related("customer", "owner")
    )
    for one in rows.defer(*LIGHT).order_by("submitted_at", "id")[:ASKED]:
        text = _("Check the visit of %(customer)s") % {"customer": one.customer}
        yield Task(
            text,
            f"{one.owner} · {one.day} · {one.purpose}",
            f"{one.get_absolute_url()}check/",
            "clipboard-check",
        )


CODES["visit", "kind"] = KINDS
box(Box("visits", "visits/_box.html", box_of))
source(Source("visits", "contacts", 42, visits, visit_events, "day", is_day=True))
duty_kind("visit", gettext_lazy("visit form"), forms_owed)
