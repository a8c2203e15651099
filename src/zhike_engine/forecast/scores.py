"""How wrong a forecast was."""

from __future__ import annotations

import math

import numpy as np
import scipy  # its parts load when first used

from zhike_engine.forecast.history import Booleans, Floats


def mae(predicted: Floats, actual: Floats) -> float:
    """Mean absolute error: what the many customers feel. NaN without customers."""
    return float(np.abs(predicted - actual).mean()) if len(actual) else math.nan


def rmse(predicted: Floats, actual: Floats) -> float:
    """Root of the mean squared error: what the few large customers decide. NaN without customers."""
    return math.sqrt(float(((predicted - actual) ** 2).mean())) if len(actual) else math.nan


def combined(predicted: Floats, actual: Floats) -> float:
    """The error that decides: the geometric mean of the mean absolute and the root mean squared error.

    A method better on both always wins. The absolute error alone would favour forecasting zero wherever most
    customers stay away; the squared error alone would let a handful of large customers decide.
    """
    return math.sqrt(mae(predicted, actual) * rmse(predicted, actual))


def ratio(predicted: Floats, actual: Floats) -> float:
    """The sum of the forecasts over the sum of what happened: above 1 is too much. NaN where nothing happened."""
    total = float(actual.sum()) if len(actual) else 0.0
    return float(predicted.sum()) / total if total else math.nan


def brier(probability: Floats, happened: Booleans) -> float:
    """Mean squared distance between the probability and what happened (1 or 0). NaN without customers."""
    return float(((probability - happened) ** 2).mean()) if len(happened) else math.nan


def auc(probability: Floats, happened: Booleans) -> float:
    """P(a customer to whom it happened had the higher probability), ties half. NaN when all fared the same."""
    hits = int(np.count_nonzero(happened))
    misses = len(happened) - hits
    if not hits or not misses:
        return math.nan
    ranks = scipy.stats.rankdata(probability)
    return (float(ranks[happened].sum()) - hits * (hits + 1) / 2) / (hits * misses)


def covered(low: Floats, high: Floats, actual: Floats) -> float:
    """The share of customers whose figure fell within the range, ends included. NaN without customers."""
    return float(((low <= actual) & (actual <= high)).mean()) if len(actual) else math.nan
