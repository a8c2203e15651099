"""The pages of decisions, evaluations and reports open for those who may see them, and for nobody else."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from tests.product.decisions.conftest import AT, give, run_of
from zhike.grading.deciding import submit_run
from zhike.grading.models import Proposal

pytestmark = pytest.mark.django_db


def test_every_page_opens(world: SimpleNamespace, client_for, clock, django_assert_max_num_queries) -> None:  # type: ignore[no-untyped-def]
    """With and without content; a stranger's customer is not there."""
    clock("2026-11-22 09:00")
    boss = client_for(world.people.boss)
    places = [
        "proposals",
        "records",
        "movement",
        "principles",
        "ungraded",
        "entry",
        "treatments",
        "evaluations",
    ]
    for place in places:
        assert boss.get(f"/grading/{place}/").status_code == 200, place
    give(world, world.customers.A, "B")
    give(world, world.customers.C, "D")
    run = run_of(world, {"A": "A", "B": "", "C": "C"}, marks={"B": "mixed"})
    submit_run(run=run, effective_on=None, by=world.people.anna, at=AT)
    for place in places:
        with django_assert_max_num_queries(45):
            assert boss.get(f"/grading/{place}/").status_code == 200, place
    page = boss.get(f"/grading/runs/{run.pk}/proposals/")
    assert "AAALPHA" in page.content.decode()
    assert boss.get(f"/grading/runs/{run.pk}/proposals/?change=pending").context["table"].total == 1
    one = Proposal.objects.get(customer=world.customers.A)
    assert boss.get(f"/grading/proposals/{one.pk}/").status_code == 200
    assert client_for(world.people.shu).get(f"/grading/proposals/{one.pk}/").status_code == 404
    dialog = boss.get(f"/grading/proposals/decide/?run={run.pk}")
    assert dialog.context["count"] == 3
    sent = boss.post("/grading/proposals/decide/", {"pick": [one.pk], "choice": "approve", "run": run.pk})
    assert sent.status_code == 302
    for query, number in (("?state=approved", 1), ("?tab=open", 2), ("?tab=decided", 1), ("", 3)):
        assert boss.get(f"/grading/runs/{run.pk}/proposals/{query}").context["table"].total == number
    sent = boss.post("/grading/proposals/decide/", {"run": run.pk, "choice": "reject"})
    assert sent.status_code == 422
    assert boss.get("/customers/A/grades/").status_code == 200
    record = boss.get("/customers/A/").content.decode()
    assert "box-grade" in record


def test_all_picked_in_the_list_of_a_run_are_those_of_the_run(
    world: SimpleNamespace, client_for: Any
) -> None:
    """The table posts to the run's own address: a filter leaves out other runs, and the way back leads to the run."""
    give(world, world.customers.A, "B")
    give(world, world.customers.B, "B")
    run, other = run_of(world, {"A": "A"}), run_of(world, {"B": "A"})
    for one in (run, other):
        submit_run(run=one, effective_on=None, by=world.people.anna, at=AT)
    boss, place = client_for(world.people.boss), f"/grading/proposals/decide/?run={run.pk}"
    assert place in boss.get(f"/grading/runs/{run.pk}/proposals/").content.decode()
    for query in ("?change=up", ""):
        asked = boss.post(place, {"every": "1", "query": query}).content.decode()
        assert world.customers.A.name in asked
        assert world.customers.B.name not in asked
    assert world.customers.A.name not in boss.post(place, {"every": "", "query": ""}).content.decode()
    assert (
        world.customers.B.name
        in boss.post("/grading/proposals/decide/", {"every": "1", "query": ""}).content.decode()
    )
    sent = boss.post(place, {"every": "1", "query": "?change=up", "choice": "approve"})
    assert sent["Location"] == f"/grading/runs/{run.pk}/proposals/"
    assert [one.state for one in Proposal.objects.order_by("run_id")] == ["approved", "open"]
