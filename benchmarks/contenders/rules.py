"""The rules of the benchmark policy as plain data, for the contenders that are written in Python.

Amounts are integers of 10^-4. An eased limit is the one that a customer may miss by a tenth and keep its grade.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

AS_OF, END, Y1, Y2, Y3 = (date(2026, 10, 31), *(date(year, 11, 1) for year in (2026, 2025, 2024, 2023)))
QUARTER_STARTS = [date(2026, 10, 1), date(2026, 7, 1), date(2026, 4, 1), date(2026, 1, 1), date(2025, 10, 1),
                  date(2025, 7, 1), date(2025, 4, 1), date(2025, 1, 1), date(2024, 10, 1)]  # fmt: skip
QUARTERS = {f"q{i}": (QUARTER_STARTS[i + 1], QUARTER_STARTS[i]) for i in range(8)}
"""Name -> first day, and the day after the last; the newest first."""
GE, GT, LE, LT, EQ = operator.ge, operator.gt, operator.le, operator.lt, operator.eq
LIMITS: dict[str, tuple[str, Callable[[Any, Any], Any], float, float]] = {
    "a0": ("annual_amount", GE, 10_000_000_000, 9_000_000_000),
    "a1": ("coop_days", GE, 730, 657),
    "a2": ("on_time_ratio", GE, 0.85, 0.765),
    "a3": ("major_disputes", EQ, 0, 0),
    "a4": ("growth_1", GT, 0.2, 0.18),
    "a5": ("growth_2", GT, 0.2, 0.18),
    "a6": ("ahead", LT, 0.8, 0.88),
    "a7": ("profit_share", GE, 0.001, 0.0009),
    "b0": ("annual_amount", GE, 2_000_000_000, 1_800_000_000),
    "b1": ("on_time_ratio", GE, 0.7, 0.63),
    "b2": ("longest_gap", LE, 180, 198),
    "b3": ("active_months", GE, 6, 5.4),
    "b4": ("potential", GE, 600_000, 540_000),
    "c0": ("annual_amount", GE, 200_000_000, 180_000_000),
    "c1": ("r_class", GE, 4, 3.6),
    "c2": ("f_class", GE, 3, 2.7),
    "c3": ("volatility", LE, 0.8, 0.88),
    "c4": ("complaints", LE, 1, 1.1),
}
"""Condition -> metric, comparison, limit, eased limit. `b5` is an industry of INDUSTRIES."""
INDUSTRIES = ("medical", "electronics")
STEPS: dict[str, tuple[int, list[tuple[float, int]]]] = {
    "growth_1": (30, [(0, 20), (0.1, 60), (0.3, 100)]),
    "coop_days": (15, [(180, 30), (730, 70), (1460, 100)]),
    "active_months": (20, [(3, 30), (6, 60), (10, 100)]),
    "on_time_ratio": (20, [(0.6, 40), (0.8, 70), (0.95, 100)]),
    "m_class": (15, [(3, 40), (4, 70), (5, 100)]),
}
"""Metric -> weight, and points from a value on. The score is in integers of 10^-4."""


def grades(t: Mapping[str, Any]) -> tuple[Any, Any, Any]:
    """Who meets the conditions of A, B and C; works on anything that knows `&` and `|`."""
    a = t["a0"] & t["a1"] & t["a2"] & t["a3"] & ((t["a4"] & t["a5"]) | t["a6"] | t["a7"])
    b = t["b0"] & t["b1"] & t["b2"] & (t["b3"] | t["b4"] | t["b5"])
    c = t["c0"] | (t["c1"] & t["c2"]) | (t["c3"] & t["c4"])
    return a, b, c
