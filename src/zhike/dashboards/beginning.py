"""The way of a new installation from nothing to the first grades: what is done, what comes next, and whose turn it is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from zhike.customers.models import Customer
from zhike.facts.models import Order
from zhike.grading.models import Grade, GradingRun
from zhike.people.models import Grant, Person, Role
from zhike.people.rules import can
from zhike.policies.models import PolicyVersion
from zhike.submissions.models import Submission


@dataclass(frozen=True)
class Beginning:
    """One step: what, where, who may do it, and whether it is done."""

    text: Any
    note: Any
    href: str
    roles: str
    done: bool
    mine: bool


STEPS: tuple[tuple[Any, Any, str, str, Callable[[date], bool]], ...] = (
    (_("Add people, departments with their heads, and roles"),
     _("nobody approves or verifies their own work, so at least two people of different roles"), "people", "manage_people",
     lambda day: Grant.objects.running(day).order_by().values("person").distinct().count() > 1),
    (_("Import customers and contacts"), _("from Excel or CSV"), "imports", "import_data",
     lambda _day: Customer.objects.exists()),
    (_("Import the orders"), _("from Excel or CSV"), "imports", "import_data", lambda _day: Order.objects.exists()),
    (_("Write the policy and have it approved"), _("from the nearest shipped policy, article by article"), "policies", "edit_policies",
     lambda day: PolicyVersion.objects.in_force(day).exists()),
    (_("Submit the last month"), _("the figures of a department, taken from the orders or from a sheet"), "submissions", "submit_figures",
     lambda _day: Submission.objects.exists()),
    (_("Verify and sign the month"), _("by somebody else than who submitted it"), "submissions", "verify_figures",
     lambda _day: Submission.objects.filter(state="signed").exists()),
    (_("Run the grading, draw up the proposals and put them before management"), _("nothing takes effect yet"), "gradings", "run_grading",
     lambda _day: GradingRun.objects.exists()),
    (_("Approve the grades"), _("letters to the customers are made from them"), "inbox", "decide_grades", lambda _day: False),
)  # fmt: skip
"""What, note, name of the page, the verb it takes, and whether it is done on a day; in the order of the way."""


def beginning(person: Person, day: date) -> list[Beginning]:
    """The way to the first grades, as far as there are none; empty afterwards."""
    if Grade.objects.exists():
        return []
    roles = list(Role.objects.filter(closed_on__isnull=True))
    return [
        Beginning(
            text, note, reverse(name), _names(roles, verb), is_done(day), can(person, verb)
        )
        for text, note, name, verb, is_done in STEPS
    ]  # fmt: skip


def _names(roles: list[Role], verb: str) -> str:
    """The first roles that may do it."""
    named = [str(role) for role in roles if verb in role.verbs]
    return " · ".join(named[:3]) + (" …" if len(named) > 3 else "")
