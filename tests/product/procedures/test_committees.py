"""ORG-03: a committee decides in sessions; strategies and policies take effect only by its resolution."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.product.cast import Cast
from zhike.kernel.journal import Entry
from zhike.kernel.refusals import Conflict, Forbidden
from zhike.outbox.models import Message
from zhike.procedures import course
from zhike.procedures.actions import decide, start
from zhike.procedures.committees import Action, Committee, Paper, Session
from zhike.procedures.definitions import Definition, StepRule
from zhike.procedures.models import Procedure, StepDecision
from zhike.procedures.sessions import name_committee


@pytest.fixture
def committee(cast: Cast) -> Committee:
    people = cast.people
    return name_committee(
        code="kac", name_zh="大客户管理委员会", name_en="Key-account committee", chair=people.boss,
        members=[people.head, people.rong, people.fang], by=people.boss, at=datetime(2026, 11, 1, tzinfo=UTC),
    )  # fmt: skip


RESOLVE = {"choice": "approve", "votes_for": 2, "votes_against": 0, "abstained": 0}


@pytest.fixture
def paper(cast: Cast, committee: Committee, client_for: Any, clock: Any) -> Paper:
    """A strategy that the head submitted."""
    clock("2026-11-02 02:00")
    head = client_for(cast.people.head)
    write = {"kind": "strategy", "title": "Key accounts 2027", "text": "Visit every A customer monthly."}
    assert client_for(cast.people.shu).post("/committees/kac/papers/", write).status_code == 403
    assert head.post("/committees/kac/papers/", {**write, "text": " "}).status_code == 422
    head.post("/committees/kac/papers/", write)
    made = Paper.objects.get()
    assert client_for(cast.people.boss).post(f"/committees/papers/{made.pk}/submit/").status_code == 403
    head.post(f"/committees/papers/{made.pk}/submit/")
    assert head.post(f"/committees/papers/{made.pk}/submit/").status_code == 409
    made.refresh_from_db()
    assert made.state == "submitted"
    return made


def called(cast: Cast, paper: Paper, client_for: Any) -> str:
    """The address of a session on the paper, which the chair calls."""
    boss, head = client_for(cast.people.boss), client_for(cast.people.head)
    assert head.post("/committees/kac/sessions/", {"held_on": "2026-11-09"}).status_code == 403
    boss.post("/committees/kac/sessions/", {"held_on": "2026-11-09", "place": "Room 3", "papers": [paper.pk]})
    assert Message.objects.filter(kind="session_called").count() == 4
    return f"/committees/sessions/{Session.objects.get().pk}/"


@pytest.mark.clause("ORG-03")
def test_a_paper_waits_for_the_session_and_nobody_decides_it_alone(
    cast: Cast, paper: Paper, client_for: Any
) -> None:
    boss, shu = client_for(cast.people.boss), client_for(cast.people.shu)
    assert boss.get(f"/committees/papers/{paper.pk}/").status_code == 200
    assert shu.get(f"/committees/papers/{paper.pk}/").status_code == 404
    assert "Key accounts 2027" in boss.get("/inbox/").content.decode()
    assert paper.step is not None
    alone = boss.post(f"/procedures/steps/{paper.step.pk}/decide/", {"choice": "approve"})
    assert alone.status_code == 403
    for address in ("/committees/kac/", "/committees/kac/edit/", "/committees/new/"):
        assert boss.get(address).status_code == 200


@pytest.mark.clause("ORG-03")
def test_a_session_without_quorum_or_majority_resolves_nothing(
    cast: Cast, paper: Paper, client_for: Any, clock: Any
) -> None:
    people = cast.people
    where = called(cast, paper, client_for)
    early = client_for(people.boss).post(f"{where}open/", {"present": [people.boss.pk]})
    assert early.status_code == 422, "its day has not come"
    clock("2026-11-09 02:00")
    boss, head = client_for(people.boss), client_for(people.head)
    assert boss.post(f"{where}papers/{paper.pk}/", RESOLVE).status_code == 409  # nobody has said who is there
    boss.post(f"{where}open/", {"present": [people.boss.pk, people.head.pk]})
    assert "There is no quorum" in boss.post(f"{where}papers/{paper.pk}/", RESOLVE).content.decode()
    boss.post(f"{where}open/", {"present": [people.boss.pk, people.head.pk, people.rong.pk]})
    for votes in ({"votes_for": 4}, {"votes_against": 2, "votes_for": 1}):
        assert boss.post(f"{where}papers/{paper.pk}/", {**RESOLVE, **votes}).status_code == 422
    assert head.post(f"{where}papers/{paper.pk}/", RESOLVE).status_code == 403
    assert Entry.objects.filter(action="resolution_refused", by=people.head).exists()
    paper.refresh_from_db()
    assert (paper.state, paper.effective_on) == ("submitted", None)  # without the decision it stays a draft
    shown = head.get(f"/committees/papers/{paper.pk}/").content.decode()
    assert "Without a resolution it is not in effect" in shown


@pytest.mark.clause("ORG-03")
def test_a_strategy_takes_effect_by_the_session_that_approves_it(
    cast: Cast, paper: Paper, client_for: Any, clock: Any
) -> None:
    people = cast.people
    where = called(cast, paper, client_for)
    clock("2026-11-09 02:00")
    boss, head, shu = client_for(people.boss), client_for(people.head), client_for(people.shu)
    boss.post(f"{where}open/", {"present": [people.boss.pk, people.head.pk, people.rong.pk]})
    boss.post(f"{where}papers/{paper.pk}/", {**RESOLVE, "votes_against": 1})
    paper.refresh_from_db()
    made = paper.resolutions.get()
    assert (paper.state, str(paper.effective_on)) == ("effective", "2026-11-09")
    assert (made.votes_for, made.votes_against) == (2, 1)
    assert StepDecision.objects.get(step=paper.step).resolution == made
    assert where in head.get(f"/committees/papers/{paper.pk}/").content.decode()
    assert "Key accounts 2027" in shu.get("/committees/").content.decode()  # in effect, for everybody
    told = shu.get("/api/v1/papers").json()["rows"]
    assert [(one["title"], one["effective_on"], one["resolutions"][0]["votes_for"]) for one in told] == [
        (paper.title, "2026-11-09", 2)
    ]
    assert head.get(f"/api/v1/papers/{paper.pk}").json()["text"] == paper.text
    assert shu.get("/api/v1/papers/999").status_code == 404
    assert boss.post(f"{where}papers/{paper.pk}/", RESOLVE).status_code == 409
    task = {"what": "Plan the visits", "person": people.head.pk, "due_on": "2026-11-20", "paper": paper.pk}
    boss.post(f"{where}actions/", task)
    action = Action.objects.get()
    assert "Plan the visits" in head.get("/inbox/").content.decode()
    assert shu.get(f"/committees/actions/{action.pk}/").status_code == 404
    assert head.post(f"/committees/actions/{action.pk}/", {"result": "planned"}).status_code == 302
    assert boss.post(f"{where}close/", {"minutes": ""}).status_code == 422
    boss.post(f"{where}close/", {"minutes": "Approved, two to one."})
    assert "two to one" in head.get(where).content.decode()
    assert shu.get(where).status_code == 404


@pytest.mark.clause("ORG-03")
def test_a_committee_is_a_step_and_the_last_escalation_between_departments(
    cast: Cast, committee: Committee, client_for: Any, clock: Any
) -> None:
    people, at = cast.people, clock("2026-11-02 02:00")
    rule = StepRule(
        "settle",
        {"en": "Settle"},
        department="key",
        within_days=3,
        escalate_to="committee:kac",
        apart_from=("start",),
    )
    type(cast.departments.key).objects.filter(pk=cast.departments.key.pk).update(head=people.head)
    one = start(
        kind="dispute", record=cast.departments.trade, definition=Definition("dispute", {"en": "Dispute"}, (rule,)),
        by=people.gao, at=at, title="Who serves customer B",
    )  # fmt: skip
    assert not Paper.objects.exists()
    late = clock("2026-11-07 02:00")
    assert course.catch_up(at=late) == {"defaults": 0, "escalated": 1}
    paper = Paper.objects.get()
    assert (paper.kind, paper.state, paper.committee) == ("issue", "submitted", committee)
    boss = client_for(people.boss)
    assert "Who serves customer B" in boss.get("/committees/kac/").content.decode()
    boss.post("/committees/kac/sessions/", {"held_on": "2026-11-07", "papers": [paper.pk]})
    where = f"/committees/sessions/{Session.objects.get().pk}/"
    boss.post(f"{where}open/", {"present": [people.boss.pk, people.rong.pk, people.fang.pk]})
    resolve = {"choice": "reject", "votes_for": 0, "votes_against": 3, "abstained": 0}
    assert boss.post(f"{where}papers/{paper.pk}/", resolve).status_code == 422  # without reasons
    boss.post(f"{where}papers/{paper.pk}/", {**resolve, "ground": "Trade keeps it"})
    one.refresh_from_db()
    paper.refresh_from_db()
    assert (one.state, paper.state) == ("rejected", "settled")
    assert "Trade keeps it" in client_for(people.gao).get(f"/procedures/{one.pk}/").content.decode()
    with pytest.raises(Conflict):
        decide(step=one.steps.get(), by=people.head, at=late, choice="approve")
    # a committee that is not there yet: management decides in its place
    board = StepRule("board", {"en": "Board"}, committee="nowhere")
    two = start(
        kind="dispute", record=cast.departments.trade, definition=Definition("dispute", {"en": "Dispute"}, (board,)),
        by=people.gao, at=late,
    )  # fmt: skip
    decide(step=two.steps.get(), by=people.boss, at=late + timedelta(hours=1), choice="approve")
    assert Procedure.objects.get(pk=two.pk).state == "approved"
    with pytest.raises(Forbidden):
        name_committee(
            code="x", name_zh="x", name_en="", chair=people.head, members=[], by=people.head, at=late
        )
