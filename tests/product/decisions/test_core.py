"""The core of decisions: proposals of a run, decisions on them, grades that take effect, and the past."""

from __future__ import annotations

from datetime import date
from types import SimpleNamespace

import pytest
from django.utils.translation import override

from tests.product.decisions.conftest import AT, KEY, crowd, give, run_of
from zhike.customers.merging import merge_customers, undo_merge
from zhike.customers.models import Customer
from zhike.grading.deciding import decide_proposals, submit_run
from zhike.grading.history import Past, grade_on
from zhike.grading.models import Grade, Proposal
from zhike.grading.records import Treatment
from zhike.grading.schemes import schemes_of
from zhike.grading.taking_effect import settle_grades, settle_recent
from zhike.kernel.journal import Entry
from zhike.kernel.refusals import Conflict, Forbidden, Invalid
from zhike.people.models import Person
from zhike.procedures.actions import decide
from zhike.procedures.inbox import waiting_for
from zhike.procedures.models import Procedure

pytestmark = pytest.mark.django_db
FIRST = date(2026, 12, 1)


def test_a_run_decided_in_parts(world: SimpleNamespace) -> None:
    """Nine approved and one changed with a reason take effect on the day; who keeps a grade is confirmed."""
    a, b, c = (getattr(world.customers, code) for code in "ABC")
    give(world, a, "B")
    give(world, b, "C")
    give(world, c, "C")
    run = run_of(world, {"A": "A", "B": "C", "C": "D"})
    anna, boss = world.people.anna, world.people.boss
    told = submit_run(run=run, effective_on=FIRST, by=anna, at=AT)
    assert told.confirmed == 1
    up, down = Proposal.objects.get(customer=a), Proposal.objects.get(customer=c)
    assert (up.moved, down.moved, up.proposed) == (1, -1, "A")
    with pytest.raises(Forbidden):
        decide_proposals(keys=[up.pk], choice="approve", by=anna, at=AT)
    assert Entry.objects.filter(action="decision_refused", by=anna).count() == 1
    with pytest.raises(Invalid):
        decide_proposals(keys=[down.pk], choice="change", grade="C", by=boss, at=AT)
    assert decide_proposals(keys=[up.pk], choice="approve", by=boss, at=AT) == 1
    run.refresh_from_db()
    assert run.state == "submitted"
    with pytest.raises(Conflict):
        decide_proposals(keys=[up.pk, down.pk], choice="approve", by=boss, at=AT)
    decide_proposals(
        keys=[down.pk], choice="change", grade="B", ground="framework agreement signed", by=boss, at=AT
    )
    run.refresh_from_db()
    assert run.state == "closed"
    assert Procedure.objects.get(record=run.pk).state == "approved"
    takes_effect_on_its_day(a)
    remembered(c, boss)
    treatment = Treatment.objects.get(customer=a)
    assert "dedicated_team" in treatment.opens
    assert "regular_return_visits" in treatment.ends
    assert (treatment.hours_before, treatment.hours) == (48, 24)
    Customer.objects.filter(pk=a.pk).update(grade="X", grade_since=None)
    assert settle_grades(day=FIRST) == 1
    assert settle_grades(day=FIRST) == 0


def takes_effect_on_its_day(a: Customer) -> None:
    """The decided grade stands at the customer from its day on, and not before."""
    a.refresh_from_db()
    assert a.grade == "B", "not before its day"
    assert settle_recent(day=FIRST) == 2
    a.refresh_from_db()
    assert (a.grade, a.grade_since) == ("A", FIRST)


def remembered(c: Customer, boss: Person) -> None:
    """What held before, what holds now, by whom and why."""
    assert grade_on(c, KEY, date(2026, 11, 30)).grade == "C"  # type: ignore[union-attr]
    now = grade_on(c, "", FIRST)
    assert now is not None
    assert (now.grade, now.before, now.manual, now.ground, now.approved_by) == (
        "B", "C", True, "framework agreement signed", boss,
    )  # fmt: skip
    assert Past([c.pk]).on(c.pk, date(2026, 6, 1)).grade == "C"  # type: ignore[union-attr]


def test_the_list_of_customers_shows_grades_in_words_and_still_takes_eight_queries(
    world: SimpleNamespace, client_for, django_assert_max_num_queries
) -> None:  # type: ignore[no-untyped-def]
    give(world, world.customers.A, "A")
    anna = client_for(world.people.anna)
    with override("en"):
        title = schemes_of(world.version)[0].title_of("A")
    assert title in anna.get("/customers/").content.decode()
    for query in ("", "?c=grade:in:A", "?sort=name"):
        with django_assert_max_num_queries(8):
            assert anna.get(f"/customers/{query}").status_code == 200


def test_all_at_once(world: SimpleNamespace, django_assert_max_num_queries) -> None:  # type: ignore[no-untyped-def]
    """All proposals of a run in one transaction, in a number of queries that grows with batches only."""
    made = crowd(world, 800)
    run = run_of(world, {one.code: "ABCD"[number % 4] for number, one in enumerate(made)})
    submit_run(run=run, effective_on=AT.date(), by=world.people.anna, at=AT)
    with django_assert_max_num_queries(260):
        assert decide_proposals(run=run, choice="approve", by=world.people.boss, at=AT) == 800
    assert Customer.objects.filter(grade="A").count() == 200
    assert Grade.objects.filter(until_on__isnull=True).count() == 800
    with pytest.raises(Conflict):
        decide_proposals(run=run, choice="approve", by=world.people.boss, at=AT)


def test_a_run_decided_from_the_inbox(world: SimpleNamespace) -> None:
    """Approved as a whole; what is pending stays pending. A returned run is reviewed again."""
    give(world, world.customers.A, "B")
    run = run_of(world, {"A": "A", "B": ""})
    submit_run(run=run, effective_on=None, by=world.people.anna, at=AT)
    boss = world.people.boss
    assert not waiting_for(world.people.anna, AT.date()).exists()
    decide(step=waiting_for(boss, AT.date()).get(), by=boss, at=AT, choice="return", ground="look at B again")
    run.refresh_from_db()
    assert run.state == "ready"
    submit_run(run=run, effective_on=None, by=world.people.anna, at=AT)
    decide(step=waiting_for(boss, AT.date()).get(), by=boss, at=AT, choice="approve")
    run.refresh_from_db()
    assert run.state == "closed"
    assert grade_on(world.customers.A, KEY, AT.date()).grade == "A"  # type: ignore[union-attr]
    assert grade_on(world.customers.B, KEY, AT.date()) is None


def test_grades_stay_with_the_archive_that_is_merged(world: SimpleNamespace) -> None:
    """Two archives with grades are merged: what held for each is still told, and the merge goes back."""
    a, b = world.customers.A, world.customers.B
    give(world, a, "B")
    give(world, b, "C")
    merge = merge_customers(kept=a, gone=b, by=world.people.keep, at=AT)
    assert {grade_on(one, KEY, FIRST).grade for one in (a, b)} == {"B", "C"}
    undo_merge(merge=merge, by=world.people.keep, at=AT)
    b.refresh_from_db()
    assert (b.merged_into, b.grade) == (None, "C")
