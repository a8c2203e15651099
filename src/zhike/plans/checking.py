"""What is wrong with a plan: its values, what its items lack, and other plans of the same time."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from django.utils.translation import gettext as _

from zhike.plans.models import MODES, TYPES, PlanQuerySet, ServicePlan

LONGEST = timedelta(days=1830)
"""So long a plan may run."""
AGREED = ("submitted", "approved", "sent", "confirmed")
"""States in which a plan keeps its period for itself."""


def faults(values: Mapping[str, Any], day: date) -> dict[str, Any]:
    """Field -> what is wrong with its value."""
    wrong: dict[str, Any] = {}
    if not values["title"].strip():
        wrong["title"] = _("missing")
    for name, among in (("kind", TYPES), ("mode", MODES)):
        if values[name] not in among:
            wrong[name] = _("unknown")
    if values["mode"] != "standard" and not values["mode_reason"].strip():
        wrong["mode_reason"] = _("say why this mode was chosen")
    begin, end = values["from_on"], values["until_on"]
    if not 2000 <= begin.year <= 2200:
        wrong["from_on"] = _("no such year")
    elif end < begin:
        wrong["until_on"] = _("before it begins")
    elif end - begin > LONGEST:
        wrong["until_on"] = _("longer than five years")
    elif end < day:
        wrong["until_on"] = _("over already")
    return wrong


def lacking(plan: ServicePlan, day: date) -> list[str]:
    """What keeps a draft from being submitted, a sentence each."""
    items = list(plan.items.select_related("owner"))
    if not items:
        return [_("The plan has no items yet.")]
    found = [_("The period of this plan is over.")] if plan.until_on < day else []
    for names, said in (
        ([one for one in items if not one.method], _("Without a method: %(items)s.")),
        (
            [one for one in items if not one.owner.is_active],
            _("Whose responsible person has left: %(items)s."),
        ),
        (
            [one for one in items if not plan.from_on <= one.due_on <= plan.until_on and one.done_on is None],
            _("To be done outside the period of the plan: %(items)s."),
        ),
    ):
        if names:
            found.append(said % {"items": ", ".join(str(one.place) for one in names)})
    return found


def clashing(plan: ServicePlan) -> PlanQuerySet:
    """Other plans of the customer, agreed or being agreed, whose period overlaps this one's."""
    others = ServicePlan.objects.filter(
        customer=plan.customer_id, state__in=AGREED, from_on__lte=plan.until_on, until_on__gte=plan.from_on
    )
    return others.exclude(number=plan.number).order_by("from_on", "id")
