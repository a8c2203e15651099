"""Many at the same time: of many approvals of the same proposals exactly one counts, and nothing is half done."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace

import pytest
from django.db import connection

from tests.product.decisions.conftest import AT, crowd, run_of
from zhike.customers.models import Customer
from zhike.grading import effects
from zhike.grading.deciding import decide_proposals, submit_run
from zhike.grading.models import Grade, Proposal
from zhike.kernel.journal import Entry
from zhike.kernel.refusals import Conflict, Refused

WORKERS, ATTEMPTS = 16, 200


@pytest.mark.django_db(transaction=True)
def test_of_many_approvals_one_counts(world: SimpleNamespace) -> None:
    """Two hundred approvals of the same twenty proposals by two managers, sixteen at a time: one decision, one grade each."""
    made = crowd(world, 20)
    run = run_of(world, {one.code: "B" for one in made})
    submit_run(run=run, effective_on=None, by=world.people.anna, at=AT)
    people = [world.people.boss, world.people.coco]

    def attempt(number: int) -> str:
        try:
            return str(decide_proposals(run=run, choice="approve", by=people[number % 2], at=AT))
        except Refused as refusal:
            return refusal.code
        finally:
            connection.close()

    with ThreadPoolExecutor(WORKERS) as pool:
        waiting = [pool.submit(attempt, number) for number in range(ATTEMPTS)]
        seen = set()
        while not all(one.done() for one in waiting):  # whoever reads meanwhile sees all of it or nothing
            seen.add((Grade.objects.count(), Customer.objects.filter(grade="B").count()))
        answers = [one.result() for one in waiting]
    assert {number for number, _carried in seen} <= {0, 20}
    assert {carried for _number, carried in seen} <= {0, 20}
    assert answers.count("20") == 1
    assert set(answers) - {"20"} <= {"conflict", "forbidden"}
    assert Grade.objects.count() == 20
    assert Proposal.objects.filter(state="approved").count() == 20
    assert Entry.objects.filter(action="grade_taken").count() == 20


@pytest.mark.django_db
def test_what_breaks_half_way_leaves_nothing(world: SimpleNamespace, monkeypatch: pytest.MonkeyPatch) -> None:
    """All grades of a decision take effect in one transaction: a fault at the end of it undoes every one."""
    made = crowd(world, 20)
    run = run_of(world, {one.code: "B" for one in made})
    submit_run(run=run, effective_on=None, by=world.people.anna, at=AT)

    def break_down(grades: object, *, by: object, at: object) -> None:
        raise Conflict("the power went")

    monkeypatch.setattr(effects, "EFFECTS", [*effects.EFFECTS, break_down])
    with pytest.raises(Conflict):
        decide_proposals(run=run, choice="approve", by=world.people.boss, at=AT)
    assert not Grade.objects.exists()
    assert not Customer.objects.filter(grade="B").exists()
    assert Proposal.objects.filter(state="open").count() == 20
