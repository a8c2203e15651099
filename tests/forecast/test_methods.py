"""The ways to look ahead, each on a history small enough to compute by hand."""

from __future__ import annotations

import numpy as np
import pytest

from tests.forecast.worlds import UNIT, history, monthly
from zhike_engine.forecast.bgnbd import BgNbd
from zhike_engine.forecast.methods import amounts, churn, half_life
from zhike_engine.forecast.months import DAYS_PER_MONTH
from zhike_engine.forecast.origins import Origin

RISING = [120, 110, 100, 90, 80, 70, 60, 50, 40, 30, 20, 10]
MODEL = BgNbd(0.6, 2.0, 0.8, 2.5)


def whole_units(found, method):
    return [round(value / UNIT, 6) for value in found[method].tolist()]


def test_the_naive_amounts_by_hand():
    origin = Origin(history({"a": monthly(RISING), "b": [(7, 50), (11, -20)]}), 0)

    found = amounts(origin, None, 12)

    assert whole_units(found, "zero") == [0, 0]
    assert whole_units(found, "last_year") == [780, 30]
    assert whole_units(found, "last_half_year") == [570 * 2, 0]


def test_a_shorter_horizon_repeats_the_same_months_of_last_year():
    origin = Origin(history({"a": monthly(RISING)}), 0)

    assert whole_units(amounts(origin, None, 3), "last_year") == [10 + 20 + 30]
    assert whole_units(amounts(origin, None, 14), "last_year") == [780 + 10 + 20]
    assert whole_units(amounts(origin, None, 3), "last_half_year") == [570 / 2]


def test_an_amount_is_never_below_zero():
    origin = Origin(history({"a": [(0, -90), (14, 100)]}), 0)

    assert all(values.tolist() >= [0] for values in amounts(origin, None, 12).values())


def test_a_steady_customer_is_expected_to_go_on():
    origin = Origin(history({"a": [(back, 100) for back in range(25)]}), 1)

    found = amounts(origin, None, 12)

    assert whole_units(found, "decayed_mean") == pytest.approx([1200], rel=0.02)
    assert whole_units(found, "decayed_seasonal") == pytest.approx([1200], rel=0.02)


def test_the_company_season_tells_a_good_half_year_from_a_bad_one():
    """Everybody buys only in January to June; seen from the end of October the last six months look poor."""
    good = [(back, 100) for back in range(37) if (9 - back) % 12 < 6]
    origin = Origin(history({"a": good, "b": good}), 0)

    found = amounts(origin, None, 12)

    assert whole_units(found, "last_half_year") == [400, 400]
    assert found["decayed_seasonal"] / UNIT == pytest.approx([600, 600], rel=0.03)
    assert amounts(origin, None, 2)["decayed_seasonal"].tolist() == [0, 0]


def test_the_half_life_follows_what_would_have_worked():
    """Amounts that jumped eight months ago call for a short memory, amounts that alternate for a long one."""
    jumped = {"a": monthly([500] * 14 + [10] * 22), "b": monthly([10] * 14 + [500] * 22)}
    steady = {"a": monthly([0, 200] * 18), "b": monthly([100, 300] * 18)}
    flat = np.ones(12)

    assert half_life(Origin(history(jumped), 0), flat, 12) <= 3
    assert half_life(Origin(history(steady), 0), flat, 12) >= 12
    assert half_life(Origin(history({"a": monthly([5] * 11)}), 0), flat, 12) == 6


def test_the_churn_lines_by_hand():
    """Seen a year on: a ordered in each half, b only in the first, c once, long ago."""
    orders = {"a": [(11, 5), (1, 5)], "b": [(11, 5), (8, 5)], "c": [(11, 5)]}
    origin = Origin(history(orders), 0)

    found = churn(origin, None, 6)

    assert found["nobody_orders"].tolist() == [1, 1, 1]
    assert found["base_rate"].tolist() == pytest.approx([2 / 3] * 3)
    assert found["last_period"].tolist() == [0, 1, 1]
    months, ahead = 351 / DAYS_PER_MONTH, 181 / DAYS_PER_MONTH
    assert found["own_rate"].tolist() == pytest.approx([np.exp(-ahead / months)] * 2 + [1])
    assert "bgnbd" not in found


def test_the_models_use_order_days_and_the_mean_order():
    origin = Origin(history({"a": [(8, 100), (4, 300), (2, -40)]}), 0)
    recency, age = 120 / DAYS_PER_MONTH, 259 / DAYS_PER_MONTH
    row = [np.array([value]) for value in (1.0, recency, age)]

    risk = churn(origin, MODEL, 6)["bgnbd"]
    amount = amounts(origin, MODEL, 12)["orders_by_value"] / UNIT

    assert risk.tolist() == pytest.approx(MODEL.p_no_order(*row, 181 / DAYS_PER_MONTH))
    assert amount.tolist() == pytest.approx(MODEL.expected_orders(*row, 365 / DAYS_PER_MONTH) * 180)
