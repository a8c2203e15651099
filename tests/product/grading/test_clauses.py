"""Clauses of grading, through a run in the product: what the archive says reaches the grade, and its page says why."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal

import pytest

from tests.product.grading import world
from zhike.customers.budgets import allocate, set_budget
from zhike.customers.grid import FIELDS
from zhike.customers.limits import set_limits
from zhike.customers.models import Activity, Customer
from zhike.customers.teams import require_post
from zhike.facts.models import Order
from zhike.grading.asking import leave_out, missing_judgements
from zhike.grading.deciding import decide_proposals, submit_run
from zhike.grading.frozen import close_all
from zhike.grading.models import Proposal
from zhike.grading.records import Treatment
from zhike.letters.actions import send_letters
from zhike.letters.models import Letter
from zhike.letters.paper import as_text
from zhike.people.models import Role
from zhike.people.verbs import VERBS

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("data_dir")]
OLD = date(2018, 3, 1)


@pytest.fixture(autouse=True)
def closed():  # type: ignore[no-untyped-def]
    yield
    close_all()


def ordered(one: Customer, *rows: tuple[str, str], profit: str = "0", product: str = "") -> None:
    """Orders of a customer: (day, amount)."""
    Order.objects.bulk_create(
        Order(number=f"{one.code}-{day}", customer=one, ordered_on=date.fromisoformat(day), amount=Decimal(amount), currency="CNY",
              profit=Decimal(profit), product=product)
        for day, amount in rows
    )  # fmt: skip


@pytest.fixture
def graded(cast, client_for, clock):  # type: ignore[no-untyped-def]
    """A run of the foreign-trade policy with its example values, and the browser of the head."""
    at = clock("2026-01-12 09:00")
    lin, version = world.foreign(cast)
    for code, amounts in {
        "GROWS8": {2024: "2000000", 2025: "2160000"}, "GROWS30": {2024: "2000000", 2025: "2600000"},
        "GROWS4": {2024: "2000000", 2025: "2080000"}, "MIXED": {2023: "6000000", 2024: "6100000", 2025: "7500000"},
    }.items():  # fmt: skip
        world.orders(world.customer(cast, code, OLD), amounts)
    leaving = world.customer(cast, "LEAVES", OLD)
    ordered(leaving, ("2024-01-10", "160000"), ("2025-03-15", "80000"), ("2025-11-20", "80000"), profit="300")
    gap = world.customer(cast, "GAP", date(2019, 12, 31))
    months = [f"2024-{month:02}-15" for month in range(1, 13)] + [
        f"2025-{month:02}-15" for month in (1, 2, 11, 12)
    ]
    ordered(gap, *((day, "100000") for day in months), profit="10000")
    head = client_for(cast.people.head)
    grievance = {"kind": "dispute", "severity": "major", "channel": "letter", "done_on": "2025-12-02", "subject": "Claim for rust",
                 "content": "40 scales", "result": "sent to the lawyer"}  # fmt: skip
    assert head.post("/customers/GAP/activities/new/", grievance).status_code == 302
    return lin, world.run_now(version, at), head


@pytest.mark.clause("GRD-10")
def test_years_gap_and_dispute_stand_in_the_explanation(cast, graded, clock):
    _lin, run, head = graded
    page = head.get(f"/grading/runs/{run.pk}/results/GAP/").content.decode()
    for said in (
        "Years of cooperation",
        "Longest gap between orders",
        "273",
        "Major disputes",
        "Claim for rust",
        "2025-12-02",
    ):
        assert said in page, said
    why = head.get(f"/grading/runs/{run.pk}/results/GAP/").context["first"]
    best = next(one for one in why.grades if one["chip"]["word"] == "A")
    failed = [(row["value"], row["limit"]) for row in best["rows"] if row["tone"] == "error"]
    assert ("1", "0") in failed  # no major dispute
    result = run.results.get(customer__code="GAP")
    assert (result.metrics["cooperation_years"], result.metrics["longest_gap"]) == (6, 273)
    # it is open until somebody settles it, and says how
    dispute = Activity.objects.get(kind="dispute")
    settle = f"/customers/GAP/activities/{dispute.pk}/settle/"
    assert settle in head.get("/customers/GAP/").content.decode()
    assert (
        head.post(settle, {"settled_on": "2025-11-01", "result": "paid"}).status_code == 422
    )  # before it was raised
    assert head.post(settle, {"settled_on": "2026-01-10", "result": "replaced 40 scales"}).status_code == 302
    assert head.post(settle, {"settled_on": "2026-01-10", "result": "again"}).status_code == 409
    page = head.get("/customers/GAP/").content.decode()
    assert settle not in page
    assert "replaced 40 scales" in page
    later = world.run_now(run.version, clock("2026-01-13 09:00"), date(2026, 1, 12)).results.get(
        customer__code="GAP"
    )
    assert (later.metrics["open_major_disputes"], later.metrics["settled_major_disputes"]) == (0, 1)


@pytest.mark.clause("GRD-12")
@pytest.mark.clause("GRD-15")
def test_growth_about_the_target_is_b_and_what_fits_nowhere_is_listed_for_review(graded):
    _lin, run, head = graded
    found = {one.customer.code: one for one in run.results.select_related("customer")}
    assert {code: found[code].grade for code in ("GROWS8", "GROWS30", "GROWS4", "MIXED")} == dict.fromkeys(
        ("GROWS8", "GROWS30", "GROWS4", "MIXED"), "B"
    )
    assert (found["GROWS8"].mark, found["GROWS30"].mark) == ("", "")
    assert found["GROWS4"].mark
    page = head.get(f"/grading/runs/{run.pk}/results/GROWS4/").context["first"]
    band = next(one for one in page.grades if one["chip"]["word"] == "B")
    missed = [row["title"] for row in band["rows"] if row["tone"] == "error"]
    assert len(missed) == 1
    assert "5 %" in missed[0]
    review = head.get(f"/grading/runs/{run.pk}/results/?kind=review").content.decode()
    assert "MIXED" in review
    assert "GROWS8" not in review
    # everybody in scope has exactly one result: a grade, or a reason why there is none
    scope = set(Customer.objects.filter(department__code="foreign_trade").values_list("code", flat=True))
    assert set(found) == scope
    assert all(one.grade or one.mark for one in found.values())


@pytest.mark.clause("GRD-14")
def test_a_customer_about_to_leave_is_d_and_watched_from_that_day(cast, graded):
    lin, run, head = graded
    result = run.results.get(customer__code="LEAVES")
    assert (result.grade, result.metrics["order_count"], result.metrics["order_growth"]) == ("D", 2, 0.0)
    assert result.metrics["profit_contribution"] < 0.001
    submit_run(run=run, effective_on=None, by=lin, at=world.NOW)
    decide_proposals(run=run, choice="approve", by=cast.people.boss, at=world.NOW)
    page = head.get("/customers/LEAVES/grades/").content.decode()
    assert "arly warning" in page
    assert "2026-01-12" in page


@pytest.mark.clause("GRD-08")
def test_the_segment_of_the_archive_gives_the_grade_and_is_the_reason(cast, client_for, clock):
    at = clock("2026-01-12 09:00")
    version, ming = world.published("weighing-equipment"), client_for(cast.people.ming)
    for code, segment in (("ROAD", "expressway"), ("MINE", "large_mine"), ("GRAIN", "grain_store")):
        given = {
            "code": code,
            "name": f"{code} 公司",
            "country": "CN",
            "segment": segment,
            "told_by": "customer",
        }
        assert ming.post("/customers/new/", given).status_code == 302
    assert ming.get("/customers/?c=segment:in:large_mine").content.decode().count("MINE") > 0
    ordered(Customer.objects.get(code="ROAD"), ("2025-06-01", "400000"), product="wim_toll")
    run = world.run_now(version, at)
    found = {(one.customer.code, one.rating): one for one in run.results.select_related("customer")}
    assert [found[code, "segment"].grade for code in ("ROAD", "MINE", "GRAIN")] == ["A", "B", "C"]
    assert found["A", "segment"].grade == "C"  # everybody else, listed for want of a segment
    assert found["A", "segment"].mark
    assert found["ROAD", "demand"].grade == "class_1"  # by the product of its order
    page = client_for(cast.people.head).get(f"/grading/runs/{run.pk}/results/MINE/").content.decode()
    assert "Segment" in page
    assert "large mine" in page
    assert "large or medium industrial or mining enterprise" in page


@pytest.mark.clause("GRD-03")
def test_what_is_owed_to_core_customers_holds_for_a_medium_one_too(cast, client_for, clock):
    at = clock("2026-01-12 09:00")
    lin, version = world.analyst(cast), world.published("direct-supply")
    type(cast.departments.key).objects.filter(pk=cast.departments.key.pk).update(code="direct_supply")
    one = world.customer(cast, "MIDDLE", OLD, scale="medium", industry="service")
    world.orders(one, {2025: "2000000"})
    head = client_for(cast.people.head)
    judged = {
        "value": "core",
        "ground": "only maker",
        "reviewer": cast.people.boss.pk,
        "valid_until": "2027-01-01",
    }
    clock("2025-12-20 09:00")
    assert (
        client_for(cast.people.head)
        .post("/grading/judgements/MIDDLE/strategic_importance/", judged)
        .status_code
        == 302
    )
    clock("2026-01-12 09:00")
    listed = head.get("/customers/?c=importance:in:core&c=industry:in:service").content.decode()
    assert "MIDDLE" in listed
    run = world.run_now(version, at)
    assert missing_judgements(run)
    leave_out(run=run, customers=None, ground="judged in spring", by=lin, at=at)
    submit_run(run=run, effective_on=None, by=lin, at=at)
    decide_proposals(run=run, choice="approve", by=cast.people.boss, at=at)
    page = head.get("/customers/MIDDLE/grades/").content.decode()
    assert "Regular return visits" in page


@pytest.fixture
def renamed(cast, clock):  # type: ignore[no-untyped-def]
    """The foreign-trade preset in force with grades called gold, silver, bronze and iron, and its grades taken; ROAD is gold."""
    at = clock("2026-01-12 09:00")
    titles = tuple(
        (f"{{zh: {code}级客户, en: Grade {code}}}", f"{{zh: {zh}, en: {en}}}")
        for code, zh, en in (
            ("A", "金牌", "Gold"),
            ("B", "银牌", "Silver"),
            ("C", "铜牌", "Bronze"),
            ("D", "铁牌", "Iron"),
        )
    )
    lin, version = world.analyst(cast), world.published("foreign-trade", changed=titles)
    type(cast.departments.key).objects.filter(pk=cast.departments.key.pk).update(code="foreign_trade")
    world.orders(world.customer(cast, "ROAD", OLD), {2023: "5000000", 2024: "6000000", 2025: "7500000"})
    world.orders(world.customer(cast, "MINE", OLD), {2024: "2000000", 2025: "2160000"})
    run = world.run_now(version, at)
    submit_run(run=run, effective_on=None, by=lin, at=at)
    decide_proposals(run=run, choice="approve", by=cast.people.boss, at=at)
    return run


@pytest.mark.clause("GRD-02")
def test_a_renamed_scheme_is_called_so_everywhere_and_keeps_its_order(cast, renamed, client_for):
    boss = client_for(cast.people.boss)
    run = f"/grading/runs/{renamed.pk}/"
    waiting = Proposal.objects.filter(run=renamed, customer__code="ROAD")
    waiting.update(state="open")
    pages = [
        f"/grading/proposals/decide/?pick={waiting.get().pk}",
        "/customers/", "/customers/ROAD/", "/customers/ROAD/grades/", run, f"{run}results/", f"{run}results/ROAD/", f"{run}proposals/",
        "/grading/movement/?from=2026-01-01&to=2026-02-01", "/letters/", "/grading/principles/",
    ]  # fmt: skip
    for address in pages:
        page = boss.get(address).content.decode()
        assert "Gold" in page, address
        assert not re.search(r'class="grade[^"]*"[^>]*>[ABCD]<', page), address
    boss.cookies["zhike_language"] = "zh-hans"
    assert "金牌" in boss.get("/customers/").content.decode()
    renamed.refresh_from_db()
    board = renamed.board["ratings"]["value"]["grades"]
    ranks = {one["code"]: (one["rank"], one["title"]["en"]) for one in board}
    assert ranks == {"A": (1, "Gold"), "B": (2, "Silver"), "C": (3, "Bronze"), "D": (4, "Iron")}


@pytest.mark.clause("GRD-02")
def test_no_code_of_a_renamed_grade_is_left_where_it_has_a_title(cast, renamed, client_for):
    """Home, silence, limits, teams, budgets, cadences, analyses, records, policies, letters, files, the API, the journal."""
    at, road = world.NOW, Customer.objects.get(code="ROAD")
    Role.objects.filter(code="management").update(verbs=list(VERBS))
    boss = type(cast.people.boss).objects.get(pk=cast.people.boss.pk)
    browser, wrote = client_for(boss), {"by": boss, "at": at}
    set_limits({("silence_days", "A"): 1}, **wrote)
    require_post(grade="A", post="backup", senior=False, days=3, **wrote)
    budget = set_budget(year=2026, amount=Decimal(100), currency="CNY", **wrote)
    allocate(budget=budget, customer=None, grade="A", amount=Decimal(10), **wrote)
    browser.post("/customers/ROAD/grades/records/new/", {"kind": "override", "grade": "A", "ground": "kept", "evidence": "mail",
                 "from_on": "2026-01-12", "until_on": "2026-12-31"})  # fmt: skip
    letter = Letter.objects.get(customer=road)
    send_letters(letters=[letter], means="print", **wrote)
    world.work(at)
    letter.refresh_from_db()
    assert "金牌" in as_text(letter.blocks)
    assert "A 级" not in as_text(letter.blocks)
    pages = [
        "/customers/ROAD/", "/", "/customers/silent/", "/customers/limits/", "/customers/budgets/?year=2026", "/customers/ROAD/card/",
        "/grading/records/?state=all", "/analysis/", "/analysis/value/", "/analysis/fit/", "/letters/templates/",
        "/policies/foreign-trade/1/limits/", "/customers/budgets/allocations/?year=2026", "/journal/?customer=ROAD",
        "/customers/ROAD/?tab=changes", "/customers/?f=grade", "/api/v1/customers/ROAD", "/api/v1/customers",
    ]  # fmt: skip
    found = {address: browser.get(address).content.decode() for address in pages}
    coded = re.compile(r'class="grade[^"]*"[^>]*>\s*[ABCD]\s*<|<option value="[A-E]">[A-E]<|· A\b|grade A\b')
    assert [address for address, page in found.items() if coded.search(page)] == []
    assert {address for address, page in found.items() if not re.search("Gold|金牌", page)} == set()
    assert next(one for one in FIELDS if one.code == "grade").value(road) in ("Gold", "金牌")


@pytest.mark.clause("GOV-05")
def test_what_a_policy_owes_is_owed_to_customers_in_its_scope_and_to_no_others(cast, graded, clock):
    """A customer of another department is not graded and nothing is owed to it; moved into the scope, it is."""
    lin, run, _head = graded
    submit_run(run=run, effective_on=None, by=lin, at=world.NOW)
    decide_proposals(run=run, choice="approve", by=cast.people.boss, at=world.NOW)
    assert Treatment.objects.filter(customer__code="LEAVES").exists()
    assert not Treatment.objects.filter(customer__code="C").exists()
    Customer.objects.filter(code="C").update(department=cast.departments.key)
    later = world.run_now(run.version, clock("2026-02-10 09:00"), date(2026, 1, 31))
    submit_run(run=later, effective_on=None, by=lin, at=clock("2026-02-10 09:00"))
    decide_proposals(run=later, choice="approve", by=cast.people.boss, at=clock("2026-02-10 09:00"))
    opened = Treatment.objects.get(customer__code="C")
    assert opened.opens
