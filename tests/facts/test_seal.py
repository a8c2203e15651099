"""A sealed folder answers from its manifest what an unsealed one answers from its rows."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from zhike_engine.backends.duckdb import DuckDB
from zhike_engine.errors import FactsInvalid
from zhike_engine.facts.rates import spans
from zhike_engine.facts.seal import seal
from zhike_engine.facts.summary import Stretch, Summary

TABLES = frozenset({"customers", "orders", "receivables"})
CUSTOMERS = "customer,name\nA,Alpha\nB,Beta\n"
ORDERS = """order,customer,ordered_on,amount,currency,status,profit
1,A,2025-01-31,100,CNY,completed,
2,A,2025-02-28,-3,USD,completed,1
3,X,2025-03-31,5,EUR,returned,1
4,B,2025-03-31,7,GBP,cancelled,1
5,B,2025-05-01,7,JPY,completed,1
"""
RECEIVABLES = """receivable,customer,issued_on,due_on,amount,currency,paid_on
1,Y,,2026-01-01,5,CHF,
2,A,2025-03-03,2025-06-01,5,SEK,
3,A,2026-03-03,2026-06-01,5,SEK,
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name, text in (("customers", CUSTOMERS), ("orders", ORDERS), ("receivables", RECEIVABLES)):
        (tmp_path / f"{name}.csv").write_text(text, encoding="utf-8")
    return tmp_path


def told(folder: Path, as_of: date) -> tuple[object, ...]:
    backend = DuckDB(folder)
    try:
        facts = backend.open_facts(TABLES, as_of)
        found = {(one.table, one.currency): one.first for one in spans(backend, facts, as_of)}
        return facts.findings, found, facts.fingerprint, facts.sealed
    finally:
        backend.close()


@pytest.mark.parametrize("as_of", [date(2025, 2, 28), date(2025, 4, 30), date(2025, 12, 31)])
def test_a_seal_changes_nothing_but_the_work(folder, as_of):
    *unsealed, before = told(folder, as_of)
    seal(folder)
    *sealed, after = told(folder, as_of)
    assert sealed == unsealed
    assert (before, after) == (False, True)


def test_the_days_of_rates_go_by_the_day_of_issue(folder):
    seal(folder)
    _, found, _, _ = told(folder, date(2025, 12, 31))
    assert found["receivables", "SEK"] == date(2025, 3, 3)
    assert found["receivables", "CHF"] == date(2026, 1, 1)


def test_a_seal_that_went_by_the_due_day_is_not_believed(folder):
    seal(folder)
    manifest = folder / "facts.json"
    plain = json.loads(manifest.read_text("utf-8"))
    summary = plain["tables"]["receivables"]["summary"]
    summary["currencies"]["SEK"][0] = "2025-06-01"
    del summary["rated"]
    manifest.write_text(json.dumps(plain), "utf-8")
    _, found, _, sealed = told(folder, date(2025, 12, 31))
    assert (found["receivables", "SEK"], sealed) == (date(2025, 3, 3), True)


def test_a_changed_file_breaks_the_seal(folder):
    seal(folder)
    with (folder / "orders.csv").open("a", encoding="utf-8") as orders:
        orders.write("5,B,2025-05-01,7,CNY,completed,1\n")
    with pytest.raises(FactsInvalid, match="`5` stands 2 times"):
        told(folder, date(2025, 12, 31))


def test_a_manifest_of_another_kind_is_refused(folder):
    seal(folder)
    manifest = folder / "facts.json"
    manifest.write_text(manifest.read_text("utf-8").replace('"strangers": 1', '"strangers": "many"'), "utf-8")
    with pytest.raises(FactsInvalid, match=r"`facts.json` cannot be read"):
        told(folder, date(2025, 12, 31))


def test_a_summary_survives_json():
    stretch = Stretch(date(2025, 1, 1), date(2025, 5, 1), Decimal("12.5000"))
    summary = Summary(date(2025, 5, 1), 2, ("X",), (1, 0, 3), {"CNY": stretch})
    assert Summary.from_json(summary.to_json()) == summary
