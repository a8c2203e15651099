"""The clauses of decisions and of what follows, through pages, API and jobs."""

from __future__ import annotations

from datetime import UTC, date, datetime
from types import SimpleNamespace
from typing import Any

import pytest

from tests.product.decisions.conftest import AT, KEY, crowd, give, run_of
from zhike.api.actions import make_token
from zhike.customers.archive import Unit
from zhike.customers.models import Customer
from zhike.facts.models import Order, Receivable
from zhike.grading.evaluations import tell_overdue
from zhike.grading.history import grade_on
from zhike.grading.models import Adjustment, Grade, Proposal
from zhike.grading.records import Evaluation, Exit, Treatment
from zhike.grading.taking_effect import settle_recent
from zhike.outbox.models import Message
from zhike.procedures.inbox import waiting_for
from zhike.procedures.models import Procedure
from zhike.requests.models import ServiceRequest

pytestmark = pytest.mark.django_db
FIRST = date(2026, 12, 1)
LATER = datetime(2026, 12, 1, 9, tzinfo=UTC)


@pytest.mark.clause("GRD-21")
def test_nine_approved_and_one_changed_take_effect_on_the_day(
    world: SimpleNamespace, client_for: Any, clock: Any
) -> None:
    """Management approves nine of ten and changes one with a reason; the proposer cannot approve; the late escalates."""
    clock("2026-11-22 09:00")
    people = crowd(world, 10)
    for one in people:
        give(world, one, "C")
    run = run_of(world, {one.code: "B" for one in people})
    anna, boss = client_for(world.people.anna), client_for(world.people.boss)
    sent = anna.post(f"/grading/runs/{run.pk}/submit/", {"effective_on": "2026-12-01", "note": "November"})
    assert sent.status_code == 302
    keys = list(run.proposals.order_by("pk").values_list("pk", flat=True))
    own = anna.post("/grading/proposals/decide/", {"pick": keys[:9], "choice": "approve", "run": run.pk})
    assert own.status_code == 403
    assert (
        boss.post(
            "/grading/proposals/decide/", {"pick": keys[:9], "choice": "approve", "run": run.pk}
        ).status_code
        == 302
    )
    bare = boss.post(f"/grading/proposals/{keys[9]}/", {"choice": "change", "grade": "A"})
    assert bare.status_code == 422
    told = {"choice": "change", "grade": "A", "ground": "signed a framework agreement"}
    assert boss.post(f"/grading/proposals/{keys[9]}/", told).status_code == 302
    assert not Customer.objects.filter(grade__in="AB").exists()
    for place in (f"runs/{run.pk}/proposals", f"proposals/{keys[9]}"):
        assert "2026-12-01" in boss.get(f"/grading/{place}/").content.decode(), "until then nothing changes"
    clock("2026-12-01 01:00")
    assert settle_recent(day=FIRST) == 10
    assert Customer.objects.filter(grade="B", grade_since=FIRST).count() == 9
    changed = Customer.objects.get(grade="A")
    boss = client_for(world.people.boss)
    page = boss.get(f"/customers/{changed.code}/grades/").content.decode()
    assert "signed a framework agreement" in page
    assert "by hand" in page
    listed = boss.get("/customers/?c=grade:in:A").content.decode()
    assert changed.code in listed
    token = _token(world.people.head)
    answer = boss.get(
        f"/api/v1/customers/{changed.code}/grades?on=2026-11-30", headers={"Authorization": f"Bearer {token}"}
    )
    assert [one["grade"] for one in answer.json()["grades"]] == ["C"]
    late = run_of(world, {"A": "A"})
    anna = client_for(world.people.anna)
    anna.post(f"/grading/runs/{late.pk}/submit/", {"effective_on": "2026-12-05"})
    assert Procedure.objects.get(record=late.pk).steps.get().due_on == date(2026, 12, 11)


@pytest.mark.clause("GRD-23")
def test_a_new_grade_switches_what_a_customer_is_owed(
    world: SimpleNamespace, client_for: Any, clock: Any
) -> None:
    """From C to A on the first: 72 hours become 24 for new requests, A's cadence opens, logistics sees A, the manager confirms."""
    clock("2026-11-22 09:00")
    one = world.customers.A
    give(world, one, "C")
    Order.objects.create(number="NEW-1", customer=one, ordered_on=FIRST, amount=10, currency="CNY")
    run = run_of(world, {"A": "A"})
    client_for(world.people.anna).post(f"/grading/runs/{run.pk}/submit/", {"effective_on": "2026-12-01"})
    boss = client_for(world.people.boss)
    assert boss.post("/grading/proposals/decide/", {"run": run.pk, "choice": "approve"}).status_code == 302
    form = {
        "customer": "A",
        "kind": "order",
        "channel": "call",
        "subject": "when?",
        "received_at": "2026-11-22T16:00",
    }
    assert client_for(world.people.ming).post("/requests/new/", form).status_code == 302
    clock("2026-12-01 09:00")
    settle_recent(day=FIRST)
    form["received_at"] = "2026-12-01T16:30"
    assert client_for(world.people.ming).post("/requests/new/", form).status_code == 302
    limits = ServiceRequest.objects.order_by("id").values_list("grade", "hours", "due_at")
    assert list(limits) == [
        ("C", 72, datetime(2026, 11, 25, 8, tzinfo=UTC)), ("A", 24, datetime(2026, 12, 2, 8, 30, tzinfo=UTC)),
    ]  # fmt: skip
    orders = client_for(world.people.olga).get("/orders/?q=NEW-1").content.decode()
    assert '<span class="grade g1">A</span>' in orders
    former = client_for(world.people.olga).get("/orders/?q=AAALPHA-O1").content.decode()
    assert '<span class="grade g3">C</span>' in former
    ming = client_for(world.people.ming)
    treatment = Treatment.objects.get(customer=one)
    page = ming.get(f"/grading/treatments/{treatment.pk}/").content.decode()
    assert "A face-to-face meeting at least once a quarter" in page
    assert "24 hours" in page
    assert ming.get("/grading/treatments/").context["page"].paginator.count == 1
    assert ming.post(f"/grading/treatments/{treatment.pk}/", {}).status_code == 422
    answers = {f"item-{code}": "ended" for code in treatment.ends}
    assert ming.post(f"/grading/treatments/{treatment.pk}/", answers).status_code == 302
    assert ming.get("/grading/treatments/").context["page"].paginator.count == 0


@pytest.mark.clause("GRD-16")
def test_manual_changes_need_reason_and_approver_and_stay_marked(
    world: SimpleNamespace, client_for: Any, clock: Any
) -> None:
    """An override without reason is refused; approved by another it counts at once and shows until its end; an appeal is decided."""
    clock("2026-11-22 09:00")
    one, head, boss = world.customers.A, client_for(world.people.head), client_for(world.people.boss)
    give(world, one, "C")
    record = {
        "kind": "override",
        "grade": "A",
        "from_on": "2026-11-22",
        "until_on": "2027-05-01",
        "ground": "",
        "evidence": "x",
    }
    assert head.post("/customers/A/grades/records/new/", record).status_code == 422
    assert (
        head.post("/customers/A/grades/records/new/", {**record, "ground": "joint plant"}).status_code == 302
    )
    made = Adjustment.objects.get()
    assert grade_on(one, KEY, AT.date()).grade == "C"  # type: ignore[union-attr]
    step = waiting_for(world.people.boss, AT.date()).get()
    assert not waiting_for(world.people.head, AT.date()).exists()
    assert boss.get(f"/grading/records/{made.pk}/").status_code == 200
    _decide(step, world.people.boss)
    now = grade_on(one, KEY, AT.date())
    assert now is not None
    assert (now.grade, now.manual, now.cause, now.approved_by) == ("A", True, "override", world.people.boss)
    assert "by hand: override" in boss.get("/customers/A/").content.decode()
    ming = client_for(world.people.ming)
    assert ming.post("/customers/A/grades/appeal/", {"grade": "B", "ground": ""}).status_code == 422
    assert (
        ming.post("/customers/A/grades/appeal/", {"grade": "B", "ground": "only one plant"}).status_code
        == 302
    )
    appeal = Proposal.objects.get(kind="appeal")
    inbox = boss.get("/inbox/").content.decode()
    assert (
        "Decision on an appeal" in inbox
    )  # the policy calls the whole of a run “Grading”; a record and an appeal are not it
    assert "Grading ·" not in inbox
    assert "only one plant" in boss.get(f"/grading/proposals/{appeal.pk}/").content.decode()
    assert ming.post(f"/grading/proposals/{appeal.pk}/", {"choice": "approve"}).status_code == 403
    assert (
        boss.post(
            f"/grading/proposals/{appeal.pk}/", {"choice": "reject", "ground": "plan holds"}
        ).status_code
        == 302
    )
    assert grade_on(one, KEY, AT.date()).grade == "A"  # type: ignore[union-attr]
    assert not Procedure.objects.filter(state="open").exists()


def _token(person: Any) -> str:
    _made, secret = make_token(
        by=person, name="t", at=LATER, verbs=["see_customers"], until_on=date(2026, 12, 31), networks=[]
    )
    return secret


def _decide(step: Any, by: Any, choice: str = "approve") -> None:
    from zhike.procedures.actions import decide

    decide(step=step, by=by, at=AT, choice=choice)


@pytest.mark.clause("GRD-25")
def test_a_half_yearly_evaluation_without_record_is_overdue(
    world: SimpleNamespace, client_for: Any, clock: Any
) -> None:
    """Graded C on 1 January; after 30 June it is overdue and the supervisor is told, once; it goes with a talk."""
    clock("2026-07-01 09:00")
    at = datetime(2026, 7, 1, 9, tzinfo=UTC)
    one, ming = world.customers.A, client_for(world.people.ming)
    give(world, one, "C")
    page = ming.get("/grading/evaluations/?state=overdue")
    [row] = page.context["rows"]
    assert (row[0].last, row[4]) == (date(2026, 6, 30), 1)
    assert tell_overdue(at=at) == 1
    assert tell_overdue(at=at) == 0
    told = Message.objects.get(kind="evaluation_overdue")
    assert told.person == world.people.head
    form = {"done_on": "2026-07-01", "result": "orders uneven", "next_actions": "propose a yearly plan"}
    assert ming.post(row[0].href, form).status_code == 422
    assert (
        ming.post(row[0].href, {**form, "talked_on": "2026-07-01", "talked_with": "Mr Wang"}).status_code
        == 302
    )
    assert ming.get("/grading/evaluations/?state=late").context["count"]["late"] == 1
    assert ming.get("/grading/evaluations/?state=overdue").context["count"]["overdue"] == 0
    assert "propose a yearly plan" in ming.get(row[0].href).content.decode()


@pytest.mark.clause("GRD-26")
def test_ending_waits_for_receivables_and_warranty(
    world: SimpleNamespace, client_for: Any, clock: Any
) -> None:
    """A D customer with unpaid invoices: ending is blocked until everything is dealt with, then it lapses with its archive kept."""
    clock("2026-11-22 09:00")
    one, boss, ming = world.customers.A, client_for(world.people.boss), client_for(world.people.ming)
    Customer.objects.filter(pk=one.pk).update(life="current")
    Unit.objects.create(customer=one, model="Scale", serial="S1", installed_on=date(2026, 9, 1))
    give(world, one, "D", "2026-09-01")
    [row] = boss.get("/grading/evaluations/").context["rows"]
    assert row[0].decides
    form = {"done_on": "2026-11-22", "result": "no growth", "next_actions": "wind down"}
    assert ming.post(row[0].href, {**form, "decision": "end", "ground": "no prospects"}).status_code == 403
    assert boss.post(row[0].href, form).status_code == 422
    assert boss.post(row[0].href, {**form, "decision": "end", "ground": "no prospects"}).status_code == 302
    leaving = Exit.objects.get()
    assert Evaluation.objects.get().decision == "end"
    page = boss.get(leaving.get_absolute_url())
    assert page.context["left"] == 2
    refused = boss.post(f"{leaving.get_absolute_url()}close/", follow=True).content.decode()
    assert "2 items stand open" in refused
    Receivable.objects.filter(customer=one).update(paid_on=date(2026, 11, 21))
    item = page.context["kinds"][2][1][0].key
    sent = {"item": item, "how": "the service station takes the warranty over"}
    assert ming.post(f"{leaving.get_absolute_url()}items/", sent).status_code == 302
    assert boss.post(f"{leaving.get_absolute_url()}close/").status_code == 302
    one.refresh_from_db()
    assert (one.life, one.grade) == ("lapsed", "")
    assert boss.get("/customers/A/").status_code == 200
    assert Grade.objects.get(customer=one).until_on == AT.date()


@pytest.mark.clause("GRD-05")
def test_strategic_importance_needs_reason_and_reviewer(
    world: SimpleNamespace, client_for: Any, clock: Any
) -> None:
    """Without a reason it is refused; with reason and reviewer it counts, contradicts the purchases, and comes up for review."""
    clock("2026-11-22 09:00")
    head = client_for(world.people.head)
    Customer.objects.filter(code="A").update(amount_12m=1)
    crowd(world, 5)
    Customer.objects.filter(code__startswith="K").update(amount_12m=1_000)
    page, sent = (
        "/customers/A/importance/",
        {"value": "core", "reviewer": world.people.boss.pk, "valid_until": "2027-03-01"},
    )
    assert head.post(page, {**sent, "ground": ""}).status_code == 422
    assert head.post(page, {**sent, "ground": "leads its trade", "reviewer": ""}).status_code == 422
    assert head.post(page, {**sent, "ground": "leads its trade"}).status_code == 302
    world.customers.A.refresh_from_db()
    assert world.customers.A.importance == "core"
    assert client_for(world.people.ming).post(page, {**sent, "ground": "mine"}).status_code == 403
    against = head.get("/grading/importance/?tab=against").content.decode()
    assert "core, but among the third that buys least" in against
    assert head.get("/grading/importance/").context["rows"] == []
    clock("2027-03-01 09:00")
    assert "leads its trade" in client_for(world.people.head).get("/grading/importance/").content.decode()
