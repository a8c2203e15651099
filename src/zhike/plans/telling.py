"""Whom messages about plans go to, and their words. Only those are told who see the customer."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.utils.translation import gettext_lazy as _

from zhike.outbox.actions import tell
from zhike.outbox.kinds import notice
from zhike.people.models import Person
from zhike.plans.models import ServicePlan

ABOUT = _("Service plans")
notice(
    "plan_submitted", about=ABOUT, subject=_("To be approved: service plan of %(customer)s"),
    text=_("%(who)s submitted the service plan “%(plan)s” of %(customer)s. It waits for your approval. %(link)s"),
)  # fmt: skip
notice(
    "plan_returned", about=ABOUT, subject=_("Returned: service plan of %(customer)s"),
    text=_("%(who)s returned the service plan “%(plan)s” of %(customer)s: %(ground)s. %(link)s"),
)  # fmt: skip
notice(
    "plan_approved", about=ABOUT, subject=_("Approved: service plan of %(customer)s"),
    text=_("%(who)s approved the service plan “%(plan)s” of %(customer)s. It is to be sent to the customer. %(link)s"),
)  # fmt: skip
notice(
    "plan_items", about=ABOUT, subject=_("Your tasks in the service plan of %(customer)s"),
    text=_("Tasks for you in the service plan “%(plan)s” of %(customer)s: %(count)s. %(link)s"),
)  # fmt: skip
notice(
    "plan_confirmed", about=ABOUT, subject=_("Confirmed: service plan of %(customer)s"),
    text=_("%(name)s confirmed the service plan “%(plan)s” of %(customer)s. %(link)s"),
)  # fmt: skip
notice(
    "plan_change_asked", about=ABOUT, subject=_("Change asked for: service plan of %(customer)s"),
    text=_("%(name)s asks for a change of the service plan “%(plan)s” of %(customer)s: %(what)s. %(link)s"),
)  # fmt: skip
notice(
    "plan_unconfirmed", about=ABOUT, must=True, subject=_("Not confirmed: service plan of %(customer)s"),
    text=_("%(customer)s was to confirm the service plan “%(plan)s” by %(due)s and has not. %(link)s"),
)  # fmt: skip
notice(
    "plan_missing", about=ABOUT, must=True, subject=_("Customers without a service plan: %(count)s"),
    text=_("These customers were to have a service plan in force by now: %(customers)s. %(link)s"),
)  # fmt: skip


def tell_of(
    plan: ServicePlan, kind: str, *, to: Person | None, by: Person | None, at: datetime, **words: Any
) -> None:
    """Tell a person of a plan, unless it is their own doing, or they do not see the customer."""
    if to is None or to == by or not to.is_active or not plan.customer.is_visible_to(to):
        return
    who = str(by) if by is not None else ""
    tell(kind=kind, key=f"{plan.pk} {plan.version}", to=to, at=at, who=who, customer=plan.customer.name, plan=str(plan),
         link=plan.get_absolute_url(), **words)  # fmt: skip
