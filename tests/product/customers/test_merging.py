"""What a merge and its undoing leave behind: nothing half, nothing doubled, nothing lost."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from zhike.customers.actions import assign_post
from zhike.customers.budgets import Allocation, Booking, allocate, book, report, set_budget
from zhike.customers.handovers import Handover, open_handover, sign_handover
from zhike.customers.lapsing import Recovery
from zhike.customers.merging import merge_customers, undo_merge
from zhike.customers.models import Assignment, Customer
from zhike.customers.owners import Gap
from zhike.facts.figures import recompute_figures
from zhike.facts.models import Order

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 6, 30, 9, tzinfo=UTC)
LATER = datetime(2026, 7, 1, 9, tzinfo=UTC)
DAY = date(2026, 6, 30)


@pytest.fixture
def boss(cast):
    cast.people.boss.access.verbs |= {"merge_customers", "change_customer", "assign_customer"}
    return cast.people.boss


def amounts(*customers):
    return [Customer.objects.get(pk=one.pk).amount_12m for one in customers]


def test_figures_are_right_after_a_night_between_merge_and_undoing(cast, boss, clock):
    a, b = cast.customers.A, cast.customers.B
    clock("2026-06-30 09:00")
    recompute_figures(None, DAY)
    assert amounts(a, b) == [Decimal(1000), Decimal(1000)]
    merge = merge_customers(kept=a, gone=b, by=boss, at=NOW)
    assert amounts(a) == [Decimal(2000)]
    recompute_figures(None, DAY)
    assert amounts(a, b) == [Decimal(2000), Decimal(0)]
    undo_merge(merge=merge, by=boss, at=LATER)
    assert amounts(a, b) == [Decimal(1000), Decimal(1000)]


def test_an_order_that_came_after_the_merge_stays_and_counts(cast, boss, clock):
    a, b = cast.customers.A, cast.customers.B
    clock("2026-06-30 09:00")
    merge = merge_customers(kept=a, gone=b, by=boss, at=NOW)
    Order.objects.create(number="N1", customer=a, ordered_on=DAY, amount=7, currency="CNY")
    recompute_figures(None, DAY)
    undo_merge(merge=merge, by=boss, at=LATER)
    assert amounts(a, b) == [Decimal(1007), Decimal(1000)]


def test_a_handover_of_the_archive_that_goes_ends_with_it_and_returns_with_it(cast, boss):
    a, b = cast.customers.A, cast.customers.B
    handover = open_handover(customer=b, receiver=cast.people.shu, by=boss, at=NOW)
    sign_handover(handover=handover, by=cast.people.gao, at=NOW)
    merge = merge_customers(kept=a, gone=b, by=boss, at=NOW)
    assert not Handover.objects.awaiting(cast.people.shu).exists()
    undo_merge(merge=merge, by=boss, at=LATER)
    handover.refresh_from_db()
    assert Handover.objects.awaiting(cast.people.shu).get() == handover
    sign_handover(handover=handover, by=cast.people.shu, at=LATER)
    assert Customer.objects.get(pk=b.pk).manager == cast.people.shu


def test_who_holds_a_post_in_both_teams_holds_it_once(cast, boss):
    a, b, tess = cast.customers.A, cast.customers.B, cast.people.tess
    assign_post(customer=b, person=tess, post="backup", senior=False, by=boss, at=NOW)
    merge = merge_customers(kept=a, gone=b, by=boss, at=NOW)
    assert Assignment.objects.current().filter(customer=a, person=tess, post="backup").count() == 1
    undo_merge(merge=merge, by=boss, at=LATER)
    for one in (a, b):
        assert Assignment.objects.current().filter(customer=one, person=tess, post="backup").count() == 1


def test_two_budgets_become_one_and_two_again(cast, boss):
    a, b = cast.customers.A, cast.customers.B
    budget = set_budget(year=2026, amount=Decimal(10_000), currency="CNY", by=boss, at=NOW)
    for one in (a, b):
        allocate(budget=budget, customer=one, amount=Decimal(1_000), by=boss, at=NOW)
        book(customer=one, what="gift", amount=Decimal(400), spent_on=DAY, by=boss, at=NOW)
    merge = merge_customers(kept=a, gone=b, by=boss, at=NOW)
    [line] = report(2026, boss)
    assert (line.allocation.customer, line.allocation.amount, line.spent) == (a, 2_000, 800)
    undo_merge(merge=merge, by=boss, at=LATER)
    assert {(one.customer.code, one.amount) for one in Allocation.objects.all()} == {
        ("A", 1_000),
        ("B", 1_000),
    }
    assert {(one.customer.code, one.allocation.customer.code) for one in Booking.objects.all()} == {
        ("A", "A"),
        ("B", "B"),
    }


def test_lists_of_duties_leave_out_what_was_merged(cast, boss, page):
    a, b = cast.customers.A, cast.customers.B
    Recovery.objects.create(customer=b, owner=cast.people.gao, opened_on=DAY, follow_up_on=DAY)
    Gap.objects.create(customer=b, owner=cast.people.gao, opened_on=DAY, due_on=DAY)
    assert b.name in page(boss, "/customers/recovery/")
    merge = merge_customers(kept=a, gone=b, by=boss, at=NOW)
    for path in ("/customers/recovery/", "/customers/unmanaged/", "/customers/quality/"):
        assert b.name not in page(boss, path), path
    assert b.name not in page(cast.people.gao, "/customers/duties/")
    undo_merge(merge=merge, by=boss, at=LATER)
    assert b.name in page(boss, "/customers/recovery/")


def test_nobody_writes_into_an_archive_that_was_merged(cast, boss, client_for):
    a, b = cast.customers.A, cast.customers.B
    merge_customers(kept=a, gone=b, by=boss, at=NOW)
    keep = client_for(cast.people.keep)
    answers = [
        keep.post("/customers/B/edit/", {"name": "lost", "read": "{}", "told_by": "colleague"}),
        keep.post("/customers/B/cell/city/", {"value": "lost"}),
        keep.post("/customers/B/facts/city/", {"city": "lost", "read": "{}", "told_by": "colleague"}),
        keep.post("/customers/B/contacts/new/", {"name": "lost"}),
        keep.get("/customers/B/edit/"),
    ]
    assert [one.status_code for one in answers] == [409] * 5
    assert "AAALPHA" in answers[0].content.decode()
    b.refresh_from_db()
    assert (b.name, b.city) != ("lost", "lost")
    assert not b.contacts.filter(name="lost").exists()
    assert keep.get("/customers/B/").status_code == 302


def test_merging_a_branch_into_its_mother_leaves_no_circle(cast, boss):
    a, b, c = cast.customers.A, cast.customers.B, cast.customers.C
    Customer.objects.filter(pk=a.pk).update(parent=c)
    Customer.objects.filter(pk=c.pk).update(parent=b)
    merge = merge_customers(kept=Customer.objects.get(pk=a.pk), gone=b, by=boss, at=NOW)
    parents = {one.code: one.parent_id for one in Customer.objects.living()}
    assert not (parents["A"] == c.pk and parents["C"] == a.pk)
    undo_merge(merge=merge, by=boss, at=LATER)
    assert {one.code: one.parent_id for one in Customer.objects.all()} == {"A": c.pk, "B": None, "C": b.pk}
