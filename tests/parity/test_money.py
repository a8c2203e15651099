"""The worked table of docs/algorithms/money.md, and the largest amounts and rates, to the last 10^-4."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest

from tests.parity.compare import unpacked
from tests.parity.databases import as_sqlite
from tests.parity.worlds import Row, World, write
from zhike_engine.backends.base import Backend
from zhike_engine.backends.duckdb import DuckDB
from zhike_engine.backends.open import open_backend
from zhike_engine.errors import FactsInvalid
from zhike_engine.oracle import evaluate
from zhike_engine.policy.load import load_policy
from zhike_engine.run import run

AS_OF = date(2025, 12, 31)
POLICY = """
zhike: 1
policy: money
version: "1"
title: money
currency: CNY
articles: {"1": {title: one}}
metrics:
  total: {title: t, sum: orders.amount, over: last 12 months}
  before: {title: t, sum: orders.amount, over: 12 months before last 12 months}
  growth: {title: t, growth: total, against: before}
  largest: {title: t, maximum: orders.amount, over: all time}
ratings: {value: {title: t, grades: {A: {title: A, all: [total > 0]}}}}
"""
WORKED = [
    ("1000.00", "USD"), ("33.3333", "USD"), ("-33.3333", "USD"), ("98765", "JPY"), ("0.0001", "EUR"), ("12.34", "CNY"),
]  # fmt: skip
RATES = {"USD": "7.1234", "JPY": "0.04812345", "EUR": "7.5"}


def world(amounts: list[tuple[str, str]], rates: dict[str, str], before: str = "7000") -> World:
    orders = [
        order(f"O{i}", date(2025, 6, 1), amount, currency) for i, (amount, currency) in enumerate(amounts)
    ]
    orders.append(order("before", date(2024, 6, 1), before, "CNY"))
    quoted = [
        {"currency": c, "rate_on": date(2020, 1, 1), "rate": Decimal(rate)} for c, rate in rates.items()
    ]
    tables = {"customers": [{"customer": "C1", "name": "N"}], "orders": orders, "exchange_rates": quoted}
    return World(AS_OF, tables)


def order(number: str, day: date, amount: str, currency: str) -> Row:
    status = "returned" if amount.startswith("-") else "completed"
    return {"order": number, "customer": "C1", "ordered_on": day, "amount": Decimal(amount), "currency": currency,
            "status": status}  # fmt: skip


def on_duckdb(made: World, folder: Path) -> Backend:
    return DuckDB(write(made, folder))


def on_sqlite(made: World, folder: Path) -> Backend:
    url = as_sqlite(made, folder / "facts.db")
    return open_backend(url, url)


def figures(made: World, backend: Backend, folder: Path) -> dict[str, object]:
    (folder / "policy.yaml").write_text(POLICY, encoding="utf-8")
    try:
        found = run(load_policy(folder / "policy.yaml"), backend, AS_OF)
        [row] = found.table().to_pylist()
    finally:
        backend.close()
    told = {name: unpacked(row[value.sql], value) for name, value in found.compiled.values.items()}
    expected = evaluate(found.plan, made.tables).values["C1"]
    assert told == {name: expected[name] for name in told}
    return told


@pytest.mark.parametrize("on", [on_duckdb, on_sqlite])
def test_the_worked_table(on: Callable[[World, Path], Backend], tmp_path):
    made = world(WORKED, RATES)
    told = figures(made, on(made, tmp_path), tmp_path)
    assert told["total"] == Fraction("11888.6533")
    assert told["growth"] == 0.6983790428571428


@pytest.mark.parametrize(
    ("amount", "currency", "kept"),
    [
        ("99999999999999.9999", "CNY", "99999999999999.9999"),
        ("92233720368.5478", "CNY", "92233720368.5478"),
        ("90000000000.0001", "USD", "641106000000.0007"),
        ("9000000000.0001", "JPY", "433111050.0000"),
        ("-99999999999999.9999", "CNY", "-99999999999999.9999"),
        ("0.0007", "USD", "0.0050"),
        ("-0.0001", "EUR", "-0.0008"),
    ],
)
def test_giants_and_crumbs_beside_usual_amounts(amount, currency, kept, tmp_path):
    made = world([(amount, currency), ("1", "CNY")], RATES)
    told = figures(made, on_duckdb(made, tmp_path), tmp_path)
    assert told["total"] == Fraction(kept) + 1


def test_a_sum_that_does_not_fit_is_refused(tmp_path):
    made = world([("99999999999999.9999", "CNY")] * 10, {})
    with pytest.raises(FactsInvalid, match="cannot be used"):
        figures(made, on_duckdb(made, tmp_path), tmp_path)


@pytest.mark.parametrize(
    ("rate", "refused"), [("899.99999999", False), ("900.00000001", True), ("25000.123456", False)]
)
def test_a_rate_too_long_to_multiply_exactly_is_refused(rate, refused, tmp_path):
    made = world([("12345.6789", "USD")], {"USD": rate})
    if refused:
        with pytest.raises(FactsInvalid, match=r"has too many digits: 900\.00000001"):
            figures(made, on_duckdb(made, tmp_path), tmp_path)
    else:
        figures(made, on_duckdb(made, tmp_path), tmp_path)
