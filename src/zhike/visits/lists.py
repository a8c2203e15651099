"""The list of visits: its tabs, its filters, its columns, in a constant number of queries."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import F, Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext, pgettext_lazy

from zhike.lists.pages import Page, count_of, page_number, page_of, words_of
from zhike.people.models import Person
from zhike.submissions.ledger import next_month
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
SORTS = {"day": "day", "due": "due_on"}


@dataclass(frozen=True)
class Asked:
    """What the list is asked for."""

    tab: str = "mine"
    words: str = ""
    kind: str = ""
    owner: int = 0
    month: date | None = None
    sort: str = ""
    page: int = 1

    @classmethod
    def read(cls, query: Any) -> Asked:
        """From a query string; what cannot be read counts as not asked."""
        tab, kind, sort = (query.get(name, "") for name in ("tab", "kind", "sort"))
        number, owner = query.get("page", "1"), query.get("owner", "")
        return cls(
            tab if tab in TABS else "mine",
            words_of(query.get("q", "")),
            kind if kind in KINDS else "",
            int(owner) if owner.isascii() and owner.isdigit() and len(owner) < 18 else 0,
            month_of(query.get("month", "")),
            sort if sort.lstrip("-") in SORTS else "",
            page_number(number),
        )

    @property
    def is_filtered(self) -> bool:
        """Whether it asks for less than the tab holds."""
        return bool(self.words or self.kind or self.owner or self.month)


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


def find(person: Person, asked: Asked, day: date) -> VisitQuerySet:
    """The visits asked for, among those that the person sees."""
    rows = narrowed(Visit.objects.visible_to(person), asked.tab, person, day)
    for word in asked.words.split():
        named = Q(customer__search__contains=word.lower()) | Q(customer__code__iexact=word)
        rows = rows.filter(Q(purpose__icontains=word) | named)
    if asked.kind:
        rows = rows.filter(kind=asked.kind)
    if asked.owner:
        rows = rows.filter(owner=asked.owner)
    if asked.month:
        rows = rows.filter(day__gte=asked.month, day__lt=next_month(asked.month))
    return rows


def ordered(rows: QuerySet[Any], asked: Asked) -> QuerySet[Any]:
    """In the order asked for; of open ones what is due first comes first, of those to be checked the oldest, of all the newest."""
    if asked.sort:
        column = F(SORTS[asked.sort.lstrip("-")])
        turned = asked.sort.startswith("-")
        return rows.order_by(column.desc() if turned else column.asc(), "-id" if turned else "id")
    if asked.tab == "all":
        return rows.order_by("-day", "-id")
    return rows.order_by("submitted_at" if asked.tab == "check" else "due_on", "id")


def page(person: Person, asked: Asked, day: date) -> Page:
    """One page of the list."""
    keys = ordered(find(person, asked, day), asked)
    heavy = (
        "draft",
        "topics",
        "findings",
        "opinions",
        "problems",
        "needs",
        "significant",
        "remark",
        "ground",
    )
    around = ("customer__search", "customer__channels", "customer__tokens")
    rows = Visit.objects.select_related("customer", "owner").defer(*heavy, *around)
    return page_of(keys, rows, asked.page)


def counts(person: Person, day: date) -> dict[str, int]:
    """How many visits stand in the tabs that show it."""
    rows = Visit.objects.visible_to(person)
    return {tab: count_of(narrowed(rows, tab, person, day)) for tab in COUNTED}


def state_tag(one: Visit, day: date) -> str:
    """The state of a visit as a mark."""
    state = one.state(day)
    return grid.tag(STATES[state], TONES[state])


def late_said(days: int) -> str:
    """How late a form is."""
    return ngettext("%(days)s day late", "%(days)s days late", days) % {"days": days}


def columns(day: date) -> list[grid.Column]:
    """The columns of the list."""

    def came(one: Visit) -> str:
        if one.in_time is None:
            return grid.text("")
        return grid.text(_("in time") if one.in_time else late_said(one.days_late(day)))

    return [
        grid.Column("purpose", _("Visit"), lambda one: grid.name(one.purpose, "", one.get_absolute_url(), one.customer.name),
                    css="stick", phone="title"),
        grid.Column("state", _("State"), lambda one: state_tag(one, day), phone="aside"),
        grid.Column("day", _("Day of the visit"), lambda one: grid.day(one.day), sort=True, phone="more"),
        grid.Column("customer", _("Customer"), lambda one: grid.link(one.customer.name, one.customer.get_absolute_url()), phone="meta"),
        grid.Column("due", _("Form due"), lambda one: grid.day(one.due_on), sort=True, phone="more"),
        grid.Column("owner", _("Answers for the form"), lambda one: grid.person(one.owner), phone="meta"),
        grid.Column("kind", _("Kind"), lambda one: grid.text(one.kind_name)),
        grid.Column("came", pgettext("visit", "Form"), came),
    ]  # fmt: skip
