"""Windows that start at an event of the customer: which days of a customer lie inside."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from zhike_engine.oracle.world import Customer, World, attribute
from zhike_engine.plan.anchors import Anchor
from zhike_engine.plan.windows import Window


def whole_months(start: date, end: date) -> int:
    """Months that are over between two days: one more each time the day of the month comes round.

    >>> whole_months(date(2024, 2, 29), date(2025, 2, 28)), whole_months(date(2024, 2, 29), date(2025, 3, 1))
    (11, 12)
    """
    crossed = (end.year - start.year) * 12 + end.month - start.month
    return crossed if end.day >= start.day else crossed - 1


@dataclass(frozen=True)
class Own:
    """The days of one customer's window; none without an event."""

    anchor: Anchor
    event: date | None
    as_of: date

    def __contains__(self, day: date) -> bool:
        if self.event is None or not self.event <= day <= self.as_of:
            return False
        match self.anchor.form:
            case "since":
                return True
            case "anniversary":
                return whole_months(self.event, day) // 12 == whole_months(self.event, self.as_of) // 12
        passed = (day - self.event).days if self.anchor.unit == "day" else whole_months(self.event, day)
        return passed < self.anchor.number


def event_of(anchor: Anchor, world: World, customer: Customer) -> date | None:
    """The day of the customer's event, when it lies not after the as-of date."""
    as_of = world.plan.as_of
    if anchor.column:
        found = attribute(customer.row.get(anchor.column), "date")
        return found if isinstance(found, date) and found <= as_of else None
    days = [row.day(None) for row in customer.rows("orders") if row.event]
    return min((day for day in days if day is not None and day <= as_of), default=None)


def days_of(spec: Any, world: World, customer: Customer) -> Window | Own:
    """The days of a metric's window."""
    window = world.plan.windows.read(spec.over)
    if window.anchor is None:
        return window
    return Own(window.anchor, event_of(window.anchor, world, customer), world.plan.as_of)


def waits_for_event(spec: Any, world: World, customer: Customer) -> bool:
    """Whether a metric counts from an event that the customer has not had."""
    over = getattr(spec, "over", None)
    anchor = world.plan.windows.read(over).anchor if over is not None else None
    return anchor is not None and event_of(anchor, world, customer) is None
