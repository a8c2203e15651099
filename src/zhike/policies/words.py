"""The reader's language as the engine names it."""

from __future__ import annotations

from zhike.ui.figures import tongue
from zhike_engine.words import Lang


def lang() -> Lang:
    """`zh` or `en`."""
    return "zh" if tongue() == "zh" else "en"
