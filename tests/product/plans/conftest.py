"""The house of the policies' tests, with people who draw plans up and approve them."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace

import pytest
from django.test import Client

from tests.product.policies.conftest import house
from zhike.customers.archive import Need
from zhike.customers.models import Activity
from zhike.plans.models import ServicePlan
from zhike.visits.models import Visit

__all__ = ["house"]
PERIOD = {"from_on": "2026-03-02", "until_on": "2026-12-31"}


@pytest.fixture
def desk(house: SimpleNamespace, client_for: Callable[..., Client]) -> SimpleNamespace:
    """The house on 2026-03-02, and browsers at any time: `desk.as_("gao")`."""
    house.as_ = lambda name: client_for(getattr(house.people, name))
    return house


def said_on_visit(page: Client, code: str, text: str, kind: str = "product") -> Need:
    """A need that a customer voiced on a visit: the visit is logged by its page, the need is recorded with it as its source."""
    visit = {
        "channel": "visit",
        "done_on": "2026-02-20",
        "subject": "works visit",
        "content": "saw the line",
        "result": "clear",
    }
    assert page.post(f"/customers/{code}/activities/new/", visit).status_code == 302
    form = {
        "kind": kind,
        "text": text,
        "source": "visit",
        "stated_on": "2026-02-20",
        "answer_by": "2026-03-10",
    }
    assert page.post(f"/customers/{code}/needs/new/", form).status_code == 302
    need = Need.objects.latest("id")
    need.activity = Activity.objects.latest("id")
    need.save(update_fields=["activity"])
    return need


def drawn(page: Client, code: str, **more: str) -> ServicePlan:
    """A plan begun by its page."""
    form = {"customer": code, "title": "Plan 2026", "kind": "maintain", "mode": "standard", **PERIOD, **more}
    answer = page.post(f"/plans/new/?customer={code}", form)
    assert answer.status_code == 302, answer.content.decode()[:3000]
    return ServicePlan.objects.latest("id")


def item(
    page: Client, plan: ServicePlan, owner: object, content: str, due_on: str = "2026-06-30", **more: object
) -> None:
    """An item put in by its page."""
    form = {
        "component": "technical",
        "owner": owner.pk,
        "content": content,
        "method": "on site",
        "due_on": due_on,
        **more,
    }  # type: ignore[attr-defined]
    answer = page.post(f"{plan.get_absolute_url()}items/new/", form)
    assert answer.status_code == 302, answer.content.decode()[:3000]


def told(page: Client, plan: ServicePlan, step: str, status: int = 302, **form: object) -> ServicePlan:
    """A step of a plan by its page; the plan as it is then."""
    answer = page.post(f"{plan.get_absolute_url()}{step}/", form)
    assert answer.status_code == status, answer.content.decode()[:3000]
    plan.refresh_from_db()
    return plan


def agreed(desk: SimpleNamespace, page: Client, plan: ServicePlan) -> ServicePlan:
    """A draft brought to the customer: submitted by its page, approved by the head, sent."""
    plan.refresh_from_db()
    told(page, plan, "submit", version=plan.version)
    told(desk.as_("head"), plan, "approve", version=plan.version)
    return told(page, plan, "send")


def voiced_on_visit(desk: SimpleNamespace, text: str) -> Need:
    """A need that customer A voiced on a visit of 2026-02-20: on the form of the visit, taken over by whoever checks it."""
    ming, head = desk.as_("ming"), desk.as_("head")
    contact = desk.customers.A.contacts.get()
    visit = {"customer": "A", "day": "2026-02-20", "kind": "sales", "purpose": "works visit", "contacts": [contact.pk],
             "owner": desk.people.ming.pk}  # fmt: skip
    assert ming.post("/visits/new/?customer=A", visit).status_code == 302
    here = Visit.objects.get().get_absolute_url()
    form = {"version": Visit.objects.get().version, f"contact{contact.pk}_met": "on", "topics": "the new line",
            "findings": "a second shift", "need1_kind": "product", "need1_text": text}  # fmt: skip
    assert ming.post(f"{here}form/", form).status_code == 302
    assert head.post(f"{here}check/", {"read-0": 1, f"read-{contact.pk}": 1}).status_code == 302
    return Need.objects.get()
