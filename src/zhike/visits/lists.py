"""The list of visits: its tabs, its fields, how it is searched."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext_lazy

from zhike.customers.around import CUSTOMER, grades_worn, person_field, searching, shown_too, with_customers
from zhike.customers.grid import codes_of
from zhike.lists.fields import Field
from zhike.lists.listing import Listing, Looking, listed, tabs_of
from zhike.people.models import Person
from zhike.people.rules import can
from zhike.ui import grid
from zhike.visits.models import KINDS, STATES, Visit, VisitQuerySet

TABS: dict[str, Any] = {
    "mine": pgettext_lazy("visits", "mine, open"), "planned": pgettext_lazy("visits", "planned"), "due": gettext_lazy("form due"),
    "late": gettext_lazy("form late"), "check": gettext_lazy("to be checked"), "all": pgettext_lazy("visits", "all"),
}  # fmt: skip
"""Tab -> its name."""
COUNTED = ("mine", "planned", "due", "late", "check")
"""Tabs whose number of rows is shown."""
TONES = {
    "planned": "info", "today": "primary", "due": "warning", "late": "error", "submitted": "info", "checked": "success",
    "cancelled": "quiet",
}  # fmt: skip
"""State -> its colour."""


def month_of(text: str) -> date | None:
    """The first day of a month such as 2026-03; None where the text names none."""
    try:
        return date.fromisoformat(f"{text[:7]}-01")
    except ValueError:
        return None


def narrowed(rows: VisitQuerySet, tab: str, person: Person, day: date) -> VisitQuerySet:
    """The rows of a tab."""
    if tab == "mine":
        return rows.open().of(person)
    if tab == "planned":
        return rows.planned(day)
    if tab == "due":
        return rows.due(day)
    if tab == "late":
        return rows.late(day)
    return rows.unchecked() if tab == "check" else rows


def state_tag(one: Visit, day: date) -> str:
    """The state of a visit as a mark."""
    state = one.state(day)
    return grid.tag(STATES[state], TONES[state])


def late_said(days: int) -> str:
    """How late a form is."""
    return ngettext("%(days)s day late", "%(days)s days late", days) % {"days": days}


HEAVY = ("draft", "topics", "findings", "opinions", "problems", "needs", "significant", "remark", "ground")


def _rows(looking: Looking) -> QuerySet[Visit]:
    return with_customers(Visit.objects.select_related("owner")).defer(*HEAVY)


def _dress(rows: Sequence[Any], looking: Looking) -> None:
    """The state of the day, and how the form came."""
    for one in rows:
        one.state_now = one.state(looking.day)
        came = _("in time") if one.in_time else late_said(one.days_late(looking.day))
        one.came = "" if one.in_time is None else came
    grades_worn(rows, looking)


FIELDS = (
    Field("purpose", gettext_lazy("Visit"), "text", "purpose",
          lambda one: grid.name(one.purpose, "", one.get_absolute_url(), one.customer.name), sort=False, css="stick", phone="title"),
    Field("state", gettext_lazy("State"), "choice", "", lambda one: grid.tag(STATES[one.state_now], TONES[one.state_now]),
          plain=lambda one: str(STATES[one.state_now]), sort=False, filter=False, phone="aside"),
    Field("day", gettext_lazy("Day of the visit"), "day", "day", lambda one: grid.day(one.day), phone="more"),
    CUSTOMER,
    Field("due", gettext_lazy("Form due"), "day", "due_on", lambda one: grid.day(one.due_on), phone="more"),
    person_field("owner", gettext_lazy("Answers for the form"), "owner_id", phone="meta"),
    Field("kind", gettext_lazy("Kind"), "choice", "kind", lambda one: grid.text(one.kind_name), choices=codes_of(KINDS), sort=False),
    Field("came", pgettext_lazy("visit", "Form"), "text", "", lambda one: grid.text(one.came), plain=lambda one: one.came,
          sort=False, filter=False),
    Field("submitted", gettext_lazy("Form submitted"), "moment", "submitted_at", lambda one: grid.day(one.submitted_at), sort=False,
          shown=False),
    *shown_too(),
)  # fmt: skip
VISITS = listed(Listing(
    "visit", "visits", gettext_lazy("Visits"), Visit, FIELDS, gettext_lazy("Purpose or customer"), _rows,
    search=searching("purpose"), order=("due_on", "id"),
    tabs=tabs_of(TABS, lambda rows, tab, looking: narrowed(rows, tab, looking.person, looking.day), COUNTED,
                 {"all": ("-day", "-id"), "check": ("submitted_at", "id")}),
    quick=("kind", "owner", "region"), dress=_dress, beside=lambda looking: {"may_plan": can(looking.person, "log_activity")},
    template="visits/list.html", empty=gettext_lazy("No visits here."),
    hint=gettext_lazy("Plan whom you visit and what for; the form is filled in on the phone while you are there."),
))  # fmt: skip
