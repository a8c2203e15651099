"""The clauses on analysis, at the level of engine and report."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal

import pytest

from tests.report.worlds import activity, customer, order, previous
from zhike.report import write_report
from zhike_engine.population_results import population_results, records


@pytest.mark.clause("ANA-07")
def test_a_hundred_customers_show_the_top_twenty_and_a_neglected_grade(graded, tmp_path):
    """Twenty large customers bring 80 % of the profit and get 10 % of the service hours."""
    run = graded(
        customers=[customer(n) for n in range(100)],
        orders=[order(n, 200_000, 40_000) if n < 20 else order(n, 20_000, 2_500) for n in range(100)],
        activities=[activity(n, 5 if n < 20 else "11.25", 100) for n in range(100)],
    )
    told = population_results(run).ratings[0]
    top = told.concentration["profit"].top(20)
    assert (top.customers, top.share, top.hours_share) == (20, 0.8, 0.1)
    assert [(row.grade, row.flag) for row in told.tilt] == [
        ("A", "little_effort"),
        ("B", "much_effort"),
        ("C", None),
    ]
    assert told.verdict == "not_tilted"
    write_report(run, tmp_path / "report.html", lang_default="en")
    page = (tmp_path / "report.html").read_text("utf-8")
    assert (
        "The top 20 % by profit (20 customers) bring 80.0 % of it and got 10.0 % of the service hours."
        in page
    )
    assert "Grade A: high value, little effort. It brings 80.0 % of the profit and gets only 10.0 %" in page
    assert "A级：价值高、投入少。占 80.0 % 的利润，只得到 10.0 % 的服务工时。" in page


@pytest.mark.clause("ANA-02")
def test_a_c_customer_in_the_top_tenth_of_profit_is_a_mismatch(graded, tmp_path):
    run = graded(
        customers=[customer(n) for n in range(20)],
        orders=[order(0, 9_000, 8_000)] + [order(n, 150_000, 1_000 + n) for n in range(1, 20)],
    )
    [low] = population_results(run).ratings[0].mismatches["graded_low"].items
    assert (low.line.customer, low.line.grade, low.value_place, low.of) == ("K000", "C", 1, 20)
    assert (low.line.amount, low.line.profit) == (Decimal(9_000), Decimal(8_000))
    assert low.value_share == pytest.approx(8_000 / (8_000 + sum(1_000 + n for n in range(1, 20))))
    write_report(run, tmp_path / "report.html")
    section = re.search(
        r'id="r0-mismatch".*?</section>', (tmp_path / "report.html").read_text("utf-8"), re.DOTALL
    )
    assert "价值高、等级低" in section[0]
    assert 'data-customer="K000"' in section[0]
    assert "8,000 元" in section[0]


@pytest.mark.clause("ANA-01")
def test_three_years_of_the_a_group_add_up_to_the_records(graded):
    years = [date(2024, 3, 1), date(2025, 3, 1), date(2026, 3, 1)]
    orders = [order(n, 60_000 * (i + 1) + n, 1_000, day) for n in range(4) for i, day in enumerate(years)] + [
        order(9, 500, 1, years[0])
    ]
    before = [previous(0, "B"), previous(1, "A"), previous(9, "C")]
    people = [customer(n) for n in (*range(4), 9)]
    run = graded(customers=people, orders=orders, previous_grades=before)
    found = population_results(run)
    group = found.development.years["value"]["A"]
    for span, year in zip(found.development.spans, group, strict=True):
        rows = records(run, "value", "A", span)
        assert set(rows["customer"].to_pylist()) == {"K000", "K001", "K002", "K003"}
        assert (year.amount, year.orders) == (
            Decimal(sum(rows["amount"].to_pylist())) / 10_000,
            rows.num_rows,
        )
    assert group[2].growth(group[1]) == pytest.approx((720_006 - 480_006) / 480_006)
    moves = found.ratings[0].transitions
    assert {pair: n for pair, n in moves.cells.items() if pair[1] == "A"} == {
        ("B", "A"): 1,
        ("A", "A"): 1,
        ("", "A"): 2,
    }
    assert (moves.upgrades, moves.unchanged, moves.first, moves.lost) == (1, 1, 2, 1)
