"""Windows that start at an event of the customer, as the customer reads them."""

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
