"""The forecast of every customer: figures, ranges, growth, and what is not computable."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import numpy as np
import pytest

from tests.forecast.worlds import AS_OF, drawn_history, history, monthly
from zhike_engine.errors import ParameterInvalid
from zhike_engine.forecast import (
    CHURN_RISK,
    EXPECTED_AMOUNT,
    REASONS,
    Forecasts,
    History,
    actuals_from_arrays,
    backtest,
    compare,
    forecast,
    history_from_arrays,
)

NINE = {f"c{place}": monthly([100 * place] * 25) for place in range(1, 10)}
PARAMETERS = {"r": 0.9, "alpha": 1.0, "a": 0.8, "b": 3.0}


def rows_of(found, name):
    return {row.customer: row for row in found.to_rows() if row.forecast == name}


THEN = date(2025, 10, 31)


@pytest.fixture(scope="module")
def four_years() -> History:
    """Four years of orders; three of them had passed when the forecast was made."""
    return drawn_history(800, 48, seed=31, **PARAMETERS)


@pytest.fixture(scope="module")
def made(four_years: History) -> Forecasts:
    """The forecast after three years: every second customer is in medicine, which grows by 8 %."""
    past = four_years.month >= 12
    columns = (column[past] for column in (four_years.customer, four_years.last_day, four_years.amount))
    known = history_from_arrays(four_years.customers, *columns, as_of=THEN)
    industries = dict(zip(known.customers, ["electronics", "医疗"] * 400, strict=True))
    return forecast(known, THEN, growth={"医疗": Decimal("0.08")}, groups=industries)


@pytest.mark.clause("GRD-20")
def test_three_years_of_orders_and_a_growth_factor_give_next_year_with_a_range(made):
    rows = rows_of(made, EXPECTED_AMOUNT)

    assert all(0 <= row.low <= row.value <= row.high for row in rows.values())
    assert {row[5:7] for row in rows.values()} == {(12, THEN)}
    assert rows["C00000"].model == f"{made.method_amount}/1, range 80 %"
    assert rows["C00001"].model == f"{made.method_amount}/1, range 80 %, growth 0.08"


@pytest.mark.clause("GRD-20")
def test_after_a_year_the_error_is_stated(made, four_years):
    columns = four_years.customer, four_years.last_day, four_years.amount
    happened = [
        actuals_from_arrays(four_years.customers, *columns, made_on=THEN, months=months, as_of=AS_OF)
        for months in (12, 6)
    ]

    later = compare(made.to_rows(), happened)

    churn, amount = later.summaries
    errors = [abs(one.error) for one in later.outcomes if one.forecast == EXPECTED_AMOUNT]
    assert amount.score.mae == pytest.approx(float(sum(errors) / len(errors)))
    assert 0.7 < amount.score.coverage < 0.9
    assert churn.score.auc > 0.75
    assert f"mean absolute error {amount.score.mae:,.2f} per customer" in amount.sentence().en
    assert f"平均绝对误差每客户 {amount.score.mae:,.2f}" in amount.sentence().zh


def test_the_growth_of_an_industry_multiplies_amount_and_range_and_is_shown():
    world = history(NINE)
    groups = {"c1": "medical", "c2": "medical"}

    plain = rows_of(forecast(world, AS_OF), EXPECTED_AMOUNT)
    grown = rows_of(
        forecast(world, AS_OF, growth={"medical": Decimal("0.05"), "*": Decimal("-0.1")}, groups=groups),
        EXPECTED_AMOUNT,
    )

    assert plain["c2"].value == Decimal("2400.00")
    assert grown["c2"].value == Decimal("2520.00")
    assert grown["c2"].high == plain["c2"].high * Decimal("1.05")
    assert grown["c9"].value == Decimal("9720.00")
    assert grown["c2"].model.endswith(", growth 0.05")
    assert grown["c9"].model.endswith(", growth -0.1")
    assert plain["c2"].model == "last_year/1, range 80 %"


def test_growth_counts_per_year_and_leaves_the_risk_alone():
    world = history(NINE)

    plain = forecast(world, AS_OF, horizon_months=6)
    grown = forecast(world, AS_OF, horizon_months=6, growth={"*": Decimal("0.21")})

    assert grown.expected.tolist() == pytest.approx((plain.expected * 1.1).tolist())
    assert grown.churn.tolist() == plain.churn.tolist()


@pytest.mark.parametrize(
    ("growth", "message"),
    [
        ({"medcal": "0.05"}, "no customer belongs to `medcal`"),
        ({"medical": "-1"}, "not a yearly share"),
        ({"medical": "15"}, "not a yearly share"),
        ({"medical": "NaN"}, "not a yearly share"),
    ],
)
def test_growth_that_cannot_be_applied_is_refused(growth, message):
    rates = {name: Decimal(value) for name, value in growth.items()}

    with pytest.raises(ParameterInvalid, match=message) as caught:
        forecast(history(NINE), AS_OF, growth=rates, groups={"c1": "medical"})
    assert caught.value.hint in ("did you mean `medical`?", "write 0.05 for 5 % a year")


def test_what_is_not_computable_has_a_reason_and_no_row():
    odd = {"once": [(3, 50)], "returned": [(20, 100), (10, -120)], "newcomer": [(0, 80), (1, 70)]}
    found = forecast(history(NINE | odd, customers=["never"]), AS_OF)

    told = {
        name: (REASONS.get(int(found.amount_reason[place])), REASONS.get(int(found.churn_reason[place])))
        for place, name in enumerate(found.customers)
    }
    assert told["never"] == (REASONS[1], REASONS[1])
    assert told["returned"] == (REASONS[2], None)
    assert told["once"] == told["newcomer"] == told["c1"] == (None, None)
    assert np.isnan(found.expected[found.customers.index("never")])
    assert set(rows_of(found, EXPECTED_AMOUNT)) == {*NINE, "once", "newcomer"}
    assert set(rows_of(found, CHURN_RISK)) == {*NINE, *odd}


def test_a_company_without_orders_gets_no_figures_and_no_error():
    found = forecast(history({}, customers=["a", "b"]), AS_OF)

    assert found.to_rows() == []
    assert found.amount_reason.tolist() == found.churn_reason.tolist() == [1, 1]


def test_a_company_without_customers_gets_an_empty_forecast():
    assert forecast(history({}), AS_OF).to_rows() == []


def test_one_customer_with_one_order_today_gets_an_unproven_figure():
    found = forecast(history({"a": [(0, 100)]}), AS_OF)

    [amount, churn] = found.to_rows()
    assert (amount.low, amount.high) == (None, None)
    assert amount.value > 0
    assert amount.model == "decayed_mean/1"
    assert 0 <= churn.value <= 1


def test_figures_are_rounded_half_up():
    found = forecast(history(NINE), AS_OF)
    found = replace(
        found,
        expected=np.full(9, 10050.0),
        low=np.full(9, 10049.0),
        high=np.full(9, np.nan),
        churn=np.full(9, 0.00005),
    )

    amount, churn = found.to_rows()[:2]

    assert (amount.value, amount.low, amount.high) == (Decimal("1.01"), Decimal("1.00"), None)
    assert churn.value == Decimal("0.0001")


def test_neither_chance_nor_the_order_of_rows_and_customers_matters():
    def rows(mixed: bool):
        world: History = drawn_history(500, 40, seed=33, **PARAMETERS)
        who, names = world.customer, list(world.customers)
        order = np.arange(len(who))
        if mixed:
            order = np.random.default_rng(1).permutation(len(who))
            who, names = len(names) - 1 - who, names[::-1]
        columns = (column[order] for column in (who, world.last_day, world.amount))
        return sorted(forecast(history_from_arrays(names, *columns, as_of=AS_OF), AS_OF).to_rows())

    assert rows(mixed=False) == rows(mixed=False)
    assert [row[:3] for row in rows(mixed=True)] == [row[:3] for row in rows(mixed=False)]


def test_a_forecast_of_another_day_or_back_test_is_refused():
    world = history(NINE)

    with pytest.raises(ParameterInvalid, match="ends on `2026-10-31`, not on `2026-09-30`"):
        forecast(world, date(2026, 9, 30))
    with pytest.raises(ParameterInvalid, match="another day or horizon"):
        forecast(world, AS_OF, horizon_months=6, tested=backtest(world))
