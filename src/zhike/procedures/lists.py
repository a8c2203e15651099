"""Lists of procedures and of steps: what is shown of each, and the conditions of a page's address."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from html import escape
from typing import Any

from django.db.models import F, QuerySet
from django.http import QueryDict
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from zhike.people.models import Person
from zhike.procedures.definitions import said
from zhike.procedures.inbox import held_by, standing_in, waiting_for
from zhike.procedures.models import STATES, Procedure, ProcedureStep
from zhike.ui import grid

TONES = {
    "open": "info", "approved": "success", "rejected": "error", "returned": "warning", "withdrawn": "quiet",
}  # fmt: skip
"""State of a procedure -> the tone of its tag."""


def address(procedure: Procedure) -> str:
    """The page of a procedure."""
    return reverse("procedure", args=[procedure.pk])


def kind_name(procedure: Procedure) -> str:
    """What a procedure is about, by the title of its definition."""
    return said(procedure.definition["title"])


def inbox_rows(person: Person, day: date, asked: QueryDict) -> tuple[QuerySet[ProcedureStep], dict[str, Any]]:
    """The steps that wait for a person, narrowed by the page's address; and what the chips offer."""
    rows = waiting_for(person, day).select_related(
        "procedure__customer", "procedure__started_by", "committee", "role", "department"
    )
    found = list(rows.order_by().values_list("procedure__kind", "procedure__definition__title", "due_on"))
    named: dict[str, dict[str, None]] = {}
    counts: dict[str, int] = {}
    for kind, title, _due in found:
        named.setdefault(kind, {})[said(title)] = None
        counts[kind] = counts.get(kind, 0) + 1
    kinds = {kind: " / ".join(titles) for kind, titles in named.items()}
    late = sum(1 for *_rest, due in found if due is not None and due < day)
    words = asked.get("q", "").strip()[:60]
    chosen = {
        "kind": asked.get("kind", ""),
        "late": asked.get("late") == "1",
        "q": words,
    }
    if chosen["kind"] in kinds:
        rows = rows.filter(procedure__kind=chosen["kind"])
    if chosen["late"]:
        rows = rows.filter(due_on__lt=day)
    if words:
        rows = rows.filter(procedure__title__icontains=words)
    chips = [(kind, name, counts[kind]) for kind, name in sorted(kinds.items(), key=lambda pair: pair[1])]
    page = {
        "chips": chips,
        "late": late,
        "all": len(found),
        **{f"asked_{name}": value for name, value in chosen.items()},
    }
    return rows.order_by(F("due_on").asc(nulls_last=True), "id"), page


def stood_in_for(person: Person, day: date, steps: Iterable[ProcedureStep]) -> dict[int, Person]:
    """Step -> whom a person would decide for, of the steps that do not wait for them themselves."""
    keys = [one.pk for one in steps]
    rows = ProcedureStep.objects.filter(pk__in=keys)
    away = standing_in(person, day)
    if not away or not keys:
        return {}
    own = set(rows.filter(held_by(person, day)).values_list("pk", flat=True))
    found: dict[int, Person] = {}
    for seat in away:
        for key in rows.filter(held_by(seat, day)).values_list("pk", flat=True):
            if key not in own:
                found.setdefault(key, seat)
    return found


def due_tag(day: date | None, today: date) -> str:
    """A day as a tag: red when it has passed, amber when it is near."""
    if day is None:
        return ""
    left = (day - today).days
    tone = "error" if left < 0 else "warning" if left <= 2 else "quiet"
    return grid.tag(grid.day(day), tone)


def inbox_columns(day: date, away: dict[int, Person]) -> list[grid.Column]:
    """The columns of the inbox."""

    def what(one: ProcedureStep) -> str:
        under = f"{kind_name(one.procedure)} · {one}"
        if one.pk in away:  # on a phone the column of seats is not there
            under += " · " + _("for %(name)s") % {"name": away[one.pk]}
        return grid.name(one.procedure.title, under, address(one.procedure), kind_name(one.procedure))

    def seat(one: ProcedureStep) -> str:
        if one.pk in away:
            return grid.tag(_("for %(name)s") % {"name": away[one.pk]}, "primary")
        if one.committee is not None:
            return grid.tag(one.committee, "info")
        return (
            grid.tag(one.role or one.department or "", "quiet")
            if one.role or one.department
            else grid.text(_("you"))
        )

    return [
        grid.Column("what", gettext_lazy("What"), what, css="stick", phone="title"),
        grid.Column("due", gettext_lazy("Until"), lambda one: due_tag(one.due_on, day), phone="aside"),
        grid.Column("customer", gettext_lazy("Customer"), lambda one: escape(str(one.procedure.customer or "")), phone="meta"),
        grid.Column("from", gettext_lazy("Started by"), lambda one: str(grid.person(one.procedure.started_by)), phone="more"),
        grid.Column("seat", gettext_lazy("Asked as"), seat),
        grid.Column("since", pgettext_lazy("procedure", "Waiting"), lambda one: grid.ago(one.opened_at), css="ink-2", phone="more"),
    ]  # fmt: skip


def procedure_rows(
    person: Person, asked: QueryDict, which: str
) -> tuple[QuerySet[Procedure], dict[str, Any]]:
    """The procedures that a person may see: those they started, those they decided in, or all."""
    rows = Procedure.objects.visible_to(person)
    if which == "started":
        rows = rows.filter(started_by=person)
    elif which == "decided":
        rows = rows.filter(
            pk__in=Procedure.objects.filter(steps__decisions__person=person).order_by().values("pk")
        )
    state, words = asked.get("state", ""), asked.get("q", "").strip()[:60]
    if state in STATES:
        rows = rows.filter(state=state)
    if words:
        rows = rows.filter(title__icontains=words)
    if asked.get("stuck") == "1":
        rows = rows.filter(
            pk__in=ProcedureStep.objects.filter(state="open", stuck_at__isnull=False).values("procedure")
        )
    rows = rows.select_related("customer", "started_by").order_by("-id")
    return rows, {
        "asked_state": state,
        "asked_q": words,
        "states": STATES.items(),
        "asked_stuck": asked.get("stuck") == "1",
    }


def procedure_columns(waits: dict[int, ProcedureStep], day: date) -> list[grid.Column]:
    """The columns of the list of procedures; `waits`: procedure -> the step that is open."""

    def now(one: Procedure) -> str:
        step = waits.get(one.pk)
        if step is None:
            return grid.text(None)
        stuck = grid.tag(_("nobody can decide"), "error") if step.stuck_at else ""
        return f"{escape(str(step))} {stuck}"

    def due(one: Procedure) -> str:
        step = waits.get(one.pk)
        return due_tag(step.due_on if step else None, day)

    return [
        grid.Column(
            "what", gettext_lazy("Procedure"),
            lambda one: grid.name(one.title, kind_name(one), address(one), kind_name(one)), css="stick", phone="title",
        ),
        grid.Column("state", pgettext_lazy("procedure", "State"), lambda one: grid.tag(one.state_name, TONES[one.state]), phone="aside"),
        grid.Column("customer", gettext_lazy("Customer"), lambda one: escape(str(one.customer or "")), phone="meta"),
        grid.Column("step", gettext_lazy("Step"), now, phone="more"),
        grid.Column("due", gettext_lazy("Until"), due, phone="more"),
        grid.Column("by", gettext_lazy("Started by"), lambda one: str(grid.person(one.started_by)), phone="more"),
        grid.Column("at", pgettext_lazy("procedure", "Started"), lambda one: grid.ago(one.started_at), css="ink-2", phone=""),
    ]  # fmt: skip


def open_steps(procedures: Iterable[Procedure]) -> dict[int, ProcedureStep]:
    """Procedure -> its open step, of some procedures; the one that is due first."""
    rows = ProcedureStep.objects.filter(procedure__in=[one.pk for one in procedures], state="open")
    found: dict[int, ProcedureStep] = {}
    for step in rows.order_by(F("due_on").asc(nulls_last=True), "id"):
        found.setdefault(step.procedure_id, step)
    return found
