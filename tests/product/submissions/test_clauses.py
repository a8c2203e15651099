"""What the catalogue asks of monthly figures, acted out on pages and the interface for programs."""

from __future__ import annotations

import json
from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone, translation

from zhike.facts.models import Order
from zhike.grading.running import start_run
from zhike.kernel.refusals import Invalid
from zhike.outbox.models import Message
from zhike.people.models import Role
from zhike.submissions.chasing import watch
from zhike.submissions.models import Submission
from zhike.submissions.months import state_of_months

pytestmark = pytest.mark.django_db


@pytest.fixture
def english(client_for):
    """`english(person)` is a browser of that person, in English."""

    def made(person):
        client = client_for(person)
        client.cookies["zhike_language"] = "en"
        return client

    return made


def look(clock, moment: str) -> dict[str, int]:
    """The nightly check, at a moment."""
    at = clock(moment)
    return watch(at, timezone.localtime(at).date())


@pytest.mark.clause("GRD-17")
def test_a_month_that_nobody_submits_is_chased_escalated_and_shown(
    cast, policy, analyst, english, clock, data_dir
):
    clock("2026-04-02 09:00")
    head, verifier = english(cast.people.head), english(analyst)
    for month in ("2026-01", "2026-02"):
        sent = head.post("/submissions/new/", {"department": "key", "month": month, "source": "sheet", "file": SimpleUploadedFile(
            "m.csv", b"customer,amount,orders,profit\nA,0,0,0\n")})  # fmt: skip
        assert verifier.post(f"{sent['Location']}sign/", {}).status_code == 302
    assert "not yet submitted" in head.get("/submissions/").content.decode()
    assert look(clock, "2026-04-05 09:00")["told"] == 0
    assert look(clock, "2026-04-06 09:00")["told"] == 1
    assert look(clock, "2026-04-07 09:00")["told"] == 0
    told = Message.objects.get(kind="figures_late")
    assert (told.person, "2026-03" in told.text) == (cast.people.head, True)
    assert look(clock, "2026-04-10 09:00")["told"] == 1
    assert Message.objects.get(kind="figures_escalated").person == cast.people.boss
    head, boss = english(cast.people.head), english(cast.people.boss)
    said = head.get("/submissions/").content.decode()
    assert "5 days late" in said
    assert "escalated" in said
    assert "Figures of Key for 2026-03" in head.get("/").content.decode()
    assert "Figures of Key for 2026-03" in boss.get("/").content.decode()
    states = {f"{one.month:%Y-%m}": one.state for one in state_of_months(policy, date(2026, 4, 10))}
    assert states == {"2026-01": "signed", "2026-02": "signed", "2026-03": "late"}
    with translation.override("en"):
        run = start_run(version=policy, as_of=date(2026, 3, 31), by=analyst, at=timezone.now())
    assert run.missing_months == ["2026-03"]
    assert "Data incomplete: 2026-03 missing." in run.board["warnings"]
    rows = {row["month"]: row for row in json.loads(boss.get("/api/v1/submissions/months").content)}
    assert (rows["2026-03"]["state"], rows["2026-03"]["days_late"]) == ("late", 5)


@pytest.mark.clause("GRD-18")
def test_a_month_that_differs_is_listed_returned_explained_and_signed_by_another(
    cast, policy, analyst, english, clock, data_dir
):
    clock("2026-07-03 09:00")
    head, verifier = english(cast.people.head), english(analyst)
    form = head.get("/submissions/new/").content.decode()
    assert 'value="2026-06"' in form
    wrong = head.post("/submissions/new/", {"department": "key", "month": "2026-06", "source": "sheet",
                      "file": SimpleUploadedFile("june.csv", b"customer,amount,orders\nA,x,1\n")})  # fmt: skip
    assert wrong.status_code == 422
    assert "Row 2" in wrong.content.decode()
    text = b"customer,order amount,orders,profit\nA,900,1,100\nNobody Ltd,5,1,1\n"
    sent = head.post("/submissions/new/", {"department": "key", "month": "2026-06", "source": "sheet",
                     "file": SimpleUploadedFile("june.csv", text)})  # fmt: skip
    path = sent["Location"]
    assert Message.objects.get(kind="figures_to_verify").person == analyst
    said = verifier.get(path).content.decode()
    assert all(
        word in said
        for word in ("AAALPHA", "900.00", "orders: 1,000.00", "the amount is not that of the orders")
    )
    assert "no customer is called like this" in said
    refused = verifier.post(f"{path}sign/", {})
    assert refused.status_code == 422
    assert "2 differences are not explained" in refused.content.decode()
    with translation.override("en"), pytest.raises(Invalid, match="2026-06 are not signed off"):
        start_run(version=policy, as_of=date(2026, 6, 30), by=analyst, at=timezone.now())
    assert head.post(f"{path}sign/", {}).status_code == 403
    assert verifier.post(f"{path}return/", {"comment": "A is wrong"}).status_code == 302
    assert "A is wrong" in head.get(path).content.decode()
    assert Message.objects.get(kind="figures_back").person == cast.people.head


@pytest.mark.clause("GRD-18")
def test_a_signed_month_is_closed_and_what_changes_later_asks_for_a_further_edition(
    cast, policy, analyst, english, clock, data_dir
):
    clock("2026-07-03 09:00")
    head, verifier = english(cast.people.head), english(analyst)
    figures = json.dumps({
        "department": "key", "month": "2026-06", "figures": [{"customer": "A", "amount": "1500", "orders": 1, "profit": "100"}],
    })  # fmt: skip
    once = {"content_type": "application/json", "headers": {"Idempotency-Key": "june"}}
    again = head.post("/api/v1/submissions", figures, **once)
    assert again.status_code == 201
    found = again.json()
    assert head.post("/api/v1/submissions", figures, **once).json() == found
    assert [line["differs"] for line in found["lines"]] == [["amount"]]
    path = f"/submissions/{found['id']}/"
    line = found["lines"][0]["line"]
    assert head.post(f"{path}explain/", {f"line-{line}": "credit note follows"}).status_code == 302
    assert "credit note follows" in verifier.get(path).content.decode()
    assert verifier.post(f"{path}sign/", {"comment": "seen"}).status_code == 302
    assert (
        start_run(version=policy, as_of=date(2026, 6, 30), by=analyst, at=timezone.now()).missing_months == []
    )
    Order.objects.create(
        number="LATE", customer=cast.customers.A, ordered_on=date(2026, 6, 30), amount=50, currency="CNY"
    )
    assert look(clock, "2026-07-04 09:00")["changed"] == 1
    head, verifier = english(cast.people.head), english(analyst)
    assert "1 changed" in verifier.get("/submissions/").content.decode()
    assert "1,000.00 → 1,050.00" in head.get(path).content.decode()
    assert head.post(f"{path}correct/", {"source": "orders", "note": ""}).status_code == 422
    fixed = head.post(f"{path}correct/", {"source": "orders", "note": "an order came late"})["Location"]
    assert state_of_months(policy, date(2026, 7, 4))[-1].state == "signed"
    done = verifier.post(f"/api/v1{fixed}sign", "{}", **once)
    assert (done.status_code, done.json()["edition"]) == (200, 2)
    analyst.grants.update(withdrawn_at=timezone.now())
    assert english(analyst).post(f"/api/v1{fixed}sign", "{}", **once).status_code == 403
    Role.objects.filter(code="department_head").update(sees=["basic"])
    assert english(cast.people.head).post("/api/v1/submissions", figures, **once).status_code == 403
    assert {one.number: one.state for one in Submission.objects.all()} == {1: "replaced", 2: "signed"}


def test_whoever_has_no_part_in_a_department_sees_none_of_its_figures(
    cast, policy, analyst, client_for, clock, data_dir
):
    clock("2026-07-03 09:00")
    head = client_for(cast.people.head)
    path = head.post("/submissions/new/", {"department": "key", "month": "2026-06", "source": "orders"})[
        "Location"
    ]
    assert client_for(cast.people.rong).get(path).status_code == 404
    assert client_for(cast.people.ming).get(path).status_code == 403
    assert client_for(cast.people.audit).get(path).status_code == 200
    assert "•••" in client_for(cast.people.audit).get(f"{path}?show=all").content.decode()
    book = head.get("/submissions/form/?department=key")
    assert book.content.startswith(b"PK")
    assert head.get("/submissions/form/?department=trade").status_code == 404


def test_pages_ask_the_database_no_more_for_more_rows(
    cast, policy, analyst, client_for, clock, data_dir, django_assert_max_num_queries
):
    clock("2026-07-03 09:00")
    from zhike.customers.models import Customer

    early = cast.customers.A.added_at
    several = [Customer(code=f"K{number}", name=f"K {number}", department=cast.departments.key, manager=cast.people.ming, life="current",
                        added_at=early, changed_at=early) for number in range(60)]  # fmt: skip
    Customer.objects.bulk_create(several)
    Order.objects.bulk_create(
        Order(number=f"N{one.code}", customer=one, ordered_on=date(2026, 6, 3), amount=10, currency="XXX")
        for one in several
    )
    head, verifier = client_for(cast.people.head), client_for(analyst)
    path = head.post("/submissions/new/", {"department": "key", "month": "2026-06", "source": "orders"})[
        "Location"
    ]
    for client, where, most in (
        (head, path, 32),
        (verifier, f"{path}?show=all", 32),
        (head, "/submissions/", 24),
        (verifier, "/", 40),
    ):
        with django_assert_max_num_queries(most):
            assert client.get(where).status_code == 200
