"""What people in their posts decided: judgements, targets, overrides. Posts are named, never persons."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from zhike.demo.cast import Decision
from zhike.demo.clock import Clock
from zhike.demo.customers import Customers
from zhike.demo.frames import EMPTY, UNIT, Floats, Frame, Ints, ints, pick, stream, words
from zhike.demo.orders import Orders
from zhike.demo.rates import Rates
from zhike_engine.words import Lang, Text

SALES_DIRECTOR = Text(zh="销售总监", en="sales director")
EXPORT_MANAGER = Text(zh="外贸部经理", en="export manager")
ACCOUNT_HEAD = Text(zh="大客户部经理", en="head of key accounts")
DIRECT_HEAD = Text(zh="直供业务经理", en="head of direct supply")
MARKETING = Text(zh="营销主管", en="marketing supervisor")
ANALYST = Text(zh="数据分析员", en="data analyst")
FINANCE = Text(zh="财务经理", en="finance manager")
GENERAL_MANAGER = Text(zh="总经理", en="general manager")

_JUDGES = {
    "foreign_trade": EXPORT_MANAGER,
    "key_account": ACCOUNT_HEAD,
    "direct_supply": DIRECT_HEAD,
    "domestic": MARKETING,
}
_SCORES = {
    "foreign_trade": {"satisfaction": 0.6, "potential": 0.5},
    "key_account": {"satisfaction": 0.92, "loyalty": 0.92, "potential": 0.9, "importance": 0.92},
    "direct_supply": {"satisfaction": 0.6, "loyalty": 0.5},
    "domestic": {"satisfaction": 0.3},
}
_GROUNDS = {
    "satisfaction": Text(zh="年度满意度问卷加权得分", en="weighted score of the yearly satisfaction survey"),
    "loyalty": Text(
        zh="合作年限、下单频率与复购综合评定", en="years of cooperation, order frequency and repeat purchases"
    ),
    "potential": Text(zh="扩产计划与行业增速评估", en="expansion plans and growth of its trade"),
    "importance": Text(zh="销售占比与品牌影响评定", en="share of sales and effect on the brand"),
    "core": Text(
        zh="关键行业标杆，签有长期框架协议", en="leader of a key trade under a long-term framework agreement"
    ),
    "important": Text(zh="贡献较大，合作稳定", en="larger contribution, stable cooperation"),
    "general": Text(zh="采购规模较小，关系松散", en="smaller purchases, loose relation"),
    "credit_grade": Text(
        zh="信用评估报告：财务状况与付款记录", en="credit report: finances and payment record"
    ),
}
IMPORTANCE = "strategic_importance"
CREDIT = "credit_grade"
_CREDIT_GRADES = ("AAA", "AA", "A", "BBB", "BB", "B", "C")
"""Best first; a customer that buys more usually stands better."""
_CREDIT_SHARE = 0.72
_REVIEWERS = {IMPORTANCE: SALES_DIRECTOR, CREDIT: GENERAL_MANAGER}
_APPROVERS = {"ceiling": FINANCE}
TARGET = "annual_order_amount"
_ROUND = 10_000 * UNIT


def _lang(department: str) -> Lang:
    """The export department keeps its books in English, the others in Chinese."""
    return "en" if department == "foreign_trade" else "zh"


def judgements(seed: int, clock: Clock, customers: Customers, orders: Orders, rates: Rates) -> Frame:
    """Scores from 0 to 100, strategic importance, credit grades: usually two rounds, some expired, some missing."""
    rows = [*_scripted(clock, customers), *_random(seed, clock, customers, orders, rates)]
    rows += _credit(seed, clock, customers, orders, rates)
    rows.sort()
    departments = [str(customers.frame["department"][row[0]]) for row in rows]
    said = list(zip(rows, [_lang(department) for department in departments], strict=True))
    return {
        "customer": customers.frame["customer"][ints([row[0] for row in rows])],
        "judgement": words([row[1] for row in rows]),
        "value": words([row[3] for row in rows]),
        "judged_by": words(
            [
                (FINANCE if row[1] == CREDIT else _JUDGES[of]).pick(_lang(of))
                for row, of in zip(rows, departments, strict=True)
            ]
        ),
        "judged_on": ints([row[2] for row in rows]),
        "ground": words(
            [_GROUNDS[row[3] if row[1] == IMPORTANCE else row[1]].pick(lang) for row, lang in said]
        ),
        "reviewer": words([_REVIEWERS.get(row[1], ANALYST).pick(lang) for row, lang in said]),
        "valid_until": ints([row[4] for row in rows]),
    }


Row = tuple[int, str, int, str, int]
"""Customer position, judgement, day, value, last valid day or EMPTY."""


def _scripted(clock: Clock, customers: Customers) -> Iterator[Row]:
    for position, member in enumerate(customers.members):
        for score in member.scores:
            until = EMPTY if score.holds is None else clock.back(score.ago - score.holds, 9)
            yield position, score.judgement, clock.back(score.ago, 10), score.value, until


def _random(seed: int, clock: Clock, customers: Customers, orders: Orders, rates: Rates) -> Iterator[Row]:
    rng = stream(seed, "judgements")
    first = len(customers.members)
    height = _height(clock, customers, orders, rates)
    for position in range(first, customers.count):
        department = str(customers.frame["department"][position])
        level = 52 + 34 * float(height[position])
        for judgement, share in _SCORES[department].items():
            for ago in _rounds(rng, share):
                value = f"{np.clip(level + rng.normal(0, 9), 5, 99.5):.1f}"
                yield position, judgement, clock.back(ago, 4), value, clock.back(ago - 12, 3)
        if department == "direct_supply":
            for ago in _rounds(rng, 0.93):
                weights = {
                    "core": float(height[position]) ** 3,
                    "important": 0.35,
                    "general": 1 - float(height[position]),
                }
                value = str(pick(rng, weights, 1)[0])
                yield position, IMPORTANCE, clock.back(ago, 4), value, clock.back(ago - 12, 3)


def _credit(seed: int, clock: Clock, customers: Customers, orders: Orders, rates: Rates) -> Iterator[Row]:
    """Credit grades of direct-supply customers, from the reports of finance."""
    rng = stream(seed, "credit")
    height = _height(clock, customers, orders, rates)
    usual = np.arange(len(_CREDIT_GRADES))
    for position in np.flatnonzero(customers.of("direct_supply")):
        if position < len(customers.members):
            continue
        place = 4.6 - 3.6 * float(height[position])
        weights = dict(zip(_CREDIT_GRADES, np.exp(-(((usual - place) / 1.2) ** 2)), strict=True))
        for ago in _rounds(rng, _CREDIT_SHARE):
            value = str(pick(rng, weights, 1)[0])
            yield int(position), CREDIT, clock.back(ago, 6), value, clock.back(ago - 12, 5)


def _rounds(rng: np.random.Generator, share: float) -> tuple[int, ...]:
    """Months before the end at which a customer was judged: never, only long ago, lately, or twice."""
    chance, month = float(rng.random()), int(rng.integers(1, 6))
    if chance > share:
        return ()
    if chance > share * 0.94:
        return (month + 14,)
    return (month,) if chance > share * 0.6 else (month + 12, month)


def _height(clock: Clock, customers: Customers, orders: Orders, rates: Rates) -> Floats:
    """Where each customer stands by yearly amount, from 0 (lowest) to 1."""
    order = np.argsort(yearly(clock, customers, orders, rates, 0), kind="stable")
    height = np.empty(customers.count)
    height[order] = np.linspace(0, 1, customers.count)
    return height


def yearly(clock: Clock, customers: Customers, orders: Orders, rates: Rates, ago: int) -> Ints:
    """Order amounts (10^-4 CNY) of the twelve months that ended `ago` years before the end."""
    plan = orders.plan
    inside = (plan.day >= clock.back(12 * ago + 12)) & (plan.day < clock.back(12 * ago)) & orders.counted()
    total = np.zeros(customers.count, dtype=np.int64)
    np.add.at(total, plan.customer[inside], orders.cny(rates)[inside])
    return total


def targets(seed: int, clock: Clock, customers: Customers, orders: Orders, rates: Rates) -> Frame:
    """Yearly order targets for key accounts, direct supply and the larger export customers, in CNY."""
    rng = stream(seed, "targets")
    rows: list[tuple[int, int, int, int]] = []
    scripted = {i: m.target for i, m in enumerate(customers.members) if m.target is not None}
    for ago in (0, 1, 2):
        amount = yearly(clock, customers, orders, rates, ago)
        wanted = amount * rng.uniform(0.82, 1.25, customers.count)
        planned = customers.of("key_account") | customers.of("direct_supply") | (amount > 1_000_000 * UNIT)
        for position in np.flatnonzero(planned & (amount > 0)):
            met = scripted.get(int(position)) if ago == 0 else None
            value = (
                round(int(amount[position]) / met)
                if met
                else int(max(1, wanted[position] // _ROUND)) * _ROUND
            )
            rows.append((int(position), clock.back(12 * ago + 12), clock.back(12 * ago, -1), value))
    rows.sort()
    return {
        "customer": customers.frame["customer"][ints([row[0] for row in rows])],
        "target": words([TARGET] * len(rows)),
        "from_on": ints([row[1] for row in rows]),
        "to_on": ints([row[2] for row in rows]),
        "value": ints([row[3] for row in rows]),
    }


def overrides(clock: Clock, customers: Customers) -> Frame:
    """Grades set or limited by hand, each with reason, approver and end date."""
    rows: list[tuple[int, Decision]] = [(i, d) for i, m in enumerate(customers.members) for d in m.decisions]
    at = ints([position for position, _ in rows])
    said = [(d, _lang(str(customers.frame["department"][position]))) for position, d in rows]
    return {
        "customer": customers.frame["customer"][at],
        "rating": words([decision.rating for decision, _ in said]),
        "kind": words([decision.kind for decision, _ in said]),
        "grade": words([decision.grade for decision, _ in said]),
        "reason": words([decision.reason.pick(lang) for decision, lang in said]),
        "approver": words(
            [_APPROVERS.get(decision.kind, GENERAL_MANAGER).pick(lang) for decision, lang in said]
        ),
        "from_on": ints([clock.back(decision.begins) for decision, _ in said]),
        "until_on": ints([clock.back(decision.ends, -1) for decision, _ in said]),
    }
