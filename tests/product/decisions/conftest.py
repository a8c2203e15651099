"""A small world of grades: the foreign-trade policy in force, a run that is ready, people who propose and decide."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from types import SimpleNamespace

import pytest
import yaml

from tests.product.cast import EARLY, FAR, Cast
from zhike.customers.models import Customer
from zhike.grading.models import GradingResult, GradingRun
from zhike.grading.taking_effect import Taking, take_effect
from zhike.people.agreements import Signature
from zhike.people.models import Grant, Person
from zhike.policies.models import Policy, PolicyVersion
from zhike.policies.reading import hash_of

FOLDER = Path(__file__).parents[3] / "policies" / "foreign-trade"
TEXT = (FOLDER / "policy.yaml").read_text("utf-8")
VALUES = yaml.safe_load((FOLDER / "values.example.yaml").read_text("utf-8"))["values"]
AT = datetime(2026, 11, 22, 9, tzinfo=UTC)
KEY = "foreign-trade.value"


@pytest.fixture
def world(cast: Cast) -> SimpleNamespace:
    """The cast, an analyst `anna`, a second manager of the company `coco`, and the policy in force since January."""
    for name, role in (("anna", "analyst"), ("coco", "management"), ("olga", "order_clerk")):
        person = Person.objects.create(
            username=name, display_name=name.title(), joined_at=EARLY, department=cast.departments.market, region=cast.regions.china,
            language="en", email=f"{name}@example.com",
        )  # fmt: skip
        Grant.objects.create(
            person=person, role=getattr(cast.roles, role), from_on=EARLY.date(), until_on=FAR, granted_at=EARLY,
            approved_by=cast.people.root,
        )  # fmt: skip
        Signature.objects.create(
            agreement=cast.agreement, person=person, signed_at=EARLY, until_on=FAR, typed_name=name,
            text_digest=cast.agreement.digest(),
        )  # fmt: skip
        setattr(cast.people, name, person)
    policy = Policy.objects.create(
        code="foreign-trade",
        title_zh="客户分级外贸管理制度",
        title_en="Foreign-trade grading",
        added_at=EARLY,
    )
    version = PolicyVersion.objects.create(
        policy=policy, number=1, state="published", text=TEXT, values=VALUES, effective_on=date(2026, 1, 1),
        drafted_on=date(2025, 12, 1), published_at=datetime(2025, 12, 20, tzinfo=UTC), hash=hash_of(TEXT, VALUES),
    )  # fmt: skip
    return SimpleNamespace(
        cast=cast, people=cast.people, customers=cast.customers, policy=policy, version=version
    )


def give(
    world: SimpleNamespace, customer: Customer, grade: str, day: str = "2026-01-01", cause: str = "import"
) -> None:
    """A grade from before, as the installation took it over."""
    take_effect(
        takings=[Taking(customer=customer.pk, rating=KEY, grade=grade, main=True, version=world.version.pk, cause=cause)],
        from_on=date.fromisoformat(day), by=None, at=AT, quiet=True,
    )  # fmt: skip
    customer.refresh_from_db()


def run_of(
    world: SimpleNamespace, found: dict[str, str], *, marks: dict[str, str] | None = None, **more: object
) -> GradingRun:
    """A run that is ready: customer code -> grade found (empty: pending)."""
    run = GradingRun.objects.create(
        version=world.version,
        as_of=date(2026, 10, 31),
        state="ready",
        started_by=world.people.anna,
        started_at=AT,
        **more,
    )
    customers = Customer.objects.in_bulk(list(found), field_name="code")
    GradingResult.objects.bulk_create(
        GradingResult(
            run=run, customer=customers[code], rating="value", grade=grade, state="graded" if grade else "pending",
            mark=(marks or {}).get(code, ""), amount=Decimal(1_000_000), decided_by="rule",
        )
        for code, grade in found.items()
    )  # fmt: skip
    return run


def crowd(world: SimpleNamespace, count: int) -> list[Customer]:
    """Many customers, K0001 and on, of ming."""
    ming = world.people.ming
    return Customer.objects.bulk_create(
        Customer(
            code=f"K{number:05}", name=f"Crowd {number}", manager=ming, department=ming.department, region=ming.region,
            added_at=EARLY, changed_at=EARLY, life="current",
        )
        for number in range(1, count + 1)
    )  # fmt: skip
