"""The operations of policies: the company's policies, their versions, and the one in force. They only read."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any

from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from ninja import Path, Query, Router, Schema

from zhike.api.keys import enter
from zhike.api.operations import REFUSALS, Code, customer_of
from zhike.api.shapes import Day
from zhike.kernel.refusals import NotThere
from zhike.people.models import Person
from zhike.people.rules import can
from zhike.policies.models import Policy, PolicyVersion
from zhike.policies.reading import document, grades_of, rating_key, values, versions_for

router = Router()
Slug = Annotated[str, Path(max_length=60, pattern=r"^[-\w]+$")]
Number = Annotated[int, Path(ge=1, lt=2**31)]
AskedDay = Annotated[Day | None, Query(description="the day; today when absent")]


class GradeOut(Schema):
    """A grade of a rating; rank 1 is the best."""

    code: str
    rank: int
    title_zh: str
    title_en: str
    colour: str


class RatingOut(Schema):
    """A rating of a policy, its grades best first."""

    key: str
    title_zh: str
    title_en: str
    grades: list[GradeOut]


class VersionOut(Schema):
    """A version of a policy: the control block, the company's values, the ratings."""

    policy: str
    number: int
    state: str
    in_force: bool
    title_zh: str
    title_en: str
    document_number: str
    executing: str | None
    supervising: str | None
    effective_on: date | None
    drafted_on: date
    reviewed_on: date | None
    approved_on: date | None
    withdrawn_on: date | None
    amendment_mark: str
    amendment_count: int
    amended_on: date | None
    hash: str
    values: dict[str, Any]
    ratings: list[RatingOut]


class TextOut(Schema):
    """The document of a version, as YAML."""

    policy: str
    number: int
    hash: str
    text: str


class PolicyOut(Schema):
    """A policy and the numbers of its versions, the newest first."""

    code: str
    title_zh: str
    title_en: str
    preset: str
    in_force: int | None
    versions: list[int]


def _seen(person: Person) -> Any:
    """Versions that a person may read: published ones, and all of them for whoever works on policies."""
    rows = PolicyVersion.objects.select_related("policy", "executing", "supervising")
    works = any(can(person, verb) for verb in ("edit_policies", "review_policies", "approve_policies"))
    return rows if works else rows.filter(state__in=["published", "withdrawn"])


def _out(version: PolicyVersion, in_force: bool) -> dict[str, Any]:
    source = document(version).document
    ratings = [
        {
            "key": rating_key(version, name),
            "title_zh": spec.title.zh,
            "title_en": spec.title.en,
            "grades": [
                {
                    "code": one.code,
                    "rank": one.rank,
                    "title_zh": one.text.zh,
                    "title_en": one.text.en,
                    "colour": one.colour,
                }
                for one in grades_of(version, name)
            ],
        }
        for name, spec in source.ratings.items()
    ]
    plain = ("number", "state", "document_number", "effective_on", "drafted_on", "reviewed_on", "approved_on",
             "withdrawn_on", "amendment_mark", "amendment_count", "amended_on", "hash")  # fmt: skip
    return {name: getattr(version, name) for name in plain} | {
        "policy": version.policy.code, "in_force": in_force, "title_zh": source.title.zh, "title_en": source.title.en,
        "executing": version.executing.code if version.executing else None,
        "supervising": version.supervising.code if version.supervising else None,
        "values": values(version), "ratings": ratings,
    }  # fmt: skip


def _version(person: Person, code: str, number: int) -> PolicyVersion:
    found = _seen(person).filter(policy__code=code, number=number).first()
    if found is None:
        raise NotThere(_("There is no such version."))
    assert isinstance(found, PolicyVersion)
    return found


def _is_in_force(version: PolicyVersion) -> bool:
    return PolicyVersion.objects.in_force(timezone.localdate()).filter(pk=version.pk).exists()


@router.get("/policies", response={200: list[PolicyOut], **REFUSALS}, tags=["policies"], summary="Policies")
def list_policies(request: HttpRequest) -> Any:
    person = enter(request, "see_customers")
    current = dict(PolicyVersion.objects.in_force(timezone.localdate()).values_list("policy_id", "number"))
    numbers: dict[int, list[int]] = {}
    for policy, number in _seen(person).order_by("-number").values_list("policy_id", "number"):
        numbers.setdefault(policy, []).append(number)
    return [
        {"code": one.code, "title_zh": one.title_zh, "title_en": one.title_en, "preset": one.preset,
         "in_force": current.get(one.pk), "versions": numbers[one.pk]}
        for one in Policy.objects.filter(pk__in=numbers).order_by("code")
    ]  # fmt: skip


@router.get(
    "/policies/{policy}/versions/{number}",
    response={200: VersionOut, **REFUSALS},
    tags=["policies"],
    summary="A version of a policy",
)
def get_version(request: HttpRequest, policy: Slug, number: Number) -> Any:
    found = _version(enter(request, "see_customers"), policy, number)
    return _out(found, _is_in_force(found))


@router.get(
    "/policies/{policy}/versions/{number}/text",
    response={200: TextOut, **REFUSALS},
    tags=["policies"],
    summary="The document of a version",
)
def get_version_text(request: HttpRequest, policy: Slug, number: Number) -> Any:
    found = _version(enter(request, "see_customers"), policy, number)
    return {"policy": policy, "number": number, "hash": found.hash, "text": found.text}


@router.get(
    "/policies/{policy}/in-force",
    response={200: VersionOut, **REFUSALS},
    tags=["policies"],
    summary="The version of a policy in force on a day",
)
def get_in_force(request: HttpRequest, policy: Slug, day: AskedDay = None) -> Any:
    person = enter(request, "see_customers")
    rows = PolicyVersion.objects.in_force(day or timezone.localdate())
    found = _seen(person).filter(policy__code=policy, pk__in=rows).first()
    if found is None:
        raise NotThere(_("No version of this policy is in force on that day."))
    return _out(found, in_force=True)


@router.get(
    "/customers/{code}/policy",
    response={200: list[VersionOut], **REFUSALS},
    tags=["policies"],
    summary="The policies by which a customer is graded on a day; more than one is an error of their scopes",
)
def get_customer_policy(request: HttpRequest, code: Code, day: AskedDay = None) -> Any:
    customer = customer_of(enter(request, "see_customers"), code)
    return [_out(one, in_force=True) for one in versions_for(customer, day or timezone.localdate())]
