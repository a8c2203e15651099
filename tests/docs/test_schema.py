"""Editors that check with the published JSON Schema accept every shipped policy, and mark what is broken."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from zhike import presets
from zhike.docs import ROOT
from zhike_engine.policy.yaml import load_document

SCHEMA = json.loads((ROOT / "docs" / "reference" / "policy.schema.json").read_text("utf-8"))
POLICIES = [
    *(presets.policy_path(name) / "policy.yaml" for name in presets.names()),
    ROOT / "docs" / "reference" / "example" / "policy.yaml",
]


def as_an_editor_reads(policy: Path) -> dict[str, Any]:
    """Plain JSON data: texts, numbers, true and false; dates are texts."""

    def number(value: Decimal) -> float:
        return float(value)

    data: dict[str, Any] = json.loads(json.dumps(load_document(policy).data, default=number))
    return data


def places(data: dict[str, Any]) -> list[str]:
    return sorted(error.json_path for error in Draft202012Validator(SCHEMA).iter_errors(data))


def test_the_schema_is_itself_valid():
    Draft202012Validator.check_schema(SCHEMA)


@pytest.mark.parametrize("policy", POLICIES, ids=lambda path: path.parent.name)
def test_a_shipped_policy_satisfies_the_schema(policy):
    assert places(as_an_editor_reads(policy)) == []


@pytest.fixture
def whole() -> dict[str, Any]:
    return as_an_editor_reads(POLICIES[-1])


def test_an_unknown_key_is_marked(whole):
    whole["metrix"] = {}
    assert places(whole) == ["$"]


def test_a_metric_without_its_window_is_marked(whole):
    del whole["metrics"]["annual_amount"]["over"]
    assert places(whole) == ["$.metrics.annual_amount"]


def test_a_number_where_a_text_belongs_is_marked(whole):
    whole["version"] = 1
    whole["ratings"]["value"]["precedence"] = "last"
    assert places(whole) == ["$.ratings.value.precedence", "$.version"]
