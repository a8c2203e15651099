"""The one description of the fact tables, and the pages made from it."""

from __future__ import annotations

from pathlib import Path

import pytest

from zhike.facts.page import PAGES, facts_page
from zhike.facts.quality import REASONS
from zhike_engine.facts.tables import PHYSICAL, TABLES

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize("lang", PAGES)
def test_the_committed_page_is_the_made_one(lang):
    committed = (ROOT / PAGES[lang]).read_text("utf-8")
    assert committed == facts_page(lang), "run `python -m zhike.facts.page`"


@pytest.mark.parametrize("table", TABLES.values(), ids=lambda table: table.name)
def test_a_table_is_described_without_gaps(table):
    assert set(table.key) <= set(table.required_names)
    assert table.date_column is None or table.date_column in table.names
    assert len(set(table.names)) == len(table.names)
    for column in table.columns:
        assert (column.kind == "choice") == bool(column.choices)
        assert column.references is None or len(TABLES[column.references].key) == 1
        assert all((column.title.zh, column.title.en, column.meaning.zh, column.meaning.en))
        assert column.kind in PHYSICAL


def test_the_columns_that_a_company_is_told_of_first():
    assert TABLES["customers"].required_names == ("customer", "name")
    assert TABLES["orders"].required_names == (
        "order",
        "customer",
        "ordered_on",
        "amount",
        "currency",
        "status",
    )
    assert [name for name, table in TABLES.items() if table.required] == ["customers", "orders"]


@pytest.mark.parametrize("code", REASONS)
def test_every_reason_speaks_both_languages(code):
    text = REASONS[code]
    assert all((text.zh, text.en))
    assert ("{column}" in text.zh) == ("{column}" in text.en)
