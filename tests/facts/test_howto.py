"""The guide and the mapping language say the same."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from zhike.facts import formula
from zhike.facts.loading import load_mapping
from zhike.facts.mapping import Source, Target, Value

GUIDES = sorted((Path(__file__).resolve().parents[2] / "docs" / "howto").glob("import-facts*.md"))
MODELS = (Source, Value, Target)
KEYS = sorted({field.alias or name for model in MODELS for name, field in model.model_fields.items()})


@pytest.fixture(params=GUIDES, ids=lambda path: path.name)
def guide(request):
    return request.param.read_text("utf-8")


def test_the_guide_stands_in_both_languages():
    assert [path.name for path in GUIDES] == ["import-facts.md", "import-facts.zh.md"]


def test_its_example_is_a_right_mapping(desk, guide):
    [example] = re.findall(r"```yaml\n(.*?)```", guide, flags=re.DOTALL)
    assert load_mapping(desk.put("example.yaml", example)).mapping.facts_mapping == 1


@pytest.mark.parametrize("key", KEYS)
def test_it_names_every_key(guide, key):
    assert f"`{key}`" in guide


@pytest.mark.parametrize("function", [*formula.FUNCTIONS, "lookup", "total"])
def test_it_names_every_function(guide, function):
    assert f"= {function}(" in guide


def test_its_formulas_can_be_read(guide):
    formulas = re.findall(r"`(= [^`]+)`", guide)
    assert len(formulas) >= 8
    for text in formulas:
        assert formula.parse_value(text)
