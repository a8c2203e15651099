from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from tests.explain.worlds import titles_of
from zhike_engine.language import nodes as n
from zhike_engine.language.parse import parse
from zhike_engine.language.sentences import Titles, group_words, reads, to_sentence, to_text

BODY = """
parameters:
  limit: {title: {zh: 金额下限, en: Amount limit}, type: money, unit: 万元, value: 500}
  small: {title: {zh: 小额, en: Small amount}, type: money, unit: 元, value: 1000.5}
  growth: {title: {zh: 增长目标, en: Growth target}, type: percent, value: 10}
  room: {title: {zh: 允许偏差, en: Room}, type: percent, unit: 百分点, value: 3}
  years: {title: {zh: 年限, en: Years}, type: integer, unit: 年, value: 1}
  orders_most: {title: {zh: 单数, en: Orders}, type: integer, unit: 单, value: 2}
  open: {title: {zh: 未定参数, en: Open parameter}, type: money}
  generous: {title: {zh: 从宽, en: Generous}, type: flag, value: true}
  local:
    title: {zh: 各区下限, en: Limit of the region}
    type: money
    unit: 万元
    value: 80
    local: {by: customers.region, values: {西北: 50}}
metrics:
  amount: {title: {zh: 年度订单金额, en: Annual order amount}, sum: orders.amount, over: last 12 months}
  before: {title: {zh: 上年金额, en: Amount before}, sum: orders.amount, over: 12 months before last 12 months}
  rise: {title: {zh: 订单增长率, en: Order growth}, growth: amount, against: before}
  count: {title: {zh: 订单数, en: Orders in the year}, count: orders, over: last 12 months}
  disputes: {title: {zh: 重大纠纷, en: Major disputes}, count: complaints, over: all time}
  loyal: {title: {zh: 合作年限, en: Years of cooperation}, tenure: years}
  strategic: {title: {zh: 战略客户, en: Strategic customer}, column: customers.strategic, type: flag}
  joined: {title: {zh: 签约日, en: Day of signing}, column: customers.signed, type: date}
  trade: {title: {zh: 行业, en: RFM trade}, column: customers.industry}
ratings:
  value: {title: {zh: 客户等级, en: Customer grade}, grades: {A: {title: A}, B: {title: B}}}
"""


@pytest.fixture(scope="module")
def titles(tmp_path_factory: pytest.TempPathFactory) -> Titles:
    return titles_of(tmp_path_factory.mktemp("titles"), BODY)


SENTENCES = {
    "amount > limit": ("年度订单金额 超过 500 万元", "annual order amount is above 500 万元 (5,000,000 CNY)"),
    "amount >= 100万": ("年度订单金额 不低于 100 万元", "annual order amount is at least 1,000,000 CNY"),
    "amount < small": ("年度订单金额 低于 0.10005 万元", "annual order amount is below 1,000.5 CNY"),
    "amount <= open": (
        "年度订单金额 不超过 “未定参数”（未设定）",
        "annual order amount is at most “Open parameter” (unset)",
    ),
    "amount >= local": (
        "年度订单金额 不低于 80 万元（部分客户另有规定）",
        "annual order amount is at least 80 万元 (800,000 CNY) (some customers differ)",
    ),
    "rise > 0": ("订单增长率 超过 0 %", "order growth is above 0 %"),
    "rise within room of growth": (
        "订单增长率 约 10 %（上下浮动 3 个百分点）",
        "order growth is about 10 % (3 percentage points either way)",
    ),
    "rise >= growth - room": (
        "订单增长率 不低于 7 %（即 10 % − 3 个百分点）",
        "order growth is at least 7 % (that is 10 % − 3 percentage points)",
    ),
    "rise between 5 % and 15 %": (
        "订单增长率 在 5 % 至 15 % 之间（含两端）",
        "order growth is between 5 % and 15 %, both included",
    ),
    "round(rise, 2) >= 5 %": (
        "订单增长率（四舍五入到 1 %） 不低于 5 %",
        "order growth rounded to 1 % is at least 5 %",
    ),
    "round_down(loyal, 1) < 2": ("合作年限（向下取到 1 位小数） 少于 2 年", "years of cooperation rounded down to 1 decimal is below 2 years"),
    "round_up(count / 2) > round_down(loyal, 1)": (
        "订单数 ÷ 2（向上取到整数） 超过 合作年限（向下取到 1 位小数）",
        "orders in the year ÷ 2 rounded up to whole numbers is above years of cooperation rounded down to 1 decimal",
    ),
    "rise is computable": ("订单增长率 可以计算", "order growth can be computed"),
    "rise is not computable": ("订单增长率 无法计算", "order growth cannot be computed"),
    "count <= orders_most": ("订单数 不超过 2 单", "orders in the year are at most 2"),
    "disputes = 0": ("重大纠纷 为 0", "there are no major disputes"),
    "disputes != 0": ("重大纠纷 不为 0", "major disputes are not 0"),
    "loyal >= years": ("合作年限 不少于 1 年", "years of cooperation are at least 1 year"),
    "not loyal >= years": ("合作年限 少于 1 年", "years of cooperation are below 1 year"),
    "joined >= \"2024-05-01\"": ("签约日 不早于 2024-05-01", "day of signing is on or after 2024-05-01"),
    "trade in [\"金属\", \"化工\"]": ("行业 属于 “金属” 或 “化工”", "RFM trade is one of “金属” or “化工”"),
    "trade not in [\"金属\"]": ("行业 不为 “金属”", "RFM trade is not “金属”"),
    "trade not in [\"金属\", \"化工\"]": (
        "行业 不属于 “金属” 或 “化工”",
        "RFM trade is none of “金属” or “化工”",
    ),
    "value = \"A\"": ("客户等级 为 A", "customer grade is A"),
    "previous_grade != \"B\"": ("上期等级 不为 B", "previous grade is not B"),
    "strategic and count > 1": ("战略客户 且 订单数 超过 1", "strategic customer and orders in the year are above 1"),
    "strategic = true": ("战略客户", "strategic customer"),
    "not strategic or rise > 0": (
        "不是“战略客户” 或 订单增长率 超过 0 %",
        "not strategic customer or order growth is above 0 %",
    ),
    "(rise > 0 or generous) and count > 1": (
        "（订单增长率 超过 0 % 或 “从宽”已设为“是”） 且 订单数 超过 1",
        "(order growth is above 0 % or “Generous” is set to “yes”) and orders in the year are above 1",
    ),
    "not (rise > 0 and count > 1)": (
        "并非（订单增长率 超过 0 % 且 订单数 超过 1）",
        "it is not so that order growth is above 0 % and orders in the year are above 1",
    ),
    "(amount - before) * 2 > limit": (
        "(年度订单金额 − 上年金额) × 2 超过 500 万元",
        "(annual order amount − amount before) × 2 is above 500 万元 (5,000,000 CNY)",
    ),
    "amount / count > 5万": (
        "年度订单金额 ÷ 订单数 超过 5 万元",
        "annual order amount ÷ orders in the year is above 50,000 CNY",
    ),
    "min(amount, before) > -limit": (
        "年度订单金额 与 上年金额 中的最小者 超过 −500 万元",
        "the smallest of annual order amount and amount before is above −500 万元 (5,000,000 CNY)",
    ),
    "abs(rise) > 5 %": ("订单增长率 的绝对值 超过 5 %", "the absolute value of order growth is above 5 %"),
    "first_known(before, amount) > 0": (
        "上年金额 与 年度订单金额 中第一个可计算的 超过 0 万元",
        "the first of amount before and annual order amount that can be computed is above 0 CNY",
    ),
    "if(count > 1, 2万, 1万) < amount": (
        "（若订单数 超过 1则为 2 万元，否则为 1 万元） 低于 年度订单金额",
        "(20,000 CNY if orders in the year are above 1, otherwise 10,000 CNY) is below annual order amount",
    ),
    "true": ("是", "yes"),
}  # fmt: skip


@pytest.mark.parametrize("text", SENTENCES)
def test_a_condition_reads_as_a_sentence(titles, text):
    zh, en = SENTENCES[text]
    assert (to_sentence(parse(text), titles, "zh"), to_sentence(parse(text), titles, "en")) == (zh, en)


def parts(node: n.Node) -> Iterator[type[n.Node]]:
    yield type(node)
    for child in n.children(node):
        yield from parts(child)


def test_every_node_has_words_and_an_example():
    every = {kind for kind in vars(n).values() if isinstance(kind, type) and issubclass(kind, n.Node)} - {
        n.Node
    }
    assert {kind for kind in every if reads(kind)} == every
    assert {kind for text in SENTENCES for kind in parts(parse(text))} == every
    assert {node.function for t in SENTENCES if isinstance(node := _call(t), n.Call)} | {"max"} == set(
        n.FUNCTIONS
    )


def _call(text: str) -> n.Node | None:
    left = getattr(parse(text), "left", None)
    return left if isinstance(left, n.Call) else None


def test_columns_of_a_fact_table_have_their_own_titles(titles):
    text = to_text(
        parse('severity = "major" and not open and opened_on >= "2025-01-01"'), titles.rows_of("complaints")
    )
    assert text.zh == "程度 为 “重大” 且 不是“未结” 且 提出日期 不早于 2025-01-01"
    assert text.en == "severity is “major” and not open and opened on is on or after 2025-01-01"


def test_a_policy_in_dollars_says_so(titles):
    document = titles.plan.document.model_copy(update={"currency": "USD"})
    dollars = Titles(replace(titles.plan, document=document))
    assert to_text(parse("amount > limit"), dollars).zh == "年度订单金额 超过 500 万美元"


@pytest.mark.parametrize(
    ("needed", "total", "zh"),
    [(3, 3, "以下条件全部成立"), (1, 3, "以下条件至少一项成立"), (2, 3, "以下条件至少 2 项成立")],
)
def test_groups_say_how_many_are_needed(needed, total, zh):
    assert group_words(needed, total).zh == zh
