"""The journal cannot be changed, and whatever is changed all the same is found (SEC-04)."""

from __future__ import annotations

import json
import re

import pytest
from django.db import connection, transaction
from django.db.utils import DatabaseError

from tests.product.cast import EARLY
from zhike.customers.actions import change_customer
from zhike.kernel import guards
from zhike.kernel.journal import Entry, Seal, anchor_file, seal, verify
from zhike.messages import say

pytestmark = pytest.mark.django_db


@pytest.fixture
def history(cast, data_dir):
    """Three entries, sealed."""
    customer = cast.customers.A
    for version, name in enumerate(("One", "Two", "Three"), customer.version):
        customer = change_customer(
            customer=customer, version=version, short_name=name, by=cast.people.keep, at=EARLY
        )
    seal()
    return list(Entry.objects.order_by("id"))


def codes() -> set[str]:
    return {fault.code for fault in verify()}


def run(sql: str, *values: object) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE zhike_journal SET what = 'nothing'",
        "DELETE FROM zhike_journal_seal",
        "UPDATE zhike_journal_seal SET mac = ''",
    ],
)
def test_the_database_refuses_to_change_the_journal(history, sql):
    guards.put_up(connection)
    assert guards.are_up(connection)
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        run(sql)
    assert codes() == set()


def test_a_journal_that_nobody_touched_is_whole(history):
    assert (Seal.objects.count(), codes()) == (3, set())


@pytest.mark.parametrize("column", ["action", "what", "data", "at"])
def test_a_changed_entry_is_found(history, column):
    value = {"data": json.dumps({"after": {"short_name": "Four"}}), "at": "2021-01-01 00:00:00+00:00"}.get(
        column, "x"
    )
    run(f"UPDATE zhike_journal SET {column} = %s WHERE id = %s", value, history[1].pk)
    assert [(fault.code, fault.place) for fault in verify()] == [("changed", f"entry {history[1].pk}")]


def test_a_removed_entry_is_found(history):
    run("DELETE FROM zhike_journal_seal WHERE entry_id = %s", history[1].pk)
    run("DELETE FROM zhike_journal WHERE id = %s", history[1].pk)
    assert "removed" in codes()


def test_an_end_that_was_cut_off_is_found(history):
    run("DELETE FROM zhike_journal_seal WHERE entry_id = %s", history[2].pk)
    run("DELETE FROM zhike_journal WHERE id = %s", history[2].pk)
    assert codes() == {"cut"}


def test_an_inserted_entry_is_found(history):
    first = history[0]
    Entry.objects.create(
        at=first.at, by=first.by, action=first.action, noun=first.noun, record=first.record, what=first.what,
        data={}, mark="0" * 64,
    )  # fmt: skip
    assert codes() == {"changed"}


def test_swapped_entries_are_found(history):
    one, two = Seal.objects.order_by("number")[:2]
    Seal.objects.filter(pk=one.pk).delete()
    Seal.objects.filter(pk=two.pk).update(entry_id=one.entry_id)
    Seal.objects.create(number=one.number, entry_id=two.entry_id, mac=one.mac)
    assert "chain" in codes()


@pytest.mark.parametrize("text", ["", "{", "[]", '{"number": "x"}', '{"number": 1}', "null"])
def test_an_anchor_that_cannot_be_read_is_found(history, text):
    anchor_file().write_text(text, "utf-8")
    assert codes() == {"anchor"}


def test_every_place_of_a_fault_is_told_in_chinese(history):
    run("DELETE FROM zhike_journal_seal WHERE number = 2")
    found = [fault.place for fault in verify()]
    anchor_file().unlink()
    found += [fault.place for fault in verify()]
    more = [
        say("entry {number}", number=3),
        say("{count} seals after {last}", count=2, last=5),
        say("the anchor file cannot be read"),
    ]
    assert not any(re.search("[a-z]", place.pick("zh")) for place in (*found, *more))
    assert say("seal {number}", number=2).pick("en") == "seal 2"


def test_a_missing_anchor_is_found(history):
    anchor_file().unlink()
    assert codes() == {"anchor"}
