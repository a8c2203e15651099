"""A year later: the error, by hand."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from zhike_engine.errors import FactsInvalid
from zhike_engine.forecast import ForecastRow, actuals_from_orders, compare, ends_on

MADE = date(2025, 10, 31)
TODAY = date(2026, 10, 31)
ORDERS = [
    ("a", date(2025, 10, 31), 990_0000),
    ("a", date(2025, 11, 1), 80_0000),
    ("a", date(2026, 10, 31), 40_0000),
    ("a", date(2026, 8, 1), -10_0000),
    ("a", date(2026, 11, 1), 770_0000),
    ("n", date(2026, 3, 1), 25_0000),
]


def amount(customer, value, low=None, high=None):
    ends = (Decimal(end) if end is not None else None for end in (low, high))
    return ForecastRow(
        customer, "expected_amount", Decimal(value), *ends, 12, MADE, "last_year/1, range 80 %"
    )


def risk(customer, value):
    return ForecastRow(customer, "churn_risk", Decimal(value), None, None, 6, MADE, "bgnbd/1")


def happened(months):
    return actuals_from_orders(["a", "b", "n"], ORDERS, made_on=MADE, months=months, as_of=TODAY)


def test_only_the_days_after_the_forecast_up_to_the_end_of_the_period_count():
    assert happened(12).amount.tolist() == [110_0000, 0, 25_0000]
    assert happened(12).orders.tolist() == [2, 0, 1]
    assert happened(6).orders.tolist() == [1, 0, 1]
    assert ends_on(MADE, 6) == date(2026, 4, 30)
    assert ends_on(date(2026, 2, 28), 12) == date(2027, 2, 28)


def test_the_error_of_an_amount_by_hand():
    found = compare([amount("a", "100", "90", "105"), amount("b", "20", "0", "30")], [happened(12)])

    assert [(one.actual, one.error, one.inside) for one in found.outcomes] == [
        (110, -10, False),
        (0, 20, True),
    ]
    [summary] = found.summaries
    assert (summary.score.mae, summary.score.ratio, summary.score.coverage) == (
        15,
        pytest.approx(120 / 110),
        0.5,
    )
    assert summary.newcomers == 25
    assert summary.sentence().en == (
        "Order amount forecast on 2025-10-31 for the period to 2026-10-31 (last_year/1): 2 customers, 120.00 forecast, "
        "110.00 came; mean absolute error 15.00 per customer, 27 % of the mean amount; 50 % within the range; "
        "customers without a forecast brought 25.00 more."
    )


def test_the_error_of_a_churn_risk_by_hand():
    found = compare([risk("a", "0.25"), risk("b", "0.5"), risk("n", "0.5")], [happened(6)])

    [summary] = found.summaries
    assert [one.actual for one in found.outcomes] == [0, 1, 0]
    assert summary.score.brier == pytest.approx((0.0625 + 0.25 + 0.25) / 3)
    assert summary.score.auc == 0.75
    assert "不再下单，实际 33 %" in summary.sentence().zh


def test_what_cannot_be_compared_is_counted():
    other = ForecastRow("a", "credit_need", Decimal(1), None, None, 12, MADE, "by hand")

    found = compare([amount("a", "100"), amount("gone", "5"), risk("a", "0.1"), other], [happened(12)])

    assert len(found.outcomes) == 1
    assert (found.waiting, found.unknown) == (1, ("gone",))


def test_each_day_and_model_is_summed_up_by_itself():
    grown = amount("b", "7")._replace(model="last_year/1, range 80 %, growth 0.05")
    by_model = amount("a", "9")._replace(model="decayed_seasonal/1")

    found = compare([amount("a", "100"), grown, by_model], [happened(12)])

    assert [(one.score.method, one.score.customers) for one in found.summaries] == [
        ("decayed_seasonal/1", 1),
        ("last_year/1", 2),
    ]


def test_a_period_that_is_not_over_is_refused():
    with pytest.raises(FactsInvalid, match="the 12 months after `2025-10-31` end on `2026-10-31`") as caught:
        actuals_from_orders(["a"], [], made_on=MADE, months=12, as_of=date(2026, 10, 30))
    assert caught.value.hint == "compare when the period is over"
