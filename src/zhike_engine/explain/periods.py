"""From which days a metric is taken."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from zhike_engine.facts.tables import TABLES
from zhike_engine.formats import day
from zhike_engine.plan.anchors import Anchor
from zhike_engine.plan.build import Plan
from zhike_engine.plan.graph import uses
from zhike_engine.plan.windows import MONTHS, Window
from zhike_engine.policy import metrics as kinds
from zhike_engine.words import Text, same


def words(window: Window) -> Text:
    """A window for people; its last day belongs to it.

    >>> from datetime import date
    >>> words(Window(date(2025, 1, 1), date(2026, 1, 1))).pick("en")
    '2025-01-01 to 2025-12-31'
    """
    if window.anchor is not None:
        return anchored(window.anchor)
    last = day(window.last_day)
    if window.start is None:
        return Text(zh=f"截至 {last}", en=f"up to {last}")
    return Text(zh=f"{day(window.start)} 至 {last}", en=f"{day(window.start)} to {last}")


def event_words(anchor: Anchor) -> Text:
    """What an anchored window starts at."""
    if not anchor.column:
        return Text(zh="首单", en="the first order")
    known = next((one.title for one in TABLES["customers"].columns if one.name == anchor.column), None)
    title = known or same(anchor.column)
    return Text(zh=f"“{title.zh}”", en=f"“{title.en}”")


_UNITS = {"day": Text(zh="天", en="days"), "month": Text(zh="个月", en="months")}


def anchored(anchor: Anchor) -> Text:
    """An anchored window for people, whoever the customer is.

    >>> anchored(Anchor("first_order", "first", 6)).pick("en")
    'the first 6 months after the first order'
    """
    event, unit = event_words(anchor), _UNITS[anchor.unit]
    frames = {
        "first": Text(zh="{event}起的前 {n} {unit}", en="the first {n} {unit} after {event}"),
        "since": Text(zh="自{event}起", en="since {event}"),
        "anniversary": Text(zh="自{event}的最近一个周年起", en="since the last anniversary of {event}"),
    }
    return frames[anchor.form].format(event=event, n=anchor.number, unit=unit)


def during(window: Window) -> Text:
    """A window inside a sentence."""
    said = words(window)
    if window.anchor is not None:
        return Text(zh=said.zh, en=said.en if window.anchor.form != "first" else f"in {said.en}")
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
    """The days from the earliest start to the latest end; an anchored window where there is one."""
    if any(window.anchor for window in windows):
        return next(window for window in windows if window.anchor)
    starts = [window.start for window in windows]
    known = [start for start in starts if start is not None]
    return Window(min(known) if len(known) == len(starts) else None, max(window.end for window in windows))
