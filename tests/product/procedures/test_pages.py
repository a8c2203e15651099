"""The inbox and the page of a procedure, through the browser and the API."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from tests.product.cast import Cast
from zhike.kernel.journal import Entry
from zhike.people.delegations import name_delegate
from zhike.people.models import Denial
from zhike.procedures import course
from zhike.procedures.actions import start
from zhike.procedures.definitions import Definition, StepRule
from zhike.procedures.models import Procedure, ProcedureStep, StepDecision

BOTH = Definition(
    "appeal", {"zh": "等级申诉", "en": "Appeal"},
    (
        StepRule("head", {"zh": "主任", "en": "Head"}, role="department_head", apart_from=("start",), within_days=5),
        StepRule("board", {"zh": "审定", "en": "Board"}, role="management", apart_from=("start", "head"), within_days=5),
    ),
)  # fmt: skip
BOARD = Definition("appeal", BOTH.title, BOTH.steps[1:])


def begin(cast: Cast, number: int = 0, definition: Definition = BOTH, **more: Any) -> Procedure:
    record = type(cast.people.ming)(pk=number + 1000)
    given = {"by": cast.people.ming, "at": timezone.now(), "title": f"Appeal {number}"} | more
    return start(kind="appeal", record=record, definition=definition, **given)


def test_a_procedure_is_decided_on_its_page(cast: Cast, client_for: Any, data_dir: Any) -> None:
    people = cast.people
    one = begin(cast, customer=cast.customers.A, facts={"amount": "12000"})
    head, board, ming, gao = (
        client_for(person) for person in (people.head, people.boss, people.ming, people.gao)
    )
    address = f"/procedures/{one.pk}/"
    shown_to_those_it_concerns(address, ming, head, board, gao)
    first, second = one.steps.all()
    decide = f"/procedures/steps/{first.pk}/decide/"
    assert gao.post(decide, {"choice": "approve"}).status_code == 404
    assert ming.post(decide, {"choice": "approve"}).status_code == 403
    assert Denial.objects.filter(person=people.ming).exists()
    assert Entry.objects.get(action="decision_refused").by == people.ming
    said = head.post(decide, {"choice": "return"})
    assert said.status_code == 422
    assert "Say why" in said.content.decode()
    assert head.get(f"/procedures/steps/{first.pk}/signers/").status_code == 200
    sign = head.post(f"/procedures/steps/{first.pk}/signers/", {"person": people.old.pk})
    assert sign.status_code == 422
    assert head.post(f"/procedures/steps/{first.pk}/signers/", {"person": people.fang.pk}).status_code == 302
    assert head.post(decide, {"choice": "approve"}).status_code == 302
    fang = client_for(people.fang)
    assert "Your decision" in fang.get(address).content.decode()
    fang.post(decide, {"choice": "approve"})
    last = f"/procedures/steps/{second.pk}/decide/"
    assert board.post(last, {"choice": "reject", "ground": "sales fell"}).status_code == 302
    page = ming.get(address).content.decode()
    assert "sales fell" in page
    assert "Take back" not in page
    assert "turned down" in page
    assert board.post(last, {"choice": "approve"}).status_code == 409


def shown_to_those_it_concerns(address: str, ming: Client, head: Client, board: Client, gao: Client) -> None:
    """Who began sees it and may take it back; whose turn it is finds it in the inbox; nobody else knows of it."""
    assert gao.get(address).status_code == 404
    page = ming.get(address).content.decode()
    assert "Take back" in page
    assert "Your decision" not in page
    assert "何主任" in page
    page = head.get("/inbox/").content.decode()
    assert "Appeal 0" in page
    assert "AAALPHA" in page
    assert "Decide…" in page
    assert ">1<" in head.get("/inbox/count/").content.decode()
    assert board.get("/inbox/count/").content.strip() == b""
    assert "Your decision" in head.get(address).content.decode()


def test_a_note_carries_a_file(cast: Cast, client_for: Any, data_dir: Any) -> None:
    people = cast.people
    one = begin(cast, customer=cast.customers.A)
    head, ming, gao = (client_for(person) for person in (people.head, people.ming, people.gao))
    address = f"/procedures/{one.pk}/"
    file = SimpleUploadedFile("grounds.txt", b"sales of May")
    assert head.post(f"{address}notes/", {"text": "May was late", "file": file}).status_code == 302
    bad = SimpleUploadedFile("page.html", b"<html><script>x</script>")
    assert "Attached can be" in head.post(f"{address}notes/", {"file": bad}, follow=True).content.decode()
    note = one.notes.get()
    given = ming.get(f"/procedures/notes/{note.pk}/")
    assert b"".join(given) == b"sales of May"
    assert "sandbox" in given["Content-Security-Policy"]
    assert gao.get(f"/procedures/notes/{note.pk}/").status_code == 404


def test_who_began_takes_it_back_and_all_are_listed(cast: Cast, client_for: Any) -> None:
    people = cast.people
    board, ming = client_for(people.boss), client_for(people.ming)
    begin(cast)
    for which in ("started/", "decided/", "", "?state=rejected", "?stuck=1", "?q=Appeal"):
        assert ming.get(f"/procedures/{which}").status_code == 200
    assert "Appeal 0" in client_for(people.audit).get("/procedures/").content.decode()
    again = begin(cast, 1)
    assert ming.post(f"/procedures/{again.pk}/withdraw/", {"ground": "a slip"}).status_code == 302
    assert ming.post(f"/procedures/{again.pk}/withdraw/", {"ground": ""}).status_code == 409
    third = begin(cast, 3)
    assert board.post(f"/procedures/{third.pk}/withdraw/", {"ground": ""}).status_code == 403


def test_many_are_decided_at_once_and_a_refusal_holds_up_no_other(
    cast: Cast, client_for: Any, django_assert_max_num_queries: Any
) -> None:
    people = cast.people
    at = timezone.now()
    rows = [begin(cast, number, BOARD) for number in range(3)]
    mine = begin(cast, 9, BOARD, by=people.boss)  # the boss's own: stuck, and not the boss's to decide
    boss = client_for(people.boss)
    keys = [step.pk for one in rows for step in one.steps.all()]
    assert boss.post("/inbox/decide/", {"pick": keys}).status_code == 200
    assert boss.post("/inbox/decide/", {"pick": keys, "sent": "1", "choice": "reject"}).status_code == 422
    picked = [keys[0], mine.steps.get().pk, "x", "99999999"]
    boss.post("/inbox/decide/", {"pick": picked, "sent": "1", "choice": "approve"})
    assert StepDecision.objects.count() == 1
    boss.post("/inbox/decide/", {"every": "1", "query": "?q=Appeal 1", "sent": "1", "choice": "approve"})
    assert list(Procedure.objects.filter(state="approved").order_by("pk")) == rows[:2]
    # late, and through a delegate
    day = timezone.localdate()
    name_delegate(
        person=people.boss,
        delegate=people.keep,
        from_on=day,
        until_on=day,
        reason="leave",
        by=people.boss,
        at=at,
    )
    ProcedureStep.objects.filter(pk=keys[2]).update(due_on=day - timedelta(days=1))
    keep = client_for(people.keep)
    assert "for 管理层 Bo" in keep.get("/inbox/?late=1").content.decode()
    assert "who is away" in keep.get(f"/procedures/{rows[2].pk}/").content.decode()
    for number in range(20, 60):
        begin(cast, number, BOARD)
    with django_assert_max_num_queries(30) as few:
        boss.get("/inbox/")
    rows[2].refresh_from_db()
    for one in Procedure.objects.filter(state="open").exclude(pk=rows[2].pk)[:38]:
        one.steps.update(state="cancelled")
    with django_assert_max_num_queries(len(few)):
        boss.get("/inbox/")
    assert course.catch_up(at=at)["escalated"] == 1


def test_the_api_tells_what_waits_and_takes_one_decision(cast: Cast, client_for: Any) -> None:
    people = cast.people
    one = begin(cast, customer=cast.customers.A)
    first = one.steps.first()
    assert first is not None
    head, ming = client_for(people.head), client_for(people.ming)
    [row] = head.get("/api/v1/inbox").json()["rows"]
    assert (row["id"], row["customer"], row["started_by"], row["step"]) == (first.pk, "A", "ming", "Head")
    where = f"/api/v1/inbox/{first.pk}/decision"

    def post(client: Any, **body: str) -> Any:
        return client.post(where, body, content_type="application/json", headers={"Idempotency-Key": "k1"})

    assert (
        client_for(people.gao).post(where, {"choice": "approve"}, content_type="application/json").status_code
        == 404
    )
    assert post(ming, choice="approve").status_code == 403
    assert Entry.objects.get(action="decision_refused").by == people.ming
    assert post(head, choice="reject").status_code == 422
    made, again = post(head, choice="approve"), post(head, choice="approve")
    assert (made.status_code, made.json()) == (again.status_code, again.json())
    assert (made.json()["decided_for"], made.json()["state"]) == ("head", "open")
    assert StepDecision.objects.count() == 1
    late = head.post(where, {"choice": "approve"}, content_type="application/json")
    assert late.status_code == 409
    assert client_for(people.nina).get("/api/v1/inbox").status_code == 403  # before the agreement is signed


def test_the_number_is_there_before_the_agreement_is_signed(cast: Cast, client_for: Any) -> None:
    nina = client_for(cast.people.nina)
    assert nina.get("/inbox/count/").status_code == 200
    assert nina.get("/inbox/").status_code == 403


@pytest.mark.parametrize("who", ["hana", "idle", "root"])
def test_everybody_has_an_inbox(cast: Cast, client_for: Any, who: str) -> None:
    page = client_for(getattr(cast.people, who)).get("/inbox/")
    assert page.status_code == 200
    assert "Nothing waits for you" in page.content.decode()
