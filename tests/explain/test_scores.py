"""The parts of a score add up to the score, whatever is missing."""

from __future__ import annotations

from decimal import Decimal

import pytest

from tests.explain.worlds import graded, why
from zhike.explain_page import shown_parts
from zhike_engine.explain import Part, Score
from zhike_engine.words import Text

BODY = """
metrics:
  amount: {{title: {{zh: 金额, en: Amount}}, sum: orders.amount, over: last 12 months}}
  trust: {{title: {{zh: 信任, en: Trust}}, judgement: trust}}
  orders: {{title: {{zh: 单数, en: Orders}}, count: orders, over: all time}}
scorecards:
  total:
    title: {{zh: 总分, en: Total}}
    base: 5
    items:
      size: {{title: {{zh: 规模, en: size}}, of: amount, weight: 60, linear: {{from: 0, to: 8400000}}}}
      trust: {{of: trust, weight: 40, unknown: {unknown}}}
      bonus: {{title: {{zh: 奖励, en: bonus}}, of: orders, per: {{points: 2, cap: 3}}}}
ratings:
  value:
    title: {{zh: 等级, en: Grade}}
    of: total
    score: total
    grades: {{A: {{title: A, from: 90}}, B: {{title: B, below: 90}}}}
    fallback: {{mark: x, lines: [{{pending: 等信任分}}]}}
"""
JUDGED = "customer,judgement,value,judged_by,judged_on,ground\nc1,trust,{},李工,2025-01-15,走访\n"


@pytest.mark.parametrize(
    ("unknown", "judged", "value", "parts"),
    [
        ("pending", "80", "70", [("50", "0.6", "30"), ("80", "0.4", "32"), ("3", None, "3")]),
        ("zero", "", "38", [("50", "0.6", "30"), (None, "0.4", "0"), ("3", None, "3")]),
        ("skip", "", "58", [("50", "0.6", "50"), (None, "0.4", None), ("3", None, "3")]),
    ],
)
def test_base_and_contributions_make_the_score(tmp_path, unknown, judged, value, parts):
    tables = {"judgements": JUDGED.format(judged)} if judged else {}
    [score] = why(graded(tmp_path, BODY.format(unknown=unknown), **tables)).scores
    told = [(part.points, part.weight, part.contribution) for part in score.parts]
    assert told == [tuple(None if one is None else Decimal(one) for one in part) for part in parts]
    assert score.value == Decimal(value) == score.base + sum(part.contribution or 0 for part in score.parts)


def test_a_score_that_waits_says_which_item_and_why(tmp_path):
    found = why(graded(tmp_path, BODY.format(unknown="pending")))
    [score] = found.scores
    assert (score.value, found.state) == (None, "pending")
    assert [part.note and part.note.zh for part in score.parts] == [None, "缺少数据，得分待定", None]
    assert found.tested("A").each[0].why is not None
    assert found.tested("A").each[0].why.zh == (
        "“总分”无法计算：“信任”无法计算：事实数据中没有“人工判断”表；按不符合处理"
    )


@pytest.mark.clause("GRD-06")
def test_the_gap_of_a_score_names_the_items_with_the_most_room(tmp_path):
    found = why(graded(tmp_path, BODY.format(unknown="zero"), judgements=JUDGED.format("80")))
    assert found.miss is not None
    [gap] = found.miss.gaps
    assert (gap.sentence.zh, gap.has.zh, gap.missing.zh) == ("总分 不低于 90 分", "70 分", "还差 20 分")
    assert gap.hint is not None
    assert gap.hint.zh == "规模最多再加 30 分，信任最多再加 8 分"


@pytest.mark.parametrize(
    ("base", "parts", "total", "shown"),
    [
        ("0", ["93.185", "6.815"], "100", ["93.18", "6.82"]),
        ("10", ["33.3333333", "33.3333333", "33.3333334"], "110", ["33.33", "33.33", "33.34"]),
        ("0", ["-1.005", "2.005"], "1", ["-1.01", "2.01"]),
        ("0", ["93.185", "16.815"], "100", ["93.19", "16.82"]),
    ],
)
def test_what_the_lines_add_makes_the_total_shown(base, parts, total, shown):
    lines = tuple(
        Part(str(i), Text("", ""), "", Text("", ""), None, None, Decimal(one)) for i, one in enumerate(parts)
    )
    score = Score("s", Text("", ""), Decimal(total), Decimal(base), Decimal(0), Decimal(100), lines)
    assert shown_parts(score) == shown
