"""The nearest miss: sizes, order, what can change, and that closing the gap does give the grade."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from tests.explain.worlds import graded, why
from zhike_engine.explain import Explanation
from zhike_engine.explain.gaps import reached

METRICS = """
windows: {year: last 12 months, last_year: 12 months before year}
metrics:
  amount: {title: {zh: 年度金额, en: Annual amount}, sum: orders.amount, over: year}
  before: {title: {zh: 上年金额, en: Amount before}, sum: orders.amount, over: last_year}
  earlier: {title: {zh: 前年金额, en: Amount two years before}, sum: orders.amount, over: 12 months before last_year}
  rise: {title: {zh: 增长率, en: Growth}, growth: amount, against: before}
  rise_before: {title: {zh: 上年增长率, en: Growth of the year before}, growth: before, against: earlier}
  profit: {title: {zh: 年度利润, en: Annual profit}, sum: orders.profit, over: year}
  part: {title: {zh: 利润占比, en: Profit share}, share: profit}
  orders: {title: {zh: 订单数, en: Orders}, count: orders, over: year}
  years: {title: {zh: 年限, en: Years of cooperation}, tenure: years}
  silent: {title: {zh: 未下单天数, en: Days without an order}, recency: orders}
  disputes: {title: {zh: 未结纠纷, en: Open disputes}, count: complaints, over: all time, where: open}
  settled: {title: {zh: 已结纠纷, en: Settled disputes}, count: complaints, over: year, where: not open}
  all_disputes: {title: {zh: 全部纠纷, en: All disputes}, formula: disputes + settled, unit: count}
  trust: {title: {zh: 信任, en: Trust}, judgement: trust}
  trade: {title: {zh: 行业, en: Trade}, column: customers.trade}
ratings:
  value:
    title: {zh: 等级, en: Grade}
    grades:
"""
END = "    fallback: {mark: {zh: 其他, en: other}, lines: [{grade: B}]}\n"
HEAD = "order,customer,ordered_on,amount,currency,profit,status\n"
ORDERS = HEAD + "a,c1,2023-03-01,1000000,CNY,0,completed\nb,c1,2024-03-01,3000000,CNY,1,completed\n" + (
    "c,c1,2025-03-01,3300000,CNY,90000,completed\nd,c2,2025-04-01,50,CNY,910000,completed\n"
)  # fmt: skip


def asks(*conditions: str, more: str = "") -> str:
    """A policy whose A asks for these conditions and whose B is for everybody."""
    flow = ", ".join(one if one.startswith("{") else repr(one) for one in conditions)
    grades = f"      A: {{title: {{zh: 甲级, en: Gold}}, all: [{flow}]}}\n      B: {{title: {{zh: 乙级, en: Silver}}}}\n"
    return METRICS + grades + more + END


def gaps(found: Explanation) -> list[tuple[str, str, str, str]]:
    assert found.miss is not None
    return [(g.rigidity, g.sentence.zh, g.has.zh, g.missing.zh) for g in found.miss.gaps]


ONE = {
    "amount > 500万": ("reach", "330.00 万元", "还差 170.00 万元", None),
    "amount >= 3300000.01": ("reach", "330 万元", "还差 0.01 万元", None),
    "amount > 330万": ("reach", "330.00 万元", "正好在界限上", None),
    "amount < 300万": ("time", "330.00 万元", "超出 30.00 万元", "只能等旧的记录移出期间"),
    "rise >= 15 %": ("reach", "10.0 %", "还差 5 个百分点", "约合年度金额再增加 15.00 万元"),
    "rise_before > 250 %": (
        "fixed", "200.0 %", "还差 50 个百分点", "该期间（2023-01-01 至 2024-12-31）已结束，只有基准日后移才会变",
    ),
    "settled = 0": ("time", "1", "超出 1", "先了结未结的，再等旧的记录移出期间"),
    "all_disputes = 0": ("time", "2", "超出 2", "先了结未结的，再等旧的记录移出期间"),
    "part > 15 %": ("reach", "9.00 %", "还差 6 个百分点", "约合年度利润再增加 7.06 万元"),
    "orders > 1": ("reach", "1", "还差 1", None),
    "orders >= 3": ("reach", "1", "还差 2", None),
    "years >= 6": ("time", "5 年", "还差 1 年", "最早 2026-02-28 起符合"),
    "years > 6": ("time", "5 年", "还差 2 年", "最早 2027-02-28 起符合"),
    "years < 3": ("fixed", "5 年", "超出 3 年", "不因业务改变"),
    "silent <= 90": ("reach", "305 天", "超出 215 天", None),
    "disputes = 0": ("reach", "1", "超出 1", None),
    "trust >= 80": ("judgement", "65 分", "还差 15 分", None),
    "trade = '金属'": ("fixed", "纺织", "须改变", "不因业务改变"),
    "5 < orders": ("reach", "1", "还差 5", None),
    "amount - before > 40万": ("reach", "30.00 万元", "还差 10.00 万元", None),
    "not disputes > 0": ("reach", "1", "超出 1", None),
}  # fmt: skip
TABLES = {
    "orders": ORDERS,
    "customers": "customer,name,since,trade\nc1,岭南纺织,2020-02-29,纺织\nc2,c2,2020-01-01,\n",
    "complaints": "complaint,customer,opened_on,closed_on,kind,severity\n"
    "x,c1,2024-05-01,,dispute,major\ny,c1,2025-05-01,2025-06-01,dispute,major\n",
    "judgements": "customer,judgement,value,judged_by,judged_on,ground\nc1,trust,65,李工,2025-01-15,走访\n",
}


@pytest.mark.parametrize("condition", ONE)
def test_a_gap_is_told_in_the_customers_own_numbers(tmp_path, condition):
    found = why(graded(tmp_path, asks(condition), **TABLES))
    assert found.miss is not None
    [gap] = found.miss.gaps
    assert (gap.rigidity, gap.has.zh, gap.missing.zh, gap.hint and gap.hint.zh) == ONE[condition]
    assert found.miss.near == (gap.rigidity == "reach")


@pytest.mark.clause("GRD-11")
def test_the_year_that_failed_is_named_and_cannot_be_changed(tmp_path):
    body = asks("amount > 300万", "rise > 5 %", "rise_before > 250 %", "part > 5 %", "years >= 3")
    found = why(graded(tmp_path, body, **TABLES))
    assert found.grade == "B"
    assert [c.sentence.zh for c in found.tested("A").each if c.outcome == "failed"] == [
        "上年增长率 超过 250 %"
    ]
    assert gaps(found) == [("fixed", "上年增长率 超过 250 %", "200.0 %", "还差 50 个百分点")]
    assert found.miss is not None
    assert found.miss.summary.zh == "距甲级还差 1 项条件：1 项目前无法改变"


@pytest.mark.parametrize(
    ("condition", "order"),
    [
        ("amount > 500万", "n,c1,2025-12-31,1700001,CNY,0,completed\n"),
        ("rise >= 15 %", "n,c1,2025-12-31,150000,CNY,0,completed\n"),
        ("part > 15 %", "n,c1,2025-12-31,0,CNY,70600,completed\n"),
        ("orders > 1", "n,c1,2025-12-31,0,CNY,0,completed\n"),
    ],
)
def test_closing_the_gap_gives_the_grade(tmp_path, condition, order):
    assert why(graded(tmp_path, asks(condition), **TABLES)).grade == "B"
    closed = why(graded(tmp_path, asks(condition), **TABLES | {"orders": ORDERS + order}))
    assert closed.grade == "A"
    assert closed.misses == ()


@pytest.mark.parametrize("condition", ["years >= 6", "years > 6"])
def test_time_closes_a_gap_on_the_day_it_says_and_not_before(tmp_path, condition):
    found = why(graded(tmp_path, asks(condition), **TABLES))
    assert found.miss is not None
    day = found.miss.gaps[0].day
    assert day is not None
    assert why(graded(tmp_path, asks(condition), as_of=day, **TABLES)).grade == "A"
    assert why(graded(tmp_path, asks(condition), as_of=day - timedelta(days=1), **TABLES)).grade == "B"


@pytest.mark.parametrize(
    ("start", "number", "unit", "day"),
    [
        (date(2023, 3, 15), 2, "years", date(2025, 3, 15)),
        (date(2024, 2, 29), 1, "years", date(2025, 3, 1)),
        (date(2024, 2, 29), 4, "years", date(2028, 2, 29)),
        (date(2024, 1, 31), 1, "months", date(2024, 3, 1)),
        (date(2024, 1, 31), 30, "days", date(2024, 3, 1)),
    ],
)
def test_time_is_counted_as_tenure_is(start, number, unit, day):
    assert reached(start, number, unit) == day


def test_the_easiest_gap_comes_first(tmp_path):
    body = asks("rise_before > 250 %", "years >= 6", "trust >= 80", "amount > 900万", "orders >= 2")
    found = why(graded(tmp_path, body, **TABLES))
    assert [kind for kind, *_ in gaps(found)] == ["reach", "reach", "judgement", "time", "fixed"]
    assert [sentence for _, sentence, *_ in gaps(found)][:2] == ["订单数 不少于 2", "年度金额 超过 900 万元"]
    assert found.miss is not None
    assert found.miss.summary.en == (
        "5 conditions are missing for Gold: 3 within reach, 1 by time alone, not before 2026-02-28, 1 that nobody can"
        " change now"
    )


def test_of_a_group_the_cheapest_way_is_shown(tmp_path):
    body = asks("{any: [rise_before > 250 %, {all: [amount > 400万, orders > 1]}, amount > 350万]}")
    found = why(graded(tmp_path, body, **TABLES))
    assert gaps(found) == [("reach", "年度金额 超过 350 万元", "330.00 万元", "还差 20.00 万元")]
    assert found.miss is not None
    assert found.miss.gaps[0].instead == 2


def test_at_least_two_of_three_needs_only_what_is_lacking(tmp_path):
    body = asks("{at_least: 2, of: [amount > 300万, years >= 6, orders >= 2]}")
    assert gaps(why(graded(tmp_path, body, **TABLES))) == [("reach", "订单数 不少于 2", "1", "还差 1")]


def test_a_setting_of_the_company_is_no_way_out(tmp_path):
    given = "parameters: {lenient: {title: 从宽, type: flag, value: false}}\n"
    body = asks("rise <= 5 % or lenient").replace("\nwindows:", "\n" + given + "windows:")
    assert [gap[1] for gap in gaps(why(graded(tmp_path, body, **TABLES)))] == ["增长率 不超过 5 %"]


def test_a_value_that_is_missing_says_why(tmp_path):
    found = why(graded(tmp_path, asks("rise > 5 %"), **TABLES | {"orders": HEAD}))
    assert gaps(found) == [("unknown", "增长率 超过 5 %", "无法计算", "缺少数据")]


def test_a_worse_grade_tested_first_has_to_be_left(tmp_path):
    body = (
        METRICS
        + """
      A: {title: {zh: 甲级, en: Gold}, all: [amount < 900万]}
      B: {title: {zh: 乙级, en: Silver}, all: [orders <= 1, amount < 400万]}
    test_order: [B, A]
"""
    )
    found = why(graded(tmp_path, body, **TABLES))
    assert found.grade == "B"
    assert gaps(found) == [("reach", "年度金额 不低于 400 万元", "330.00 万元", "还差 70.00 万元")]
    assert found.miss is not None
    assert found.miss.gaps[0].source is not None
    assert found.miss.gaps[0].source.zh == "否则仍符合乙级"


def test_the_way_through_the_fallback_is_shown_where_it_is_easier(tmp_path):
    body = (
        METRICS
        + """
      A: {title: {zh: 甲级, en: Gold}, all: [amount >= 400万, orders > 5]}
      B: {title: {zh: 乙级, en: Silver}, all: [amount < 350万]}
    fallback: {mark: {zh: 混合, en: mixed}, lines: [{if: amount >= 380万, grade: A}, {grade: B}]}
"""
    )
    found = why(graded(tmp_path, body, **TABLES))
    assert [(miss.way.zh, len(miss.gaps)) for miss in found.misses] == [
        ("按兜底规则（标记“混合”）", 2), ("按等级条件", 2),
    ]  # fmt: skip
    assert gaps(found)[0] == ("reach", "年度金额 不低于 350 万元", "330.00 万元", "还差 20.00 万元")
    assert gaps(found)[1] == ("reach", "年度金额 不低于 380 万元", "330.00 万元", "还差 50.00 万元")


@pytest.mark.parametrize(
    ("more", "gap"),
    [
        (
            "    ceilings: [{title: {zh: 有纠纷, en: dispute}, grade: B, if: disputes > 0}]\n",
            ("reach", "未结纠纷 不超过 0", "1", "超出 1"),
        ),
        (
            "    newcomers: {if: years < 6, grade: B}\n",
            ("time", "年限 不少于 6 年", "5 年", "还差 1 年"),
        ),
    ],
)
def test_what_stands_in_the_way_has_its_own_gap(tmp_path, more, gap):
    assert gaps(why(graded(tmp_path, asks("amount > 300万", more=more), **TABLES))) == [gap]


def test_a_step_that_no_number_undoes_is_named(tmp_path):
    manual = "customer,rating,kind,grade,reason,approver,from_on,until_on\n"
    more = "    manual: {allowed: [override]}\n"
    tables = TABLES | {"overrides": manual + "c1,value,override,B,拖欠,总经理,2025-01-01,2026-06-30\n"}
    found = why(graded(tmp_path, asks("amount > 300万", more=more), **tables))
    assert found.miss is not None
    assert [step.kind for step in found.miss.held_back] == ["manual"]
    assert found.miss.summary.zh == "甲级的条件都已具备；人工记录另使等级不变"
