"""The reader's language as the engine names it."""

from __future__ import annotations

from zhike.ui.figures import tongue
from zhike_engine.words import Lang


def lang() -> Lang:
    """`zh` or `en`."""
    return "zh" if tongue() == "zh" else "en"


UNITS = {
    "元": "yuan", "万元": "10,000 yuan", "百万元": "million yuan", "亿元": "100 million yuan", "分": "points", "单": "orders",
    "小时": "hours", "天": "days", "月": "months", "年": "years", "百分点": "percentage points",
}  # fmt: skip
"""Units that policies write in Chinese -> in English."""


def unit_word(unit: str) -> str:
    """A unit in the reader's language; one that is not known stands as it is written."""
    return unit if lang() == "zh" else UNITS.get(unit, unit)
