"""The client's address behind reverse proxies: counted from the right, so that nobody chooses an own one."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from tests.product.cast import PASSWORD
from zhike.api.actions import make_token
from zhike.people.models import Denial
from zhike.people.proxies import client_of

LOGIN = "/accounts/login/"


@pytest.mark.parametrize(
    ("forwarded", "proxies", "client"),
    [
        ("203.0.113.7", 0, ""),
        ("203.0.113.7", 1, "203.0.113.7"),
        ("10.0.0.1, 203.0.113.7", 1, "203.0.113.7"),
        ("10.0.0.1, 203.0.113.7, 192.0.2.1", 2, "203.0.113.7"),
        ("203.0.113.7", 2, ""),
        ("", 1, ""),
        ("nonsense", 1, ""),
        ("203.0.113.7:4711", 1, "203.0.113.7"),
        ("[2001:db8::1]:4711", 1, "2001:db8::1"),
        ("2001:db8::1", 1, "2001:db8::1"),
        ("fe80::1%eth0", 1, "fe80::1"),
        ("10.0.0.1,", 1, ""),
    ],
)
def test_the_client_is_counted_from_the_right(forwarded, proxies, client):
    assert client_of(forwarded, proxies) == client


def behind(settings, proxies: int) -> None:
    settings.GIVEN = {**settings.GIVEN, "ZHIKE_PROXIES": proxies}


@pytest.mark.django_db
def test_the_lockout_and_the_denials_know_the_client_and_not_what_it_writes(cast, settings):
    behind(settings, 1)
    cache.clear()

    def sign_in(password: str, forwarded: str) -> int:
        return Client(REMOTE_ADDR="127.0.0.1").post(
            LOGIN, {"login": "ming", "password": password}, headers={"X-Forwarded-For": forwarded}
        ).status_code  # fmt: skip

    for number in range(5):
        sign_in("wrong password", f"10.9.9.{number}, 203.0.113.7")
    assert set(Denial.objects.values_list("address", flat=True)) == {"203.0.113.7"}
    assert sign_in(PASSWORD, "10.9.9.77, 203.0.113.7") == 200
    assert sign_in(PASSWORD, "203.0.113.8") == 302


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("proxies", "forwarded", "status"),
    [
        (1, "198.51.100.9", 200),
        (1, "198.51.100.9, 203.0.113.7", 401),
        (0, "198.51.100.9", 401),
        (2, "198.51.100.9, 192.0.2.1", 200),
        (2, "198.51.100.9", 401),
    ],
)
def test_the_networks_of_a_token_hold_behind_proxies(cast, settings, proxies, forwarded, status):
    behind(settings, proxies)
    now = timezone.now()
    _token, secret = make_token(
        name="ERP", verbs=["see_customers"], until_on=timezone.localdate(now) + timedelta(days=1),
        networks=["198.51.100.0/24"], by=cast.people.ming, at=now,
    )  # fmt: skip
    answer = Client(REMOTE_ADDR="127.0.0.1").get(
        "/api/v1/customers", headers={"Authorization": f"Bearer {secret}", "X-Forwarded-For": forwarded}
    )
    assert answer.status_code == status, json.loads(answer.content)
