"""Grading from prepared months equals grading from the facts, column by column, also after changes were taken in."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from copy import deepcopy
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.parity.worlds import IDS, World, make, worlds, write
from zhike_engine.backends.duckdb import DuckDB
from zhike_engine.errors import FactsInvalid, NotFound, RollupUnfit
from zhike_engine.policy.load import Policy, load_policy
from zhike_engine.policy.model import PolicyDocument
from zhike_engine.rollup import Rollup, prepare_rollup
from zhike_engine.run import Run, run

PARITY = Path(__file__).parents[1] / "parity"
MONTH_ENDS = [date(2024, 2, 29), date(2024, 12, 31), date(2025, 2, 28), date(2025, 3, 31), date(2025, 6, 30)]
EVERYTHING = load_policy(PARITY / "kinds.yaml")
STEPS = load_policy(PARITY / "steps.yaml")
OWN_DAYS = {"early_amount", "early_profit", "early_lines", "early_orders", "early_weeks", "early_issued", "own_year",
            "own_year_hours", "since_then", "since_founded", "early_last", "early_gap", "gap_since", "early_growth"}  # fmt: skip
BY_SIZE = {"trimmed", "trimmed_profit", "middle", "middle_profit", "middle_late"}
NO_MONTHS = {"products", "currencies", "average_last", "largest", "issued", "in_season", *BY_SIZE, *OWN_DAYS}
"""Metrics of the policy that do not add up from months: different values, last rows, middles, windows of days or events."""


def only(policy: Policy, leave_out: set[str]) -> Policy:
    data = deepcopy(policy.source.data)
    for name in leave_out:
        del data["metrics"][name]
    return Policy(PolicyDocument.model_validate(data), replace(policy.source, data=data), policy.path)


KINDS = only(EVERYTHING, NO_MONTHS)


@contextmanager
def prepared(policy: Policy, world: World, until: date | None = None) -> Iterator[Rollup]:
    with tempfile.TemporaryDirectory() as folder:
        facts, file = write(world, Path(folder)), Path(folder) / "months.duckdb"
        backend = DuckDB(facts, threads=1)
        prepare_rollup(policy, backend, until or world.as_of, file)
        backend.close()
        with Rollup(file, threads=1) as rollup:
            yield rollup


def from_facts(policy: Policy, world: World) -> list[dict[str, Any]]:
    with tempfile.TemporaryDirectory() as folder:
        backend = DuckDB(write(world, Path(folder)), threads=1)
        rows = run(policy, backend, world.as_of).table().to_pylist()
        backend.close()
        return rows


@settings(max_examples=5)
@given(st.sampled_from(MONTH_ENDS).flatmap(worlds))
def test_months_tell_what_the_facts_tell(world):
    with prepared(KINDS, world) as rollup:
        assert rollup.grade(KINDS, world.as_of).table().to_pylist() == from_facts(KINDS, world)


@settings(max_examples=4)
@given(st.sampled_from(MONTH_ENDS).flatmap(worlds))
def test_every_step_of_a_rating_follows(world):
    with prepared(STEPS, world) as rollup:
        assert rollup.grade(STEPS, world.as_of).table().to_pylist() == from_facts(STEPS, world)


def owner(row: dict[str, Any], orders: dict[str, str]) -> str:
    return orders[row["order"]] if "line" in row else row["customer"]


def mixed(first: World, second: World, changed: set[str]) -> tuple[World, World]:
    """The first world with what the second tells of some customers, and these customers alone."""
    whole: dict[str, list[dict[str, Any]]] = {}
    alone: dict[str, list[dict[str, Any]]] = {}
    for name, rows in first.tables.items():
        if name == "exchange_rates":
            whole[name] = alone[name] = rows
            continue
        news = [renamed(name, row) for row in second.tables.get(name, [])]
        owners = {**orders_of(first), **{f"n{key}": who for key, who in orders_of(second).items()}}
        alone[name] = [row for row in news if owner(row, owners) in changed]
        whole[name] = [row for row in rows if owner(row, owners) not in changed] + alone[name]
    return World(first.as_of, whole), World(first.as_of, alone)


def orders_of(world: World) -> dict[str, str]:
    return {row["order"]: row["customer"] for row in world.tables["orders"]}


def renamed(table: str, row: dict[str, Any]) -> dict[str, Any]:
    keys = ("order", "receivable", "payment", "complaint", "activity")
    return {name: f"n{cell}" if name in keys and cell is not None else cell for name, cell in row.items()}


def plain(world: World) -> World:
    """The world with the lines of an order under the order's customer."""
    lines = [{**row, "customer": None} for row in world.tables.get("order_lines", [])]
    return World(world.as_of, {**world.tables, "order_lines": lines})


@settings(max_examples=4)
@given(seeds=st.tuples(st.integers(0, 999), st.integers(0, 999)), changed=st.sets(st.sampled_from(IDS[:6])),
       as_of=st.sampled_from(MONTH_ENDS))  # fmt: skip
def test_taking_in_changes_equals_reading_all_facts_again(seeds, changed, as_of):
    first, second = (plain(make(seed, 6, 6, as_of)) for seed in seeds)
    after, news = mixed(first, second, changed)
    with prepared(KINDS, first) as rollup, tempfile.TemporaryDirectory() as folder:
        before = rollup.grade(KINDS, as_of).table().to_pylist()
        assert rollup.update(write(news, Path(folder))) == len(changed)
        assert rollup.grade(KINDS, as_of).table().to_pylist() == from_facts(KINDS, after)
    assert before == from_facts(KINDS, first)


CUSTOMERS = "customer,name\nA,Alpha\nB,Beta\nC,Gamma\n"
ORDERS = """order,customer,ordered_on,amount,currency,status
1,A,2024-12-31,100,CNY,completed
2,A,2025-01-01,50,CNY,completed
3,A,2025-01-31,-20,CNY,returned
4,B,2025-02-01,7.5,USD,completed
5,B,2025-02-28,1,CNY,completed
6,A,2025-03-01,1000,CNY,completed
"""
RATES = "currency,rate_on,rate\nUSD,2025-01-01,7.25\n"
POLICY = """
zhike: 1
policy: months
version: "1"
title: months
currency: CNY
articles: {"1": {title: one}}
parameters: {enough: {title: enough, type: money, value: 40}}
metrics:
  amount: {title: amount, sum: orders.amount, over: last 2 months}
  gap: {title: gap, longest_gap: orders, over: all time}
  share: {title: share, share: amount}
  %s
ratings:
  value:
    title: value
    grades: {A: {title: A, all: [amount > enough]}, B: {title: B}}
    fallback: {mark: others, lines: [{grade: B}]}
"""


def policy_with(folder: Path, metric: str = "", currency: str = "CNY") -> Policy:
    text = (POLICY % metric).replace("currency: CNY", f"currency: {currency}")
    (folder / "policy.yaml").write_text(text, encoding="utf-8")
    return load_policy(folder)


@pytest.fixture
def facts(tmp_path: Path) -> Path:
    folder = tmp_path / "facts"
    folder.mkdir()
    for name, text in (("customers", CUSTOMERS), ("orders", ORDERS), ("exchange_rates", RATES)):
        (folder / f"{name}.csv").write_text(text, encoding="utf-8")
    return folder


@pytest.fixture
def rollup(facts: Path, tmp_path: Path) -> Iterator[Rollup]:
    backend = DuckDB(facts)
    prepare_rollup(policy_with(tmp_path), backend, date(2025, 2, 28), tmp_path / "months.duckdb")
    backend.close()
    with Rollup(tmp_path / "months.duckdb") as opened:
        yield opened


def told(one: Run) -> list[tuple[object, ...]]:
    return [(r["customer"], r["m0"], r["m1"], r["r0_grade"]) for r in one.table().to_pylist()]


def test_the_months_are_the_numbers_one_would_add_up_by_hand(rollup, tmp_path):
    policy = policy_with(tmp_path)
    assert told(rollup.grade(policy, date(2025, 2, 28))) == [
        ("A", 300_000, 1, "B"),
        ("B", 553_750, 27, "A"),
        ("C", 0, None, "B"),
    ]
    assert told(rollup.grade(policy, date(2025, 2, 28), {"enough": 29}))[0] == ("A", 300_000, 1, "A")


def test_an_earlier_month_is_told_too(rollup, tmp_path):
    january = rollup.grade(policy_with(tmp_path), date(2025, 1, 31))
    assert told(january) == [("A", 1_300_000, 1, "A"), ("B", 0, None, "B"), ("C", 0, None, "B")]


def test_a_new_customer_and_a_currency_arrive_with_a_change(rollup, tmp_path):
    policy = policy_with(tmp_path)
    rollup.grade(policy, date(2025, 2, 28))
    change = tmp_path / "change"
    change.mkdir()
    (change / "customers.csv").write_text("customer,name\nC,Gamma\nD,Delta\n", encoding="utf-8")
    (change / "orders.csv").write_text(
        "order,customer,ordered_on,amount,currency,status\n7,D,2025-02-03,10,JPY,completed\n",
        encoding="utf-8",
    )
    (change / "exchange_rates.csv").write_text(
        "currency,rate_on,rate\nJPY,2025-01-01,0.05\n", encoding="utf-8"
    )
    assert rollup.update(change) == 2
    assert told(rollup.grade(policy, date(2025, 2, 28)))[2:] == [("C", 0, None, "B"), ("D", 5_000, None, "B")]


def test_a_change_that_cannot_be_read_changes_nothing(rollup, tmp_path):
    change = tmp_path / "change"
    change.mkdir()
    (change / "customers.csv").write_text("customer,name\nA,Alpha\n", encoding="utf-8")
    (change / "orders.csv").write_text(ORDERS.replace("2025-01-01", "2025-13-01"), encoding="utf-8")
    with pytest.raises(FactsInvalid, match="2025-13-01"):
        rollup.update(change)
    assert told(rollup.grade(policy_with(tmp_path), date(2025, 2, 28)))[0] == ("A", 300_000, 1, "B")


@pytest.mark.parametrize(
    ("metric", "reason"),
    [
        ("other: {title: t, distinct: orders.currency, over: all time}", "it counts different values"),
        ("other: {title: t, median: orders.amount, over: all time}", "in the order of their size"),
        ("other: {title: t, average: orders.amount, over: all time, last: 2}", "it looks at the last rows"),
        ("other: {title: t, sum: orders.amount, over: last 40 days}", "which is no edge of a month"),
        ("other: {title: t, sum: orders.amount, over: since first_order}", "it starts at an event"),
        ("other: {title: t, maximum: orders.amount, over: all time}", "that was not prepared"),
        ("other: {title: t, count: complaints, over: all time}", "reads table `complaints`"),
    ],
)
def test_what_months_cannot_tell_is_refused(rollup, tmp_path, metric, reason):
    with pytest.raises(RollupUnfit, match=reason):
        rollup.grade(policy_with(tmp_path, metric), date(2025, 2, 28))


@pytest.mark.parametrize(
    ("currency", "as_of", "reason"),
    [
        ("CNY", date(2025, 2, 27), "is not the last day of a month"),
        ("CNY", date(2025, 3, 31), "reaches to 2025-02-28 only"),
        ("USD", date(2025, 2, 28), "counts in CNY, not in USD"),
    ],
)
def test_another_day_or_currency_is_refused(rollup, tmp_path, currency, as_of, reason):
    with pytest.raises(RollupUnfit, match=reason):
        rollup.grade(policy_with(tmp_path, currency=currency), as_of)


def test_there_must_be_a_file(tmp_path):
    with pytest.raises(NotFound, match="there is no rollup"):
        Rollup(tmp_path / "none.duckdb")


def test_previous_grades_can_be_given(rollup, tmp_path):
    previous = pa.table(
        {"customer": ["A"], "rating": ["value"], "grade": ["B"], "since": pa.nulls(1, pa.date32())}
    )
    done = rollup.grade(policy_with(tmp_path), date(2025, 2, 28), previous=previous)
    assert [row["r0_prev"] for row in done.table().to_pylist()] == ["B", None, None]
