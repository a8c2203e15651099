"""Who answers for a customer, team and handover, lapse, merge, budgets."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from zhike.customers.actions import add_contact, assign_post, log_activity, move_life
from zhike.customers.budgets import Booking, allocate, book, decide, report, set_budget
from zhike.customers.handovers import (
    Handover,
    escalate_handovers,
    open_handover,
    sign_handover,
    tell_customer,
    withdraw_handover,
)
from zhike.customers.keeping import state_finding
from zhike.customers.lapsing import Recovery, lapse_customers, plan_recovery
from zhike.customers.limits import Limits, set_limit
from zhike.customers.merging import merge_customers, preview, undo_merge
from zhike.customers.models import Assignment, Customer
from zhike.customers.nightly import look_through
from zhike.customers.owners import Gap, check_owners, owned_by
from zhike.customers.teams import require_post, unmet
from zhike.facts.models import Order
from zhike.kernel.journal import Entry
from zhike.kernel.refusals import Conflict, Forbidden, Invalid
from zhike.people.actions import close_account

NOW = datetime(2026, 11, 20, 9, tzinfo=UTC)
DAY = date(2026, 11, 20)


def test_a_limit_of_a_grade_goes_before_the_one_for_all(cast):
    set_limit(name="silence_days", number=90, by=cast.people.boss, at=NOW)
    set_limit(name="silence_days", grade="A", number=30, by=cast.people.boss, at=NOW)
    limits = Limits()
    assert (limits.of("silence_days", "A"), limits.of("silence_days", "B"), limits.of("need_days")) == (
        30,
        90,
        None,
    )
    set_limit(name="silence_days", grade="A", number=None, by=cast.people.boss, at=NOW)
    assert Limits().of("silence_days", "A") == 90
    with pytest.raises(Forbidden):
        set_limit(name="silence_days", number=1, by=cast.people.ming, at=NOW)


def test_a_customer_whose_manager_left_is_the_superiors_until_reassigned(cast):
    a, head, tess = cast.customers.A, cast.people.head, cast.people.tess
    set_limit(name="unmanaged_days", number=3, by=cast.people.boss, at=NOW)
    close_account(person=cast.people.ming, by=cast.people.root, at=NOW)
    assert check_owners(at=NOW, day=DAY) == 1
    assert check_owners(at=NOW, day=DAY) == 0
    gap = Gap.objects.standing().get()
    assert (gap.customer, gap.owner, gap.former, gap.due_on) == (
        a,
        head,
        cast.people.ming,
        DAY + timedelta(days=3),
    )
    assert list(owned_by(head)) == [a]
    assign_post(customer=a, person=tess, post="manager", senior=False, by=head, at=NOW)
    assert not Gap.objects.standing().exists()
    a.refresh_from_db()
    assert a.manager == tess
    assert not owned_by(head).exists()


def test_a_customer_without_any_manager_goes_to_the_head_of_a_department(cast):
    cast.departments.sales.head = cast.people.boss
    cast.departments.sales.save()
    Customer.objects.filter(code="B").update(manager=None)
    check_owners(at=NOW, day=DAY)
    assert Gap.objects.get().owner == cast.people.boss


def test_a_senior_post_is_not_filled_by_a_junior(cast):
    a, head = cast.customers.A, cast.people.head
    require_post(grade="A", post="service_officer", senior=True, days=10, by=cast.people.boss, at=NOW)
    Customer.objects.filter(pk=a.pk).update(grade="A", grade_since=DAY)
    a.refresh_from_db()
    [(_customer, one)] = unmet([a], DAY)
    assert (one.due_on, one.is_late(one.due_on), one.is_late(one.due_on + timedelta(days=1))) == (
        date(2026, 11, 30),
        False,
        True,
    )
    assign_post(customer=a, person=cast.people.tess, post="service_officer", senior=False, by=head, at=NOW)
    assert len(unmet([a], DAY)) == 1
    assign_post(customer=a, person=cast.people.tess, post="service_officer", senior=True, by=head, at=NOW)
    assert unmet([a], DAY) == []
    assert Assignment.objects.current().filter(customer=a, post="service_officer").count() == 1


def test_an_occupied_post_is_handed_over_and_passes_when_both_have_signed(cast):
    a, ming, tess, head = cast.customers.A, cast.people.ming, cast.people.tess, cast.people.head
    log_activity(
        customer=a, channel="call", done_on=DAY, subject="prices", content="x", result="y",
        follow_up="send the list", follow_up_on=DAY, by=ming, at=NOW,
    )  # fmt: skip
    with pytest.raises(Invalid):
        assign_post(customer=a, person=tess, post="manager", senior=False, by=head, at=NOW)
    handover = open_handover(customer=a, receiver=tess, by=head, at=NOW)
    assert [item["kind"] for item in handover.items] == ["promise", "receivable", "contact"]
    with pytest.raises(Conflict):
        open_handover(customer=a, receiver=tess, by=head, at=NOW)
    with pytest.raises(Forbidden):
        sign_handover(handover=handover, by=head, at=NOW)
    sign_handover(handover=handover, by=ming, at=NOW)
    a.refresh_from_db()
    assert (a.manager, handover.interim) == (ming, ming)
    with pytest.raises(Conflict):
        sign_handover(handover=handover, by=ming, at=NOW)
    sign_handover(handover=handover, by=tess, at=NOW)
    a.refresh_from_db()
    assert a.manager == tess
    assert Assignment.objects.current().get(customer=a, post="manager").person == tess
    tell_customer(handover=handover, contact=a.contacts.get(), channel="call", by=tess, at=NOW)
    a.refresh_from_db()
    assert a.last_contact_on == DAY
    with pytest.raises(Conflict):
        tell_customer(handover=handover, contact=a.contacts.get(), channel="call", by=tess, at=NOW)


def test_an_unsigned_handover_is_told_to_the_superior_once(cast):
    handover = open_handover(
        customer=cast.customers.A, receiver=cast.people.tess, by=cast.people.head, at=NOW
    )
    assert escalate_handovers(at=NOW, day=handover.due_on) == 0
    late = handover.due_on + timedelta(days=1)
    assert escalate_handovers(at=NOW, day=late) == 1
    assert escalate_handovers(at=NOW, day=late) == 0
    handover.refresh_from_db()
    assert handover.escalated_to == cast.people.head
    withdraw_handover(handover=handover, by=cast.people.head, at=NOW)
    assert not Handover.objects.standing().exists()


def test_the_superior_signs_for_one_who_has_left(cast):
    close_account(person=cast.people.ming, by=cast.people.root, at=NOW)
    handover = open_handover(
        customer=cast.customers.A, receiver=cast.people.tess, by=cast.people.head, at=NOW
    )
    assert (handover.giver, handover.former) == (cast.people.head, cast.people.ming)
    sign_handover(handover=handover, by=cast.people.head, at=NOW)
    sign_handover(handover=handover, by=cast.people.tess, at=NOW)
    assert Customer.objects.get(code="A").manager == cast.people.tess


def test_a_post_does_not_pass_by_a_handover_that_time_has_overtaken(cast):
    """Not to a receiver who left after signing, not from a giver who left, not over the head of whoever holds the post by now."""
    a, ming, tess, head, root = (
        cast.customers.A,
        *(getattr(cast.people, who) for who in ("ming", "tess", "head", "root")),
    )
    handover = open_handover(customer=a, receiver=tess, by=head, at=NOW)
    sign_handover(handover=handover, by=tess, at=NOW)
    close_account(person=tess, by=root, at=NOW)
    handover = Handover.objects.get()
    with pytest.raises(Conflict, match="Tess Berg"):
        sign_handover(handover=handover, by=ming, at=NOW)
    withdraw_handover(handover=handover, by=head, at=NOW)
    with pytest.raises(Conflict):
        withdraw_handover(handover=handover, by=head, at=NOW)
    assert Entry.objects.filter(action="handover_withdrawn").count() == 1
    open_handover(customer=a, receiver=cast.people.gao, by=head, at=NOW)
    close_account(person=ming, by=root, at=NOW)
    with pytest.raises(Conflict, match="李明"):
        sign_handover(handover=Handover.objects.first(), by=cast.people.gao, at=NOW)
    Handover.objects.filter(pk=Handover.objects.first().pk).update(giver_signed_at=NOW)
    assign_post(customer=a, person=head, post="manager", senior=False, by=head, at=NOW)
    with pytest.raises(Conflict, match="李明"):
        sign_handover(handover=Handover.objects.first(), by=cast.people.gao, at=NOW)
    a.refresh_from_db()
    assert (a.manager, Entry.objects.filter(action="handover_signed").count()) == (head, 1)


def test_a_handovers_page_offers_each_side_what_it_may(cast, client_for):
    """The receiver signs without seeing the archive yet, and is not led to it; the giver is not asked to tell a customer now foreign."""
    a, head, gao = cast.customers.A, cast.people.head, cast.people.gao
    handover = open_handover(customer=a, receiver=gao, by=head, at=NOW)
    where, archive = handover.get_absolute_url(), f'href="{a.get_absolute_url()}"'
    assert [archive in client_for(one).get(where).content.decode() for one in (gao, head)] == [False, True]
    for one in (gao, cast.people.ming):
        assert client_for(one).post(where).status_code == 302
    pages = [client_for(one).get(where).content.decode() for one in (gao, cast.people.ming)]
    assert [(archive in page, "The customer was told" in page) for page in pages] == [
        (True, True),
        (False, False),
    ]


def test_a_customer_without_orders_lapses_and_somebody_wins_it_back(cast):
    set_limit(name="lapse_months", number=12, by=cast.people.boss, at=NOW)
    Customer.objects.filter(code="A").update(life="current", last_order_on=date(2025, 11, 20))
    Customer.objects.filter(code="B").update(life="current", last_order_on=date(2025, 11, 21))
    assert lapse_customers(at=NOW, day=DAY) == 1
    assert lapse_customers(at=NOW, day=DAY) == 0
    recovery = Recovery.objects.standing().get()
    assert (recovery.customer.code, recovery.owner, recovery.follow_up_on) == (
        "A",
        cast.people.ming,
        date(2026, 12, 4),
    )
    plan_recovery(
        recovery=recovery, follow_up_on=date(2027, 1, 1), note="", by=cast.people.ming, at=NOW, day=DAY
    )
    Customer.objects.filter(code="A").update(last_order_on=date(2026, 12, 1))
    lapse_customers(at=NOW, day=date(2026, 12, 2))
    assert (
        Customer.objects.get(code="A").life,
        Recovery.objects.standing().filter(customer__code="A").exists(),
    ) == (
        "current",
        False,
    )


def test_a_merge_moves_every_reference_and_moves_it_back(cast):
    a, b, boss = cast.customers.A, cast.customers.B, cast.people.boss
    boss.access.verbs |= {"merge_customers", "change_customer"}
    state_finding(customer=a, kind="volume", value="1", source="visit", stated_on=DAY, by=boss, at=NOW)
    state_finding(customer=b, kind="volume", value="2", source="visit", stated_on=DAY, by=boss, at=NOW)
    Customer.objects.filter(pk=b.pk).update(city="Wuxi")
    b.refresh_from_db()
    choices, counts = preview(a, b, boss)
    assert {one.fact for one in choices} >= {"name", "city", "address"}
    assert (Order._meta.verbose_name, 1) in counts
    merge = merge_customers(kept=a, gone=b, take=frozenset({"name_en"}), by=boss, at=NOW)
    kept = Customer.objects.get(pk=a.pk)
    assert (kept.name_en, kept.city, kept.name) == ("BBBRAVO Limited", "Wuxi", "AAALPHA 有限公司")
    assert (kept.orders.count(), kept.contacts.count(), kept.amount_12m) == (2, 2, Decimal(2000))
    assert [one.value for one in kept.findings.filter(replaced_at__isnull=True)] == ["1"]
    assert not Customer.objects.living().filter(code="B").exists()
    with pytest.raises(Conflict):
        merge_customers(kept=a, gone=b, by=boss, at=NOW)
    Customer.objects.filter(pk=a.pk).update(city="Nanjing")
    undo_merge(merge=merge, by=boss, at=NOW)
    kept, gone = Customer.objects.get(pk=a.pk), Customer.objects.get(pk=b.pk)
    assert (kept.name_en, kept.city, kept.amount_12m) == ("AAALPHA Limited", "Nanjing", Decimal(1000))
    assert (gone.orders.count(), gone.contacts.count(), gone.merged_into) == (1, 1, None)
    assert Assignment.objects.current().get(customer=gone, post="manager").person == cast.people.gao
    assert [one.value for one in gone.findings.filter(replaced_at__isnull=True)] == ["2"]
    told = Entry.objects.filter(action__startswith="merge_").order_by("id")
    assert [one.action for one in told] == ["merge_went", "merge_undone", "merge_parted"]
    with pytest.raises(Conflict):
        undo_merge(merge=merge, by=boss, at=NOW)


def test_spending_beyond_the_budget_waits_for_approval(cast):
    a, boss, ming = cast.customers.A, cast.people.boss, cast.people.ming
    budget = set_budget(year=2026, amount=Decimal(10_000), currency="CNY", by=boss, at=NOW)
    allocate(budget=budget, customer=a, amount=Decimal(1_000), by=boss, at=NOW)
    with pytest.raises(Invalid):
        allocate(budget=budget, grade="B", amount=Decimal("9000.01"), by=boss, at=NOW)
    assert (
        book(customer=a, what="gift", amount=Decimal(1_000), spent_on=DAY, by=ming, at=NOW).state == "booked"
    )
    event = book(customer=a, what="event", amount=Decimal("0.01"), spent_on=DAY, by=ming, at=NOW)
    assert event.state == "waits"
    [line] = report(2026, boss)
    assert (line.spent, line.waits, line.left, line.result) == (1_000, Decimal("0.01"), 0, 1_000)
    with pytest.raises(Forbidden):
        decide(booking=event, approve=True, by=ming, at=NOW)
    decide(booking=event, approve=True, by=boss, at=NOW)
    assert report(2026, boss)[0].spent == Decimal("1000.01")
    with pytest.raises(Conflict):
        decide(booking=event, approve=False, by=boss, at=NOW)
    assert not Booking.objects.waiting().exists()


def test_the_night_finds_everything_once(cast):
    first = look_through(at=NOW, day=DAY)
    assert first["defects"] > 0
    assert look_through(at=NOW, day=DAY) == {"unmanaged": 0, "lapsed": 0, "late": 0, "defects": 0}


def test_closing_asks_for_a_reason_and_an_incomplete_archive_does_not_become_current(cast):
    a, head = cast.customers.A, cast.people.head
    with pytest.raises(Invalid):
        move_life(customer=a, life="closed", by=head, at=NOW)
    Customer.objects.filter(pk=a.pk).update(legal_representative="")
    a.refresh_from_db()
    with pytest.raises(Invalid) as refused:
        move_life(customer=a, life="current", by=head, at=NOW)
    assert set(refused.value.fields) == {"legal_representative"}
    add_contact(customer=a, by=head, at=NOW, name="x")
