"""Public data, graded: every figure of every customer equals one computed apart, in plain Python, to the cent."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner

from zhike.cli.main import cli

pytestmark = pytest.mark.real_data
ROOT = Path(__file__).resolve().parents[2]
SETS = {"classicmodels": (date(2005, 5, 31), "USD"), "online_retail": (date(2011, 11, 30), "GBP")}


@pytest.fixture(scope="module", params=SETS)
def graded(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory,
           real_data: Callable[[str], Path]) -> tuple[date, list[dict[str, Any]], dict[str, dict[str, Any]]]:  # fmt: skip
    """As-of date, canonical orders, and the graded rows by customer."""
    name = request.param
    as_of, currency = SETS[name]
    folder = tmp_path_factory.mktemp(name)
    facts, out = folder / "facts", folder / "out"
    run("facts", ROOT / "mappings" / f"{name}.yaml", "--source", real_data(name), "--out", facts)
    run("grade", "foreign-trade", "--facts", facts, "--as-of", as_of, "--values", "example", "--currency", currency,
        "--no-workbook", "--out", out)  # fmt: skip
    orders = pq.read_table(facts / "orders.parquet").to_pylist()
    return as_of, orders, {row["customer"]: row for row in pq.read_table(out / "grades.parquet").to_pylist()}


def run(*arguments: object) -> None:
    answer = CliRunner().invoke(cli, [str(argument) for argument in arguments], catch_exceptions=False)
    assert answer.exit_code == 0, answer.output


def year_of(day: date, as_of: date) -> int:
    """0 for the last twelve months, 1 for the twelve before, and so on; as-of dates here are ends of months."""
    months = (as_of.year * 12 + as_of.month) - (day.year * 12 + day.month)
    return months // 12


def growth(now: Decimal, before: Decimal) -> float | None:
    return float((Fraction(now) - Fraction(before)) / Fraction(before)) if before > 0 else None


def test_every_figure_equals_an_independent_computation(graded: Any) -> None:
    as_of, orders, found = graded
    amounts: dict[str, dict[int, Decimal]] = defaultdict(lambda: defaultdict(Decimal))
    profits: dict[str, list[Decimal | None]] = defaultdict(list)
    counts: dict[str, int] = defaultdict(int)
    months: dict[str, set[tuple[int, int]]] = defaultdict(set)
    first: dict[str, date] = {}
    for order in orders:
        day, customer = order["ordered_on"], order["customer"]
        if order["status"] == "cancelled" or day > as_of:
            continue
        year = year_of(day, as_of)
        amounts[customer][year] += order["amount"]
        if year == 0:
            profits[customer].append(order.get("profit"))
        if order["status"] == "completed":
            first[customer] = min(day, first.get(customer, day))
            if year == 0:
                counts[customer] += 1
                months[customer].add((day.year, day.month))
    known = {c: None if all(p is None for p in ps) else sum((p for p in ps if p is not None), Decimal())
             for c, ps in profits.items()}  # fmt: skip
    total = sum((p for p in known.values() if p is not None), Decimal())

    assert len(found) > 100
    for customer, row in found.items():
        now, last, before = (amounts[customer][year] for year in (0, 1, 2))
        assert row["annual_order_amount"] == now.quantize(Decimal("0.01"), ROUND_HALF_UP), customer
        assert row["order_growth"] == growth(now, last), customer
        assert row["order_growth_previous"] == growth(last, before), customer
        assert (row["order_count"], row["active_months"]) == (counts[customer], len(months[customer])), (
            customer
        )
        profit = known.get(customer, Decimal())
        share = None if profit is None or total <= 0 else float(Fraction(profit) / Fraction(total))
        assert row["profit_contribution"] == share, customer
        began = first.get(customer)
        years = None if began is None else _years(began, as_of)
        assert row["cooperation_years"] == years, customer


def _years(began: date, as_of: date) -> int:
    """Whole years up to the end of the as-of day, which is the end of a month here."""
    months = (as_of.year * 12 + as_of.month + 1) - (began.year * 12 + began.month)
    return (months if began.day == 1 else months - 1) // 12


def test_everybody_has_one_grade_or_waits_for_a_reason(graded: Any) -> None:
    _, _, found = graded
    assert all((row["grade"] is not None) != (row["state"] == "pending") for row in found.values())
