"""The list of needs that nothing answers yet."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.db.models import F, QuerySet
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from zhike.customers.archive import Need
from zhike.customers.around import CUSTOMER, grades_worn, searching, shown_too, with_customers
from zhike.customers.grid import codes_of
from zhike.customers.life import NEEDS
from zhike.customers.sections import SOURCES
from zhike.lists.fields import Field
from zhike.lists.listing import Listing, Looking, listed, tabs_of
from zhike.people.rules import can
from zhike.plans.needs import unanswered
from zhike.ui import grid

TABS: dict[str, Any] = {
    "all": gettext_lazy("all unanswered"),
    "late": gettext_lazy("past their day"),
    "mine": gettext_lazy("of my customers"),
}
"""Tab -> its name."""


def narrowed(rows: QuerySet[Any], tab: str, looking: Looking) -> QuerySet[Any]:
    """The rows of a tab."""
    if tab == "late":
        return rows.filter(answer_by__lt=looking.day)
    return rows.filter(customer__manager=looking.person) if tab == "mine" else rows


def waited(one: Need, day: date) -> str:
    """How long a need has waited."""
    days = (day - one.stated_on).days
    return ngettext("%(days)s day", "%(days)s days", days) % {"days": days}


def _rows(looking: Looking) -> QuerySet[Need]:
    return with_customers(Need.objects.all())


def _dress(rows: Sequence[Any], looking: Looking) -> None:
    """Whether a need is late, how long it has waited, and whether who looks may draw up a plan for it."""
    may_draw = can(looking.person, "draw_plans")
    for one in rows:
        one.late, one.waited, one.may_draw = one.is_late(looking.day), waited(one, looking.day), may_draw
        one.said = _("past its day") if one.late else _("unanswered")
    grades_worn(rows, looking)


def _need(one: Need) -> str:
    text = one.text if len(one.text) <= 80 else f"{one.text[:79]}…"
    where = f"{one.customer.get_absolute_url()}#section-needs"
    return grid.name(text, str(NEEDS.get(one.kind, one.kind)), where, one.customer.name)


def _plan(one: Any) -> str:
    href = f"{reverse('new_plan')}?{urlencode({'customer': one.customer.code})}"
    return grid.link(_("draw up a plan"), href) if one.may_draw else grid.text("")


FIELDS = (
    Field("need", gettext_lazy("Need"), "text", "text", _need, sort=False, css="stick", phone="title"),
    Field("state", gettext_lazy("State"), "choice", "", lambda one: grid.tag(one.said, "error" if one.late else "warning"),
          plain=lambda one: one.said, sort=False, filter=False, phone="aside"),
    CUSTOMER,
    Field("kind", gettext_lazy("Kind"), "choice", "kind", lambda one: grid.text(NEEDS.get(one.kind, one.kind)), choices=codes_of(NEEDS),
          sort=False, shown=False),
    Field("stated", gettext_lazy("Stated"), "day", "stated_on", lambda one: grid.day(one.stated_on), sort=False),
    Field("waited", gettext_lazy("Waits for"), "text", "", lambda one: grid.text(one.waited), plain=lambda one: one.waited, sort=False,
          filter=False, phone="meta"),
    Field("answer_by", gettext_lazy("To be answered by"), "day", "answer_by", lambda one: grid.day(one.answer_by), last=True, phone="more"),
    Field("source", gettext_lazy("Source"), "choice", "source", lambda one: grid.text(SOURCES.get(one.source, one.source)),
          choices=codes_of(SOURCES), sort=False),
    *shown_too("manager"),
    Field("plan", gettext_lazy("Service plan"), "text", "", _plan, sort=False, filter=False, filed=False),
)  # fmt: skip
UNANSWERED = listed(Listing(
    "need", "needs", gettext_lazy("Unanswered needs"), Need, FIELDS, gettext_lazy("Need or customer"), _rows,
    visible=lambda looking: unanswered(looking.person), search=searching("text"),
    order=(F("answer_by").asc(nulls_last=True), "stated_on", "id"), tabs=tabs_of(TABS, narrowed, TABS),
    quick=("kind", "source", "manager", "region"), dress=_dress, template="plans/needs.html",
    empty=gettext_lazy("Every need is answered."),
    hint=gettext_lazy("Needs are recorded on the page of a customer, and answered by an item of its service plan or in words."),
))  # fmt: skip
