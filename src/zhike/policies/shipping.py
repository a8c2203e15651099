"""The four shipped policies in the demo company: three in force with their example values, one draft, one amendment."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django.db import transaction

from zhike.people.models import Department, Person, signed_on
from zhike.policies.actions import add_policy, amend, example_values
from zhike.policies.editing import set_at
from zhike.policies.models import PolicyVersion
from zhike.policies.reading import hash_of, read_text
from zhike.presets import policy_path

SHIPPED: Mapping[str, tuple[str, str, str]] = {
    "foreign-trade": ("foreign_trade", "data", "ZK-KH-01"),
    "key-account": ("key_account", "supervision", "ZK-KH-02"),
    "weighing-equipment": ("domestic", "supervision", "ZK-KH-03"),
    "direct-supply": ("direct_supply", "supervision", "ZK-KH-04"),
}
"""Shipped policy -> the department whose customers it grades, the supervising department, its number."""
DRAFT = "direct-supply"
ELSEWHERE = frozenset({"weighing-equipment"})
"""Policies whose shipped scope meets the others; here each grades the customers of one department."""


@transaction.atomic
def ship_policies(
    at: datetime, *, drafts: tuple[str, ...] = (DRAFT,), effective_on: date | None = None,
    drafted_by: Person | None = None, reviewed_by: Person | None = None, approved_by: Person | None = None,
) -> dict[str, PolicyVersion]:  # fmt: skip
    """Create the shipped policies; those not in `drafts` are published with example values and disjoint scopes.

    They are in force from `effective_on`, the day of `at` when it is None. Code -> version.
    """
    day = signed_on(at)
    places = {place.code: place for place in Department.objects.all()}
    made: dict[str, PolicyVersion] = {}
    for code, (executing, supervising, number) in SHIPPED.items():
        home = policy_path(code)
        text = (home / "policy.yaml").read_text("utf-8")
        if code in ELSEWHERE:
            shipped = read_text(text).document.scope.customers
            own = f'customers.department is not computable or customers.department = "{executing}"'
            own = f"({shipped}) and ({own})"
            text = set_at(text, ("scope", "customers"), own)
        version = add_policy(
            code=code, text=text, values={} if code in drafts else example_values(code), preset=code, by=None, at=at,
            cases=(home / "tests.yaml").read_text("utf-8"),
        )  # fmt: skip
        fields: dict[str, Any] = {
            "document_number": number, "executing": places.get(executing), "supervising": places.get(supervising),
            "drafted_by": drafted_by,
        }  # fmt: skip
        if code not in drafts:
            fields |= {
                "state": "published", "effective_on": effective_on or day, "reviewed_by": reviewed_by, "reviewed_on": day,
                "approved_by": approved_by, "approved_on": day, "amendment_mark": "A/0", "published_at": at,
            }  # fmt: skip
        PolicyVersion.objects.filter(pk=version.pk).update(**fields)
        version.refresh_from_db()
        made[code] = version
    return made


def begin_amendment(
    published: PolicyVersion, at: datetime, values: Mapping[str, Any], by: Person
) -> PolicyVersion:
    """A draft of the next version with other values, as one stands on somebody's desk."""
    draft = amend(policy=published.policy, by=None, at=at)
    given = {**draft.values, **values}
    PolicyVersion.objects.filter(pk=draft.pk).update(
        values=given, hash=hash_of(draft.text, given), drafted_by=by
    )
    draft.refresh_from_db()
    return draft
