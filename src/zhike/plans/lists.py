"""The list of service plans: its tabs, its columns, and customers without a plan, in a constant number of queries."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import F, Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from zhike.grading.schemes import Schemes
from zhike.lists.pages import Page, count_of, page_number, page_of, words_of
from zhike.people.models import Person
from zhike.plans.models import OPEN, STANDINGS, TYPES, PlanQuerySet, ServicePlan
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
SORTS = {"from": "from_on", "until": "until_on"}


@dataclass(frozen=True)
class Asked:
    """What the list is asked for."""

    tab: str = "force"
    words: str = ""
    kind: str = ""
    mine: bool = False
    sort: str = ""
    page: int = 1

    @classmethod
    def read(cls, query: Any) -> Asked:
        """From a query string; what cannot be read counts as not asked."""
        tab, kind, sort, number = (query.get(name, "") for name in ("tab", "kind", "sort", "page"))
        return cls(
            tab if tab in TABS else "force",
            words_of(query.get("q", "")),
            kind if kind in TYPES else "",
            query.get("mine", "") == "1",
            sort if sort.lstrip("-") in SORTS else "",
            page_number(number),
        )

    @property
    def is_filtered(self) -> bool:
        """Whether it asks for less than the tab holds."""
        return bool(self.words or self.kind or self.mine)


def narrowed(rows: PlanQuerySet, tab: str, day: date) -> PlanQuerySet:
    """The rows of a tab."""
    if tab == "force":
        return rows.in_force(day)
    if tab == "expired":
        return rows.expired(day)
    return rows.filter(state=tab) if tab in OPEN else rows


def find(person: Person, asked: Asked, day: date) -> PlanQuerySet:
    """The plans asked for, among those that the person sees."""
    rows = narrowed(ServicePlan.objects.visible_to(person), asked.tab, day)
    for word in asked.words.split():
        named = Q(customer__search__contains=word.lower()) | Q(customer__code__iexact=word)
        rows = rows.filter(Q(title__icontains=word) | Q(number__icontains=word) | named)
    if asked.mine:
        rows = rows.filter(customer__manager=person)
    return rows.filter(kind=asked.kind) if asked.kind else rows


def ordered(rows: QuerySet[Any], asked: Asked) -> QuerySet[Any]:
    """In the order asked for; of those in force what ends first comes first, of others the newest."""
    if asked.sort:
        column = F(SORTS[asked.sort.lstrip("-")])
        turned = asked.sort.startswith("-")
        return rows.order_by(column.desc() if turned else column.asc(), "-id" if turned else "id")
    if asked.tab == "force":
        return rows.order_by("until_on", "id")
    return rows.order_by("confirm_by", "id") if asked.tab == "sent" else rows.order_by("-drawn_at", "-id")


def page(person: Person, asked: Asked, day: date) -> Page:
    """One page of the list."""
    heavy = ("kept", "goal", "change_text", "ground", "returned_for", "customer__search", "customer__channels", "customer__tokens",
             "policy_version__text", "policy_version__cases")  # fmt: skip
    rows = ServicePlan.objects.select_related("customer__manager", "policy_version__policy").defer(*heavy)
    return page_of(ordered(find(person, asked, day), asked), rows, asked.page)


def counts(person: Person, day: date) -> dict[str, int]:
    """How many plans stand in the tabs that show it."""
    rows = ServicePlan.objects.visible_to(person)
    return {tab: count_of(narrowed(rows, tab, day)) for tab in COUNTED}


def standing_tag(plan: ServicePlan, day: date) -> str:
    """The standing of a plan as a mark."""
    standing = plan.standing(day)
    return grid.tag(STANDINGS[standing], TONES[standing])


def columns(day: date, schemes: Schemes) -> list[grid.Column]:
    """The columns of the list."""

    def chip(one: ServicePlan) -> str:
        return schemes.chip(one.policy_version_id, one.rating, one.grade) if one.grade else grid.text("")

    def revision(one: ServicePlan) -> str:
        return grid.text(_("revision %(number)s") % {"number": one.revision})

    return [
        grid.Column("title", _("Service plan"), lambda one: grid.name(one.title, one.number, one.get_absolute_url(), one.customer.name),
                    css="stick", phone="title"),
        grid.Column("state", _("State"), lambda one: standing_tag(one, day), phone="aside"),
        grid.Column("customer", _("Customer"), lambda one: grid.link(one.customer.name, one.customer.get_absolute_url()), phone="meta"),
        grid.Column("grade", _("Grade then"), chip),
        grid.Column("from", pgettext_lazy("plan", "From"), lambda one: grid.day(one.from_on), sort=True),
        grid.Column("until", pgettext_lazy("plan", "Until"), lambda one: grid.day(one.until_on), sort=True, phone="more"),
        grid.Column("kind", pgettext_lazy("plan", "Type"), lambda one: grid.text(one.kind_name)),
        grid.Column("revision", _("Revision"), revision),
        grid.Column("manager", _("Account manager"), lambda one: grid.person(one.customer.manager), phone="meta"),
        grid.Column("confirm", _("To be confirmed by"),
                    lambda one: grid.text(figures.day(one.confirm_by) if one.state == "sent" and one.confirm_by else "")),
    ]  # fmt: skip


EMPTY = {
    "force": gettext_lazy("No service plan is in force."),
    "submitted": gettext_lazy("No service plan waits for approval."),
    "sent": gettext_lazy("No service plan waits for a customer."),
}
"""Tab -> what is said where it is empty."""
