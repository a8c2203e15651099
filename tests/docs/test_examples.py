"""Every YAML example of the documentation is checked and run; a second author computes the same numbers."""

from __future__ import annotations

import csv
from datetime import date
from decimal import Decimal
from functools import cache
from typing import Any

import pytest

from tests.parity.compare import differences
from zhike.docs import ROOT
from zhike.docs.examples import AS_OF, HOME, fences, policy_of
from zhike_engine.backends.duckdb import DuckDB
from zhike_engine.facts.tables import TABLES
from zhike_engine.oracle import evaluate
from zhike_engine.plan.build import build
from zhike_engine.policy.load import load_policy, read_values
from zhike_engine.policy.metrics import KINDS
from zhike_engine.policy.testing import run_tests
from zhike_engine.policy.yaml import parse_document
from zhike_engine.run import run

READ = {
    "date": date.fromisoformat,
    "money": Decimal,
    "decimal": Decimal,
    "integer": int,
    "bool": lambda text: text == "true",
}
PAGES = [
    page
    for folder in ("metrics", "language")
    for page in sorted((ROOT / "docs" / "reference" / folder).glob("*.md"))
    if not page.name.endswith(".zh.md")
]
EXAMPLES = [
    (f"{page.parent.name}/{page.stem}-{number}", piece)
    for page in PAGES
    for number, piece in enumerate(fences(page.read_text("utf-8")), start=1)
]


def examples(kind: str) -> list[Any]:
    """The examples of one kind: tests of a policy, values files, or pieces of a policy."""
    return [pytest.param(piece, id=name) for name, piece in EXAMPLES if kind_of(piece) == kind]


def kind_of(piece: str) -> str:
    keys = set(parse_document(piece).data)
    if "cases" in keys:
        return "tests"
    return "values" if "values" in keys else "whole" if keys == {"zhike"} else "policy"


@cache
def facts() -> dict[str, list[dict[str, Any]]]:
    """The example facts as plain rows; empty cells are left out, further columns of customers are text."""
    found = {}
    for path in (HOME / "facts").glob("*.csv"):
        kinds = {column.name: READ.get(column.kind, str) for column in TABLES[path.stem].columns}
        with path.open(encoding="utf-8", newline="") as stream:
            found[path.stem] = [
                {key: kinds.get(key, str)(cell) for key, cell in row.items() if cell}
                for row in csv.DictReader(stream)
            ]
    return found


@pytest.mark.parametrize("piece", examples("policy"))
def test_an_example_runs_and_the_oracle_agrees(piece):
    policy = policy_of(piece)
    backend = DuckDB(HOME / "facts", threads=1)
    try:
        done = run(policy, backend, AS_OF)
        rows = done.table().to_pylist()
    finally:
        backend.close()

    expected = evaluate(build(policy.document, AS_OF), facts())

    assert len(rows) > 0
    assert differences(rows, done.compiled, expected) == []


@pytest.mark.parametrize("kind", KINDS)
def test_the_example_of_a_kind_shows_that_kind(kind):
    [piece] = fences((ROOT / "docs" / "reference" / "metrics" / f"{kind}.md").read_text("utf-8"))
    assert any(type(metric) is KINDS[kind] for metric in policy_of(piece).document.metrics.values())


@pytest.mark.parametrize("piece", examples("tests"))
def test_the_tests_of_the_example_policy_pass(piece, tmp_path):
    (tmp_path / "tests.yaml").write_text(piece, "utf-8")
    report = run_tests(load_policy(HOME / "policy.yaml"), tmp_path / "tests.yaml")
    assert [case.failures for case in report.cases] == [()] * 3


@pytest.mark.parametrize("piece", examples("values"))
def test_a_values_file_sets_the_parameters_of_the_page_before(piece, tmp_path):
    (tmp_path / "values.yaml").write_text(piece, "utf-8")
    [page] = [page for page in PAGES if page.stem == "parameters"]
    policy = policy_of(fences(page.read_text("utf-8"))[0])
    assert read_values(tmp_path / "values.yaml", policy) == {"a_amount": 12, "a_years": 3}
