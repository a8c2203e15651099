"""The lists of service plans and of customers without one: their tabs, their fields, how they are searched."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from zhike.customers.around import CUSTOMER, grades_worn, searching, shown_too, with_customers
from zhike.customers.grid import FIELDS as OF_CUSTOMERS
from zhike.customers.grid import codes_of
from zhike.customers.limits import Limits
from zhike.customers.models import Customer
from zhike.grading.then import GRADE_THEN, grades_then
from zhike.lists.fields import Field
from zhike.lists.grades import worn
from zhike.lists.listing import Listing, Looking, Tab, listed, tabs_of
from zhike.lists.pages import count_of
from zhike.people.rules import can
from zhike.plans.missing import due, missing_for, since
from zhike.plans.models import OPEN, STANDINGS, TYPES, PlanQuerySet, ServicePlan
from zhike.plans.needs import unanswered
from zhike.ui import figures, grid

TABS: dict[str, Any] = {
    "force": pgettext_lazy("plans", "in force"), "draft": pgettext_lazy("plans", "being drawn up"),
    "submitted": pgettext_lazy("plans", "to be approved"), "approved": pgettext_lazy("plans", "to be sent"),
    "sent": pgettext_lazy("plans", "waiting for the customer"), "expired": pgettext_lazy("plans", "expired"),
    "all": pgettext_lazy("plans", "all"),
}  # fmt: skip
"""Tab -> its name."""
COUNTED = ("force", "draft", "submitted", "approved", "sent")
"""Tabs whose number of rows is shown."""
TONES = {
    "draft": "quiet", "submitted": "warning", "approved": "info", "sent": "info", "changed": "quiet", "replaced": "quiet",
    "withdrawn": "quiet", "coming": "info", "force": "success", "expired": "error",
}  # fmt: skip
"""Standing -> its colour."""


def narrowed(rows: PlanQuerySet, tab: str, day: date) -> PlanQuerySet:
    """The rows of a tab."""
    if tab == "force":
        return rows.in_force(day)
    if tab == "expired":
        return rows.expired(day)
    return rows.filter(state=tab) if tab in OPEN else rows


def standing_tag(plan: ServicePlan, day: date) -> str:
    """The standing of a plan as a mark."""
    standing = plan.standing(day)
    return grid.tag(STANDINGS[standing], TONES[standing])


EMPTY = {
    "force": gettext_lazy("No service plan is in force."),
    "submitted": gettext_lazy("No service plan waits for approval."),
    "sent": gettext_lazy("No service plan waits for a customer."),
}
"""Tab -> what is said where it is empty."""

HEAVY = ("kept", "goal", "change_text", "ground", "returned_for")


def _rows(looking: Looking) -> QuerySet[ServicePlan]:
    return with_customers(ServicePlan.objects.all()).defer(*HEAVY)


def _dress(rows: Sequence[Any], looking: Looking) -> None:
    """The standing of the day, and the grade of the day it was drawn up as its version words it."""
    for one in rows:
        one.standing_now = one.standing(looking.day)
    grades_then(rows, "policy_version_id")
    grades_worn(rows, looking)


def _confirm(one: ServicePlan) -> str:
    return grid.text(figures.day(one.confirm_by) if one.state == "sent" and one.confirm_by else "")


FIELDS = (
    Field("title", gettext_lazy("Service plan"), "text", "title",
          lambda one: grid.name(one.title, one.number, one.get_absolute_url(), one.customer.name), sort=False, css="stick", phone="title"),
    Field("number", gettext_lazy("Number"), "text", "number", lambda one: grid.text(one.number), sort=False, shown=False),
    Field("state", gettext_lazy("State"), "choice", "", lambda one: grid.tag(STANDINGS[one.standing_now], TONES[one.standing_now]),
          plain=lambda one: str(STANDINGS[one.standing_now]), sort=False, filter=False, phone="aside"),
    CUSTOMER,
    GRADE_THEN,
    Field("from", pgettext_lazy("plan", "From"), "day", "from_on", lambda one: grid.day(one.from_on)),
    Field("until", pgettext_lazy("plan", "Until"), "day", "until_on", lambda one: grid.day(one.until_on), phone="more"),
    Field("kind", pgettext_lazy("plan", "Type"), "choice", "kind", lambda one: grid.text(one.kind_name), choices=codes_of(TYPES),
          sort=False),
    Field("revision", gettext_lazy("Revision"), "number", "revision",
          lambda one: grid.text(_("revision %(number)s") % {"number": one.revision}), sort=False),
    Field("confirm", gettext_lazy("To be confirmed by"), "day", "confirm_by", _confirm, sort=False),
    *shown_too("manager"),
)  # fmt: skip
PLANS = listed(Listing(
    "plan", "plans", gettext_lazy("Service plans"), ServicePlan, FIELDS, gettext_lazy("Title, number or customer"), _rows,
    search=searching("title", "number"), order=("-drawn_at", "-id"),
    tabs=(
        *tabs_of(TABS, lambda rows, tab, looking: narrowed(rows, tab, looking.day), COUNTED,
                 {"force": ("until_on", "id"), "sent": ("confirm_by", "id")}, EMPTY),
        Tab("without", gettext_lazy("without a plan"), lambda rows, looking: _missing(looking), address="plans_without"),
    ),
    quick=("kind", "manager", "region"), dress=_dress,
    beside=lambda looking: {"may_draw": can(looking.person, "draw_plans"), "waiting": count_of(unanswered(looking.person))},
    template="plans/list.html", empty=gettext_lazy("No service plans here."),
    hint=gettext_lazy("A plan is drawn up from the needs of a customer, approved by another person and confirmed by the customer."),
))  # fmt: skip


def _missing(looking: Looking) -> QuerySet[Customer]:
    return missing_for(looking.person, looking.day, Limits())


def _rows_without(looking: Looking) -> QuerySet[Customer]:
    rows = _missing(looking).select_related("manager", "region", "department")
    return rows.defer("search", "channels", "tokens", "business_scope")


def _dress_without(rows: Sequence[Any], looking: Looking) -> None:
    """Since when each has been without a plan, and by when it is to have one."""
    limits = Limits()
    for one in rows:
        one.without_since, one.due = since(one), due(one, limits)
        state = ("info", _("under way")) if one.is_begun else ("warning", _("to be drawn up"))
        one.tone, one.plan_state = ("error", _("past its day")) if one.due < looking.day else state
    worn(rows)


def _search_without(rows: Any, words: str, person: Any) -> Any:
    for word in words.split():
        rows = rows.filter(search__contains=word.lower())
    return rows


def _of_plans(tab: Tab) -> Tab:
    return replace(
        tab, address="plans", narrow=lambda rows, looking: tab.narrow(PLANS.seen(looking), looking)
    )


_OF = {one.code: replace(one, sort=False) for one in OF_CUSTOMERS}
WITHOUT_FIELDS = (
    Field("customer", gettext_lazy("Customer"), "text", "name",
          lambda one: grid.name(one.name, one.code, f"{one.get_absolute_url()}#section-plans"), sort=False, css="stick", phone="title"),
    _OF["code"],
    Field("state", gettext_lazy("State"), "choice", "", lambda one: grid.tag(one.plan_state, one.tone),
          plain=lambda one: one.plan_state, sort=False, filter=False, phone="aside"),
    replace(_OF["grade"], phone="meta"),
    Field("since", gettext_lazy("Without a plan since"), "day", "", lambda one: grid.day(one.without_since),
          plain=lambda one: one.without_since, sort=False, filter=False),
    Field("due", gettext_lazy("To be in force by"), "day", "", lambda one: grid.day(one.due), plain=lambda one: one.due, sort=False,
          filter=False, phone="more"),
    _OF["manager"],
    replace(_OF["region"], shown=False),
    _OF["department"],
)  # fmt: skip
WITHOUT = listed(Listing(
    "lacking_plan", "plans_without", gettext_lazy("Customers without a service plan"), Customer, WITHOUT_FIELDS, gettext_lazy("Customer"),
    _rows_without, customer="pk", visible=_missing, search=_search_without, order=("code",),
    tabs=(
        *(_of_plans(one) for one in PLANS.tabs if not one.address),
        Tab("without", gettext_lazy("without a plan")),
    ),
    quick=("grade", "manager", "region"), key=lambda one: one.code, dress=_dress_without, beside=PLANS.beside,
    template="plans/list.html", empty=gettext_lazy("Every customer that is to have a service plan has one in force."),
    hint=gettext_lazy("For which grades a plan is asked for is set among the limits of the archives."),
))  # fmt: skip
