"""The first page."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest
from django.test import Client
from django.utils import timezone

from tests.product.cast import Cast
from zhike.customers.actions import log_activity
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


def test_before_the_agreement_it_leads_there(cast: Cast, client_for: ClientFor) -> None:
    shown = client_for(cast.people.nina).get("/").content.decode()
    assert 'href="/people/agreement/"' in shown
    assert "AAALPHA" not in shown


@pytest.mark.parametrize("name", ["root", "hana", "idle", "boss", "fang"])
def test_everybody_has_one(cast: Cast, client_for: ClientFor, name: str) -> None:
    assert client_for(getattr(cast.people, name)).get("/").status_code == 200
