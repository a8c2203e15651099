"""The catalogue of the page, its colours and its numbers."""

from __future__ import annotations

import re
from decimal import Decimal
from pathlib import Path

import pytest

import zhike.report
from zhike.report.charts import clipped
from zhike.report.colours import DARK, LIGHT, PALETTE, THEME, contrast, grade_colours
from zhike.report.figures import Figures, growth, part, people
from zhike.report.page import SCRIPT_WORDS
from zhike.report.svg import ticks
from zhike.report.words import WORDS, say
from zhike_engine.words import Text, same

HOME = Path(zhike.report.__file__).parent
SOURCES = {
    path.name: path.read_text("utf-8")
    for path in sorted(HOME.rglob("*"))
    if path.suffix in (".py", ".j2", ".js") and path.name != "words.py"
}
FAMILIES = ("of_", "col_", "graded_", "served_", "parameter_", "kind_", "p_", "rule_")
BY_VALUE = {"tilted", "not_tilted", "little_effort", "much_effort", "dropped", "repaired", "suspicious"}


@pytest.mark.parametrize("key", WORDS)
def test_a_text_is_complete_in_both_languages(key):
    text = WORDS[key]
    assert text.zh
    assert text.en or key == "kpi_customers_unit"
    assert set(re.findall(r"\{(\w+)\}", text.zh)) >= set(re.findall(r"\{(\w+)\}", text.en)) - {"grade"}
    assert key == "language" or not re.search(r"[\u4e00-\u9fff]", text.en) or key == "language_hint"


@pytest.mark.parametrize("key", WORDS)
def test_a_text_is_used(key):
    named = any(re.search(rf"[\"']{key}[\"']", source) for source in SOURCES.values())
    assert named or key in BY_VALUE or key.startswith(FAMILIES)


def test_the_script_gets_the_words_it_shows():
    script = SOURCES["script.js"]
    shown = set(re.findall(r'(?:word|part)\("(\w+)"', script))
    shown |= set(re.findall(r'\["[^"\w]", "(\w+)"\]', script))
    assert shown <= set(SCRIPT_WORDS)
    assert set(SCRIPT_WORDS) <= set(WORDS)
    assert {"reach", "judgement", "time", "fixed", "unknown_data"} <= set(SCRIPT_WORDS)


def test_an_unknown_key_is_an_error():
    with pytest.raises(KeyError):
        say("no such key")


@pytest.mark.parametrize("theme", [0, 1])
@pytest.mark.parametrize(
    ("ink", "ground"),
    [("ink", "card"), ("ink", "bg"), ("ink", "raised"), ("soft", "card"), ("soft", "bg"), ("soft", "raised"),
     ("brand", "card"), ("brand", "brand-ground"), ("on-brand", "brand"), ("good", "card"), ("bad", "card"),
     ("good", "good-ground"), ("bad", "bad-ground"), ("warn", "warn-ground"), ("ink", "track")],
)  # fmt: skip
def test_words_of_the_page_can_be_read(ink, ground, theme):
    assert contrast(THEME[ink][theme], THEME[ground][theme]) >= 4.5


@pytest.mark.parametrize("colour", [*PALETTE, "#000000", "#ffffff", "#ffff00", "#1f7a4d", "#0000ff"])
def test_any_colour_of_a_grade_can_be_read(colour):
    [shades] = grade_colours([colour])
    for ground, one in ((LIGHT, shades.light), (DARK, shades.dark)):
        assert contrast(one.ink, one.ground) >= 4.5
        assert contrast(one.fill, ground) >= 3


def test_a_grade_without_a_colour_gets_one_of_the_palette():
    assert grade_colours(["", "not a colour"]) == grade_colours(list(PALETTE[:2]))


@pytest.mark.parametrize(
    ("amount", "zh", "en"),
    [
        ("188486114.1", "1.88 亿元", "188.5 m CNY"),
        ("39700099.98", "3,970 万元", "39.70 m CNY"),
        ("-348000", "-34.80 万元", "-348.0 k CNY"),
        ("12.5", "12.50 元", "12.50 CNY"),
        ("0", "0 元", "0 CNY"),
        ("9999.999", "10,000 元", "10.00 k CNY"),
    ],
)
def test_amounts_are_short(amount, zh, en):
    assert Figures("CNY").money(Decimal(amount)) == Text(zh=zh, en=en)


def test_amounts_in_another_currency_name_it():
    assert Figures("XOF").money(Decimal(20_000)) == Text(zh="2.00 万 XOF", en="20.00 k XOF")


def test_shares_and_growth():
    assert [part(one).en for one in (None, 0.0, 0.025, 0.5, 1.0)] == ["—", "0 %", "2.50 %", "50.0 %", "100 %"]
    assert [growth(one).en for one in (None, 0.1, -0.1)] == ["—", "+10.0 %", "-10.0 %"]
    assert [people(one).en for one in (1, 2)] == ["1 customer", "2 customers"]


@pytest.mark.parametrize(
    ("top", "last"), [(1, 1), (37, 40), (99.9, 100), (0.3, 0.3), (18_849_063, 20_000_000)]
)
def test_ticks_reach_the_top(top, last):
    found = ticks(top)
    assert found[0] == 0
    assert found[-1] == pytest.approx(last)
    assert found[-2] < top


def test_long_names_are_clipped_by_width():
    assert clipped(same("一二三四五六"), 8).zh == "一二三…"
    assert clipped(same("Important"), 10).en == "Important"
