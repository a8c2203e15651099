"""A condition marked `pending` that cannot be told makes a customer wait only while its answer could change the grade."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from zhike_engine.backends.duckdb import DuckDB
from zhike_engine.policy.load import load_policy
from zhike_engine.policy.small_facts import write_folder
from zhike_engine.run import run

AS_OF = date(2025, 12, 31)
POLICY = """
zhike: 1
policy: waits
version: "1"
title: waits
currency: CNY
articles: {{"1": {{title: one}}}}
facts: {{judgements: {{optional: true}}}}
metrics:
  amount: {{title: t, sum: orders.amount, over: all time}}
  trust: {{title: t, judgement: trust}}
  months: {{title: t, tenure: months}}
ratings:
  value:
    title: t
    grades:
      A: {{title: A, all: [{a}]}}
      B: {{title: B, all: [{b}]}}
      C: {{title: C, all: [amount >= 0]}}
      D: {{title: D}}
    {more}
"""
ASKS = "{if: trust > 3, unknown: pending}"
BIG, SMALL = "amount > 50", "amount > 5000"


def graded(folder: Path, a: str, b: str, more: str) -> tuple[str | None, str, int]:
    """Grade, state and pending code of one customer who bought for 100 and whom nobody has judged."""
    (folder / "policy.yaml").write_text(POLICY.format(a=a, b=b, more=more), encoding="utf-8")
    tables = {
        "customers": [{"customer": "c1", "since": "2020-01-01"}],
        "orders": [{"customer": "c1", "ordered_on": "2025-05-01", "amount": 100}],
        "previous_grades": [{"customer": "c1", "rating": "value", "grade": "B"}],
    }
    with write_folder(tables, "CNY") as facts:
        backend = DuckDB(facts, threads=1)
        done = run(load_policy(folder), backend, AS_OF)
        [row] = done.table().to_pylist()
        backend.close()
    return row["r0_grade"], row["r0_state"], row["r0_pending"]


@pytest.mark.parametrize(
    ("a", "b", "more", "expected"),
    [
        pytest.param(ASKS, BIG, "", (None, "pending", 201), id="the best grade is open"),
        pytest.param(BIG, ASKS, "", ("A", "graded", 0), id="a better grade holds"),
        pytest.param(f"{BIG}, {ASKS}", BIG, "", (None, "pending", 202), id="all other conditions hold"),
        pytest.param(f"{SMALL}, {ASKS}", BIG, "", ("B", "graded", 0), id="another condition fails"),
        pytest.param(f"{{any: [{BIG}, {ASKS}]}}", BIG, "", ("A", "graded", 0), id="one of any holds"),
        pytest.param(f"{{any: [{SMALL}, {ASKS}]}}", BIG, "", (None, "pending", 202), id="any is open"),
        pytest.param(
            f"{{at_least: 2, of: [{BIG}, {BIG}, {ASKS}]}}", BIG, "", ("A", "graded", 0), id="enough hold"
        ),
        pytest.param(
            f"{{at_least: 2, of: [{SMALL}, {SMALL}, {ASKS}]}}",
            BIG,
            "",
            ("B", "graded", 0),
            id="too few can hold",
        ),
        pytest.param(SMALL, ASKS, "", (None, "pending", 202), id="the next grade is open"),
        pytest.param(
            SMALL, ASKS, "test_order: [C, A, B, D]", ("C", "graded", 0), id="a grade tested before holds"
        ),
        pytest.param(BIG, ASKS, "precedence: worst", ("C", "graded", 0), id="the worst that holds counts"),
        pytest.param(BIG, ASKS, "precedence: unchanged", ("B", "graded", 0), id="two hold, unchanged anyway"),
        pytest.param(
            SMALL, ASKS, "precedence: unchanged", (None, "pending", 202), id="one holds, two would leave it"
        ),
        pytest.param(
            ASKS,
            BIG,
            "vetoes: [{title: v, grade: D, if: amount > 0}]",
            ("D", "graded", 0),
            id="a veto applies",
        ),
        pytest.param(
            ASKS,
            BIG,
            "vetoes: [{title: v, grade: D, if: amount < 0}]",
            (None, "pending", 201),
            id="no veto applies",
        ),
        pytest.param(
            ASKS, BIG, "newcomers: {if: months < 999, grade: C}", ("C", "provisional", 0), id="a newcomer"
        ),
        pytest.param(
            ASKS,
            BIG,
            "ceilings: [{title: c, grade: C, if: amount > 0}]",
            (None, "pending", 201),
            id="a ceiling",
        ),
        pytest.param(
            BIG,
            ASKS,
            "pending: [{reason: r, if: amount > 0}]",
            (None, "pending", 1),
            id="a line under pending",
        ),
    ],
)
def test_who_waits(tmp_path: Path, a: str, b: str, more: str, expected: tuple[str | None, str, int]) -> None:
    assert graded(tmp_path, a, b, more) == expected
