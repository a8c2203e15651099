"""What reports and pages say of the past: by what a grade was given, what moved in a period, and what an ended cooperation leaves."""

from __future__ import annotations

from datetime import UTC, date, datetime
from types import SimpleNamespace
from typing import Any

import pytest
from django.utils.translation import override

from tests.product.decisions.conftest import AT, KEY, give, run_of
from tests.product.grading.world import published
from zhike.customers.models import Customer
from zhike.facts.models import Order, Receivable
from zhike.grading.deciding import decide_proposals, submit_run
from zhike.grading.evaluations import due_of, record_evaluation
from zhike.grading.exits import close_exit
from zhike.grading.models import Adjustment, Grade, Proposal
from zhike.grading.reports import Programme, movement, rating_title, records_in
from zhike.grading.schemes import schemes_of
from zhike.grading.standing import answers_on
from zhike.grading.taking_effect import Taking, take_effect

pytestmark = pytest.mark.django_db


def by_hand(world: SimpleNamespace, one: Customer, grade: str, at: datetime) -> None:
    """Management gives a grade outside of any run."""
    take_effect(
        takings=[Taking(customer=one.pk, rating=KEY, grade=grade, main=True, version=world.version.pk, cause="override", manual=True,
                        ground=f"{grade} by hand")],
        from_on=at.date(), by=world.people.boss, at=at,
    )  # fmt: skip


def decided(world: SimpleNamespace, grade: str, at: datetime) -> Any:
    """A run that finds a grade for customer A, approved as a whole."""
    run = run_of(world, {"A": grade})
    submit_run(run=run, effective_on=None, by=world.people.anna, at=at)
    run.refresh_from_db()
    if run.state == "submitted":  # nobody moves where the grade stays: the run is closed at once
        decide_proposals(run=run, choice="approve", by=world.people.boss, at=at)
    return run


@pytest.mark.clause("GRD-24")
def test_a_grade_is_explained_by_what_gave_it_not_by_an_older_run_that_found_the_same(
    world: SimpleNamespace, clock: Any
) -> None:
    """A by a run, B by hand, A by hand: the third is explained as given by hand, until a later run finds A again."""
    one, boss = world.customers.A, world.people.boss
    days = [datetime(2026, month, 2, 9, tzinfo=UTC) for month in (3, 5, 7, 9)]
    clock("2026-03-02 09:00")
    first = decided(world, "A", days[0])
    clock("2026-05-02 09:00")
    by_hand(world, one, "B", days[1])
    clock("2026-07-02 09:00")
    by_hand(world, one, "A", days[2])
    [spring] = answers_on(one, date(2026, 4, 1), by=boss)
    assert (spring.held.row.run_id, spring.confirmed) == (first.pk, None)
    [summer] = answers_on(one, date(2026, 8, 1), by=boss)
    assert (summer.held.row.cause, summer.confirmed) == ("override", None)
    clock("2026-09-02 09:00")
    second = decided(world, "A", days[3])
    [autumn] = answers_on(one, date(2026, 10, 1), by=boss)
    assert autumn.held.row == summer.held.row
    assert autumn.confirmed is not None
    assert autumn.confirmed.run_id == second.pk
    assert answers_on(one, date(2026, 8, 1), by=boss)[0].confirmed is None  # the past stays as it was


@pytest.mark.clause("GRD-24")
def test_both_ways_of_counting_see_what_began_on_the_first_day(
    world: SimpleNamespace, client_for: Any, clock: Any
) -> None:
    clock("2026-11-22 09:00")
    one, boss = world.customers.A, world.people.boss
    give(world, one, "C", "2025-06-01")
    by_hand(world, one, "B", datetime(2026, 1, 1, 9, tzinfo=UTC))
    period = (date(2026, 1, 1), date(2026, 11, 22))
    Grade.objects.filter(customer=one, grade="B").update(moved=1)
    then, now = movement(boss, *period), movement(boss, *period, mode="now")
    assert (then.up, now.up) == (1, 1)
    assert movement(boss, date.min, date(2026, 11, 22), mode="now").up == 0  # there was no grade before time
    page = client_for(boss).get("/grading/movement/?from=2026-01-01&to=2026-11-22").content.decode()
    with override("en"):
        title = rating_title(KEY)
    assert "客户分级" not in title
    assert title in page


@pytest.mark.clause("GRD-26")
def test_a_proposal_that_stands_open_gives_no_grade_to_a_customer_that_has_left(
    world: SimpleNamespace, clock: Any
) -> None:
    clock("2026-11-22 09:00")
    one, boss = world.customers.A, world.people.boss
    Customer.objects.filter(pk=one.pk).update(life="current")
    Receivable.objects.filter(customer=one).delete()
    Order.objects.filter(customer=one).delete()
    give(world, one, "D", "2026-09-01")
    run = run_of(world, {"A": "C", "B": "C"})
    submit_run(run=run, effective_on=None, by=world.people.anna, at=AT)
    due = due_of(Grade.objects.get(customer=one), date(2026, 9, 1), AT.date())
    assert due is not None
    made = record_evaluation(
        due=due, result="no growth", next_actions="wind down", done_on=AT.date(), decision="end", ground="no prospects", by=boss, at=AT
    )  # fmt: skip
    close_exit(leaving=made.exit, by=boss, at=AT)
    assert Proposal.objects.get(customer=one).state == "withdrawn"
    assert decide_proposals(run=run, choice="approve", by=boss, at=AT) == 1
    run.refresh_from_db()
    assert run.state == "closed"
    one.refresh_from_db()
    assert one.grade == ""
    assert not Grade.objects.filter(customer=one, until_on__isnull=True).exists()


@pytest.mark.clause("GRD-01")
def test_only_a_record_about_the_programme_that_counts_today_is_a_reason(world: SimpleNamespace) -> None:
    run = run_of(world, {"A": "A"})
    [main, *_rest] = schemes_of(world.version)
    programme = Programme(world.version, main, main, run)
    for number, (rating, until) in enumerate(
        ((KEY, date(2027, 1, 1)), (KEY, date(2026, 6, 1)), ("other.value", date(2027, 1, 1)))
    ):
        Adjustment.objects.create(
            customer=world.customers.A, rating=rating, kind="override", grade="A", ground=f"reason {number}", from_on=date(2026, 1, 1),
            until_on=until, given_by=world.people.anna, given_at=AT, approved_by=world.people.boss, approved_at=AT,
        )  # fmt: skip
    found = records_in(run.results.get(), programme, AT.date())
    assert [one.ground for one in found] == ["reason 0"]


@pytest.mark.clause("GRD-03")
def test_every_rating_of_a_policy_is_appealed_against_and_recorded_by_hand(
    world: SimpleNamespace, client_for: Any, clock: Any
) -> None:
    """Several ratings stand side by side: the form names each, and what is asked of one leaves the others alone."""
    clock("2026-11-22 09:00")
    one, version = world.customers.A, published("key-account")
    keys = [scheme.key for scheme in schemes_of(version)]
    assert len(keys) > 1
    take_effect(
        takings=[Taking(customer=one.pk, rating=key, grade=scheme.grades[-1].code, main=scheme.main, version=version.pk, cause="import")
                 for key, scheme in zip(keys, schemes_of(version), strict=True)],
        from_on=date(2026, 3, 1), by=None, at=AT, quiet=True,
    )  # fmt: skip
    tier = next(scheme for scheme in schemes_of(version) if scheme.key.endswith(".tier"))
    best, worst = tier.grades[0].code, tier.grades[-1].code
    ming, head = client_for(world.people.ming), client_for(world.people.head)
    asked = ming.get("/customers/A/grades/appeal/").content.decode()
    assert f'value="{tier.key}|{best}"' in asked
    assert f'value="{tier.key}|{worst}"' not in asked  # it has that one
    sent = {"grade": f"{tier.key}|{best}", "ground": "a year of good service"}
    assert ming.post("/customers/A/grades/appeal/", sent).status_code == 302
    assert (Proposal.objects.get().rating, Proposal.objects.get().proposed) == (tier.key, best)
    record = {"kind": "override", "grade": f"{tier.key}|{best}", "from_on": "2026-11-22", "until_on": "2027-05-01", "ground": "agreed",
              "evidence": "minutes"}  # fmt: skip
    assert head.post("/customers/A/grades/records/new/", record).status_code == 302
    assert Adjustment.objects.get().rating == tier.key
    refused = head.post("/customers/A/grades/records/new/", {**record, "kind": "floor"})
    assert refused.status_code == 422  # the tier obeys overrides alone
    assert (
        head.post("/customers/A/grades/records/new/", {**record, "grade": "tier|nothing"}).status_code == 422
    )
