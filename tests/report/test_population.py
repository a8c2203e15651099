"""The results of a population equal an independent computation from the customers' rows."""

from __future__ import annotations

import random
from collections import Counter
from datetime import date, timedelta
from decimal import Decimal
from math import ceil

import pytest

from tests.report import worlds
from tests.report.worlds import AS_OF, POLICY, activity, customer, order, previous
from zhike_engine.population_results import NO_GRADE, Year, population_results, records, yearly
from zhike_engine.population_results.model import Tilt
from zhike_engine.population_results.tilt import flagged

YEAR_START = date(2025, 7, 1)


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    """Sixty customers over four years with returns, cancelled orders, losses and people who never ordered."""
    dice = random.Random(7)
    orders, hours, before = [], [], []
    for number in range(60):
        for _ in range(dice.choice([0, 1, 3, 8, 20])):
            day = AS_OF - timedelta(days=dice.randrange(1400))
            amount = Decimal(dice.randrange(1, 400_000_00)) / 100
            status = dice.choice(["completed"] * 8 + ["cancelled", "returned"])
            amount = -amount / 10 if status == "returned" else amount
            profit = (amount * dice.randrange(-20, 30) / 100).quantize(Decimal("0.01"))
            orders.append(order(number, amount.quantize(Decimal("0.0001")), profit, day, status=status))
        hours.append(activity(number, Decimal(dice.randrange(1, 9000)) / 100, dice.randrange(1, 900)))
        if number % 3:
            before.append(previous(number, dice.choice("ABCE")))
    people = [customer(number) for number in range(60)]
    run = worlds.graded(
        tmp_path_factory.mktemp("world"),
        customers=people,
        orders=orders,
        activities=hours,
        previous_grades=before,
    )
    yield run, orders, hours, {row["customer"]: row["grade"] for row in before}
    run.backend.close()


@pytest.fixture(scope="module")
def found(world):
    return population_results(world[0])


@pytest.fixture(scope="module")
def grades(world):
    return {row["customer"]: row["r0_grade"] for row in world[0].table().to_pylist()}


def year_sums(orders, column):
    """By customer, in the order of the ids; cancelled orders do not count."""
    sums = {f"K{number:03}": Decimal(0) for number in range(60)}
    for row in orders:
        if row["status"] != "cancelled" and row["ordered_on"] >= YEAR_START:
            sums[row["customer"]] += Decimal(row[column])
    return sums


def test_the_distribution_counts_every_customer_once(found, grades):
    told = found.ratings[0].distribution
    assert {grade.code: grade.customers for grade in told.grades} == {
        code: sum(grade == code for grade in grades.values()) for code in "ABC"
    }
    assert told.pending == sum(grade is None for grade in grades.values())
    assert told.graded + told.provisional + told.pending + told.not_rated == told.customers == 60


def test_transitions_hold_every_pair(world, found, grades):
    told, before = found.ratings[0].transitions, world[3]
    cells = Counter((before.get(one, NO_GRADE), grade or "pending") for one, grade in grades.items())
    assert dict(told.cells) == dict(cells)
    moves = Counter()
    for (was, now), count in cells.items():
        if was in "ABC" and was and now in "ABC":
            moves[(now > was) - (now < was)] += count
    assert (told.upgrades, told.downgrades, told.unchanged) == (moves[-1], moves[1], moves[0])
    assert told.before == ("A", "B", "C", "E", NO_GRADE)


@pytest.mark.parametrize("measure", ["amount", "profit"])
def test_concentration_equals_the_sorted_sums(world, found, measure):
    told = found.ratings[0].concentration[measure]
    sums = sorted(year_sums(world[1], measure).values(), reverse=True)
    assert told.total == sum(sums)
    assert told.negative == sum(one < 0 for one in sums)
    for top in told.tops:
        assert top.customers == ceil(60 * top.percent / 100)
        assert top.total == sum(sums[: top.customers])
        assert top.share == pytest.approx(float(top.total / told.total))
    assert sum(sums[: told.least]) >= told.total * Decimal("0.8") > sum(sums[: told.least - 1])
    assert told.lorenz[0] == (0, 0)
    assert told.lorenz[-1] == (1, 1)
    assert len(told.lorenz) <= 101


def test_tilt_adds_up_by_grade(world, found, grades):
    amounts, profits = year_sums(world[1], "amount"), year_sums(world[1], "profit")
    hours = {row["customer"]: row["hours"] for row in world[2]}
    for row in found.ratings[0].tilt:
        mine = [one for one, grade in grades.items() if grade == row.grade]
        assert row.customers == len(mine)
        assert row.amount == sum(amounts[one] for one in mine)
        assert row.profit == sum(profits[one] for one in mine)
        assert row.hours == sum(hours[one] for one in mine)
    assert sum(row.hours_share for row in found.ratings[0].tilt) == pytest.approx(1)


def test_development_adds_up_to_the_records(world, found, grades):
    told = found.development
    for i, span in enumerate(told.spans):
        for grade in ("A", "B", "C", NO_GRADE):
            mine = {one for one, now in grades.items() if (now or NO_GRADE) == grade}
            rows = [row for row in world[1] if row["customer"] in mine and row["status"] != "cancelled"]
            rows = [row for row in rows if row["ordered_on"] in span.window]
            year = told.years["value"][grade][i]
            assert year.amount == sum((Decimal(row["amount"]) for row in rows), Decimal(0))
            assert year.orders == sum(row["status"] == "completed" for row in rows)
            drilled = records(world[0], "value", grade, span)
            assert drilled.num_rows == len(rows)
            assert Decimal(sum(drilled["amount"].to_pylist())) / 10_000 == year.amount


def test_years_of_customers_add_up_to_their_grade(world, found, grades):
    amounts = yearly(world[0], list(grades), len(found.development.spans))
    for i in range(len(found.development.spans)):
        for grade in "ABC":
            mine = sum((amounts[one][i] for one, now in grades.items() if now == grade), Decimal(0))
            assert mine == found.development.years["value"][grade][i].amount


def test_months_add_up_to_the_year(found):
    months = found.development.months["value"]
    last_year = [row for month, row in months.items() if month >= YEAR_START]
    total = found.development.total("value")[-1]
    assert sum(sum(row.values()) for row in last_year) == total.amount


def test_a_span_before_which_orders_began_is_no_base(found):
    assert [span.complete for span in found.development.spans] == [False, True, True, True]


def test_movers_are_ordered_by_steps_then_amount(found):
    for listed in (found.ratings[0].upgrades, found.ratings[0].downgrades):
        keys = [(-abs(one.steps), -one.line.amount) for one in listed.items]
        assert keys == sorted(keys)
        assert listed.total == len(listed.items)


def test_pending_customers_are_reviewed_first(found, grades):
    rating = found.ratings[0]
    pending = [one for one in rating.review.items if one.line.state == "pending"]
    assert len(pending) == sum(grade is None for grade in grades.values())
    assert [text.en for text, _ in rating.marks] == ["pending"]


def test_those_near_the_next_grade_lack_one_condition(found):
    near = found.ratings[0].near
    assert near.total
    assert all(len(one.miss.gaps) == 1 and one.target < one.line.grade for one in near.items)


def test_lists_are_cut_with_their_totals(world, found):
    cut = population_results(world[0], limit=2).ratings[0]
    whole = found.ratings[0]
    assert len(cut.near.items) == 2
    assert cut.near.total == whole.near.total


def test_a_total_that_is_not_above_zero_has_no_shares(graded):
    run = graded(customers=[customer(1), customer(2)], orders=[order(1, 100, -50), order(2, 50, 10)])
    told = population_results(run).ratings[0].concentration["profit"]
    assert (told.total, told.least, told.lorenz) == (Decimal(-40), None, ())
    assert {top.share for top in told.tops} == {None}


def test_nobody_is_in_scope(graded):
    told = population_results(graded(customers=[], orders=[]))
    assert told.customers == 0
    assert told.development is None
    assert told.ratings[0].distribution.customers == 0
    assert told.ratings[0].verdict == "unknown"


def test_a_condition_on_a_word_is_not_near(graded):
    words = POLICY.replace("all: [annual_amount >= a_amount]", 'all: [customers.name = "gold"]')
    run = graded(words, customers=[customer(1), customer(2)], orders=[order(1, 20_000), order(2, 9_000)])
    assert [one.line.customer for one in population_results(run).ratings[0].near.items] == ["K002"]


@pytest.mark.parametrize(
    ("heads", "value", "effort", "flag"),
    [
        (0.2, 0.8, 0.10, "little_effort"),
        (0.2, 0.8, 0.34, "little_effort"),
        (0.2, 0.8, 0.36, None),
        (0.5, 0.1, 0.60, "much_effort"),
        (0.5, 0.1, 0.40, None),
        (0.2, 0.2, 0.00, None),
    ],
)
def test_a_flag_compares_effort_with_value(heads, value, effort, flag):
    one = Tilt("A", 5, None, None, None, None, heads, None, value, effort, None)
    assert flagged(one).flag == flag


def test_growth_needs_a_base_above_zero():
    assert Year(amount=Decimal(150)).growth(Year(amount=Decimal(100))) == 0.5
    assert Year(amount=Decimal(150)).growth(Year()) is None
