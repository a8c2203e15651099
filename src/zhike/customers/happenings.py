"""The archive's own sources of the timeline: contacts and visits, changes, documents, repairs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from zhike.customers.archive import UnitRecord
from zhike.customers.documents import KINDS, Document
from zhike.customers.life import ACTIVITIES, CHANNELS, GRIEVANCES, SEVERITIES, UNIT_RECORDS
from zhike.customers.models import Activity
from zhike.customers.sections import SOURCES as FACT_SOURCES
from zhike.customers.showing import difference, names_for, sentence_of
from zhike.customers.timeline import Asked, Event, Source, end_of, source
from zhike.kernel.journal import Entry
from zhike.people.models import Person
from zhike.people.rules import can, sees

ICONS = {
    "visit": "map-pin",
    "call": "phone",
    "meeting": "users",
    "mail": "mail",
    "chat": "message-circle",
    "letter": "mail-open",
    "event": "calendar-days",
}
TONES = {"visit": "success", "call": "info", "meeting": "primary"}
ELSEWHERE = (
    "activity_logged", "document_added", "unit_record_added", "export_allowed", "export_finished", "order_imported",
    "request_recorded", "request_answered", "request_closed", "visit_drafted", "visit_submitted",
)  # fmt: skip
"""Actions that other sources show as what they are."""
CLASSES = {
    "budget": "price",
    "booking": "price",
    "allocation": "price",
    "order": "price",
    "receivable": "credit",
    "payment": "credit",
}
"""Noun -> the class of fields that must be seen for its entries."""


def activities(by: Person, keys: list[int], asked: Asked) -> QuerySet[Any] | None:
    """Contacts, visits, meetings."""
    rows = Activity.objects.filter(customer__in=keys).select_related("person", "contact")
    if asked.channel:
        rows = rows.filter(channel=asked.channel)
    if asked.person:
        rows = rows.filter(person=asked.person)
    if asked.words:
        words = Q()
        for field in ("subject", "content", "result", "follow_up"):
            words |= Q(**{f"{field}__icontains": asked.words})
        rows = rows.filter(words)
    return rows


def activity_events(by: Person, rows: list[Any], rank: int) -> Iterator[Event]:
    """What was said, what came of it, what comes next; with what is left to do for whoever may do it."""
    may_log = can(by, "log_activity")
    for one in rows:
        lines = [(_("Content"), one.content), (_("Result"), one.result)]
        if one.follow_up or one.follow_up_on:
            when = f" · {one.follow_up_on}" if one.follow_up_on else ""
            lines.append((_("Next step"), f"{one.follow_up}{when}"))
        with_whom = f"{CHANNELS[one.channel]} · {one.contact}" if one.contact else str(CHANNELS[one.channel])
        if one.kind != "communication":
            with_whom = f"{ACTIVITIES.get(one.kind, one.kind)} · {with_whom}"
        if one.severity:
            settled = _("settled on %(day)s") % {"day": one.settled_on} if one.settled_on else _("open")
            lines.append((_("Severity"), f"{SEVERITIES.get(one.severity, one.severity)} · {settled}"))
        yield Event(
            end_of(one.done_on), rank, one.pk, ICONS.get(one.channel, "message-circle"), one.subject,
            tone="error" if one.kind in GRIEVANCES else TONES.get(one.channel, "quiet"), who=f"{one.person} · {with_whom}",
            lines=tuple(line for line in lines if line[1]), day_only=True,
            tag="" if one.counts() else _("does not count: content or result is missing"),
            extra={
                "activity": one.pk,
                "complete": not one.counts(),
                "may_log": may_log,
                "settle": may_log and one.is_open_grievance,
                "promised": may_log and one.follow_up_on is not None and one.followed_up_at is None,
            },
        )  # fmt: skip


def changes(by: Person, keys: list[int], asked: Asked) -> QuerySet[Any] | None:
    """Entries of the journal, but for those of classes that the person does not see."""
    if asked.channel or asked.words:
        return None
    hidden = [noun for noun, field_class in CLASSES.items() if not sees(by, field_class)]
    rows = Entry.objects.filter(customer_id__in=keys).exclude(action__in=ELSEWHERE).exclude(noun__in=hidden)
    return (rows.filter(by=asked.person) if asked.person else rows).select_related("by")


def change_events(by: Person, rows: list[Any], rank: int) -> Iterator[Event]:
    """Sentences, with old and new values."""
    names = names_for(rows, by)
    for one in rows:
        told_by = one.data.get("words", {}).get("source", "")
        yield Event(
            one.at, rank, one.pk, ACTION_ICONS.get(one.action.partition("_")[0], "pencil"), sentence_of(one, by),
            rows=() if says_it_all(one) else difference(one, by, names),
            who=str(FACT_SOURCES.get(told_by, "")), extra={"entry": one.pk},
        )  # fmt: skip


def says_it_all(entry: Entry) -> bool:
    """Whether the sentence alone tells what the entry holds."""
    return entry.action.endswith("_added") or (
        entry.action == "finding_stated" and not entry.data.get("before")
    )


ACTION_ICONS = {
    "customer": "building-2",
    "contact": "user-round",
    "section": "check",
    "need": "lightbulb",
    "finding": "file-text",
    "unit": "package",
    "post": "users",
    "handover": "arrow-left-right",
    "customers": "merge",
    "merge": "merge",
    "recovery": "rotate-ccw",
    "fact": "rotate-ccw",
}


def documents(by: Person, keys: list[int], asked: Asked) -> QuerySet[Any] | None:
    """Documents that were filed."""
    if asked.channel:
        return None
    rows = Document.objects.filter(customer__in=keys, withdrawn_at__isnull=True).select_related(
        "added_by", "customer"
    )
    if asked.words:
        rows = rows.filter(title__icontains=asked.words)
    return rows.filter(added_by=asked.person) if asked.person else rows


def document_events(by: Person, rows: list[Any], rank: int) -> Iterator[Event]:
    """The document, and its file."""
    for one in rows:
        href = f"{one.customer.get_absolute_url()}documents/{one.pk}/" if one.sha256 else ""
        yield Event(
            one.added_at, rank, one.pk, "file-text", one.title, tone="info", who=str(one.added_by), href=href,
            lines=((str(KINDS[one.kind]), one.file_name),) if one.file_name else (), tag=str(KINDS[one.kind]),
        )  # fmt: skip


def repairs(by: Person, keys: list[int], asked: Asked) -> QuerySet[Any] | None:
    """Repairs, defect reports and findings of units."""
    if asked.channel:
        return None
    rows = UnitRecord.objects.filter(customer__in=keys).select_related("unit", "by")
    if asked.words:
        rows = rows.filter(text__icontains=asked.words)
    return rows.filter(by=asked.person) if asked.person else rows


def repair_events(by: Person, rows: Iterable[Any], rank: int) -> Iterator[Event]:
    """What was found and done."""
    for one in rows:
        yield Event(
            end_of(one.done_on), rank, one.pk, "wrench", f"{UNIT_RECORDS[one.kind]} · {one.unit}", tone="warning",
            who=str(one.by), lines=(("", one.text),), day_only=True,
        )  # fmt: skip


source(Source("activities", "contacts", 40, activities, activity_events, "done_on", is_day=True))
source(Source("repairs", "contacts", 35, repairs, repair_events, "done_on", is_day=True))
source(Source("documents", "documents", 30, documents, document_events, "added_at"))
source(Source("changes", "changes", 20, changes, change_events, "at"))
