"""Expressions drawn at random mean the same to the oracle and to DuckDB."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.parity.compare import differences
from tests.parity.worlds import EXAMPLES, make, write
from zhike_engine.backends.duckdb import DuckDB
from zhike_engine.oracle import evaluate
from zhike_engine.policy.load import load_policy
from zhike_engine.run import run

WORLD = make(20250630, 12, 5, date(2025, 6, 30))
HEAD = """
zhike: 1
policy: parity-expressions
version: "1"
title: expressions
currency: CNY
articles: {"1": {title: one}}
parameters:
  limit: {title: t, type: money, unit: 元, value: 250.5}
  local_limit: {title: t, type: money, value: 100, local: {by: customers.region, values: {north: -33.3333}}}
  part: {title: t, type: percent, value: 12.5}
  times: {title: t, type: number, value: 3}
metrics:
  amount: {title: t, sum: orders.amount, over: last 12 months}
  profit: {title: t, sum: orders.profit, over: last 3 months}
  orders_in_year: {title: t, count: orders, over: last 12 months}
  months: {title: t, tenure: months}
  before: {title: t, sum: orders.amount, over: 12 months before last 12 months}
  growth: {title: t, growth: amount, against: before}
  part_of_all: {title: t, share: amount}
  trust: {title: t, judgement: trust}
  closeness: {title: t, judgement: closeness, type: choice}
  key: {title: t, judgement: key, type: flag}
  since: {title: t, column: customers.since, type: date}
"""
TAIL = "ratings: {value: {title: t, grades: {A: {title: A, all: [amount > limit]}}}}\n"

PLAIN = st.sampled_from(["2", "0.5", "1.3333", "times", "-1", "7"])
FACTORS = st.sampled_from(["2", "-3", "0.125", "times"])
COUNTS = st.sampled_from(["orders_in_year", "orders_in_year + 1", "min(orders_in_year, 2)"])


def choices(values: st.SearchStrategy[str], tests: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    """The functions that pick one of several values."""
    pair = st.tuples(values, values)
    return st.one_of(
        pair.map(lambda p: f"min({p[0]}, {p[1]})"),
        pair.map(lambda p: f"max({p[0]}, {p[1]})"),
        pair.map(lambda p: f"first_known({p[0]}, {p[1]})"),
        values.map(lambda v: f"abs({v})"),
        st.tuples(
            st.sampled_from(["round", "round_down", "round_up"]), values, st.sampled_from(["", ", 2", ", 4"])
        ).map(lambda r: f"{r[0]}({r[1]}{r[2]})"),
        st.tuples(tests, pair).map(lambda c: f"if({c[0]}, {c[1][0]}, {c[1][1]})"),
    )


def conditions(money: st.SearchStrategy[str], share: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    """Conditions over amounts and shares."""
    op = st.sampled_from([">", ">=", "<", "<=", "=", "!="])
    return st.one_of(
        st.tuples(money, op, money).map(" ".join),
        st.tuples(share, op, share).map(" ".join),
        st.tuples(COUNTS, op, PLAIN).map(" ".join),
        st.tuples(money, money, money).map(lambda c: f"{c[0]} between {c[1]} and {c[2]}"),
        st.tuples(share, share, share).map(lambda c: f"{c[0]} within {c[1]} of {c[2]}"),
        money.map(lambda m: f"{m} is computable"),
        share.map(lambda s: f"{s} in [{s}, 0.5]"),
        st.sampled_from(
            ["key", 'closeness = "core"', 'closeness in ["core", "x"]', 'since >= "2024-02-29"', "trust > 3"]
        ),
    )


def grown(parts: tuple[st.SearchStrategy[str], ...]) -> tuple[st.SearchStrategy[str], ...]:
    """Amounts, shares and conditions one step deeper."""
    money, share, tests = parts
    more_money = st.one_of(
        money,
        st.tuples(money, st.sampled_from("+-"), money).map(lambda c: f"({c[0]} {c[1]} {c[2]})"),
        st.tuples(money, st.sampled_from("*/"), FACTORS).map(lambda c: f"({c[0]} {c[1]} {c[2]})"),
        st.tuples(money, share).map(lambda c: f"{c[0]} * {c[1]}"),
        st.tuples(money, COUNTS).map(lambda c: f"{c[0]} / ({c[1]})"),
        choices(money, tests),
    )
    more_share = st.one_of(
        share,
        st.tuples(money, money).map(lambda c: f"({c[0]} / {c[1]})"),
        st.tuples(share, st.sampled_from("+-*"), share).map(lambda c: f"({c[0]} {c[1]} {c[2]})"),
        st.tuples(share, FACTORS).map(lambda c: f"({c[0]} / {c[1]})"),
        choices(share, tests),
    )
    more_tests = st.one_of(
        conditions(more_money, more_share),
        tests.map(lambda t: f"not ({t})"),
        st.tuples(tests, st.sampled_from(["and", "or"]), tests).map(lambda c: f"({c[0]} {c[1]} {c[2]})"),
    )
    return more_money, more_share, more_tests


MONEY = st.sampled_from(["amount", "profit", "before", "limit", "local_limit"])
SHARE = st.sampled_from(["growth", "part_of_all", "part", "12.5 %", "0.2 %"])
ONCE = grown((MONEY, SHARE, conditions(MONEY, SHARE)))
AMOUNTS, SHARES, TESTS = grown(ONCE)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return write(WORLD, tmp_path_factory.mktemp("facts"))


@settings(max_examples=EXAMPLES)
@given(st.lists(st.tuples(AMOUNTS, SHARES, TESTS), min_size=1, max_size=5))
def test_expressions_mean_the_same_to_both_authors(folder: Path, drawn):
    lines = [
        f"  {kind}{i}: {{title: t, formula: '{text}', unit: {unit}}}\n"
        for i, texts in enumerate(drawn)
        for (kind, unit), text in zip((("a", "money"), ("s", "share"), ("t", "flag")), texts, strict=True)
    ]
    written = folder / "policy.yaml"
    written.write_text(HEAD + "".join(lines) + TAIL, encoding="utf-8")
    backend = DuckDB(folder, threads=1)
    found = run(load_policy(written), backend, WORLD.as_of)
    rows = found.table().to_pylist()
    backend.close()
    assert differences(rows, found.compiled, evaluate(found.plan, WORLD.tables)) == []
