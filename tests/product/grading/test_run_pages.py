"""The pages of runs: starting, board, results, explanations, what-if with scenarios, judgements, forecasts."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils.html import escape

from tests.product.grading import world
from zhike.customers.models import Customer
from zhike.grading.deciding import submit_run
from zhike.grading.frozen import close_all, folder_of
from zhike.grading.judgements import Judgement
from zhike.grading.models import Grade, GradingResult, GradingRun, Proposal
from zhike.grading.outlooks import hindsight
from zhike.grading.scenarios import Scenario
from zhike.grading.schedule import due_runs, last_end, next_end, queue_due
from zhike.intelligence.models import Intelligence
from zhike.kernel.journal import Entry
from zhike.outbox.models import Message
from zhike.people.delegations import name_delegate

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("data_dir")]


@pytest.fixture(autouse=True)
def closed():  # type: ignore[no-untyped-def]
    yield
    close_all()


def queries(client, address: str) -> int:  # type: ignore[no-untyped-def]
    """How many queries a page takes."""
    with CaptureQueriesContext(connection) as found:
        assert client.get(address).status_code == 200
    return len(found)


@pytest.fixture
def histories(cast):  # type: ignore[no-untyped-def]
    """A policy in force, and customers: LATE grows too late for A, SWING swings, FRESH has no year yet. Gives the analyst."""
    lin, _version = world.foreign(cast)
    old = date(2018, 3, 1)
    late = world.customer(cast, "LATE", old)
    world.orders(late, {2023: "6000000", 2024: "6100000", 2025: "7500000"})
    swings = world.customer(cast, "SWING", old)
    world.orders(swings, {2022: "500000", 2023: "800000", 2024: "480000", 2025: "490000"}, share="0.01")
    world.customer(cast, "FRESH", date(2025, 11, 1))
    Grade.objects.create(customer=late, rating="foreign-trade.value", grade="A", from_on=date(2025, 1, 20))
    Intelligence.objects.create(
        kind="trend", title="Retail grows", industry="retail", source="press", known_on=date(2025, 10, 1), reliability="sure",
        confirmed_on=date(2025, 10, 1), growth=Decimal(5), added_by=lin, added_at=world.NOW,
    )  # fmt: skip
    return lin


@pytest.fixture
def run(histories, client_for, clock):  # type: ignore[no-untyped-def]
    """The run of the year's end, started on its page."""
    at = clock("2026-01-12 09:00")
    client = client_for(histories)
    assert "Start" in client.get("/grading/").content.decode()
    answer = client.post("/grading/start/foreign-trade/", {"as_of": "2025-12-31", "note": "year-end"})
    made = GradingRun.objects.get()
    assert answer.url == f"/grading/runs/{made.pk}/"
    assert made.missing_months == []
    world.work(at)
    made.refresh_from_db()
    assert made.state == "ready", made.error
    return made


def test_what_is_missing_keeps_a_run_from_starting(histories, client_for, clock):
    clock("2026-01-12 09:00")
    client = client_for(histories)
    world.published("weighing-equipment", unset=True)
    refused = client.post("/grading/start/weighing-equipment/", {"as_of": "2025-12-31"})
    assert refused.status_code == 422
    # a customer in two scopes keeps both from running
    assert "in the scope of" in client.get("/grading/start/foreign-trade/").content.decode()
    assert client.post("/grading/start/foreign-trade/", {"as_of": "2025-12-31"}).status_code == 422
    assert not GradingRun.objects.exists()


@pytest.mark.clause("GRD-07")
@pytest.mark.clause("GRD-09")
@pytest.mark.clause("GRD-11")
@pytest.mark.clause("GRD-13")
@pytest.mark.clause("GRD-19")
def test_the_board_and_the_explanations_say_why(cast, histories, run, client_for):
    client, results = client_for(histories), f"/grading/runs/{run.pk}/results/"
    board = client.get(run.get_absolute_url()).content.decode()
    assert "LATE" in board
    moved = board[board.index('class="plain matrix"') :]
    heads = re.findall(r'<th scope="col" class="r">(.*?)</th>', moved[: moved.index("</thead>")])
    assert heads == ["A", "B", "C", "D", "Total"]
    assert "mixed" not in GradingResult.objects.get(run=run, customer__code="SWING").mark
    listed = client.get(f"{results}?kind=down").content.decode()
    assert "LATE" in listed
    assert "SWING" not in listed
    # the explanation names the failing year, value and limit; the fluctuation stands in that of C; in both languages
    why = client.get(f"{results}LATE/").content.decode()
    assert "1.67" in why
    assert "15 %" in why or "15%" in why
    swing = client.get(f"{results}SWING/").content.decode()
    assert "fluctuat" in swing.lower() or "deviation" in swing.lower()
    chinese = client.get(f"{results}LATE/", headers={"accept-language": "zh-hans"})
    assert chinese.status_code == 200
    assert "not computable" in client.get(f"{results}FRESH/").content.decode()
    assert client_for(cast.people.shu).get(f"/grading/runs/{run.pk}/").status_code == 403
    assert client_for(cast.people.rong).get(f"{results}LATE/").status_code == 200


@pytest.mark.clause("GRD-09")
def test_what_if_moves_exactly_when_the_limit_is_crossed(histories, run, client_for):
    client, address = client_for(histories), f"/grading/runs/{run.pk}/what-if/"
    assert "customers that move: 0" in client.get(address, {"a_growth": "1.7"}).content.decode()
    assert "customers that move: 1" in client.get(address, {"a_growth": "1.5"}).content.decode()
    turned = client.get(address, {"a_growth~": "1.5", "a_growth!": "15", "a_growth": "15"}).content.decode()
    assert "customers that move: 1" in turned  # the slider was moved
    assert "李明" in turned  # duties are counted per person
    assert "do not go together" in client.get(address, {"b_amount_to": "1"}).content.decode()
    client.post(f"/grading/runs/{run.pk}/scenarios/", {"a_growth": "1.5", "title": "Softer growth"})
    kept = Scenario.objects.get()
    assert kept.changes == {"a_growth": "1.5"}
    assert kept.outcome["ratings"]["value"]["up"] == 1
    assert "Softer growth" in client.get(address).content.decode()
    client.post(f"/grading/scenarios/{kept.pk}/drop/")
    assert "Softer growth" not in client.get(address).content.decode()


@pytest.mark.clause("GRD-20")
def test_a_forecast_is_told_with_its_range_and_held_against_what_came(histories, run, client_for, clock):
    client = client_for(histories)
    outlook = client.get(f"/grading/runs/{run.pk}/forecast/").content.decode()
    assert "retail" in outlook  # the industry's growth stands beside it
    assert "2026-12-31" in outlook
    why = client.get(f"/grading/runs/{run.pk}/results/LATE/").content.decode()
    assert "Orders of the next 12 months" in why
    late = Customer.objects.get(code="LATE")
    world.orders(late, {2026: "7800000"})
    at = clock("2027-01-11 09:00")
    client = client_for(histories)
    client.post("/grading/start/foreign-trade/", {"as_of": "2026-12-31"})
    world.work(at)
    later = GradingRun.objects.order_by("pk").last()
    assert later.state == "ready", later.error
    found = hindsight(run, folder_of(later), later.as_of)
    assert found["outcomes"][str(late.pk)][3].startswith("7800000")
    run.refresh_from_db()
    assert run.board["hindsight"]["sentences"]
    assert "7,800,000" in client.get(f"/grading/runs/{run.pk}/forecast/").content.decode()


def test_a_plain_downgrade_says_in_the_lists_what_is_not_met(cast, histories, run, client_for):
    submit_run(run=run, effective_on=None, by=histories, at=world.NOW)
    sunk = Proposal.objects.get(customer__code="LATE")
    assert (sunk.cause, sunk.moved < 0) == ("run", True)
    run.refresh_from_db()
    one = run.board["ratings"]["value"]["conditions"][sunk.result.metrics["!"][0]]["en"]
    boss = client_for(cast.people.boss)
    for place in ("/grading/proposals/?tab=down", f"/grading/runs/{run.pk}/proposals/?change=down"):
        assert escape(f"not met: {one}") in boss.get(place).content.decode()


def test_pages_of_a_run_take_as_many_queries_at_any_size(histories, run, client_for):
    client, pages = client_for(histories), (f"/grading/runs/{run.pk}/results/", run.get_absolute_url())
    before = [queries(client, page) for page in (*pages, *pages)][
        2:
    ]  # what is kept after a first visit is kept
    more = [
        Customer(code=f"N{n}", name=f"N{n}", added_at=world.EARLY, changed_at=world.EARLY) for n in range(60)
    ]
    Customer.objects.bulk_create(more)
    GradingResult.objects.bulk_create(
        GradingResult(run=run, customer=one, rating="value", grade="C", state="graded") for one in more
    )
    assert [queries(client, page) for page in pages] == before


@pytest.mark.clause("GRD-05")
@pytest.mark.clause("GRD-04")
def test_judgements_are_asked_for_and_scale_is_told(cast, client_for, clock):
    world.analyst(cast)
    head = cast.people.head
    version = world.published("direct-supply")
    type(cast.departments.key).objects.filter(pk=cast.departments.key.pk).update(code="direct_supply")
    made = {}
    for code, amount in (("LARGE", "5000000"), ("MEDIUM", "4999900"), ("SMALL", "990000")):
        made[code] = world.customer(cast, code, date(2019, 1, 1))
        world.orders(made[code], {2024: amount, 2025: amount}, months=4)
    at = clock("2026-01-12 09:00")
    boss = client_for(head)
    address = "/grading/judgements/LARGE/strategic_importance/"
    reviewed = {"value": "core", "reviewer": cast.people.boss.pk, "valid_until": "2026-12-31"}
    assert boss.post(address, reviewed | {"ground": ""}).status_code == 422
    assert boss.post(address, {"value": "core", "ground": "builds with us"}).status_code == 422
    assert not Judgement.objects.exists()
    assert boss.post(address, reviewed | {"ground": "builds with us"}).status_code == 302
    made["LARGE"].refresh_from_db()
    assert made["LARGE"].importance == "core"
    run = world.run_now(version, at)
    results = {(one.customer.code, one.rating): one for one in run.results.select_related("customer")}
    scale = next(name for name in {rating for _code, rating in results} if "scale" in name)
    assert [results[code, scale].grade for code in ("LARGE", "MEDIUM", "SMALL")] == [
        "large",
        "medium",
        "small",
    ]
    assert results["MEDIUM", scale].amount == Decimal(4999900)
    clock("2027-02-01 09:00")
    assert "review since" in client_for(head).get("/grading/judgements/").content.decode()


@pytest.fixture
def lacking(cast, clock):  # type: ignore[no-untyped-def]
    """A run of direct supply in which nobody has been judged, and who may run and judge."""
    at = clock("2026-01-12 09:00")
    lin, version = world.analyst(cast), world.published("direct-supply")
    type(cast.departments.key).objects.filter(pk=cast.departments.key.pk).update(code="direct_supply")
    for code in ("ONE", "TWO"):
        world.orders(world.customer(cast, code, date(2019, 1, 1)), {2024: "990000", 2025: "990000"}, months=4)
    return lin, world.run_now(version, at)


@pytest.mark.clause("GRD-05")
def test_judgements_are_asked_of_those_who_judge(cast, lacking, client_for):
    _lin, run = lacking
    head = client_for(cast.people.head)
    # asked of those who judge and see the customers: told, in the inbox, on the first page; of nobody else
    told = Message.objects.filter(kind="judgements_asked").values_list("person__username", flat=True)
    assert set(told) == {"head", "rong"}
    judgements = f"/grading/judgements/?run={run.pk}"
    for page in ("/", "/inbox/"):
        assert judgements in head.get(page).content.decode()
        assert judgements not in client_for(cast.people.ming).get(page).content.decode()
    asked = head.get(judgements).content.decode()
    assert "head of direct supply judges" in asked
    assert f"/grading/judgements/TWO/strategic_importance/?run={run.pk}" in asked
    assert f"/grading/judgements/TWO/direct/?run={run.pk}" in asked  # a class without which it cannot be told
    # a delegate sees what waits for whom they stand in for, and judges in their place; nobody else does
    keep, seat = cast.people.keep, f"{judgements}&seat={cast.people.head.pk}"
    mine, judge = client_for(keep), f"/grading/judgements/TWO/direct/?run={run.pk}&seat={cast.people.head.pk}"
    given = {
        "value": "true",
        "ground": "we deliver",
        "reviewer": cast.people.head.pk,
        "valid_until": "2026-12-31",
    }
    assert (mine.get(seat).status_code, mine.post(judge, given).status_code) == (403, 403)
    name_delegate(person=cast.people.head, delegate=keep, from_on=world.NOW.date(), until_on=world.NOW.date(), reason="leave",
                  by=cast.people.head, at=world.NOW)  # fmt: skip
    for page in ("/", "/inbox/"):
        assert seat.replace("&", "&amp;") in mine.get(page).content.decode()
    assert judge.replace("&", "&amp;") in mine.get(seat).content.decode()
    assert mine.post(judge, given).status_code == 422  # the absent one reviews no more than the delegate
    assert mine.post(judge, given | {"reviewer": cast.people.boss.pk}).status_code == 302
    assert Judgement.objects.get(name="direct", customer__code="TWO").judged_by == keep
    entry = Entry.objects.get(action="judgement_given_for")
    assert cast.people.head.display_name in entry.sentence()


@pytest.mark.clause("GRD-05")
def test_a_run_without_its_judgements_is_not_submitted_but_made_again(cast, lacking, client_for):
    (lin, run), at = lacking, world.NOW
    analyst, head = client_for(lin), client_for(cast.people.head)
    # until then it does not go before management
    submit = f"/grading/runs/{run.pk}/submit/"
    assert analyst.post(submit, {"effective_on": "2026-02-01"}).status_code == 409
    assert submit not in analyst.get(f"/grading/runs/{run.pk}/proposals/").content.decode()
    judged = {"ground": "builds with us", "reviewer": cast.people.boss.pk, "valid_until": "2026-12-31"}
    for code in ("ONE", "A"):
        for name, value in (("strategic_importance", "core"), ("direct", "true")):
            assert (
                head.post(
                    f"/grading/judgements/{code}/{name}/?run={run.pk}", judged | {"value": value}
                ).status_code
                == 302
            )
    assert "Judged since: 2" in analyst.get(run.get_absolute_url()).content.decode()
    assert analyst.post(submit, {"effective_on": "2026-02-01"}).status_code == 409  # the run is frozen
    new = analyst.post(f"/grading/runs/{run.pk}/again/").url
    world.work(at)
    again = GradingRun.objects.get(state="ready")
    assert new == again.get_absolute_url()
    result = again.results.get(customer__code="ONE", rating="strategic")
    assert (result.state, result.grade) == ("graded", "core")


@pytest.mark.clause("GRD-05")
def test_whoever_is_not_judged_is_left_out_with_a_reason(cast, lacking, client_for):
    lin, run = lacking
    analyst, head = client_for(lin), client_for(cast.people.head)
    for code in ("ONE", "A"):
        analyst.post(f"/grading/runs/{run.pk}/leave-out/?customer={code}", {"ground": "no longer buys"})
    leave = f"/grading/runs/{run.pk}/leave-out/?customer=TWO"
    assert analyst.post(leave, {"ground": " "}).status_code == 422
    assert head.post(leave, {"ground": "new owner"}).status_code == 403
    assert analyst.post(leave, {"ground": "new owner, judged in spring"}).status_code == 302
    assert "new owner, judged in spring" in head.get(f"/grading/judgements/?run={run.pk}").content.decode()
    answer = analyst.post(f"/grading/runs/{run.pk}/submit/", {"effective_on": "2026-02-01"})
    assert answer.status_code == 302
    pending = Proposal.objects.get(run=run, customer__code="TWO", rating="direct-supply.strategic")
    assert "new owner, judged in spring" in analyst.get(f"/grading/proposals/{pending.pk}/").content.decode()


def test_policies_ask_for_runs_by_their_cycle(cast):
    lin, _version = world.foreign(cast)
    assert (last_end("year", date(2026, 1, 12)), next_end("quarter", date(2026, 1, 12))) == (
        date(2025, 12, 31),
        date(2026, 3, 31),
    )
    due = due_runs(date(2026, 4, 5))
    assert [(one.as_of, one.periods, one.grades) for one in due] == [
        (date(2026, 3, 31), ("quarter",), ("D",)), (date(2025, 12, 31), ("year", "half_year"), ()),
    ]  # fmt: skip
    small = world.customer(cast, "SMALL", date(2020, 1, 1))
    Grade.objects.create(customer=small, rating="foreign-trade.value", grade="D", from_on=date(2025, 1, 20))
    first = queue_due(date(2026, 4, 5), world.NOW)
    assert [(run.as_of, run.only) for run in first] == [(date(2026, 3, 31), [small.pk])]
    assert queue_due(date(2026, 4, 5), world.NOW) == []
    world.work()
    assert GradingResult.objects.filter(run=first[0]).count() == 1
    assert lin.pk
