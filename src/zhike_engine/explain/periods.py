"""From which days a metric is taken."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from zhike_engine.formats import day
from zhike_engine.plan.build import Plan
from zhike_engine.plan.graph import uses
from zhike_engine.plan.windows import MONTHS, Window
from zhike_engine.policy import metrics as kinds
from zhike_engine.words import Text


def words(window: Window) -> Text:
    """A window for people; its last day belongs to it.

    >>> from datetime import date
    >>> words(Window(date(2025, 1, 1), date(2026, 1, 1))).pick("en")
    '2025-01-01 to 2025-12-31'
    """
    last = day(window.last_day)
    if window.start is None:
        return Text(zh=f"截至 {last}", en=f"up to {last}")
    return Text(zh=f"{day(window.start)} 至 {last}", en=f"{day(window.start)} to {last}")


def during(window: Window) -> Text:
    """A window inside a sentence."""
    said = words(window)
    return said if window.start is None else Text(zh=said.zh, en=f"from {said.en}")


def period(name: str, plan: Plan) -> Text | None:
    """The days of a metric in words; None of what is taken from no window, such as an attribute."""
    spec: Any = plan.document.metrics.get(name)
    if isinstance(spec, kinds.Growth):
        now, before = windows_of(spec.growth, plan), windows_of(spec.against, plan)
        if now and before:
            a, b = words(hull(now)), words(hull(before))
            return Text(zh=f"{a.zh}，对比 {b.zh}", en=f"{a.en}, against {b.en}")
    found = windows_of(name, plan)
    return words(hull(found)) if found else None


def windows_of(name: str, plan: Plan) -> tuple[Window, ...]:
    """Every window that a metric or a score is taken from, through whatever it is computed from."""
    document = plan.document
    spec: Any = document.metrics.get(name) or document.scorecards.get(name)
    if spec is None:
        return ()
    over = getattr(spec, "over", None)
    if over is not None:
        return (plan.windows.read(over),)
    match spec:
        case kinds.Recency():
            return (Window(None, plan.windows.end),)
        case kinds.Streak() | kinds.Held() | kinds.Volatility():
            periods = plan.windows.periods(MONTHS[spec.per], spec.last)
            return (Window(periods[-1].start, periods[0].end),)
    return tuple(window for used in sorted(uses(spec)) for window in windows_of(used, plan))


def hull(windows: Sequence[Window]) -> Window:
    """The days from the earliest start to the latest end."""
    starts = [window.start for window in windows]
    known = [start for start in starts if start is not None]
    return Window(min(known) if len(known) == len(starts) else None, max(window.end for window in windows))
