"""Editors that check with the published JSON Schema accept every shipped mapping, and mark what is broken."""

from __future__ import annotations

import json
import re
import sys
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from tests.docs.test_schema import as_an_editor_reads
from zhike.cli.main import main
from zhike.docs import MAPPING_SCHEMA, ROOT
from zhike_engine.facts.tables import TABLES

SCHEMA = json.loads((ROOT / MAPPING_SCHEMA).read_text("utf-8"))
MAPPINGS = sorted((ROOT / "mappings").glob("*.yaml"))
GUIDES = sorted((ROOT / "docs" / "howto").glob("import-facts*.md"))


def places(data: dict[str, Any]) -> list[str]:
    return sorted(error.json_path for error in Draft202012Validator(SCHEMA).iter_errors(data))


def test_the_schema_is_itself_valid():
    Draft202012Validator.check_schema(SCHEMA)


@pytest.mark.parametrize("mapping", MAPPINGS, ids=lambda path: path.stem)
def test_a_shipped_mapping_satisfies_the_schema(mapping):
    assert places(as_an_editor_reads(mapping)) == []


@pytest.mark.parametrize("guide", GUIDES, ids=lambda path: path.name)
def test_the_example_of_the_guide_satisfies_the_schema(guide, tmp_path):
    [example] = re.findall(r"```yaml\n(.*?)```", guide.read_text("utf-8"), flags=re.DOTALL)
    (tmp_path / "example.yaml").write_text(example, "utf-8")
    assert places(as_an_editor_reads(tmp_path / "example.yaml")) == []


@pytest.fixture
def whole() -> dict[str, Any]:
    return as_an_editor_reads(ROOT / "mappings" / "excel-orders.yaml")


@pytest.mark.parametrize(
    ("at", "key", "value", "place"),
    [
        ((), "tabels", {}, "$"),
        ((), "facts_mapping", 2, "$.facts_mapping"),
        (("tables",), "order", {}, "$.tables"),
        (("tables", "orders", "columns"), "ordered", "订单日期", "$.tables.orders.columns"),
        (("tables", "orders"), "attributes", {"x": "x"}, "$.tables.orders"),
        (("tables", "orders"), "positive_returns", "turn", "$.tables.orders.positive_returns"),
        (("tables", "orders", "columns"), "amount", ["x"], "$.tables.orders.columns.amount"),
        (("sources", "orders"), "header", 0, "$.sources.orders.header"),
        (("sources", "orders"), "sheets", "订单", "$.sources.orders"),
    ],
)
def test_what_is_wrong_is_marked(whole, at, key, value, place):
    part = whole
    for name in at:
        part = part[name]
    part[key] = value
    assert places(whole) == [place]


def test_every_table_and_column_is_described():
    tables = SCHEMA["properties"]["tables"]["properties"]
    assert set(tables) == set(TABLES)
    for name, table in TABLES.items():
        columns = SCHEMA["$defs"][name]["properties"]["columns"]["properties"]
        assert list(columns) == sorted(table.names)
        assert all(one["description"] for one in columns.values())


def test_the_command_prints_either_schema(monkeypatch, capsys):
    for words, title in ((["schema", "--mapping"], "Zhike mapping"), (["schema"], "Zhike policy")):
        monkeypatch.setattr(sys, "argv", ["zhike", *words])
        with pytest.raises(SystemExit):
            main()
        assert json.loads(capsys.readouterr().out)["title"] == title
