"""The list of needs that nothing answers yet, and the columns of customers without a plan."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import F, Q, QuerySet
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from zhike.customers.archive import Need
from zhike.customers.life import NEEDS
from zhike.customers.limits import Limits
from zhike.customers.sections import SOURCES
from zhike.lists.pages import Page, count_of, page_number, page_of, words_of
from zhike.people.models import Person
from zhike.plans.missing import due, since
from zhike.plans.needs import unanswered
from zhike.ui import grid

TABS: dict[str, Any] = {
    "late": gettext_lazy("past their day"),
    "mine": gettext_lazy("of my customers"),
    "all": gettext_lazy("all unanswered"),
}
"""Tab -> its name."""
KINDS = list(NEEDS.items())


@dataclass(frozen=True)
class Asked:
    """What the list is asked for."""

    tab: str = "all"
    words: str = ""
    kind: str = ""
    page: int = 1

    @classmethod
    def read(cls, query: Any) -> Asked:
        """From a query string; what cannot be read counts as not asked."""
        tab, kind, number = query.get("tab", ""), query.get("kind", ""), query.get("page", "1")
        return cls(
            tab if tab in TABS else "all",
            words_of(query.get("q", "")),
            kind if kind in NEEDS else "",
            page_number(number),
        )

    @property
    def is_filtered(self) -> bool:
        """Whether it asks for less than the tab holds."""
        return bool(self.words or self.kind)


def narrowed(person: Person, tab: str, day: date) -> QuerySet[Any]:
    """The rows of a tab."""
    rows = unanswered(person)
    if tab == "late":
        return rows.filter(answer_by__lt=day)
    return rows.filter(customer__manager=person) if tab == "mine" else rows


def page(person: Person, asked: Asked, day: date) -> Page:
    """One page of the list, what is to be answered first at the top."""
    keys = narrowed(person, asked.tab, day)
    for word in asked.words.split():
        named = Q(customer__search__contains=word.lower()) | Q(customer__code__iexact=word)
        keys = keys.filter(Q(text__icontains=word) | named)
    if asked.kind:
        keys = keys.filter(kind=asked.kind)
    rows = Need.objects.select_related("customer__manager").defer(
        "customer__search", "customer__channels", "customer__tokens"
    )
    return page_of(keys.order_by(F("answer_by").asc(nulls_last=True), "stated_on", "id"), rows, asked.page)


def counts(person: Person, day: date) -> dict[str, int]:
    """How many rows each tab has."""
    return {tab: count_of(narrowed(person, tab, day)) for tab in TABS}


def waited(one: Need, day: date) -> str:
    """How long a need has waited."""
    days = (day - one.stated_on).days
    return ngettext("%(days)s day", "%(days)s days", days) % {"days": days}


def columns(day: date, may_draw: bool) -> list[grid.Column]:
    """The columns of the list."""

    def state(one: Need) -> str:
        return (
            grid.tag(_("past its day"), "error") if one.is_late(day) else grid.tag(_("unanswered"), "warning")
        )

    def answer(one: Need) -> str:
        href = f"{reverse('new_plan')}?{urlencode({'customer': one.customer.code})}"
        return grid.link(_("draw up a plan"), href) if may_draw else grid.text("")

    return [
        grid.Column(
            "need", _("Need"),
            lambda one: grid.name(
                one.text if len(one.text) <= 80 else f"{one.text[:79]}…", str(NEEDS.get(one.kind, one.kind)),
                f"{one.customer.get_absolute_url()}#section-needs", one.customer.name,
            ),
            css="stick", phone="title",
        ),
        grid.Column("state", _("State"), state, phone="aside"),
        grid.Column("customer", _("Customer"), lambda one: grid.link(one.customer.name, one.customer.get_absolute_url()), phone="meta"),
        grid.Column("stated", _("Stated"), lambda one: grid.day(one.stated_on)),
        grid.Column("waited", _("Waits for"), lambda one: grid.text(waited(one, day)), phone="meta"),
        grid.Column("answer_by", _("To be answered by"), lambda one: grid.day(one.answer_by), phone="more"),
        grid.Column("source", _("Source"), lambda one: grid.text(SOURCES.get(one.source, one.source))),
        grid.Column("manager", _("Account manager"), lambda one: grid.person(one.customer.manager)),
        grid.Column("plan", _("Service plan"), answer),
    ]  # fmt: skip


def without_columns(day: date, limits: Limits) -> list[grid.Column]:
    """The columns of customers without a plan."""

    def state(one: Any) -> str:
        if due(one, limits) < day:
            return grid.tag(_("past its day"), "error")
        return grid.tag(_("under way"), "info") if one.is_begun else grid.tag(_("to be drawn up"), "warning")

    def chip(one: Any) -> str:
        return grid.grade(getattr(one, "grade_word", one.grade), getattr(one, "grade_rank", None))

    return [
        grid.Column("customer", _("Customer"), lambda one: grid.name(one.name, one.code, f"{one.get_absolute_url()}#section-plans"),
                    css="stick", phone="title"),
        grid.Column("state", _("State"), state, phone="aside"),
        grid.Column("grade", _("Grade"), chip, phone="meta"),
        grid.Column("since", _("Without a plan since"), lambda one: grid.day(since(one))),
        grid.Column("due", _("To be in force by"), lambda one: grid.day(due(one, limits)), phone="more"),
        grid.Column("begun", _("Plan under way"), lambda one: grid.text(_("yes") if one.is_begun else "")),
        grid.Column("manager", _("Account manager"), lambda one: grid.person(one.manager), phone="meta"),
    ]  # fmt: skip
