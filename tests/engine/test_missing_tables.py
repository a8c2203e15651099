"""A table that the policy needs is asked for; one it can do without counts as empty."""

from __future__ import annotations

from datetime import date

import pytest

from zhike_engine.backends.duckdb import DuckDB
from zhike_engine.errors import FactsInvalid
from zhike_engine.policy.load import load_policy
from zhike_engine.run import run

POLICY = """
zhike: 1
policy: disputes
version: "1"
title: disputes
currency: CNY
articles: {{}}
facts:
  complaints: {{optional: {optional}}}
metrics:
  disputes: {{title: disputes, count: complaints, over: all time}}
ratings:
  value:
    title: grade
    of: disputes
    grades: {{A: {{title: A, up_to: 0}}, B: {{title: B, above: 0}}}}
"""


def grade_without_complaints(folder, optional):
    (folder / "policy.yaml").write_text(POLICY.format(optional=optional))
    (folder / "customers.csv").write_text("customer,name\nC1,One\n")
    backend = DuckDB(folder, threads=1)
    try:
        return run(load_policy(folder), backend, date(2026, 6, 30)).customer("C1")
    finally:
        backend.close()


def test_a_needed_table_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(
        FactsInvalid, match="the facts have no table `complaints`, which policy `disputes` reads"
    ):
        grade_without_complaints(tmp_path, "false")


def test_an_optional_table_that_is_not_there_counts_as_empty(tmp_path):
    row = grade_without_complaints(tmp_path, "true")
    assert (row["m0"], row["r0_grade"]) == (0, "A")
