"""Gaps of governance: people without role, access or acknowledgement, customers of two policies, missing rules (GOV-05, GOV-10)."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from zhike.people.agreements import standing
from zhike.people.models import Grant, Person
from zhike.policies.checking import Overlap, overlaps
from zhike.policies.detailed import Required, required_by
from zhike.policies.models import Acknowledgement, PolicyVersion
from zhike.policies.scopes import ScopeUnfit
from zhike.policies.telling import people_in_scope


@dataclass(frozen=True)
class PersonGap:
    """A person in scope, and what they lack."""

    person: Person
    lacks: tuple[str, ...]


@dataclass
class Gaps:
    """Everything that is missing under one version in force."""

    version: PolicyVersion
    people: list[PersonGap] = field(default_factory=list)
    rules: list[Required] = field(default_factory=list)
    overlaps: list[Overlap] = field(default_factory=list)

    @property
    def count(self) -> int:
        """How many gaps there are."""
        return len(self.people) + len(self.rules) + len(self.overlaps)


def gaps(day: date) -> list[Gaps]:
    """The gaps under every version in force."""
    versions = list(
        PolicyVersion.objects.in_force(day).select_related("policy", "executing").order_by("policy__code")
    )
    closed = _closed(day)
    found = []
    for number, version in enumerate(versions):
        one = Gaps(version, person_gaps(version, day, closed))
        one.rules = [rule for rule in required_by(version, day) if rule.is_gap]
        try:
            one.overlaps = overlaps(version, versions[number + 1 :])
        except ScopeUnfit:
            one.overlaps = []
        found.append(one)
    return found


def person_gaps(version: PolicyVersion, day: date, closed: set[int] | None = None) -> list[PersonGap]:
    """Who is in scope without a role, without access to customers, or without having acknowledged."""
    closed = _closed(day) if closed is None else closed
    people = list(people_in_scope(version).select_related("department"))
    verbs: dict[int, set[str]] = {}
    running = Grant.objects.running(day).filter(
        person__in=[one.pk for one in people], role__closed_on__isnull=True
    )
    for grant in running.select_related("role"):
        verbs.setdefault(grant.person_id, set()).update(grant.role.verbs)
    given = set(
        Acknowledgement.objects.filter(version=version, given_at__isnull=False).values_list(
            "person_id", flat=True
        )
    )
    found = []
    for person in people:
        lacks = []
        if person.pk not in verbs:
            lacks.append(_("no role"))
        elif "see_customers" not in verbs[person.pk]:
            lacks.append(_("no access to customers"))
        elif person.pk in closed:
            lacks.append(_("confidentiality agreement not signed"))
        if person.pk not in given:
            lacks.append(_("not acknowledged"))
        if lacks:
            found.append(PersonGap(person, tuple(lacks)))
    return found


def _closed(day: date) -> set[int]:
    return {one.person.pk for one in standing(day) if one.state in ("missing", "expired")}


def counts(found: list[Gaps]) -> dict[int, int]:
    """Key of a policy -> number of its gaps."""
    return {one.version.policy_id: one.count for one in found}


def all_overlaps(day: date) -> list[Overlap]:
    """Every pair of versions in force that claim the same customers."""
    versions: list[Any] = list(PolicyVersion.objects.in_force(day).select_related("policy"))
    return [
        one for number, version in enumerate(versions) for one in overlaps(version, versions[number + 1 :])
    ]
