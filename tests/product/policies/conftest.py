"""A company with an export department, a supervising one, and a committee, for policies to run their route in."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from types import SimpleNamespace

import pytest
from django.test import Client

from tests.product.cast import Cast
from zhike.people.models import Person
from zhike.policies import actions
from zhike.policies.models import PolicyVersion
from zhike.procedures.actions import decide
from zhike.procedures.models import ProcedureStep


@pytest.fixture
def house(cast: Cast, clock: Callable[[str], datetime], client_for: Callable[..., Client]) -> SimpleNamespace:
    """`at`, people, departments; `pages.head` and the like are browsers; the export department is `trade`."""
    at = clock("2026-03-02 02:00")
    trade, sales = cast.departments.trade, cast.departments.sales
    trade.code = "foreign_trade"
    trade.save()
    sales.head = cast.people.audit
    sales.save()
    names = ("head", "boss", "audit", "gao", "ming", "idle", "shu")
    pages = SimpleNamespace(**{name: client_for(getattr(cast.people, name)) for name in names})
    return SimpleNamespace(
        at=at,
        people=cast.people,
        customers=cast.customers,
        departments=cast.departments,
        pages=pages,
        clock=clock,
    )


def begin(
    house: SimpleNamespace, preset: str = "foreign-trade", *, examples: bool = True, **given: object
) -> PolicyVersion:
    """A draft made from a shipped policy, with everything filled in that a person fills in."""
    draft = actions.add_from_preset(preset=preset, examples=examples, by=house.people.head, at=house.at)
    control: dict[str, object] = {
        "document_number": "ZK-01",
        "executing": house.departments.trade,
        "supervising": house.departments.sales,
        "effective_on": None,
    }
    return actions.set_control(
        version=draft,
        lock=draft.lock,
        by=house.people.head,
        at=house.at,
        **{**control, **given},  # type: ignore[arg-type]
    )


def sign(version: PolicyVersion, code: str, person: Person, at: datetime, choice: str = "approve") -> None:
    """Decide at the open step of a version's route."""
    step = ProcedureStep.objects.get(
        procedure__record=version.pk, procedure__noun="policyversion", code=code, state="open"
    )
    decide(step=step, by=person, at=at, choice=choice, ground="read")


def put_in_force(house: SimpleNamespace, version: PolicyVersion) -> PolicyVersion:
    """Take a draft through the whole route, by its pages."""
    here = version.get_absolute_url()
    assert house.pages.head.post(f"{here}submit/").status_code == 302
    sign(version, "review", house.people.audit, house.at)
    sign(version, "approve", house.people.boss, house.at)
    version.refresh_from_db()
    return version
