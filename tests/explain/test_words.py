"""Codes of facts and answers stand in the policy's words wherever a person reads."""

from __future__ import annotations

import io
import re
from pathlib import Path

import pytest
from rich.console import Console

from tests.explain.worlds import graded
from zhike.explain_page import page
from zhike.explain_text import show
from zhike.report import write_report
from zhike_engine.explain import Explanation, explain

BODY = """
words:
  core: {zh: 核心, en: core one}
  trade: {zh: 贸易, en: trading}
  high: {zh: 高, en: high}
parameters:
  wanted: {title: {zh: 行业要求, en: Wanted trade}, type: text, value: trade}
metrics:
  standing:
    title: {zh: 地位, en: Standing}
    judgement: standing
    type: choice
    choices: [core, plain]
  trade: {title: {zh: 行业, en: Trade}, column: customers.industry}
  risk: {title: {zh: 风险, en: Risk}, formula: 'if(trade = "trade", "high", "low")', unit: text}
scorecards:
  points:
    title: {zh: 得分, en: Points}
    items: {place: {of: standing, choices: {core: 10, plain: 5}, weight: 100 %}}
ratings:
  treatment:
    title: {zh: 待遇, en: Treatment}
    score: points
    grades:
      first: {title: {zh: 优先, en: First}, all: ['standing in ["core"]', trade = wanted, 'risk != "low"']}
      next: {title: {zh: 其次, en: Next}}
    fallback: {mark: {zh: 其他, en: other}, lines: [{grade: next}]}
  follow:
    title: {zh: 跟进, en: Follow-up}
    grades:
      yes: {title: {zh: 要, en: wanted}, all: ['treatment = "first"']}
      no: {title: {zh: 不要, en: not wanted}}
    fallback: {mark: {zh: 其他, en: other}, lines: [{grade: no}]}
"""
CUSTOMERS = "customer,name,industry\nc1,岭南纺织,trade\nc2,滨海,retail\n"
JUDGED = (
    "customer,judgement,value,judged_by,judged_on,ground\n"
    "c1,standing,core,经理,2025-06-01,框架协议\nc2,standing,plain,经理,2025-06-01,走访\n"
)


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[Explanation]]:
    folder = tmp_path_factory.mktemp("words")
    run = graded(folder, BODY, customers=CUSTOMERS, judgements=JUDGED)
    found = {customer: explain(run, customer) for customer in ("c1", "c2")}
    run.backend.close()
    return found


def test_metrics_are_shown_in_words_and_keep_their_codes(told):
    shown = {one.name: (one.value, one.shown.zh, one.shown.en) for one in told["c1"][0].metrics}
    assert shown == {
        "standing": ("core", "核心", "core one"),
        "trade": ("trade", "贸易", "trading"),
        "risk": ("high", "高", "high"),
    }


def test_a_code_without_a_word_stands_for_itself(told):
    assert {one.shown.zh for one in told["c2"][0].metrics} == {"plain", "retail", "low"}


def test_conditions_read_in_words_with_value_and_limit(told):
    rows = [
        (c.sentence.zh, c.value and c.value.zh, c.limit and c.limit.zh)
        for c in told["c2"][0].tested("first").each
    ]
    assert rows == [
        ("地位 为 “核心”", "plain", "核心"),
        ("行业 为 贸易", "retail", "贸易"),
        ("风险 不为 “low”", "low", "low"),
    ]


def test_a_long_grade_code_reads_as_its_title(told):
    [condition] = told["c1"][1].tested("yes").each
    assert (condition.sentence.zh, condition.sentence.en) == ("待遇 为 优先", "treatment is First")
    assert (condition.value.zh, condition.limit.zh) == ("优先", "优先")


def test_parts_of_a_score_are_shown_in_words(told):
    [score] = told["c1"][0].scores
    assert [part.shown.en for part in score.parts] == ["core one"]


def test_no_code_with_a_word_is_left_on_the_terminal_or_the_page(told):
    console = Console(file=io.StringIO(), width=200)
    show(told["c1"], "zh", console, everything=True)
    html = page(told["c1"], "zh").partition("<main")[2]
    for written in (console.file.getvalue(), re.sub(r"<[^>]*>", " ", html)):
        assert re.findall(r"core|trade|high|first|next", written) == []


def test_the_report_speaks_the_same_words(tmp_path: Path):
    run = graded(tmp_path, BODY, customers=CUSTOMERS, judgements=JUDGED)
    write_report(run, tmp_path / "report.html")
    run.backend.close()
    text = (tmp_path / "report.html").read_text("utf-8")
    assert '["核心","core one"]' in text
    assert "地位 为 “核心”" in text
