"""The house of the policies' tests, with customers that carry grades and people who ask."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from types import SimpleNamespace

import pytest
from django.test import Client

from tests.product.policies.conftest import begin, house, put_in_force
from zhike.grading.taking_effect import Taking, take_effect
from zhike.policies import actions
from zhike.policies.models import PolicyVersion
from zhike.requests.models import ServiceRequest

__all__ = ["house"]
KEY = "foreign-trade.value"


@pytest.fixture
def desk(house: SimpleNamespace, client_for: Callable[..., Client]) -> SimpleNamespace:
    """The house with the foreign-trade policy in force since 2026-03-02, and browsers at any time: `desk.as_("gao")`."""
    house.version = put_in_force(house, begin(house))
    house.as_ = lambda name: client_for(getattr(house.people, name))
    return house


def graded(desk: SimpleNamespace, **grades: str) -> None:
    """Give customers their grades from 2026-03-02 on: `graded(desk, A="C")`."""
    for code, grade in grades.items():
        take_effect(
            takings=[Taking(customer=getattr(desk.customers, code).pk, rating=KEY, grade=grade, main=True,
                            version=desk.version.pk, cause="import")],
            from_on=date(2026, 3, 2), by=None, at=desk.at, quiet=True,
        )  # fmt: skip


def amended(desk: SimpleNamespace, effective_on: str, **values: str) -> PolicyVersion:
    """A next version with other values, through the route, in force from a day on."""
    draft = actions.amend(policy=desk.version.policy, by=desk.people.head, at=desk.at)
    page, here = desk.pages.head, draft.get_absolute_url()
    assert page.post(f"{here}parameters/", {**values, "lock": draft.lock}).status_code == 302
    draft.refresh_from_db()
    control = {"document_number": "ZK-01", "executing": desk.departments.trade.pk, "supervising": desk.departments.sales.pk,
               "effective_on": effective_on, "lock": draft.lock}  # fmt: skip
    assert page.post(f"{here}control/", control).status_code == 302
    draft.refresh_from_db()
    return put_in_force(desk, draft)


def asked(page: Client, code: str, received_at: str, kind: str = "enquiry") -> ServiceRequest:
    """A request of a customer, recorded by its page."""
    form = {
        "customer": code,
        "kind": kind,
        "channel": "call",
        "subject": f"{kind} of {code}",
        "received_at": received_at,
    }
    answer = page.post(f"/requests/new/?customer={code}", form)
    assert answer.status_code == 302, answer.content.decode()[:3000]
    return ServiceRequest.objects.latest("id")
