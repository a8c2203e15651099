"""What the clauses of the catalogue ask of managers, teams, handovers and budgets, acted out on the product's pages."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest

from zhike.customers.actions import assign_post, log_activity
from zhike.customers.budgets import Booking
from zhike.customers.models import Customer
from zhike.customers.nightly import look_through
from zhike.customers.owners import Gap
from zhike.customers.teams import require_post
from zhike.people.actions import close_account

pytestmark = pytest.mark.django_db


@pytest.mark.clause("ORG-04")
def test_a_customer_of_a_closed_account_is_unassigned_its_duties_the_supervisors_until_reassigned(
    cast, client_for, now, today
):
    a, head = cast.customers.A, client_for(cast.people.head)
    head.cookies["zhike_language"] = "en"
    log_activity(customer=a, channel="call", done_on=today, subject="talk", content="x", result="y", follow_up="send the list",
                 follow_up_on=today, by=cast.people.ming, at=now)  # fmt: skip
    assert "send the list" not in head.get("/customers/duties/").content.decode()
    close_account(person=cast.people.ming, by=cast.people.root, at=now)
    look_through(at=now, day=today)
    assert "AAALPHA" in head.get("/customers/unmanaged/").content.decode()
    assert "send the list" in head.get("/customers/duties/").content.decode()
    head.post("/customers/A/team/new/", {"person": cast.people.tess.pk, "post": "manager"})
    assert not Gap.objects.standing().exists()
    assert "send the list" not in head.get("/customers/duties/").content.decode()
    assert "send the list" in client_for(cast.people.tess).get("/customers/duties/").content.decode()


@pytest.mark.clause("ORG-05")
def test_an_incomplete_team_is_an_unmet_entitlement_that_a_junior_does_not_fill(cast, client_for, now, today):
    a, head = cast.customers.A, client_for(cast.people.head)
    head.cookies["zhike_language"] = "en"
    require_post(grade="A", post="service_officer", senior=True, days=10, by=cast.people.boss, at=now)
    Customer.objects.filter(pk=a.pk).update(grade="A", grade_since=today)
    due = (today + timedelta(days=10)).isoformat()
    said = head.get("/customers/A/").content.decode()
    assert f"grade A entitles to it, due {due}" in said
    head.post("/customers/A/team/new/", {"person": cast.people.tess.pk, "post": "service_officer"})
    assert f"grade A entitles to it, due {due}" in head.get("/customers/A/").content.decode()
    assign_post(
        customer=a, person=cast.people.gao, post="service_officer", senior=True, by=cast.people.head, at=now
    )
    assert "grade A entitles to it" not in head.get("/customers/A/").content.decode()


@pytest.mark.clause("ORG-08")
def test_an_unsigned_handover_alerts_the_supervisor_while_deadlines_run_with_the_interim_owner(
    cast, client_for, now, today
):
    a = cast.customers.A
    due = [today + timedelta(days=number) for number in (1, 2, 3)]
    for number, day in enumerate(due):
        log_activity(customer=a, kind="complaint", channel="call", done_on=today, subject=f"complaint {number}", content="x",
                     result="taken", follow_up=f"solve {number}", follow_up_on=day, by=cast.people.ming, at=now)  # fmt: skip
    head, ming = client_for(cast.people.head), client_for(cast.people.ming)
    head.cookies["zhike_language"] = "en"
    head.post("/customers/A/handovers/new/", {"receiver": cast.people.tess.pk, "reason": "new region"})
    handover = a.handovers.get()
    listed = [(one["text"], one["due"]) for one in handover.items if one["kind"] == "complaint"]
    assert sorted(listed) == [(f"solve {number}", day.isoformat()) for number, day in enumerate(due)]
    look_through(at=now, day=handover.due_on + timedelta(days=1))
    assert (
        "the handover from 李明 is unsigned" in head.get("/customers/duties/?kind=escalated").content.decode()
    )
    said = ming.get("/customers/duties/").content.decode()
    for number, day in enumerate(due):
        assert f"solve {number}" in said
        assert day.isoformat() in said
    tess = client_for(cast.people.tess)
    link = f'href="{handover.get_absolute_url()}"'
    for one in (
        ming,
        tess,
    ):  # the signature is asked for on the first page and in the inbox, until it is given
        assert [link in one.get(page).content.decode() for page in ("/", "/inbox/")] == [True, True]
        assert ">1<" in one.get("/inbox/count/").content.decode()
        one.post(handover.get_absolute_url())
        assert link not in one.get("/inbox/").content.decode()
    tess.post(f"{handover.get_absolute_url()}told/", {"contact": a.contacts.get().pk, "channel": "call"})
    handover.refresh_from_db()
    assert handover.told_at is not None
    assert "solve 1" in tess.get("/customers/duties/").content.decode()


@pytest.mark.clause("ORG-10")
def test_a_cost_beyond_the_budget_waits_for_approval_and_the_report_shows_plan_spending_and_result(
    cast, client_for, today
):
    boss, ming = client_for(cast.people.boss), client_for(cast.people.ming)
    boss.post("/customers/budgets/year/", {"amount": "10000", "currency": "CNY"})
    boss.post("/customers/budgets/allocations/", {"customer": "A", "amount": "1000"})
    for what, amount in (("gift", "1000"), ("event", "250.50")):
        ming.post("/customers/A/costs/new/", {"what": what, "amount": amount, "spent_on": today.isoformat()})
    [(line, _chip)] = boss.get("/customers/budgets/").context["lines"]
    assert (line.spent, line.waits, line.left) == (1000, Decimal("250.50"), 0)
    said = boss.get("/customers/budgets/").content.decode()
    assert all(word in said for word in ("event", "250.50", "1,000.00"))
    waiting = Booking.objects.waiting().get()
    assert ming.post(f"/customers/budgets/bookings/{waiting.pk}/", {"decision": "approve"}).status_code == 403
    boss.post(f"/customers/budgets/bookings/{waiting.pk}/", {"decision": "approve"})
    [(line, _chip)] = boss.get("/customers/budgets/").context["lines"]
    assert (line.spent, line.waits, line.result) == (Decimal("1250.50"), 0, cast.customers.A.amount_12m)
