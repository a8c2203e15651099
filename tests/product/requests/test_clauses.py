"""The clauses of requests: limits by grade and version of the moment they come in, the first answer, what is overdue."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from types import SimpleNamespace

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.product.requests.conftest import amended, asked, graded
from zhike.customers.handovers import open_handover, sign_handover
from zhike.kernel.journal import Entry
from zhike.kernel.refusals import Conflict
from zhike.outbox.models import Message
from zhike.policies.models import PolicyVersion
from zhike.requests.actions import answer_request
from zhike.requests.models import KINDS, ServiceRequest
from zhike.requests.watching import tell_overdue
from zhike_engine.policy.clocks import REQUEST_KINDS

pytestmark = pytest.mark.django_db


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.clause("GOV-01")
def test_a_shorter_limit_rules_new_requests_and_leaves_the_open_one(desk: SimpleNamespace) -> None:
    """The draft with 12 hours is approved and takes effect: a new A request runs on 12, the open one on 24; each shows its version."""
    graded(desk, B="A")
    amended(desk, "2026-04-01", a_response_hours="12")
    desk.clock("2026-03-31 03:00")
    old = asked(desk.as_("gao"), "B", "2026-03-31T10:00")
    desk.clock("2026-04-01 01:30")
    gao = desk.as_("gao")
    new = asked(gao, "B", "2026-04-01T09:00")
    shown = [gao.get(one.get_absolute_url()).content.decode() for one in (old, new)]
    assert ["24 hours" in shown[0], "12 hours" in shown[1]] == [True, True]
    assert [
        "Foreign-trade customer grading v1" in shown[0],
        "Foreign-trade customer grading v2" in shown[1],
    ] == [True, True]
    kept = [gao.get(f"/api/v1/requests/{one.pk}").json() for one in (old, new)]
    assert [(one["hours"], one["due_at"], one["grade"], one["clock"]) for one in kept] == [
        ("24", "2026-04-01T02:00:00Z", "A", "response"), ("12", "2026-04-01T13:00:00Z", "A", "response"),
    ]  # fmt: skip
    assert [one["policy_version"] for one in kept] == [desk.version.pk, desk.version.pk + 1]
    assert (
        gao.post(
            f"{old.get_absolute_url()}answer/", {"answer": "done", "answered_at": "2026-04-01T09:30"}
        ).status_code
        == 302
    )
    assert "answered in time" in gao.get(old.get_absolute_url()).content.decode()


@pytest.mark.clause("SLA-01")
def test_after_thirty_hours_a_is_breached_and_b_and_c_are_met(desk: SimpleNamespace) -> None:
    """Requests of A, B and C of one moment, answered after 30 hours; an automatic receipt in between stops no clock."""
    graded(desk, A="A", B="B", C="C")
    desk.clock("2026-03-09 01:00")
    boss = desk.as_("boss")
    three = [asked(boss, code, "2026-03-09T08:30") for code in "ABC"]
    receipt = boss.post(f"/api/v1/requests/{three[0].pk}/receipt").json()
    assert (receipt["state"], receipt["receipt_at"][:16]) == ("waiting", "2026-03-09T01:00")
    desk.clock("2026-03-10 06:30")
    boss = desk.as_("boss")
    assert "does not count as an answer" in boss.get(three[0].get_absolute_url()).content.decode()
    for one in three:
        form = {"answer": "called back", "answered_at": "2026-03-10T14:30"}
        assert boss.post(f"{one.get_absolute_url()}answer/", form).status_code == 302
    rows = ServiceRequest.objects.order_by("customer__code").values_list("hours", "met")
    assert list(rows) == [(Decimal(24), False), (Decimal(48), True), (Decimal(72), True)]
    late = boss.get("/requests/?tab=late").content.decode()
    assert ["enquiry of A" in late, "enquiry of B" in late] == [True, False]
    assert "answered late" in boss.get("/customers/A/?tab=contacts").content.decode()


def test_without_grade_or_limit_the_page_says_why(desk: SimpleNamespace) -> None:
    """Nobody invents a limit: no grade, no clock for the grade, a parameter that is unset."""
    assert list(KINDS) == list(REQUEST_KINDS)  # what the product calls kinds is what policies name
    graded(desk, B="A", C="A")
    desk.clock("2026-03-09 01:00")
    boss = desk.as_("boss")
    bare = asked(boss, "A", "2026-03-09T08:30")
    assert "The customer had no grade when it came in." in boss.get(bare.get_absolute_url()).content.decode()
    assert (
        boss.post(
            "/requests/new/",
            {"customer": "B", "kind": "enquiry", "channel": "call", "subject": "", "received_at": ""},
        ).status_code
        == 422
    )
    PolicyVersion.objects.create(
        policy=desk.version.policy, number=2, state="published", text=desk.version.text, effective_on=date(2026, 3, 5),
        values={name: value for name, value in desk.version.values.items() if name != "a_response_hours"},
        drafted_on=date(2026, 3, 4), published_at=desk.at,
    )  # fmt: skip
    unset = asked(boss, "B", "2026-03-09T08:30")
    assert (unset.due_at, unset.reason, unset.clock) == (None, "unset", "response")
    assert "has not set the time limit" in boss.get(unset.get_absolute_url()).content.decode()
    given = {
        "customer": "C",
        "kind": "repair",
        "channel": "chat",
        "subject": "scale",
        "received_at": "2026-03-09T08:00:00+08:00",
    }
    one, again = (
        boss.post(
            "/api/v1/requests", given, content_type="application/json", headers={"Idempotency-Key": "k"}
        ).json()
        for _ in "12"
    )
    assert (one, one["why_no_limit"], one["state"]) == (again, "unset", "waiting")
    assert (
        boss.post(
            f"/api/v1/requests/{one['id']}/answer", {"answer": "fixed"}, content_type="application/json"
        ).json()["state"]
        == "answered"
    )


def test_one_first_answer_corrections_with_ground_and_rights(desk: SimpleNamespace) -> None:
    """Of two answers one counts; who may not see finds nothing, who may not do is refused; a correction needs its ground."""
    graded(desk, B="A")
    desk.clock("2026-03-09 01:00")
    gao, rong, shu, audit = (desk.as_(name) for name in ("gao", "rong", "shu", "audit"))
    one = asked(gao, "B", "2026-03-09T08:30")
    here = one.get_absolute_url()
    assert [page.get(here).status_code for page in (gao, rong, shu, audit)] == [200, 200, 404, 200]
    assert shu.get(f"/api/v1/requests/{one.pk}").status_code == 404
    assert "enquiry of B" not in shu.get("/requests/?tab=all").content.decode()
    assert [shu.post(f"{here}answer/", {}).status_code, audit.post(f"{here}answer/", {}).status_code] == [
        404,
        403,
    ]
    assert (
        gao.post(f"{here}correct/", {"received_at": "2026-03-09T08:00", "ground": "mail"}).status_code == 403
    )
    assert rong.post(f"{here}correct/", {"received_at": "2026-03-09T08:00", "ground": ""}).status_code == 422
    assert (
        rong.post(
            f"{here}correct/", {"received_at": "2026-03-09T08:00", "ground": "the mail says so"}
        ).status_code
        == 302
    )
    one.refresh_from_db()
    assert one.due_at == at("2026-03-10 00:00")
    entry = Entry.objects.get(action="request_corrected")
    assert (entry.by, entry.data["words"]) == (desk.people.rong, {"ground": "the mail says so"})
    assert sorted(entry.data["before"]) == ["due_at", "received_at"]
    stale = ServiceRequest.objects.get(pk=one.pk)
    form = {"answer": "done", "answered_at": "2026-03-09T09:00"}
    assert [gao.post(f"{here}answer/", form).status_code, rong.post(f"{here}answer/", form).status_code] == [
        302,
        409,
    ]
    assert ServiceRequest.objects.get().answered_by == desk.people.gao
    with pytest.raises(Conflict):  # who read it before the first answer comes second all the same
        answer_request(request=stale, answer="also done", by=desk.people.rong, at=at("2026-03-09 01:00"))
    assert rong.post(f"{here}close/", {"ground": "double"}).status_code == 409
    assert Entry.objects.filter(action="request_answered").count() == 1
    second = asked(gao, "B", "2026-03-09T08:45")
    assert rong.post(f"{second.get_absolute_url()}close/", {"ground": ""}).status_code == 422
    assert rong.post(f"{second.get_absolute_url()}close/", {"ground": "double"}).status_code == 302
    assert "closed without an answer" in gao.get(second.get_absolute_url()).content.decode()


def test_who_owns_a_request_is_told_and_once_more_with_the_superior_when_it_is_overdue(
    desk: SimpleNamespace,
) -> None:
    """Told on coming in; told once when overdue, however often the job runs; on the desk of its owner meanwhile."""
    graded(desk, A="A")
    desk.clock("2026-03-09 01:00")
    one = asked(desk.as_("boss"), "A", "2026-03-09T08:30")
    told = Message.objects.filter(kind="request_received").values_list("person__username", flat=True)
    assert list(told) == ["ming"]
    assert (
        "answer “enquiry of A” · 2026-03-10 08:30"
        in desk.as_("ming").get("/customers/duties/").content.decode()
    )
    assert tell_overdue(at=at("2026-03-10 00:30")) == 0
    assert [tell_overdue(at=at("2026-03-10 00:31")) for _twice in "12"] == [1, 0]
    told = Message.objects.filter(kind="request_overdue").order_by("person__username")
    assert list(told.values_list("person__username", flat=True)) == ["head", "ming"]
    desk.clock("2026-03-10 01:00")
    ming = desk.as_("ming")
    assert ming.get("/requests/?tab=overdue").context["table"].total == 1
    assert "enquiry of A" in ming.get("/customers/A/").content.decode()
    assert ming.get(one.get_absolute_url()).status_code == 200
    counts = []
    where = "/requests/?tab=overdue&q=a&c=kind:in:enquiry&c=channel:in:call&c=due:le:2026-03-10&sort=-due"
    assert ming.get(where).context["table"].total == 1
    for _few_then_many in "12":
        with CaptureQueriesContext(connection) as queries:
            assert ming.get(where).status_code == 200
        counts.append(len(queries))
        given = {
            name: getattr(one, name)
            for name in ("customer", "kind", "channel", "subject", "owner", "received_at", "recorded_by")
        }
        rows = [
            ServiceRequest(**given, recorded_at=one.recorded_at, due_at=one.due_at) for _more in range(30)
        ]
        ServiceRequest.objects.bulk_create(rows)
    assert counts[0] == counts[1]
    handover = open_handover(
        customer=one.customer, receiver=desk.people.tess, by=desk.people.head, at=desk.at
    )
    assert {"kind": "request", "text": "enquiry of A", "due": "2026-03-10"} in handover.items
    for person in (desk.people.ming, desk.people.tess):
        sign_handover(handover=handover, by=person, at=desk.at)
    one.refresh_from_db()
    assert (one.owner, Entry.objects.filter(action="request_passed").count()) == (desk.people.tess, 61)
