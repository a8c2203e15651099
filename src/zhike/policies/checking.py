"""What is wrong with a version: the engine's issues, and everything that keeps it from publication (GOV-03, GOV-04, GOV-11)."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from zhike.customers.models import Customer
from zhike.people.models import Role
from zhike.policies.models import PolicyVersion
from zhike.policies.reading import document, read_text, scope_of, values
from zhike.policies.scopes import ScopeUnfit
from zhike.policies.words import lang
from zhike.procedures.committees import Committee
from zhike_engine.issues import Issue
from zhike_engine.policy.check import check
from zhike_engine.policy.header import Approver
from zhike_engine.policy.values import Parameter


@dataclass(frozen=True)
class Problem:
    """Something that keeps a version from publication, and the page on which it is put right."""

    text: str
    tab: str


@lru_cache(maxsize=64)
def _checked(text: str, given: str) -> tuple[Issue, ...]:
    return tuple(check(read_text(text), json.loads(given)))


def issues(version: PolicyVersion) -> tuple[Issue, ...]:
    """Every issue of a version with its values, ordered by place: the same as `zhike check` tells."""
    return checked(version.text, values(version))


def checked(text: str, given: dict[str, Any]) -> tuple[Issue, ...]:
    """Every issue of a text with values; kept, since asking takes a tenth of a second."""
    return _checked(text, json.dumps(given, sort_keys=True))


def unset(version: PolicyVersion) -> dict[str, Parameter]:
    """Parameters that the company must still set, in the order of the text."""
    given = values(version)
    return {
        name: spec
        for name, spec in document(version).document.parameters.items()
        if not spec.optional
        and (given[name] is None if name in given else spec.value is None and not spec.values)
    }


def approver(version: PolicyVersion) -> Approver:
    """Who approves the policy: what its control block says, else the management."""
    found = document(version).document.control.approver
    if found is not None and (found.role or found.committee):
        return found
    return Approver(role="management", committee="", title=None)


def blocking(version: PolicyVersion, day: date) -> list[Problem]:
    """Everything that keeps a version from being put in force on a day; empty when nothing does."""
    return [*_values(version), *_control(version), *_approver(version), *_scope(version, day)]


def _values(version: PolicyVersion) -> Iterator[Problem]:
    for spec in unset(version).values():
        yield Problem(
            _("Parameter “%(title)s” is unset.") % {"title": spec.title.pick(lang())},
            "parameters",
        )
    for issue in issues(version):
        if issue.level == "error":
            said = issue.message.pick(lang())
            yield Problem(f"{said} ({_('line')} {issue.place.line})", "text")


def _control(version: PolicyVersion) -> Iterator[Problem]:
    for name in ("document_number", "executing", "supervising", "drafted_on"):
        if not getattr(version, name):
            label = str(PolicyVersion._meta.get_field(name).verbose_name)  # type: ignore[union-attr]
            yield Problem(_("The control field “%(name)s” is empty.") % {"name": label}, "control")
    if version.supervising is not None and version.supervising.head_id is None:
        yield Problem(
            _(
                "The supervising department “%(name)s” has no head who could review. Heads are named under People, Departments."
            )
            % {"name": version.supervising},
            "control",
        )


def _approver(version: PolicyVersion) -> Iterator[Problem]:
    found = approver(version)
    if (
        found.committee
        and not Committee.objects.filter(code=found.committee, closed_on__isnull=True).exists()
    ):
        text = _("The committee “%(code)s” that approves this policy does not exist.")
        yield Problem(text % {"code": found.committee}, "control")
    if found.role and not Role.objects.filter(code=found.role, closed_on__isnull=True).exists():
        text = _("The role “%(code)s” that approves this policy does not exist.")
        yield Problem(text % {"code": found.role}, "control")


def _scope(version: PolicyVersion, day: date) -> Iterator[Problem]:
    try:
        scope_of(version)
    except ScopeUnfit as problem:
        yield Problem(str(problem), "text")
        return
    for overlap in overlaps(version, neighbours(version, day)):
        text = ngettext(
            "%(count)s customer is in the scope of “%(other)s” too.",
            "%(count)s customers are in the scope of “%(other)s” too.",
            overlap.count,
        )
        yield Problem(text % {"count": overlap.count, "other": overlap.other.policy}, "scope")


@dataclass(frozen=True)
class Overlap:
    """Customers that two versions claim; both would grade them."""

    version: PolicyVersion
    other: PolicyVersion
    count: int

    @property
    def customers(self) -> Any:
        """The customers, as a query set."""
        return Customer.objects.living().filter(scope_of(self.version) & scope_of(self.other))


def neighbours(version: PolicyVersion, day: date) -> list[PolicyVersion]:
    """Versions of other policies that are in force on a day, or published to come into force later."""
    others = PolicyVersion.objects.exclude(policy=version.policy_id).select_related("policy")
    later = others.filter(state="published", effective_on__gt=day)
    return [*others.in_force(day), *later]


def overlaps(version: PolicyVersion, others: list[PolicyVersion]) -> list[Overlap]:
    """Where the scope of a version meets that of others."""
    found = [
        Overlap(version, other, Customer.objects.living().filter(scope_of(version) & scope_of(other)).count())
        for other in others
    ]
    return [one for one in found if one.count]
