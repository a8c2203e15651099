"""Clauses that need real runs: events that call for a new grade, the way to the next class, criteria of entry."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from tests.product.grading import world
from zhike.customers.models import Customer
from zhike.facts.models import Order
from zhike.grading.asking import leave_out
from zhike.grading.deciding import decide_proposals, submit_run
from zhike.grading.events import note_events
from zhike.grading.frozen import close_all
from zhike.grading.judgements import judge
from zhike.grading.models import GradingRun, Proposal
from zhike.grading.records import GradeEvent
from zhike.grading.running import start_run
from zhike.grading.schemes import schemes_of
from zhike.grading.taking_effect import Taking, take_effect
from zhike.imports.targets import TARGETS
from zhike.people.models import Department

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("data_dir")]


@pytest.fixture(autouse=True)
def closed() -> Any:
    """Nothing stays open over frozen facts."""
    yield
    close_all()


@pytest.mark.clause("GRD-24")
def test_a_customer_of_another_segment_is_looked_at_again(cast: Any, client_for: Any, clock: Any) -> None:
    """The segment comes in by import and API, and where a policy reads it, its change calls for a new grade, once."""
    clock("2026-01-12 09:00")
    version = world.published("weighing-equipment")
    [rating, *_others] = schemes_of(version)
    one = world.customer(cast, "MINE", date(2018, 3, 1), life="current", segment="grain_store")
    take_effect(
        takings=[Taking(customer=one.pk, rating=rating.key, grade=rating.grades[0].code, main=True, version=version.pk, cause="import")],
        from_on=date(2025, 1, 20), by=None, at=world.NOW, quiet=True,
    )  # fmt: skip
    assert note_events(at=world.NOW)["events"] == 0
    body = {"version": one.version, "segment": "large_mine"}
    answer = client_for(cast.people.ming).patch(
        "/api/v1/customers/MINE", body, content_type="application/json"
    )
    assert (answer.status_code, answer.json()["segment"]) == (200, "large_mine")
    assert note_events(at=world.NOW)["events"] == 1
    assert note_events(at=world.NOW)["events"] == 0
    event = GradeEvent.objects.get()
    assert (event.kind, event.customer) == ("reclassified", one)
    assert "large mine" in str(event) or "大型矿山" in str(event)
    assert TARGETS["customers"].field("segment").words["大型矿山"] == "large_mine"


@pytest.mark.clause("GRD-24")
def test_orders_under_the_limit_propose_a_downgrade(cast: Any, client_for: Any, clock: Any) -> None:
    """An A customer whose rolling amount falls under the limit: a proposal with the cause, counted after approval, once."""
    clock("2026-01-12 09:00")
    _lin, version = world.foreign(cast)
    one = world.customer(cast, "SINK", date(2018, 3, 1), amount_12m=Decimal(3_000_000), life="current")
    world.orders(one, {2023: "6000000", 2024: "7000000", 2025: "3000000"})
    key = "foreign-trade.value"
    take_effect(
        takings=[Taking(customer=one.pk, rating=key, grade="A", main=True, version=version.pk, cause="import")],
        from_on=date(2025, 1, 20), by=None, at=world.NOW, quiet=True,
    )  # fmt: skip
    assert note_events(at=world.NOW) == {"events": 1, "runs": 1}
    assert note_events(at=world.NOW) == {"events": 0, "runs": 0}
    world.work()
    made = Proposal.objects.get()
    assert (made.kind, made.cause, made.current, made.proposed, made.moved) == (
        "event",
        "order_drop",
        "A",
        "B",
        -1,
    )
    assert "3,000,000" in made.detail
    boss = client_for(cast.people.boss)
    page = boss.get(f"/grading/proposals/{made.pk}/").content.decode()
    assert "below the 5,000,000 that A asks for" in page
    assert boss.get("/grading/movement/").context["found"].down == 0
    assert boss.post(f"/grading/proposals/{made.pk}/", {"choice": "approve"}).status_code == 302
    found = boss.get("/grading/movement/").context["found"]
    assert (found.down, [(line.code, line.down) for line in found.by_cause]) == (1, [("order_drop", 1)])
    assert boss.get("/grading/movement/?mode=now&from=2025-06-01").context["found"].down == 1
    one.refresh_from_db()
    assert one.grade == "B"


@pytest.mark.clause("GRD-06")
def test_the_way_from_important_to_core(cast: Any, client_for: Any, clock: Any) -> None:
    """An important customer short of core's loyalty: the missing points are listed; reaching them proposes the upgrade."""
    clock("2026-01-12 09:00")
    Department.objects.filter(pk=cast.departments.key.pk).update(code="key_account")
    lin, version = world.analyst(cast), world.published("key-account")
    one = world.customer(cast, "RISE", date(2018, 3, 1))
    world.orders(one, {2024: "7000000", 2025: "7000000"}, months=6)
    head = cast.people.head
    for name in ("importance", "potential", "satisfaction"):
        judge(
            customer=one, name=name, value="70", ground="survey", reviewer=cast.people.boss, valid_until=date(2027, 1, 1), by=head,
            at=world.NOW.replace(year=2025),
        )  # fmt: skip
    run = _run(version, lin)
    _submit(run, lin)
    decide_proposals(run=run, choice="approve", by=cast.people.boss, at=world.NOW)
    page = client_for(cast.people.ming).get("/customers/RISE/grades/").content.decode()
    assert "Nearest way to Core" in page
    assert "oyalty" in page.partition("Nearest way to Core")[2]
    Order.objects.bulk_create(
        Order(
            number=f"MORE-{month}",
            customer=one,
            ordered_on=date(2025, month, 10),
            amount=1,
            profit=0,
            currency="CNY",
        )
        for month in range(1, 7)
    )
    again = _run(version, lin)
    _submit(again, lin)
    up = Proposal.objects.get(customer=one, run=again, rating="key-account.development")
    assert (up.current, up.proposed, up.moved) == ("important", "core", 1)


def _submit(run: GradingRun, by: Any) -> None:
    leave_out(run=run, customers=None, ground="judged in spring", by=by, at=world.NOW)
    submit_run(run=run, effective_on=None, by=by, at=world.NOW)


def _run(version: Any, by: Any) -> GradingRun:
    run = start_run(version=version, as_of=world.AS_OF, by=by, at=world.NOW)
    world.work()
    run.refresh_from_db()
    assert run.state == "ready", run.error
    return run


@pytest.mark.clause("GRD-01")
def test_a_small_direct_buyer_qualifies_by_strategic_importance(
    cast: Any, client_for: Any, clock: Any
) -> None:
    """Below the scale but strategic with a reason: it qualifies and the reason is shown; without the flag it does not."""
    clock("2026-01-12 09:00")
    Department.objects.filter(pk=cast.departments.key.pk).update(code="direct_supply")
    lin, version = world.analyst(cast), world.published("direct-supply")
    head = cast.people.head
    for code, importance in (("STRAT", "core"), ("PLAIN", "general")):
        one = world.customer(cast, code, date(2018, 3, 1), amount_12m=100)
        world.orders(one, {2025: "100000"})
        words = {
            "reviewer": cast.people.boss,
            "valid_until": date(2027, 1, 1),
            "by": head,
            "at": world.NOW.replace(year=2025),
        }
        judge(customer=one, name="direct", value="true", ground="no dealer between", **words)
        judge(
            customer=one,
            name="strategic_importance",
            value=importance,
            ground="only maker of rotors",
            **words,
        )
    run = _run(version, lin)
    found = {
        row.customer.code: row.grade
        for row in run.results.filter(rating="qualification").select_related("customer")
    }
    assert (found["STRAT"], found["PLAIN"]) == ("qualified", "not_qualified")
    boss = client_for(cast.people.boss)
    page = boss.get("/grading/entry/?state=qualified").content.decode()
    assert "only maker of rotors" in page
    assert "PLAIN" not in page
    _submit(run, lin)
    entry = Proposal.objects.get(
        customer=Customer.objects.get(code="STRAT"), rating="direct-supply.qualification"
    )
    decide_proposals(keys=[entry.pk], choice="approve", by=cast.people.boss, at=world.NOW)
    rows = {row.result.customer.code: row.state for row in boss.get("/grading/entry/").context["rows"]}
    assert (rows["STRAT"], rows["PLAIN"]) == ("in", "out")
