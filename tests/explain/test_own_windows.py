"""Windows that start at an event of the customer, and growth of young customers, as people read them."""

from __future__ import annotations

import pytest

from tests.explain.worlds import graded, why

BODY = """
metrics:
  early: {{title: {{zh: 早期金额, en: Early amount}}, sum: orders.amount, over: {}}}
ratings:
  value:
    title: {{zh: 等级, en: Grade}}
    grades: {{A: {{title: A, all: [early > 10000万]}}, B: {{title: B}}}}
    fallback: {{mark: m, lines: [{{grade: B}}]}}
"""


@pytest.mark.parametrize(
    ("over", "period", "amount"),
    [
        ("first 6 months after first_order", "2024-03-01 至 2024-08-31", "300.00 万元"),
        ("first 1 year after first_order", "2024-03-01 至 2025-02-28", "300.00 万元"),
        ("first 1 month after customers.since", "2020-02-29 至 2020-03-28", "0.00 万元"),
        ("since first_order", "2024-03-01 至 2025-12-31", "720.00 万元"),
        ("since anniversary of customers.since", "2025-03-01 至 2025-12-31", "420.00 万元"),
    ],
)
def test_the_customers_own_days_are_shown(tmp_path, over, period, amount):
    [metric] = why(graded(tmp_path, BODY.format(over))).metrics
    assert (metric.period.zh, metric.shown.zh) == (period, amount)


@pytest.mark.parametrize(
    ("over", "rigidity", "hint"),
    [
        ("first 6 months after first_order", "fixed", "只计首单起的前 6 个月"),
        ("since first_order", "reach", None),
    ],
)
def test_what_lies_in_the_first_months_is_fixed(tmp_path, over, rigidity, hint):
    [gap] = why(graded(tmp_path, BODY.format(over))).miss.gaps
    assert (gap.rigidity, gap.hint and gap.hint.zh) == (rigidity, hint)


def test_without_the_event_the_window_is_told_in_words(tmp_path):
    nothing = "order,customer,ordered_on,amount,currency,status\n"
    [metric] = why(graded(tmp_path, BODY.format("since first_order"), orders=nothing)).metrics
    assert (metric.period.en, metric.why.en) == ("since the first order", "there is no order yet")


GROWS = """
metrics:
  now: {{title: {{zh: 今年, en: This year}}, sum: orders.amount, over: last 12 months}}
  past: {{title: {{zh: 去年, en: Last year}}, sum: orders.amount, over: 12 months before last 12 months}}
  rise: {{title: {{zh: 增长, en: Growth}}, growth: now, against: past, younger: {}}}
ratings:
  value:
    title: {{zh: 等级, en: Grade}}
    grades: {{A: {{title: A, all: [rise > 20 %]}}, B: {{title: B}}}}
    fallback: {{mark: m, lines: [{{grade: B}}]}}
"""
YEARS = "2025-01-01 至 2025-12-31，对比 2024-01-01 至 2024-12-31"
HALF = "customer,name,since\nc1,岭南纺织,2024-07-02\n"
OF_HALF = """order,customer,ordered_on,amount,currency,status
o1,c1,2024-08-01,1000000,CNY,completed
o2,c1,2025-03-01,2200000,CNY,completed
"""


@pytest.mark.parametrize(
    ("younger", "shown", "period", "reason"),
    [
        ("counts", "120.0 %", YEARS, None),
        ("annualised", "10.0 %", YEARS + "（基期只有 50.0 %，已折算）", None),
        (
            "not_computable", "无法计算", YEARS,
            "合作始于 2024-07-02，基期（2024-01-01 至 2024-12-31）不完整",
        ),
    ],
)  # fmt: skip
def test_growth_of_a_customer_that_began_inside_the_base(tmp_path, younger, shown, period, reason):
    told = why(graded(tmp_path, GROWS.format(younger), customers=HALF, orders=OF_HALF))
    rise = next(one for one in told.metrics if one.name == "rise")
    assert (rise.shown.zh, rise.period.zh, rise.why and rise.why.zh) == (shown, period, reason)


def test_what_is_missing_counts_from_the_annualised_base(tmp_path):
    [gap] = why(graded(tmp_path, GROWS.format("annualised"), customers=HALF, orders=OF_HALF)).miss.gaps
    assert (gap.missing.zh, gap.hint and gap.hint.zh) == ("还差 10 个百分点", "约合今年再增加 20.00 万元")


@pytest.mark.parametrize("younger", ["counts", "annualised", "not_computable"])
def test_a_customer_older_than_the_base_is_compared_as_it_is(tmp_path, younger):
    told = why(graded(tmp_path, GROWS.format(younger)))
    rise = next(one for one in told.metrics if one.name == "rise")
    assert (rise.shown.zh, rise.period.zh) == ("40.0 %", YEARS)
