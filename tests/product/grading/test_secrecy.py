"""Figures of the cycle in front of people who do not see their class: pages, lists and the API say so instead."""

from __future__ import annotations

from datetime import date

import pytest
from django.db.transaction import atomic

from tests.product.grading import world
from zhike.customers.models import Customer
from zhike.facts.models import Order
from zhike.grading.causes import say
from zhike.grading.frozen import close_all
from zhike.grading.judgements import Judgement
from zhike.grading.models import Grade, Proposal
from zhike.grading.records import GradeEvent
from zhike.grading.scenarios import Scenario
from zhike.grading.secrecy import classes_of
from zhike.grading.turning import told_by
from zhike.kernel.journal import Entry, journal
from zhike.people.models import Person, Role
from zhike.policies.reading import read_text
from zhike.presets import policy_path

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("data_dir")]
WORD = "not shown to you"
PRESETS = ("foreign-trade", "weighing-equipment", "key-account", "direct-supply")


@pytest.fixture(autouse=True)
def closed():  # type: ignore[no-untyped-def]
    yield
    close_all()


@pytest.fixture
def run(cast, clock):  # type: ignore[no-untyped-def]
    """A run in which LATE falls from A to B, decided, with an event and its words in money."""
    at = clock("2026-01-12 09:00")
    _lin, version = world.foreign(cast)
    late = world.customer(cast, "LATE", date(2018, 3, 1))
    world.orders(late, {2023: "6000000", 2024: "6100000", 2025: "7500000"}, share="0.1234")
    made = world.run_now(version, at)
    words = say("%(amount)s over twelve months, below the %(limit)s", amount="7,654,321", limit="8,000,000")
    Proposal.objects.create(
        run=made, result=made.results.get(customer=late), version=version, customer=late, rating="foreign-trade.value",
        kind="event", current="A", proposed="B", moved=-1, cause="order_drop", detail=words, proposed_at=at,
    )  # fmt: skip
    Grade.objects.create(
        customer=late, rating="foreign-trade.value", grade="B", before="A", moved=-1, main=True, from_on=date(2026, 1, 1),
        version=version, run=made, cause="order_drop", ground="7,654,321 over twelve months",
    )  # fmt: skip
    return made


def seen_by(client_for, person, *classes):  # type: ignore[no-untyped-def]
    """A browser of a person whose roles show some classes of figures."""
    Role.objects.update(sees=["basic", "contact", *classes])
    client = client_for(type(person).objects.get(pk=person.pk))
    return lambda address: client.get(address).content.decode()


def pages(run):  # type: ignore[no-untyped-def]
    proposal = Proposal.objects.get()
    return [
        f"/grading/runs/{run.pk}/results/LATE/", f"/grading/runs/{run.pk}/", f"/grading/runs/{run.pk}/results/",
        f"/grading/proposals/{proposal.pk}/", f"/grading/runs/{run.pk}/proposals/", "/customers/LATE/grades/?on=2026-01-12",
        "/api/v1/customers/LATE/grades?on=2026-01-12", "/grading/movement/?from=2025-06-01&to=2026-02-01", "/customers/LATE/",
    ]  # fmt: skip


@pytest.mark.clause("SEC-01")
def test_figures_of_a_grade_are_shown_by_their_class(cast, run, client_for):
    """Price hides amounts and growth; profit hides its share; what neither names stays, and so do outcome and limit."""
    head = cast.people.head
    everything = seen_by(client_for, head, "price", "profit", "credit", "risk")
    assert any("7,500,000" in everything(page) or "750" in everything(page) for page in pages(run))
    explained = f"/grading/runs/{run.pk}/results/LATE/"
    page = everything(explained)
    assert "1.67" in page
    assert WORD not in page
    assert "7,654,321" in everything(f"/grading/proposals/{Proposal.objects.get().pk}/")


@pytest.mark.clause("SEC-01")
def test_whoever_sees_no_class_reads_no_figure_anywhere(cast, run, client_for):
    head, explained = cast.people.head, f"/grading/runs/{run.pk}/results/LATE/"
    nothing = seen_by(client_for, head)
    for address in pages(run):
        said = nothing(address)
        for figure in ("7,500,000", "750 ", "1.67", "22.9", "7,654,321", "12.34", "925,500"):
            assert figure not in said, (address, figure)
    page = nothing(explained)
    assert WORD in page
    assert "15 %" in page or "15%" in page  # the limit stands in the policy
    assert "7.8" in page or "years" in page.lower()  # the length of the cooperation is no secret
    assert WORD in nothing(f"/grading/proposals/{Proposal.objects.get().pk}/")
    assert WORD in nothing("/api/v1/customers/LATE/grades?on=2026-01-12")
    assert "无权查看" in _chinese(client_for, head, explained)

    without_profit = seen_by(client_for, head, "price")(explained)
    assert "1.67" in without_profit
    assert WORD in without_profit
    assert "12.34" not in without_profit


def test_whoever_decides_on_an_appeal_reads_why_the_grade_is_as_it_is(cast, run, client_for):
    """An appeal comes from no run: its page explains the grade it speaks against, figures by their class as elsewhere."""
    late, version = Customer.objects.get(code="LATE"), run.version
    Proposal.objects.all().delete()
    appeal = Proposal.objects.create(
        version=version, customer=late, rating="foreign-trade.value", kind="appeal", current="B", proposed="A", moved=1,
        cause="appeal", ground="a contract for next year", proposed_at=run.started_at,
    )  # fmt: skip
    page = seen_by(client_for, cast.people.head, "price", "profit")(f"/grading/proposals/{appeal.pk}/")
    assert "Why it has the grade that it has" in page
    assert "Nearest way to Grade A" in page
    assert "1.67" in page
    assert "1.67" not in seen_by(client_for, cast.people.head)(f"/grading/proposals/{appeal.pk}/")


@pytest.mark.clause("SEC-01")
def test_the_notice_stands_where_something_is_hidden_and_a_step_hides_its_own_figure_alone(
    cast, clock, client_for
):
    """MIXED falls back by its amount, a price; the policy reads no credit, and no share of profit is in that step."""
    _lin, version = world.foreign(cast)
    mixed = world.customer(cast, "MIXED", date(2018, 3, 1))
    world.orders(mixed, {2023: "9000000", 2024: "8000000", 2025: "7500000"}, share="0.1234")
    run = world.run_now(version, clock("2026-01-12 09:00"))
    explained, notice = f"/grading/runs/{run.pk}/results/MIXED/", "Some figures are not shown to you"
    all_that_it_reads = seen_by(client_for, cast.people.head, "price", "profit")(explained)
    assert notice not in all_that_it_reads
    assert WORD not in all_that_it_reads
    without_profit = seen_by(client_for, cast.people.head, "price")(explained)
    assert notice in without_profit
    assert ": yes, 7,500,000" in without_profit
    assert f": yes, {WORD}" in seen_by(client_for, cast.people.head)(explained)


def _chinese(client_for, person, address):  # type: ignore[no-untyped-def]
    client = client_for(type(person).objects.get(pk=person.pk))
    client.cookies["zhike_language"] = "zh-hans"
    return client.get(address).content.decode()


@pytest.mark.clause("SEC-01")
def test_lists_are_not_sorted_by_what_is_hidden_and_what_if_names_nobody(cast, run, client_for):
    seen_by(client_for, cast.people.head)
    head = client_for(type(cast.people.head).objects.get(pk=cast.people.head.pk))
    results = f"/grading/runs/{run.pk}/results/"
    orders = []
    for sort in ("amount", "-amount"):
        table = head.get(f"{results}?sort={sort}").context["table"]
        orders.append([row.customer_id for row in table.page.object_list])
    assert orders[0] == orders[1]
    nothing = seen_by(client_for, cast.people.head)
    turned = nothing(f"/grading/runs/{run.pk}/what-if/?a_growth=1.5")
    assert "customers that move: 0" in turned
    assert "Who moves" not in turned
    without_profit = seen_by(client_for, cast.people.head, "price")
    turned = without_profit(f"/grading/runs/{run.pk}/what-if/?a_growth=1.5")
    assert "customers that move: 1" in turned
    assert "Who moves" not in turned


@pytest.mark.clause("SEC-01")
def test_a_limit_is_turned_only_by_whoever_reads_the_figures_that_it_cuts(cast, run, client_for):
    """LATE makes the whole profit: a count at a limit of 100 % would tell it to somebody who sees no profit."""
    lin = Person.objects.get(username="lin")
    address, limits = f"/grading/runs/{run.pk}/what-if/", "?a_growth=1.5&a_profit_share=100"
    everything = seen_by(client_for, lin, "price", "profit", "credit", "risk")
    assert "are not turned by you" not in everything(address)
    assert "customers that move: 0" in everything(address + limits)
    client_for(lin).post(
        f"/grading/runs/{run.pk}/scenarios/", {"a_profit_share": "100", "title": "All of it"}
    )
    kept = Scenario.objects.get()

    without = seen_by(client_for, lin, "price")
    page = without(address)
    assert 'name="a_growth"' in page
    assert 'name="a_profit_share"' not in page
    assert "Grade A needs a profit contribution above" in page
    assert "that your roles do not show: profit." in page
    assert "customers that move: 1" in without(address + limits)  # as if nobody had asked for that limit
    assert (
        "Grade A needs a profit contribution above: 100" in page
    )  # the scenario stands there, its outcome does not
    assert f"?scenario={kept.pk}" not in page
    reader = client_for(Person.objects.get(pk=lin.pk))
    assert reader.get(f"{address}?scenario={kept.pk}").status_code == 404
    refused = reader.post(
        f"/grading/runs/{run.pk}/scenarios/", {"a_profit_share": "90", "title": "By the API"}
    )
    assert refused.status_code == 422
    assert Scenario.objects.count() == 1

    page = seen_by(client_for, lin)(address)
    assert 'name="a_growth"' not in page
    assert 'name="newcomer_years"' in page  # how long somebody has been a customer is no secret


def test_what_turning_a_number_tells_is_found_through_scores_and_windows():
    """By hand: a limit of growth tells prices; a weight tells everything in its score; a flag in two conditions tells of both."""
    texts = {code: (policy_path(code) / "policy.yaml").read_text("utf-8") for code in PRESETS}
    trade = told_by(texts["foreign-trade"])
    assert trade["a_growth"] == {"price"}
    assert trade["a_profit_share"] == {"profit"}
    assert trade["above_b_counts"] == {"price", "profit"}
    assert trade["a_years"] == trade["newcomer_years"] == frozenset()
    for code, text in texts.items():
        assert told_by(text).keys() == read_text(text).document.parameters.keys(), code


@pytest.mark.clause("SEC-01")
def test_what_if_counts_only_customers_that_the_reader_sees(cast, client_for, clock):
    """Who runs gradings, or sees everybody, turns the whole board; a region only its own customers."""
    at = clock("2026-01-12 09:00")
    lin, version = world.foreign(cast)
    for code, place in (("EAST", "east"), ("SOUTH", "south"), ("FARSOUTH", "south")):
        one = world.customer(cast, code, date(2018, 3, 1), region=getattr(cast.regions, place))
        world.orders(one, {2023: "5000000", 2024: "6000000", 2025: "7500000"})
    Customer.objects.filter(region=cast.regions.south).update(manager=cast.people.shu)
    Role.objects.update(sees=["basic", "price"])
    run = world.run_now(version, at)
    address = f"/grading/runs/{run.pk}/what-if/?a_growth=90"
    whole, own = client_for(cast.people.boss).get(address), client_for(cast.people.rong).get(address)
    assert (whole.context["moved"], whole.context["counted"]) == (3, None)
    assert client_for(lin).get(address).context["moved"] == 3
    assert (own.context["moved"], own.context["counted"]) == (
        1,
        run.results.visible_to(cast.people.rong).count(),
    )
    assert sum(grade["now"] for grade in own.context["then"]) < sum(
        grade["now"] for grade in whole.context["then"]
    )
    assert own.context["duties"].before < whole.context["duties"].before
    assert "customers that you see" in own.content.decode()
    assert "舒宁" not in own.content.decode()
    Customer.objects.update(region=cast.regions.south)
    nobody = client_for(cast.people.rong).get(address).content.decode()
    assert "You see none of the customers of this run" in nobody
    assert f'href="/grading/runs/{run.pk}/"' in nobody


@pytest.mark.clause("SEC-01")
def test_the_journal_covers_figures_by_their_class(cast, run, client_for):
    """Values before and after, and the words of sentences: on the journal's pages and on the customer's timeline."""
    head, late = cast.people.head, Customer.objects.get(code="LATE")
    grade, order = Grade.objects.get(customer=late), Order.objects.filter(customer=late).first()
    event = GradeEvent.objects.create(
        customer=late, kind="order_drop", about="x", found_on=date(2026, 1, 9), detail="fell to 7,654,321"
    )
    judged = Judgement.objects.create(
        customer=late, name="credit_rank", value="AA", ground="pays 30 days late", judged_by=head, judged_on=date(2026, 1, 9),
        given_at=world.NOW,
    )  # fmt: skip
    with atomic():
        wrote = {"by": head, "at": world.NOW}
        journal(
            order,
            "order_changed_by_import",
            before={"profit": "12345"},
            after={"profit": "99887", "amount": "7650001"},
            **wrote,
        )
        journal(
            grade,
            "grade_taken",
            before={},
            after={"ground": "7,654,321 a year"},
            cause="order_drop",
            day="2026",
            **wrote,
        )
        journal(event, "event_found", detail=event.detail, kind="order_drop", **wrote)
        journal(judged, "judgement_given", value="AA", ground="pays 30 days late", **wrote)
    numbers = list(Entry.objects.filter(customer_id=late.pk).values_list("pk", flat=True))

    def told(*classes: str) -> str:
        page = seen_by(client_for, head, *classes)
        entries = [page(f"/journal/{number}/") for number in numbers]
        return "".join(
            [
                *entries,
                page("/journal/"),
                page("/customers/LATE/?tab=changes"),
            ]
        )

    figures = {"profit": ("99887",), "price": ("7,654,321", "7650001"), "credit": ("pays 30 days late",)}
    everything = told("price", "profit", "credit")
    assert all(figure in everything for some in figures.values() for figure in some)
    for lacking, hidden in figures.items():
        shown = told(*(rest := set(figures) - {lacking}))
        assert not [figure for figure in hidden if figure in shown], lacking
        assert all(figure in shown for one in rest for figure in figures[one] if "price" in rest)


def test_classes_follow_what_a_figure_is_computed_from():
    for code, name, wanted in (
        ("foreign-trade", "order_growth", {"price"}), ("foreign-trade", "profit_contribution", {"profit"}),
        ("foreign-trade", "cooperation_years", set()), ("foreign-trade", "major_disputes", set()),
        ("key-account", "loyalty", set()), ("key-account", "scale_points", {"price"}),
        ("key-account", "value_score", {"price", "profit"}), ("direct-supply", "credit_rank", {"credit"}),
        ("direct-supply", "nothing_of_the_kind", {"price", "profit", "credit", "risk"}),
    ):  # fmt: skip
        text = (policy_path(code) / "policy.yaml").read_text("utf-8")
        assert read_text(text)
        assert classes_of(text, [name]) == wanted, (code, name)
