"""Previous grades that are given take the place of those of the facts, whatever the facts are kept in."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import duckdb
import pyarrow as pa
import pytest

from zhike_engine.backends.duckdb import DuckDB
from zhike_engine.policy.load import load_policy
from zhike_engine.run import run

POLICY = """
zhike: 1
policy: previous
version: "1"
title: previous
currency: CNY
articles: {"1": {title: one}}
facts: {orders: {optional: true}}
ratings:
  value: {title: value, grades: {A: {title: A}}, fallback: {mark: all, lines: [{grade: A}]}}
"""


@pytest.mark.parametrize("suffix", ["csv", "parquet"])
def test_given_previous_grades_take_the_place_of_the_facts(tmp_path: Path, suffix: str) -> None:
    (tmp_path / "policy.yaml").write_text(POLICY, encoding="utf-8")
    facts = tmp_path / "facts"
    facts.mkdir()
    with duckdb.connect() as made:
        for name, columns in (("customers", "'1' as customer, 'One' as name"),
                              ("previous_grades", "'1' as customer, 'value' as rating, 'B' as grade")):  # fmt: skip
            made.execute(f"copy (select {columns}) to '{facts / name}.{suffix}'")
    given = pa.table({"customer": ["1"], "rating": ["value"], "grade": ["A"], "since": [date(2025, 1, 1)]})
    backend = DuckDB(facts)
    done = run(load_policy(tmp_path), backend, date(2025, 6, 30), previous=given)
    assert done.table()["r0_prev"].to_pylist() == ["A"]
    backend.close()
