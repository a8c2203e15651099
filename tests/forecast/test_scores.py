"""The measures of error, by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from zhike_engine.forecast import scores

FIGURES = arrays(np.float64, 6, elements=st.floats(0, 1e6))


def test_the_errors_by_hand():
    predicted, actual = np.array([3.0, 0.0, 5.0]), np.array([1.0, 0.0, 9.0])

    assert scores.mae(predicted, actual) == 2.0
    assert scores.rmse(predicted, actual) == pytest.approx(math.sqrt(20 / 3))
    assert scores.combined(predicted, actual) == pytest.approx(math.sqrt(2 * math.sqrt(20 / 3)))
    assert scores.ratio(predicted, actual) == 0.8
    assert scores.covered(predicted - 1, predicted + 1, actual) == 1 / 3


def test_the_churn_scores_by_hand():
    risk, silent = np.array([0.9, 0.4, 0.4, 0.1]), np.array([True, True, False, False])

    assert scores.brier(risk, silent) == pytest.approx((0.01 + 0.36 + 0.16 + 0.01) / 4)
    assert scores.auc(risk, silent) == (1 + 1 + 0.5 + 1) / 4


def test_what_cannot_be_measured_is_not_a_number():
    nobody, everybody = np.array([]), np.array([True, True])

    assert math.isnan(scores.ratio(np.array([1.0]), np.array([0.0])))
    assert math.isnan(scores.auc(np.array([0.1, 0.2]), everybody))
    assert all(math.isnan(score(nobody, nobody)) for score in (scores.mae, scores.rmse, scores.ratio))
    assert math.isnan(scores.covered(nobody, nobody, nobody))


@given(FIGURES, FIGURES, FIGURES)
def test_a_method_better_on_both_errors_is_better(one, other, actual):
    if scores.mae(one, actual) <= scores.mae(other, actual) and scores.rmse(one, actual) <= scores.rmse(
        other, actual
    ):
        assert scores.combined(one, actual) <= scores.combined(other, actual)
