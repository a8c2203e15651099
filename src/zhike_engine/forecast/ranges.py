"""The range around an amount, taken from how wrong the same method was in the back-test (split conformal).

The score of a customer is (actual + c) / (forecast + c), where c is the company's typical order: for large
forecasts this is the ratio, for forecasts near zero it is the difference. The scores are kept apart by size of the
forecast, and the range takes the order statistics that the wanted share calls for, rounded outwards.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from zhike_engine.forecast.history import Floats

MOST_GROUPS = 8
PER_GROUP = 100


@dataclass(frozen=True, slots=True)
class Ranges:
    """`tops`: float64[g - 1], the largest forecast of every size group but the last; `low`, `high`: float64[g]."""

    offset: float
    tops: Floats
    low: Floats
    high: Floats

    def around(self, predicted: Floats) -> tuple[Floats, Floats]:
        """float64[n] low and high of each forecast; the range always holds the forecast and never goes below zero."""
        group = np.searchsorted(self.tops, predicted, side="left")
        moved = predicted + self.offset
        low = np.clip(moved * self.low[group] - self.offset, 0.0, predicted)
        high = np.maximum(moved * self.high[group] - self.offset, predicted)
        return low, high


def learn(predicted: Floats, actual: Floats, *, offset: float, level: float) -> Ranges | None:
    """Learn ranges that hold `level` (such as 0.8) of the cases; None when there are too few cases for that."""
    count = len(predicted)
    side = (1 - level) / 2
    if _rank(count, side) < 1 or offset <= 0:
        return None
    order = np.argsort(predicted, kind="stable")
    sizes = predicted[order]
    scores = (actual[order] + offset) / (sizes + offset)
    starts = _group_starts(sizes)
    low, high = [], []
    for start, end in zip(starts, [*starts[1:], count], strict=True):
        few, many = _ends(np.sort(scores[start:end]), side)
        low.append(few)
        high.append(many)
    return Ranges(offset, sizes[np.array(starts[1:], dtype=np.int64) - 1], np.array(low), np.array(high))


def _group_starts(sizes: Floats) -> list[int]:
    """Where each size group begins: groups of equal count, equal forecasts always in the same group."""
    count = len(sizes)
    groups = max(min(count // PER_GROUP, MOST_GROUPS), 1)
    at = sizes[[count * k // groups for k in range(1, groups)]]
    cuts = {
        *np.searchsorted(sizes, at, side="left").tolist(),
        *np.searchsorted(sizes, at, side="right").tolist(),
    }
    starts = [0]
    for cut in sorted(cuts):
        if cut - starts[-1] >= PER_GROUP // 2 and count - cut >= PER_GROUP // 2:
            starts.append(cut)
    return starts


def _ends(scores: Floats, side: float) -> tuple[float, float]:
    """The scores that leave `side` of the cases out at either end; the outermost ones where there are few."""
    rank = max(_rank(len(scores), side), 1)
    return float(scores[rank - 1]), float(scores[-rank])


def _rank(count: int, side: float) -> int:
    # Rounded first: 20 x 0.1 is a little less than 2 in binary fractions.
    return math.floor(round((count + 1) * side, 9))
