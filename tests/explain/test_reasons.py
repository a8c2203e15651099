"""Why a metric is not computable: one case for every kind and every cause."""

from __future__ import annotations

import pytest

from tests.explain.worlds import graded, why
from zhike_engine.explain.reasons import _REASONS
from zhike_engine.policy.metrics import KINDS
from zhike_engine.policy.model import Scorecard

NO_ORDERS = "order,customer,ordered_on,amount,currency,profit,status\n"
OLD = NO_ORDERS + "o,c1,2020-05-01,1000,CNY,5,completed\n"
UNKNOWN_PROFIT = NO_ORDERS + "o,c1,2025-05-01,1000,CNY,,completed\n"
CANCELLING = NO_ORDERS + "a,c1,2024-05-01,1000,CNY,1,completed\nb,c1,2024-06-01,-1000,CNY,-1,returned\n"
NEGATIVE = NO_ORDERS + "a,c1,2024-05-01,1000,CNY,1,completed\nb,c1,2024-06-01,-3000,CNY,-9,returned\n"
YOUNG = NO_ORDERS + "a,c1,2025-05-01,1000,CNY,1,completed\n"
JUDGED = (
    "customer,judgement,value,judged_by,judged_on,ground,valid_until\nc1,trust,80,李工,2024-01-15,走访,{}\n"
)
NAMELESS = "customer,name,trade\nc1,岭南纺织,\n"
YEAR = "over: last 12 months"
BEFORE = "over: 12 months before last 12 months"

CASES = {
    "sum": ("sum: orders.profit, " + YEAR, {"orders": UNKNOWN_PROFIT}, "订单中没有一行填写“利润”"),
    "average": ("average: orders.amount, " + YEAR, {"orders": OLD}, "2025-01-01 至 2025-12-31 没有订单"),
    "average of nothing stated": (
        "average: orders.profit, " + YEAR, {"orders": UNKNOWN_PROFIT}, "订单中没有一行填写“利润”",
    ),
    "average without its extremes": (
        "average: orders.amount, trim: 1, over: all time", {"orders": OLD}, "去掉最高和最低各 1 个后没有剩余",
    ),
    "median": ("median: orders.amount, " + YEAR, {"orders": OLD}, "2025-01-01 至 2025-12-31 没有订单"),
    "minimum": ("minimum: orders.amount, over: all time", {"orders": NO_ORDERS}, "截至 2025-12-31 没有订单"),
    "maximum": ("maximum: complaints.opened_on, " + YEAR, {}, "事实数据中没有“投诉与纠纷”表"),
    "minimum since a first order": (
        "minimum: orders.amount, over: since first_order", {"orders": NO_ORDERS}, "还没有订单",
    ),
    "sum from a day that is not stated": (
        "sum: orders.amount, over: first 6 months after customers.since", {"customers": NAMELESS},
        "没有填写“合作起始日”",
    ),
    "average of nothing in days of its own": (
        "average: orders.amount, over: first 6 months after customers.since", {"orders": YOUNG},
        "“合作起始日”起的前 6 个月 没有订单",
    ),
    "growth, too young": (
        "growth: now, against: past", {"orders": YOUNG},
        "合作时间太短：第一张订单在 2025-05-01，基期（2024-01-01 至 2024-12-31）还没有订单",
    ),
    "growth, nothing in the base": (
        "growth: now, against: past", {"orders": OLD}, "基期（2024-01-01 至 2024-12-31）没有订单",
    ),
    "growth, base of zero": ("growth: now, against: past", {"orders": CANCELLING}, "基期“去年”为零"),
    "growth, negative base": (
        "growth: now, against: past", {"orders": NEGATIVE}, "基期“去年”为负（-0.20 万元），没有意义的增长率",
    ),
    "share": ("share: past", {"orders": NEGATIVE}, "全部客户的“去年”合计不大于零（-0.20 万元）"),
    "share within": ("share: past, within: region", {"orders": NEGATIVE}, "区域相同的客户，“去年”合计不大于零"),
    "rank": ("rank: wealth", {}, "“财富”无法计算：客户表没有“wealth”列"),
    "percentile": (
        "percentile: now", {"customers": "customer,name\nc1,岭南纺织\n"}, "没有其他客户可以比较",
    ),
    "quantile": ("quantile: wealth", {}, "“财富”无法计算：客户表没有“wealth”列"),
    "cumulative_share": ("cumulative_share: wealth", {}, "“财富”无法计算：客户表没有“wealth”列"),
    "group": ("group: wealth", {}, "“财富”无法计算：客户表没有“wealth”列"),
    "tenure": (
        "tenure: years", {"orders": NO_ORDERS, "customers": NAMELESS}, "没有填写合作起始日，也没有订单",
    ),
    "tenure since": ("tenure: years, from: since", {"customers": NAMELESS}, "没有填写合作起始日"),
    "tenure from the first order": ("tenure: days, from: first_order", {"orders": NO_ORDERS}, "还没有订单"),
    "recency": ("recency: orders", {"orders": NO_ORDERS}, "截至 2025-12-31 没有订单"),
    "longest_gap": (
        "longest_gap: orders, " + YEAR, {"orders": YOUNG}, "2025-01-01 至 2025-12-31 订单不足两个日期",
    ),
    "volatility": (
        "volatility: orders.amount, per: month, last: 6", {"orders": OLD}, "最近 6 期合计不大于零",
    ),
    "deviation": (
        "deviation: [rise, now]".replace("now", "rise"), {"orders": OLD},
        "“增长”无法计算：基期（2024-01-01 至 2024-12-31）没有订单",
    ),
    "column": ("column: customers.trade", {"customers": NAMELESS}, "客户表中“trade”为空"),
    "column that is not there": ("column: customers.trade", {}, "客户表没有“trade”列"),
    "lookup": ("lookup: classes", {}, "对照表中没有相符的一行"),
    "target": (
        "target: sales, " + YEAR,
        {"targets": "customer,target,from_on,to_on,value\nc2,sales,2025-01-01,2025-12-31,5\n"},
        "2025-01-01 至 2025-12-31 没有目标",
    ),
    "target without the table": ("target: sales, " + YEAR, {}, "事实数据中没有“目标”表"),
    "judgement": ("judgement: trust", {}, "事实数据中没有“人工判断”表"),
    "judgement of another": (
        "judgement: taste", {"judgements": JUDGED.format("2026-12-31")}, "还没有人作出判断",
    ),
    "judgement that ran out": (
        "judgement: trust", {"judgements": JUDGED.format("2025-06-30")}, "李工 于 2024-01-15 的判断已于 2025-06-30 到期",
    ),
    "judgement too old": (
        "judgement: trust, valid_months: 12", {"judgements": JUDGED.format("")},
        "李工 于 2024-01-15 的判断已超过 12 个月的有效期",
    ),
    "judgement that nobody reviewed": (
        "judgement: trust, reviewer: required", {"judgements": JUDGED.format("2026-12-31")},
        "李工 于 2024-01-15 的判断没有他人复核，复核后才算数",
    ),
    "forecast": ("forecast: amount", {}, "事实数据中没有“预测”表"),
    "formula": ("formula: past / now, unit: number", {"orders": NO_ORDERS}, "除数为零，或缺少数据"),
    "formula of nothing": (
        "formula: wealth + 1, unit: number", {}, "“财富”无法计算：客户表没有“wealth”列",
    ),
}  # fmt: skip
BODY = """
tables: {{classes: {{by: [trade], cells: [{{when: [金属], value: 1}}]}}}}
metrics:
  now: {{title: 今年, sum: orders.amount, over: last 12 months}}
  past: {{title: 去年, sum: orders.amount, over: 12 months before last 12 months}}
  rise: {{title: 增长, growth: now, against: past}}
  wealth: {{title: 财富, column: customers.wealth, type: money}}
  region: {{title: 区域, column: customers.region}}
  trade: {{title: 行业, column: customers.name}}
  asked: {{title: 所问, {}}}
ratings: {{value: {{title: 等级, grades: {{A: {{title: A}}}}, fallback: {{mark: x, lines: [{{grade: A}}]}}}}}}
"""


@pytest.mark.parametrize("name", CASES)
def test_a_missing_value_says_why(tmp_path, name):
    metric, tables, reason = CASES[name]
    found = next(m for m in why(graded(tmp_path, BODY.format(metric), **tables)).metrics if m.name == "asked")
    missing = "没有数据" if found.unit in ("text", "date") else "无法计算"
    assert (found.value, found.shown.zh, found.why and found.why.zh) == (None, missing, reason)


def test_every_kind_has_a_reason():
    assert set(_REASONS) == {*KINDS.values(), Scorecard}
    never = {"count", "distinct", "active", "streak", "held"}
    assert {name.split(" ")[0].rstrip(",") for name in CASES} == set(KINDS) - never


def test_a_value_that_is_there_has_no_reason(tmp_path):
    body = BODY.format("judgement: trust")
    found = why(graded(tmp_path, body, judgements=JUDGED.format("2026-01-01"))).metrics[-1]
    assert (found.shown.zh, found.why) == ("80 分", None)
    assert found.judged is not None
    assert (found.judged.by, found.judged.on.isoformat(), found.judged.ground) == (
        "李工",
        "2024-01-15",
        "走访",
    )
