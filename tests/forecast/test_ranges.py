"""The range around an amount: order statistics of past scores, by size of the forecast."""

from __future__ import annotations

import numpy as np
import pytest

from zhike_engine.forecast.ranges import learn


def test_the_ends_are_the_order_statistics_that_the_level_calls_for():
    predicted, actual = np.full(19, 10.0), np.arange(1.0, 20.0)

    found = learn(predicted, actual, offset=10.0, level=0.8)

    assert found.low.tolist() == [(2 + 10) / 20]
    assert found.high.tolist() == [(18 + 10) / 20]
    low, high = found.around(np.array([10.0, 30.0]))
    assert (low.tolist(), high.tolist()) == (pytest.approx([2, 14]), pytest.approx([18, 46]))


def test_too_few_cases_give_no_range():
    assert learn(np.ones(8), np.ones(8), offset=1.0, level=0.8) is None
    assert learn(np.ones(9), np.ones(9), offset=1.0, level=0.8) is not None
    assert learn(np.ones(9), np.ones(9), offset=0.0, level=0.8) is None


def test_a_range_holds_its_forecast_and_is_never_below_zero():
    dice = np.random.default_rng(3)
    predicted = dice.lognormal(3, 2, 2000)
    found = learn(predicted, predicted * 0.1, offset=5.0, level=0.8)

    low, high = found.around(np.array([0.0, 1.0, 1e9]))

    assert np.all(low >= 0)
    assert high.tolist() == [0.0, 1.0, 1e9]


def test_equal_forecasts_share_a_group():
    predicted = np.concatenate([np.zeros(700), np.arange(1.0, 301.0)])

    found = learn(predicted, predicted, offset=1.0, level=0.8)

    assert found.tops[0] == 0.0
    assert len(found.low) == len(found.high) == len(found.tops) + 1


@pytest.mark.parametrize("level", [0.5, 0.8, 0.9])
def test_it_holds_the_share_it_is_set_to(level):
    dice = np.random.default_rng(5)
    predicted = dice.lognormal(3, 1.5, 8000)
    actual = predicted * dice.gamma(2, 0.5, 8000)
    found = learn(predicted[::2], actual[::2], offset=20.0, level=level)

    low, high = found.around(predicted[1::2])

    assert ((low <= actual[1::2]) & (actual[1::2] <= high)).mean() == pytest.approx(level, abs=0.02)
