"""The list of requests: its tabs, its filters, its columns, in a constant number of queries."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import F, Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext, pgettext_lazy

from zhike.grading.schemes import Schemes
from zhike.lists.pages import Page, count_of, page_number, page_of, words_of
from zhike.people.models import Person
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
SORTS = {"due": "due_at", "received": "received_at"}


@dataclass(frozen=True)
class Asked:
    """What the list is asked for."""

    tab: str = "open"
    words: str = ""
    kind: str = ""
    channel: str = ""
    sort: str = ""
    page: int = 1

    @classmethod
    def read(cls, query: Any) -> Asked:
        """From a query string; what cannot be read counts as not asked."""
        tab, kind, channel, sort = (query.get(name, "") for name in ("tab", "kind", "channel", "sort"))
        number = query.get("page", "1")
        return cls(
            tab if tab in TABS else "open",
            words_of(query.get("q", "")),
            kind if kind in KINDS else "",
            channel if channel in CHANNELS else "",
            sort if sort.lstrip("-") in SORTS else "",
            page_number(number),
        )

    @property
    def is_filtered(self) -> bool:
        """Whether it asks for less than the tab holds."""
        return bool(self.words or self.kind or self.channel)


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


def find(person: Person, asked: Asked, at: datetime) -> RequestQuerySet:
    """The requests asked for, among those that the person sees."""
    rows = narrowed(ServiceRequest.objects.visible_to(person), asked.tab, person, at)
    for word in asked.words.split():
        named = Q(customer__search__contains=word.lower()) | Q(customer__code__iexact=word)
        rows = rows.filter(Q(subject__icontains=word) | named)
    if asked.kind:
        rows = rows.filter(kind=asked.kind)
    return rows.filter(channel=asked.channel) if asked.channel else rows


def ordered(rows: QuerySet[Any], asked: Asked) -> QuerySet[Any]:
    """In the order asked for; of open ones what is due first comes first, of all the newest."""
    if asked.sort:
        column = F(SORTS[asked.sort.lstrip("-")])
        turned = asked.sort.startswith("-")
        first = column.desc(nulls_last=True) if turned else column.asc(nulls_last=True)
        return rows.order_by(first, "-id" if turned else "id")
    if asked.tab in ("all", "late"):
        return rows.order_by("-received_at", "-id")
    return rows.order_by(F("due_at").asc(nulls_last=True), "id")


def page(person: Person, asked: Asked, at: datetime) -> Page:
    """One page of the list."""
    keys = ordered(find(person, asked, at), asked)
    heavy = ("text", "answer", "ground", "customer__search", "customer__channels", "customer__tokens")
    rows = ServiceRequest.objects.select_related("customer", "owner", "version__policy").defer(*heavy)
    return page_of(keys, rows.defer("version__text", "version__cases", *heavy), asked.page)


def counts(person: Person, at: datetime) -> dict[str, int]:
    """How many requests stand in the tabs that show it."""
    rows = ServiceRequest.objects.visible_to(person)
    return {tab: count_of(narrowed(rows, tab, person, at)) for tab in COUNTED}


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


def columns(at: datetime, schemes: Schemes) -> list[grid.Column]:
    """The columns of the list."""

    def chip(one: ServiceRequest) -> str:
        return schemes.chip(one.version_id, one.rating, one.grade) if one.grade else grid.text("")

    def moment(value: datetime | None) -> str:
        return grid.text(figures.moment(value))

    return [
        grid.Column("subject", _("Request"), lambda one: grid.name(one.subject, "", one.get_absolute_url(), one.customer.name),
                    css="stick", phone="title"),
        grid.Column("state", _("State"), lambda one: state_tag(one, at), phone="aside"),
        grid.Column("due", _("To be answered by"), lambda one: moment(one.due_at), sort=True, phone="more"),
        grid.Column("customer", _("Customer"), lambda one: grid.link(one.customer.name, one.customer.get_absolute_url()), phone="meta"),
        grid.Column("grade", _("Grade then"), chip),
        grid.Column("limit", pgettext("request", "Limit"), lambda one: grid.text(limit_said(one))),
        grid.Column("owner", _("Owner"), lambda one: grid.person(one.owner), phone="meta"),
        grid.Column("received", _("Came in"), lambda one: moment(one.received_at), sort=True),
        grid.Column("kind", _("Kind"), lambda one: grid.text(one.kind_name)),
        grid.Column("channel", pgettext("request", "Channel"), lambda one: grid.text(one.channel_name)),
    ]  # fmt: skip
