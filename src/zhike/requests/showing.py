"""Requests where other pages look for them: the box of a customer, its timeline, and what a person owes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from typing import Any

from django.db.models import F, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from zhike.customers.duties import MOST, Duty, duty_kind
from zhike.customers.models import Customer
from zhike.customers.sections import Box, box
from zhike.customers.timeline import Asked, Event, Source, source
from zhike.people.models import Person
from zhike.people.rules import can
from zhike.requests.lists import TONES, state_tag
from zhike.requests.models import STATES, ServiceRequest
from zhike.ui.figures import moment

SHOWN = 5


def box_of(customer: Customer, by: Person, day: date) -> dict[str, Any] | None:
    """The open requests of a customer, what is due first at the top; nothing where there is none and none may be recorded."""
    rows = ServiceRequest.objects.open().filter(customer=customer).select_related("owner")
    found = list(rows.order_by(F("due_at").asc(nulls_last=True), "id")[: SHOWN + 1])
    may = can(by, "take_requests")
    if not found and not may:
        return None
    now = timezone.now()
    return {
        "open": [(one, state_tag(one, now)) for one in found[:SHOWN]],
        "more": len(found) > SHOWN,
        "may_take": may,
    }


def requests(by: Person, keys: list[int], asked: Asked) -> QuerySet[Any] | None:
    """The requests of an archive."""
    rows = ServiceRequest.objects.filter(customer__in=keys).select_related("owner", "answered_by")
    if asked.channel:
        rows = rows.filter(channel=asked.channel)
    if asked.person:
        rows = rows.filter(Q(owner=asked.person) | Q(answered_by=asked.person))
    if asked.words:
        said = Q()
        for field in ("subject", "text", "answer"):
            said |= Q(**{f"{field}__icontains": asked.words})
        rows = rows.filter(said)
    return rows


def request_events(by: Person, rows: Iterable[Any], rank: int) -> Iterator[Event]:
    """What was asked, and what became of it."""
    now = timezone.now()
    for one in rows:
        state = one.state(now)
        lines = [("", one.text)]
        if one.due_at is not None:
            lines.append((_("To be answered by"), moment(one.due_at)))
        if one.answered_at is not None:
            said = f"{moment(one.answered_at)} · {one.answered_by}\n{one.answer}"
            lines.append((pgettext("request", "Answer"), said))
        lines.append((_("Reason"), one.ground))
        yield Event(
            one.received_at, rank, one.pk, "inbox", one.subject, tone=TONES[state], href=one.get_absolute_url(),
            who=f"{one.kind_name} · {one.channel_name} · {STATES[state]}", lines=tuple(line for line in lines if line[1]),
        )  # fmt: skip


def requests_owed(person: Person, day: date) -> Iterator[Duty]:
    """The open requests that a person owns and sees."""
    rows = (
        ServiceRequest.objects.visible_to(person)
        .open()
        .filter(owner=person)
        .select_related("customer__manager")
    )
    shown = rows.defer("customer__search", "customer__channels", "customer__tokens")
    for one in shown.order_by(F("due_at").asc(nulls_last=True), "id")[:MOST]:
        text = _("answer “%(subject)s”") % {"subject": one.subject}
        if one.due_at is not None:
            text = f"{text} · {moment(one.due_at)}"
        due = timezone.localtime(one.due_at).date() if one.due_at is not None else None
        yield Duty("request", text, one.customer, due, one.get_absolute_url())


box(Box("requests", "requests/_box.html", box_of))
source(Source("requests", "contacts", 45, requests, request_events, "received_at"))
duty_kind("request", gettext_lazy("request"), requests_owed)
