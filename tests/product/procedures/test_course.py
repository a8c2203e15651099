"""The course of procedures: who may decide when, what the days bring, and that one decision counts."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.db import connection, connections
from django.utils.translation import override

from tests.product.cast import Cast, assemble
from zhike.kernel.journal import Entry
from zhike.kernel.refusals import Conflict, Forbidden, Invalid
from zhike.outbox.models import Message
from zhike.people.delegations import name_delegate
from zhike.people.models import Grant, Person
from zhike.procedures import actions, course, nightly
from zhike.procedures.actions import add_signer, decide, start, withdraw
from zhike.procedures.definitions import Definition, StepRule, read
from zhike.procedures.endings import ENDINGS
from zhike.procedures.inbox import asked, waiting_for
from zhike.procedures.models import Procedure, StepDecision

AT = datetime(2026, 11, 2, 2, 0, tzinfo=UTC)
DAY = AT.date()


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    with override("en"):
        yield


def step(code: str, **rule: Any) -> StepRule:
    return StepRule(code, {"zh": code, "en": code.title()}, **rule)


def flow(*steps: StepRule, order: str = "in_order") -> Definition:
    return Definition("flow", {"en": "Flow"}, steps, order)


GRADING = flow(
    step("verify", role="finance", apart_from=("start",)),
    step("decide", role="management", apart_from=("start", "verify")),
)


def begin(cast: Cast, definition: Definition = GRADING, by: str = "ming", **more: Any) -> Procedure:
    return start(
        kind="test", record=cast.customers.A, definition=definition, by=getattr(cast.people, by), at=AT, title="Grades", **more
    )  # fmt: skip


def waits(person: Person, day: date = DAY) -> list[str]:
    return [one.code for one in waiting_for(person, day)]


def grant(person: Person, role: Any) -> None:
    Grant.objects.create(
        person=person, role=role, from_on=date(2020, 1, 1), until_on=date(2099, 1, 1), granted_at=AT
    )


@pytest.fixture
def ended(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, Any]]:
    said: list[tuple[str, Any]] = []
    monkeypatch.setitem(
        ENDINGS, "test", [lambda _one, *, outcome, by, at: said.append((outcome, by and by.username))]
    )
    return said


def test_steps_follow_one_another_and_keep_apart(cast: Cast, ended: list[Any]) -> None:
    people = cast.people
    grant(people.fang, cast.roles.management)
    one = begin(cast, customer=cast.customers.A)
    verify, final = one.steps.all()
    assert (waits(people.fang), waits(people.boss), waits(people.ming)) == (["verify"], [], [])
    with pytest.raises(Conflict):
        decide(step=final, by=people.boss, at=AT, choice="approve")
    with pytest.raises(Forbidden):
        decide(step=verify, by=people.boss, at=AT, choice="approve")
    with pytest.raises(Invalid):
        decide(step=verify, by=people.fang, at=AT, choice="return")
    decide(step=verify, by=people.fang, at=AT, choice="approve")
    assert (waits(people.fang), waits(people.boss)) == ([], ["decide"])  # who verified does not approve
    with pytest.raises(Forbidden, match="earlier step"):
        decide(step=final, by=people.fang, at=AT, choice="approve")
    made = decide(step=final, by=people.boss, at=AT, choice="change", ground="all but one")
    one.refresh_from_db()
    assert (one.state, made.seat, ended) == ("approved", people.boss, [("approved", "boss")])
    with pytest.raises(Conflict):
        decide(step=final, by=people.boss, at=AT, choice="reject", ground="late")
    told = Entry.objects.filter(noun="procedure").order_by("id").values_list("action", flat=True)
    assert list(told) == [
        "procedure_started", "decision_refused", "step_decided", "decision_refused", "step_decided", "procedure_ended",
    ]  # fmt: skip
    assert set(Message.objects.values_list("person__username", "kind")) == {
        ("fang", "procedure_waits"), ("boss", "procedure_waits"), ("ming", "procedure_ended"),
    }  # fmt: skip
    assert read(one.definition) == GRADING


def test_rights_are_those_of_the_moment(cast: Cast) -> None:
    people = cast.people
    begin(cast)
    [verify, _final] = Procedure.objects.get().steps.all()
    grants = Grant.objects.filter(person=people.fang)
    grants.update(withdrawn_at=AT)  # the role is gone
    with pytest.raises(Forbidden):
        decide(step=verify, by=people.fang, at=AT, choice="approve")
    course.look_again(verify.pk, at=AT)
    verify.refresh_from_db()
    assert verify.stuck_at == AT
    assert waits(people.boss) == ["verify"]  # nobody can decide: management, in the last resort
    grants.update(withdrawn_at=None)
    course.look_again(verify.pk, at=AT)
    assert (waits(people.boss), waits(people.fang)) == ([], ["verify"])
    name_delegate(
        person=people.fang,
        delegate=people.keep,
        from_on=DAY,
        until_on=DAY,
        reason="leave",
        by=people.fang,
        at=AT,
    )
    assert waits(people.keep) == ["verify"]
    assert waits(people.keep, DAY + timedelta(days=1)) == []
    verify.refresh_from_db()
    assert asked(verify, DAY) == [people.keep]
    made = decide(step=verify, by=people.keep, at=AT, choice="approve")
    assert made.stands_in
    assert "for 方会计" in Entry.objects.get(action="step_decided_for").sentence()
    Person.objects.filter(pk=people.boss.pk).update(is_active=False)
    with pytest.raises(Forbidden):  # who has left decides nothing, whatever a session still believes
        decide(step=_final, by=people.boss, at=AT, choice="approve")


def test_a_delegate_of_the_submitter_does_not_approve_for_them(cast: Cast) -> None:
    people = cast.people
    name_delegate(
        person=people.fang,
        delegate=people.ming,
        from_on=DAY,
        until_on=DAY,
        reason="leave",
        by=people.fang,
        at=AT,
    )
    [verify, _final] = begin(cast).steps.all()
    assert waits(people.ming) == []
    with pytest.raises(Forbidden):
        decide(step=verify, by=people.ming, at=AT, choice="approve")


def test_all_must_sign_and_signers_are_added(cast: Cast, ended: list[Any]) -> None:
    people = cast.people
    grant(people.rong, cast.roles.department_head)
    one = begin(cast, flow(step("heads", role="department_head", needs_all=True)))
    [heads] = one.steps.all()
    with pytest.raises(Forbidden):
        add_signer(step=heads, person=people.fang, by=people.ming, at=AT)
    add_signer(step=heads, person=people.fang, by=people.head, at=AT)
    for person in (people.fang, people.rong):
        with pytest.raises(Conflict):
            add_signer(step=heads, person=person, by=people.head, at=AT)
    with pytest.raises(Invalid):
        add_signer(step=heads, person=people.old, by=people.head, at=AT)
    for name in ("head", "fang"):
        decide(step=heads, by=getattr(people, name), at=AT, choice="approve")
    with pytest.raises(Conflict):
        decide(step=heads, by=people.head, at=AT, choice="approve")
    assert (ended, waits(people.rong), waits(people.fang)) == ([], ["heads"], [])
    Person.objects.filter(pk=people.rong.pk).update(
        is_active=False
    )  # the last one leaves: nothing is missing any more
    assert course.look_again(heads.pk, at=AT) == 1
    assert ended == [("approved", None)]


def test_an_added_signature_is_awaited(cast: Cast, ended: list[Any]) -> None:
    people = cast.people
    [only] = begin(cast, flow(step("only", role="management"))).steps.all()
    grant(people.head, cast.roles.management)
    add_signer(step=only, person=people.fang, by=people.boss, at=AT)
    decide(step=only, by=people.boss, at=AT, choice="approve")
    assert ended == []
    with pytest.raises(Conflict, match="added signature"):
        decide(step=only, by=people.head, at=AT, choice="approve")
    decide(step=only, by=people.fang, at=AT, choice="reject", ground="no")
    assert ended == [("rejected", "fang")]


def test_returned_withdrawn_and_together(cast: Cast, ended: list[Any]) -> None:
    people = cast.people
    both = flow(
        step("money", role="finance"),
        step("board", role="management", apart_from=("money",)),
        order="together",
    )
    one = begin(cast, both)
    with pytest.raises(Conflict):
        begin(cast, both)
    assert (waits(people.fang), waits(people.boss)) == (["money"], ["board"])
    decide(
        step=one.steps.get(code="board"), by=people.boss, at=AT, choice="return", ground="March is missing"
    )
    assert (waits(people.fang), ended) == ([], [("returned", "boss")])
    again = begin(cast, both)
    with pytest.raises(Forbidden):
        withdraw(procedure=again, by=people.boss, at=AT)
    withdraw(procedure=again, by=people.ming, at=AT, ground="a slip")
    assert ended[-1] == ("withdrawn", "ming")
    with pytest.raises(Conflict):
        withdraw(procedure=again, by=people.ming, at=AT)
    Person.objects.filter(pk=people.ming.pk).update(is_active=False)
    third = begin(cast, both)
    third.refresh_from_db()
    withdraw(procedure=third, by=people.head, at=AT)  # the superior of whoever has left


def test_steps_depend_on_amount_and_grade(cast: Cast) -> None:
    rule = flow(
        step("head", role="department_head"),
        step("board", role="management", when={"grades": ["A"], "amount_from": "500000"}),
    )
    small = begin(cast, rule, facts={"grades": ["A"], "amount": "499999.99"})
    assert [one.state for one in small.steps.all()] == ["open", "skipped"]
    withdraw(procedure=small, by=cast.people.ming, at=AT)
    large = begin(cast, rule, facts={"grades": ["A"], "amount": "500000"})
    assert [one.state for one in large.steps.all()] == ["open", "waiting"]
    withdraw(procedure=large, by=cast.people.ming, at=AT)
    with pytest.raises(Invalid, match="nobody would decide"):
        begin(cast, flow(step("board", role="management", when={"grades": ["A"]})), facts={"grades": ["D"]})
    with pytest.raises(Invalid, match="not there"):
        begin(cast, flow(step("ghost", role="ghost")))


def test_those_who_do_not_see_the_customer_are_not_asked(cast: Cast) -> None:
    people = cast.people
    one = begin(cast, flow(step("check", role="regional_manager")), customer=cast.customers.C, by="shu")
    assert waits(people.rong) == []  # the customer lies in the south
    [check] = one.steps.all()
    assert (check.stuck_at, waits(people.boss)) == (AT, ["check"])


def test_time_limits_follow_from_the_days(cast: Cast, ended: list[Any]) -> None:
    people = cast.people
    rule = flow(
        step("manager", person="ming", within_days=3),
        step("money", role="finance", within_days=2, escalate_to="management", default="approve"),
        step("board", role="management", within_days=5, default="reject"),
    )
    one = begin(cast, rule, by="gao")
    manager, money, board = one.steps.all()
    late = AT + timedelta(days=4)
    assert (waits(people.head, DAY + timedelta(days=3)), waits(people.head, late.date())) == ([], ["manager"])
    assert course.catch_up(at=late) == {
        "defaults": 0,
        "escalated": 1,
    }  # the superior was told; the right came by itself
    assert course.catch_up(at=late) == {"defaults": 0, "escalated": 0}
    assert Message.objects.filter(kind="step_escalated").get().person == people.head
    decide(step=manager, by=people.head, at=late, choice="approve")
    money.refresh_from_db()
    assert (money.due_on, money.ends_on) == (date(2026, 11, 8), date(2026, 11, 10))
    assert waits(people.boss, date(2026, 11, 8)) == []
    assert waits(people.boss, date(2026, 11, 9)) == ["money"]
    assert waits(people.fang, date(2026, 11, 11)) == []  # over, although nothing has been carried out
    much_later = datetime(2026, 12, 24, 1, 0, tzinfo=UTC)  # the worker was down for weeks
    with pytest.raises(Conflict):
        decide(step=board, by=people.boss, at=much_later, choice="approve")
    one.refresh_from_db()
    assert (one.state, ended) == ("rejected", [("rejected", None)])
    assert [one.at for one in StepDecision.objects.filter(person=None)] == [
        course.midnight(date(2026, 11, 11)), course.midnight(date(2026, 11, 17)),
    ]  # fmt: skip


def test_the_periodic_job_tells_once(cast: Cast) -> None:
    begin(cast)
    run: Any = type("Run", (), {"at": AT, "progress": lambda *_numbers: None})()
    assert nightly.watch(run) == nightly.watch(run) == {"defaults": 0, "escalated": 0}
    assert nightly.look(run) == nightly.look(run) == {"looked_at": 1, "met": 0}
    assert Message.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_hundred_approvals_at_once_give_one_decision() -> None:
    cast = assemble()
    [only] = begin(cast, flow(step("only", role="management"))).steps.all()
    boss, outcomes, ready = cast.people.boss, [], threading.Barrier(8)

    def approve(times: int) -> None:
        ready.wait()
        for _ in range(times):
            try:
                decide(step=only, by=boss, at=AT, choice="approve")
                outcomes.append("decided")
            except Conflict:
                outcomes.append("too late")
        connections.close_all()

    threads = [threading.Thread(target=approve, args=(25,)) for _ in range(8)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert (outcomes.count("decided"), len(outcomes)) == (1, 200)
    assert StepDecision.objects.count() == 1
    assert Entry.objects.filter(action="procedure_ended").count() == 1
    assert actions.definition_of(only.procedure).steps[0].code == "only"
    assert connection.vendor in ("sqlite", "postgresql")
