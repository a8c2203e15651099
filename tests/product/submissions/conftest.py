"""An analyst, and a policy in force that asks for the figures of the key accounts."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from tests.conftest import ROOT
from zhike.people.models import Department, Grant
from zhike.policies.actions import example_values
from zhike.policies.models import Policy, PolicyVersion

AT = datetime(2026, 7, 3, 9, tzinfo=UTC)


@pytest.fixture
def analyst(cast):
    """Who verifies."""
    person = cast.people.idle
    Grant.objects.create(person=person, role=cast.roles.analyst, from_on=date(2020, 1, 1), until_on=date(2099, 1, 1),
                         granted_at=AT, approved_by=cast.people.root)  # fmt: skip
    return person


@pytest.fixture
def policy(cast):
    """The foreign-trade policy for the department `key`, in force from January 2026, figures due five days after a month."""
    Department.objects.filter(code="key").update(head=cast.people.head)
    cast.people.head.superior = cast.people.boss
    cast.people.head.save()
    made = Policy.objects.create(code="foreign-trade", title_zh="外贸", added_at=AT)
    text = (ROOT / "policies" / "foreign-trade" / "policy.yaml").read_text("utf-8")
    return PolicyVersion.objects.create(
        policy=made, number=1, state="published", text=text, values=example_values("foreign-trade"), effective_on=date(2026, 1, 10),
        drafted_on=date(2026, 1, 1), executing=cast.departments.key,
    )  # fmt: skip
