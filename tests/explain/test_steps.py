"""The deciding path: each step in its order, with the grade after it, in words."""

from __future__ import annotations

import pytest

from tests.explain.worlds import graded, why
from zhike_engine.explain import Explanation

PLAIN = """
parameters:
  room: {title: 缓冲, type: percent, value: 20}
metrics:
  amount: {title: {zh: 金额, en: Amount}, sum: orders.amount, over: last 12 months}
  years: {title: {zh: 年限, en: Years}, tenure: years}
  since: {title: {zh: 起始, en: Since}, column: customers.since, type: date}
ratings:
  value:
    title: {zh: 等级, en: Grade}
    article: "1.1"
    grades:
      A: {title: {zh: 甲级, en: Gold}, article: "1.1", all: [amount >= 500万]}
      B: {title: {zh: 乙级, en: Silver}, article: "1.1", all: [amount >= 100万]}
      C: {title: {zh: 丙级, en: Bronze}, article: "1.1", all: [amount >= 50万]}
      D: {title: {zh: 丁级, en: Iron}, article: "1.1"}
"""
BEFORE = "customer,rating,grade,since\nc1,value,{},2025-06-01\n"
MANUAL = "customer,rating,kind,grade,reason,approver,from_on,until_on\nc1,value,{},{},战略合作,总经理,2025-01-01,2026-06-30\n"


def path(found: Explanation, lang: str = "zh") -> list[tuple[str, str | None, str]]:
    return [(step.kind, step.grade, step.text.pick(lang)) for step in found.path]


RULE_B = ("rule", "B", "符合乙级的条件；先检验的 A 不符合")
CASES = {
    "rule": ("", {}, [RULE_B]),
    "fallback": (
        '    fallback: {mark: 其他, lines: [{if: amount < 0, grade: D}, {grade: C}]}\n',
        {"orders": "order,customer,ordered_on,amount,currency,status\n"},
        [("fallback", "C", "没有一个等级的条件全部符合，“金额 低于 0 万元”不成立；其余情况定为此级，标记“其他”")],
    ),
    "newcomer": (
        "    newcomers: {title: 新客户, if: years < 9, grade: D}\n", {},
        [("newcomer", "D", "属于“新客户”（年限 少于 9 年）")],
    ),
    "quota": (
        "    quotas: [{grade: B, top: 0, by: amount}]\n", {},
        [RULE_B, ("quota", "C", "乙级的名额为 0 个，按“金额”从高到低排列，没有排进名额")],
    ),
    "share": (
        "    quotas: [{grade: B, share: 10, by: amount}]\n", {},
        [RULE_B, ("quota", "C", "乙级的名额为已评级客户的 10 %，按“金额”从高到低排列，没有排进名额")],
    ),
    "hysteresis": (
        "    hysteresis: {keep_within: room}\n", {"previous_grades": BEFORE.format("A")},
        [RULE_B, ("hysteresis", "A", "离原等级甲级的界限相差不超过 20 %，保留原等级")],
    ),
    "movement": (
        "    movement: {up: 1}\n", {"previous_grades": BEFORE.format("D")},
        [RULE_B, ("movement", "C", "每次最多升 1 级，从丁级只能到丙级，而不是乙级")],
    ),
    "protection": (
        "    protection: {months: 12}\n", {"previous_grades": BEFORE.format("A")},
        [RULE_B, ("protection", "A", "甲级自 2025-06-01 生效，12 个月内（2026-06-01 之前）不降级")],
    ),
    "floor": (
        "    floors: [{title: 老客户, grade: A, if: years >= 5}]\n", {},
        [RULE_B, ("floor", "A", "保底“老客户”（年限 不少于 5 年），不低于甲级")],
    ),
    "ceiling": (
        "    ceilings: [{title: 年轻, grade: C, if: years < 9}]\n", {},
        [RULE_B, ("ceiling", "C", "封顶“年轻”（年限 少于 9 年），不高于丙级")],
    ),
    "veto": (
        "    vetoes: [{title: 黑名单, grade: D, if: years = 5}]\n", {},
        [RULE_B, ("veto", "D", "一票否决“黑名单”（年限 为 5 年）")],
    ),
    "override": (
        "    manual: {allowed: [override]}\n", {"overrides": MANUAL.format("override", "A")},
        [RULE_B, ("manual", "A", "人工调整为甲级（理由：战略合作；批准人：总经理；有效期 2025-01-01 至 2026-06-30）")],
    ),
    "pending": (
        "    pending: [{reason: 等待年检, if: years >= 5}]\n", {}, [RULE_B, ("pending", None, "等级待定：等待年检")],
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_a_step_that_had_a_say_is_told(tmp_path, name):
    more, tables, expected = CASES[name]
    found = why(graded(tmp_path, PLAIN + more, {}, **tables))
    assert path(found) == expected
    assert found.grade == expected[-1][1]


def test_a_manual_change_stays_marked_with_reason_and_approver_in_english(tmp_path):
    more = "    manual: {allowed: [override]}\n"
    found = why(graded(tmp_path, PLAIN + more, overrides=MANUAL.format("override", "A")))
    assert found.headline.en == (
        "岭南纺织 is Gold: it was set to Gold by hand (reason: 战略合作; approved by 总经理; in force from 2025-01-01"
        " to 2026-06-30)"
    )


def test_a_record_that_ended_has_no_say(tmp_path):
    ended = MANUAL.format("override", "A").replace("2026-06-30", "2025-12-30")
    found = why(graded(tmp_path, PLAIN + "    manual: {allowed: [override]}\n", overrides=ended))
    assert path(found) == [RULE_B]


def test_a_customer_that_is_not_rated_hears_why(tmp_path):
    found = why(
        graded(tmp_path, PLAIN.replace('    article: "1.1"\n    grades', "    if: years < 2\n    grades"))
    )
    assert (found.state, found.grade, found.misses) == ("not_rated", None, ())
    assert found.headline.zh == "客户 岭南纺织 不参加“等级”评定：只有符合“年限 少于 2 年”的客户才评级"


@pytest.mark.parametrize(
    ("precedence", "grade", "text"),
    [
        ("best", "A", "A、B、C 的条件都符合，取最好的"),
        ("worst", "C", "A、B、C 的条件都符合，取最低的"),
        ("unchanged", "B", "A、B、C 的条件都符合，等级不变"),
    ],
)
def test_several_matching_grades_are_all_named(tmp_path, precedence, grade, text):
    body = PLAIN + f"    precedence: {precedence}\n"
    orders = "order,customer,ordered_on,amount,currency,status\no,c1,2025-05-05,9000000,CNY,completed\n"
    found = why(graded(tmp_path, body, orders=orders, previous_grades=BEFORE.format("B")))
    assert path(found) == [("rule", grade, text)]


@pytest.mark.parametrize(
    ("before", "kind", "text"),
    [
        ("A", "down", "比上期（甲级）降 1 级"),
        ("B", "same", "与上期相同"),
        ("D", "up", "比上期（丁级）升 2 级"),
        ("X", "none", "上期为 X"),
    ],
)
def test_movement_is_told_in_words(tmp_path, before, kind, text):
    found = why(graded(tmp_path, PLAIN, previous_grades=BEFORE.format(before)))
    assert (found.movement, found.movement_text.zh) == (kind, text)


def test_marks_for_review_carry_their_reason(tmp_path):
    more = "    review: [{mark: 大客户, if: amount > 400万}, {mark: 小客户, if: amount < 1}]\n"
    [mark] = why(graded(tmp_path, PLAIN + more)).marks
    assert (mark.text.zh, mark.because and mark.because.zh) == ("大客户", "金额 超过 400 万元")


def test_a_condition_that_waits_for_data_names_it(tmp_path):
    body = PLAIN.replace("all: [amount >= 500万]", "all: [{if: years >= 1, unknown: pending}]")
    people = "customer,name\nc1,岭南纺织\n"
    nothing = "order,customer,ordered_on,amount,currency,status\n"
    found = why(graded(tmp_path, body, customers=people, orders=nothing))
    assert (found.state, found.path[-1].kind) == ("pending", "pending")
    assert found.path[-1].text.zh == (
        "等级待定：“年限 不少于 1 年”无法判断（“年限”无法计算：没有填写合作起始日，也没有订单）"
    )


def test_a_step_with_a_condition_of_its_own_shows_the_value_beside_the_limit(tmp_path):
    body = "    fallback: {mark: 其他, lines: [{if: amount < 0, grade: D}, {if: years < 9, grade: C}, {grade: B}]}\n"
    body += "    vetoes: [{title: 黑名单, grade: D, if: years = 5}]\n"
    found = why(
        graded(tmp_path, PLAIN + body, {}, orders="order,customer,ordered_on,amount,currency,status\n")
    )
    fell, veto = found.path
    assert [(one.sentence.zh, one.value.zh, one.held) for one in fell.looked] == [
        ("金额 低于 0 万元", "0.00 万元", False),
        ("年限 少于 9 年", "5 年", True),
    ]
    assert "“年限 少于 9 年”的客户定为此级" in fell.text.zh
    assert [(one.sentence.zh, one.value.zh) for one in veto.looked] == [("年限 为 5 年", "5 年")]
