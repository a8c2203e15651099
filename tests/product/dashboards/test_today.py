"""The first page."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone, translation

from tests.product.cast import Cast
from zhike.customers.actions import log_activity
from zhike.customers.duties import Duty
from zhike.customers.models import Customer
from zhike.dashboards.beginning import beginning
from zhike.dashboards.today import mixed
from zhike.people.models import Person

pytestmark = pytest.mark.django_db
ClientFor = Callable[[Person | None], Client]


def test_it_tells_what_one_owes_and_nothing_of_others(cast: Cast, client_for: ClientFor) -> None:
    at = timezone.now()
    for customer, person in ((cast.customers.A, cast.people.ming), (cast.customers.B, cast.people.gao)):
        log_activity(
            customer=customer, channel="call", done_on=date(2026, 1, 5), subject=f"about {customer.name}", content="c", result="r",
            follow_up=f"send the offer to {customer.name}", follow_up_on=date(2026, 1, 9), by=person, at=at,
        )  # fmt: skip
    shown = client_for(cast.people.ming).get("/").content.decode()
    assert "send the offer to AAALPHA" in shown
    assert "BBBRAVO" not in shown
    assert "CCCHARLIE" not in shown


def test_many_of_one_kind_hide_no_other() -> None:
    owed = [Duty(kind, kind, Customer(), None, "") for kind in ["plan"] * 90 + ["need"] * 5 + ["request"]]
    assert [one.kind for one in mixed(owed, 6)] == ["plan", "plan", "plan", "need", "need", "request"]
    assert mixed(owed[:3], 6) == owed[:3]


def test_before_the_agreement_it_leads_there(cast: Cast, client_for: ClientFor) -> None:
    shown = client_for(cast.people.nina).get("/").content.decode()
    assert 'href="/people/agreement/"' in shown
    assert "AAALPHA" not in shown


@pytest.mark.parametrize("name", ["root", "hana", "idle", "boss", "fang"])
def test_everybody_has_one(cast: Cast, client_for: ClientFor, name: str) -> None:
    assert client_for(getattr(cast.people, name)).get("/").status_code == 200


def test_an_empty_installation_shows_the_way_to_the_first_grades(
    cast: Cast, client_for: ClientFor, django_assert_num_queries: Any
) -> None:
    shown = client_for(cast.people.boss).get("/", headers={"Accept-Language": "en"}).content.decode()
    assert "The way to the first grades" in shown or "完成首次定级的步骤" in shown
    with translation.override("en"):
        steps = {str(one.text): one for one in beginning(cast.people.boss, timezone.localdate())}
    assert steps["Approve the grades"].mine
    assert not steps["Approve the grades"].done
    assert steps["Import customers and contacts"].done, "the cast has customers"
    assert not steps["Run the grading, draw up the proposals and put them before management"].done
    waiting = steps["Add people, departments with their heads, and roles"]
    assert not waiting.mine
    assert waiting.roles, "whose turn it is"
    with django_assert_num_queries(11):
        beginning(Person.objects.get(pk=cast.people.boss.pk), timezone.localdate())


def test_who_has_no_role_is_told_so(cast: Cast, client_for: ClientFor) -> None:
    shown = client_for(cast.people.idle).get("/").content.decode()
    assert "You have no role yet" in shown or "您还没有角色" in shown
