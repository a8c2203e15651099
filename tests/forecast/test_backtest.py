"""The rolling-origin back-test: its arithmetic by hand, its origins, and who wins."""

from __future__ import annotations

import math
from datetime import date

import pytest

from tests.forecast.worlds import drawn_history, history, monthly
from zhike_engine.errors import ParameterInvalid
from zhike_engine.forecast import backtest, render

TWO = {"a": monthly([100] * 25), "b": [(back, 10) for back in range(12, 25)]}
WAVE = [10 + 10 * (back % 12) for back in range(40)]


def test_the_amount_table_by_hand():
    """Seen from a year ago: a bought 1,200 and will again, b bought 120 and will not."""
    found = backtest(history(TWO))

    row = found.overall_amount("last_year")
    assert (row.customers, row.mean, row.mae) == (2, 600, 60)
    assert row.rmse == pytest.approx(math.sqrt(7200))
    assert row.ratio == pytest.approx(1.1)
    assert row.error == pytest.approx(math.sqrt(60 * math.sqrt(7200)))
    assert found.overall_amount("zero").mae == 600
    assert [one.origin for one in found.amount if one.method == "last_year"] == [date(2025, 10, 31), None]


def test_the_churn_table_by_hand():
    """Half a year after each origin a has ordered and b has not; only the newest origin could see b's silence."""
    found = backtest(history(TWO))

    rows = [row for row in found.churn if row.method == "last_period"]
    assert [row.origin for row in rows] == [date(2026, 4, 30), date(2026, 1, 31), date(2025, 10, 31), None]
    assert [row.share for row in rows] == [0.5] * 4
    assert [row.brier for row in rows] == [0, 0.5, 0.5, pytest.approx(1 / 3)]
    assert [row.auc for row in rows] == [1, 0.5, 0.5, pytest.approx((3 * 1 + 6 * 0.5) / 9)]
    assert found.overall_churn("nobody_orders").brier == 0.5


def test_a_method_that_some_origin_cannot_compute_does_not_take_part():
    found = backtest(history(TWO))

    assert found.overall_amount("orders_by_value") is None
    assert found.overall_churn("bgnbd") is None


def test_where_the_naive_line_wins_it_is_used_and_said():
    """Customers who repeat last year to the month: nothing can beat doing the same."""
    found = backtest(history({f"c{place}": monthly([v * place for v in WAVE]) for place in range(1, 7)}))

    assert found.winner_amount == "last_year"
    assert "The naive line wins" in found.sentence().en
    assert "朴素方法胜出" in found.sentence().zh
    assert "the same months of last year again" in found.sentence().en


def test_where_the_model_wins_it_is_used_and_said():
    found = backtest(drawn_history(1500, 42, seed=21, r=0.8, alpha=1.0, a=0.8, b=3.0))

    assert found.winner_churn == "bgnbd"
    assert found.overall_churn("bgnbd").auc > 0.8
    assert "It beats the best naive line" in found.sentence().en
    assert 0.75 < found.coverage < 0.9


def test_the_winner_has_the_smallest_error_of_all_origins():
    found = backtest(drawn_history(400, 40, seed=22, r=0.8, alpha=1.0, a=0.8, b=3.0))

    amount = {row.method: row.error for row in found.amount if row.origin is None}
    churn = {row.method: row.brier for row in found.churn if row.origin is None}
    assert found.winner_amount == min(amount, key=amount.__getitem__)
    assert found.winner_churn == min(churn, key=churn.__getitem__)
    assert len({row.origin for row in found.amount if row.origin}) == 6


def test_of_equal_methods_the_simpler_is_used():
    """All customers alike and steady: last year, half a year and the means all forecast the same."""
    found = backtest(history({f"c{place}": monthly([100] * 37) for place in range(12)}), step_months=1)

    assert found.winner_amount == "last_year"
    assert found.overall_amount("last_year").mae == 0
    assert found.winner_churn == "base_rate"
    assert math.isnan(found.overall_churn("base_rate").auc)


@pytest.mark.parametrize("months", [0, 1, 12, 23])
def test_too_short_a_history_is_said_to_be_unproven(months):
    found = backtest(history({"a": monthly([10] * (months + 1))} if months else {}, customers=["z"]))

    assert (found.amount, found.ranges, found.winner_amount) == ((), None, "decayed_mean")
    assert f"the orders cover {months} whole months and a back-test needs 24" in found.sentence().en
    assert "未经回测" in found.sentence().zh
    assert math.isnan(found.coverage)


def test_every_method_is_printed_beside_the_naive_lines():
    found = backtest(history(TWO))

    english, chinese = render(found, "en"), render(found, "zh")

    assert english.count("zero for everyone") == chinese.count("全部为零") == 2
    assert "*" in english
    assert "2025-10-31" in english
    assert english.endswith(found.sentence().en)
    assert chinese.endswith(found.sentence().zh)


def test_the_same_history_gives_the_same_table():
    def table():
        return render(backtest(drawn_history(300, 36, seed=23, r=0.8, alpha=1.0, a=0.8, b=3.0)), "zh")

    assert table() == table()


@pytest.mark.parametrize(
    "wrong", [{"horizon_months": 0}, {"churn_months": 61}, {"step_months": 0}, {"level": 1.0}]
)
def test_counts_out_of_bounds_are_refused(wrong):
    with pytest.raises(ParameterInvalid):
        backtest(history(TWO), **wrong)
