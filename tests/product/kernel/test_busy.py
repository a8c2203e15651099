"""A database that another writer holds: told as such in pages, API and portal, and nothing is saved."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator

import pytest
from django.db import OperationalError, connection

from zhike.customers.models import Contact
from zhike.kernel.busy import refusal_of

pytestmark = pytest.mark.django_db


def held(path) -> OperationalError:
    """What Django raises when another connection holds the database."""
    with sqlite3.connect(path, isolation_level=None) as first:
        first.execute("BEGIN IMMEDIATE")
        second = sqlite3.connect(path, isolation_level=None, timeout=0)
        try:
            with pytest.raises(sqlite3.OperationalError) as caught:
                second.execute("BEGIN IMMEDIATE")
        finally:
            second.close()
        first.execute("ROLLBACK")
    error = OperationalError(*caught.value.args)
    error.__cause__ = caught.value
    return error


class _Told(Exception):
    """An error of a driver that carries a state of the SQL standard."""

    def __init__(self, state: str) -> None:
        super().__init__(state)
        self.sqlstate = state


@pytest.mark.parametrize(
    ("state", "words"),
    [("40001", "正忙"), ("40P01", "正忙"), ("55P03", "正忙"), ("53100", "已满"), ("08006", "")],
)
def test_states_of_postgresql(state, words):
    error = OperationalError("told by the server")
    error.__cause__ = _Told(state)
    refusal = refusal_of(error)
    assert (words in str(refusal)) if words else refusal is None


def test_other_faults_stay_faults():
    assert refusal_of(ValueError("database is locked")) is None
    assert refusal_of(OperationalError("no such table: zhike_customer")) is None


@pytest.fixture
def busy(tmp_path) -> Iterator[None]:
    """Whatever inserts a contact or a request meets a held database."""
    error = held(tmp_path / "held.sqlite3")

    def meet(execute, sql, values, many, context):
        if sql.startswith(('INSERT INTO "zhike_contact"', 'INSERT INTO "zhike_service_request"')):
            raise error
        return execute(sql, values, many, context)

    with connection.execute_wrapper(meet):
        yield


def test_a_page_says_so(cast, client_for, busy):
    browser = client_for(cast.people.ming)
    browser.cookies["zhike_language"] = "zh-hans"
    answer = browser.post("/customers/A/contacts/new/", {"name": "周先生", "decides": "works"})
    assert answer.status_code == 503
    assert "数据库正忙" in answer.content.decode()
    assert "重新加载" in answer.content.decode()
    assert answer.headers["Retry-After"] == "60"
    assert not Contact.objects.filter(name="周先生").exists()


def test_the_api_says_so(cast, client_for, busy):
    answer = client_for(cast.people.ming).post(
        "/api/v1/customers/A/contacts",
        {"name": "周先生"},
        content_type="application/json",
        headers={"Idempotency-Key": "k1"},
    )
    assert (answer.status_code, answer.json()["code"]) == (503, "unavailable")
    assert answer.headers["Retry-After"] == "60"
    assert not Contact.objects.filter(name="周先生").exists()
