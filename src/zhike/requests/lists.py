"""The list of requests: its tabs, its fields, how it is searched."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db.models import F, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from zhike.customers.around import CUSTOMER, grades_worn, person_field, searching, shown_too, with_customers
from zhike.customers.grid import codes_of
from zhike.grading.then import GRADE_THEN, grades_then
from zhike.lists.fields import Field
from zhike.lists.listing import Listing, Looking, listed, tabs_of
from zhike.people.models import Person
from zhike.people.rules import can
from zhike.requests.models import CHANNELS, KINDS, STATES, RequestQuerySet, ServiceRequest
from zhike.ui import figures, grid

TABS: dict[str, Any] = {
    "open": pgettext_lazy("requests", "open"), "today": gettext_lazy("due today"), "overdue": pgettext_lazy("requests", "overdue"),
    "mine": gettext_lazy("mine, open"), "late": gettext_lazy("answered late"), "all": pgettext_lazy("requests", "all"),
}  # fmt: skip
"""Tab -> its name; the open ones come first."""
COUNTED = ("open", "today", "overdue", "mine")
"""Tabs whose number of rows is shown."""
TONES = {
    "waiting": "info",
    "overdue": "error",
    "in_time": "success",
    "late": "warning",
    "answered": "success",
    "closed": "quiet",
}
"""State -> its colour."""


def narrowed(rows: RequestQuerySet, tab: str, person: Person, at: datetime) -> RequestQuerySet:
    """The rows of a tab."""
    if tab == "today":
        return rows.due_on_day_of(at)
    if tab == "overdue":
        return rows.overdue(at)
    if tab == "mine":
        return rows.open().filter(owner=person)
    if tab == "late":
        return rows.filter(met=False)
    return rows if tab == "all" else rows.open()


def state_tag(one: ServiceRequest, at: datetime) -> str:
    """The state of a request as a mark."""
    state = one.state(at)
    return grid.tag(STATES[state], TONES[state])


def limit_said(one: ServiceRequest) -> str:
    """The limit of a request: so many hours."""
    if one.hours is None:
        return ""
    hours = f"{one.hours.normalize():f}"
    return (
        _("%(hours)s working hours") % {"hours": hours}
        if one.working
        else _("%(hours)s hours") % {"hours": hours}
    )


def _rows(looking: Looking) -> QuerySet[ServiceRequest]:
    return with_customers(ServiceRequest.objects.select_related("owner")).defer("text", "answer", "ground")


def _dress(rows: Sequence[Any], looking: Looking) -> None:
    """The state of the moment, and the grade of the moment it came in as its version words it."""
    for one in rows:
        one.state_now = one.state(looking.at)
    grades_then(rows)
    grades_worn(rows, looking)


def _moment(name: str) -> Any:
    return lambda one: grid.text(figures.moment(getattr(one, name)))


FIELDS = (
    Field("subject", gettext_lazy("Request"), "text", "subject",
          lambda one: grid.name(one.subject, "", one.get_absolute_url(), one.customer.name), sort=False, css="stick", phone="title"),
    Field("state", gettext_lazy("State"), "choice", "", lambda one: grid.tag(STATES[one.state_now], TONES[one.state_now]),
          plain=lambda one: str(STATES[one.state_now]), sort=False, filter=False, phone="aside"),
    Field("due", gettext_lazy("To be answered by"), "moment", "due_at", _moment("due_at"), last=True, phone="more"),
    CUSTOMER,
    GRADE_THEN,
    Field("limit", pgettext_lazy("request", "Limit"), "text", "hours", lambda one: grid.text(limit_said(one)), plain=limit_said,
          sort=False, filter=False),
    person_field("owner", gettext_lazy("Owner"), "owner_id", phone="meta"),
    Field("received", gettext_lazy("Came in"), "moment", "received_at", _moment("received_at")),
    Field("kind", gettext_lazy("Kind"), "choice", "kind", lambda one: grid.text(one.kind_name), choices=codes_of(KINDS), sort=False),
    Field("channel", pgettext_lazy("request", "Channel"), "choice", "channel", lambda one: grid.text(one.channel_name),
          choices=codes_of(CHANNELS), sort=False),
    Field("answered", gettext_lazy("First answer"), "moment", "answered_at", _moment("answered_at"), sort=False, shown=False),
    *shown_too(),
)  # fmt: skip
NEWEST = ("-received_at", "-id")
REQUESTS = listed(Listing(
    "request", "requests", gettext_lazy("Requests"), ServiceRequest, FIELDS, gettext_lazy("Subject or customer"), _rows,
    search=searching("subject"), order=(F("due_at").asc(nulls_last=True), "id"),
    tabs=tabs_of(TABS, lambda rows, tab, looking: narrowed(rows, tab, looking.person, looking.at), COUNTED,
                 {"all": NEWEST, "late": NEWEST}),
    quick=("kind", "channel", "owner", "region"), dress=_dress,
    beside=lambda looking: {"may_take": can(looking.person, "take_requests")}, template="requests/list.html",
    empty=gettext_lazy("Nothing waits for an answer."),
    hint=gettext_lazy("Record what customers ask for, by whatever channel it comes in; the policy says by when it is answered."),
))  # fmt: skip
