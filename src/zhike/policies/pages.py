"""What the pages of policies share: finding a version, who may see and do what, the tabs."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Q
from django.http import Http404, HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from zhike.people.doors import me
from zhike.people.models import Person
from zhike.people.rules import can
from zhike.policies.checking import issues, unset
from zhike.policies.models import STATES, Policy, PolicyVersion
from zhike.policies.reading import document

WRITERS = ("edit_policies", "review_policies", "approve_policies")
"""Verbs whose holders also see what is not published."""


def now() -> tuple[datetime, date]:
    """The moment and the local day of a request."""
    at = timezone.now()
    return at, timezone.localtime(at).date()


def sees_drafts(person: Person) -> bool:
    """Whether a person writes, reviews or approves policies."""
    return any(can(person, verb) for verb in WRITERS) or person.committees.exists()


def visible_versions(person: Person) -> Any:
    """The versions that a person may read: published ones, and all of them for whoever works on policies."""
    rows = PolicyVersion.objects.select_related(
        "policy", "executing", "supervising", "drafted_by", "reviewed_by", "approved_by", "based_on"
    )
    return rows if sees_drafts(person) else rows.filter(state__in=["published", "withdrawn"])


def find_policy(person: Person, code: str) -> Policy:
    """The policy of a code, or 404 where the person sees no version of it."""
    found = Policy.objects.filter(code=code).select_related("owner").first()
    if found is None or not visible_versions(person).filter(policy=found).exists():
        raise Http404
    return found


def find_version(person: Person, code: str, number: int) -> PolicyVersion:
    """A version by policy and number, or 404."""
    found = visible_versions(person).filter(policy__code=code, number=number).first()
    if found is None:
        raise Http404
    assert isinstance(found, PolicyVersion)
    return found


def standing(version: PolicyVersion, day: date) -> tuple[str, str]:
    """The state of a version in words, and its tone: published ones are in force, to come, or superseded."""
    if version.state == "published":
        if version.effective_on is not None and version.effective_on > day:
            return _("in force from %(day)s") % {"day": version.effective_on}, "info"
        if PolicyVersion.objects.in_force(day).filter(pk=version.pk).exists():
            return pgettext("policy", "in force"), "success"
        return _("superseded"), "quiet"
    tones = {"draft": "warning", "review": "info", "approved": "info", "withdrawn": "error"}
    return str(STATES[version.state]), tones[version.state]


@dataclass(frozen=True)
class Tab:
    """A tab of a version's page."""

    code: str
    name: str
    href: str
    count: int = 0
    current: bool = False


def tabs(version: PolicyVersion, current: str) -> list[Tab]:
    """The tabs of a version; counts tell what is still to do."""
    base = version.get_absolute_url()
    source = document(version).document
    found = issues(version)
    undecided = sum(question.decision is None for question in source.open_questions)
    rows = [
        ("read", _("Articles and rules"), "", 0),
        ("parameters", _("Parameters"), "parameters/", len(unset(version))),
        ("limits", _("Grades and limits"), "limits/", 0),
        ("control", _("Control block"), "control/", 0),
        ("scope", _("Scope"), "scope/", 0),
        ("questions", _("Open questions"), "questions/", undecided),
        ("text", pgettext("policy", "Text"), "text/", sum(one.level == "error" for one in found)),
        ("tests", _("Tests"), "tests/", 0),
    ]
    return [Tab(code, name, base + part, count, code == current) for code, name, part, count in rows]


def frame(request: HttpRequest, version: PolicyVersion, current: str) -> dict[str, Any]:
    """What every page of a version shows: its state, its tabs, what the reader may do."""
    person, (_at, day) = me(request), now()
    said, tone = standing(version, day)
    return {
        "version": version,
        "policy": version.policy,
        "tabs": tabs(version, current),
        "standing": said,
        "tone": tone,
        "may_edit": version.state == "draft" and can(person, "edit_policies"),
        "may_approve": can(person, "approve_policies"),
        "writes": can(person, "edit_policies"),
        "day": day,
    }


def open_or_last(person: Person, policy: Policy, day: date) -> PolicyVersion:
    """The version that a policy's address opens: the one in force, else the last that the person sees."""
    rows = visible_versions(person).filter(policy=policy)
    current = rows.filter(Q(pk__in=PolicyVersion.objects.in_force(day))).first()
    found = current or rows.order_by("-number").first()
    assert isinstance(found, PolicyVersion)
    return found
