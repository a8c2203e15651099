"""The SQL of cooperation: its first day, and how long it has lasted."""

from __future__ import annotations

from zhike_engine.plan.windows import Window
from zhike_engine.policy import metrics as kinds
from zhike_engine.sql.context import Context
from zhike_engine.sql.values import Value

EARLIER = kinds.Tenure.model_validate({"title": "cooperation", "tenure": "days"})
"""Cooperation as it is counted where nothing else is said: from the first day stated or the first order."""


def tenure(spec: kinds.Tenure, c: Context) -> Value:
    """Days, months or years of cooperation up to the end of the as-of day."""
    start = start_day(spec, c)
    end = c.plan.windows.end
    if spec.tenure == "days":
        return Value(c.d.days_between(c.d.day(end), start), "exact", "days")
    ymd = c.d.year_month_day(start)
    day = f"({ymd} - {c.d.divide_whole(ymd, '100')} * 100)"
    whole = f"{end.year * 12 + end.month - 1} - {c.d.month_index(start)}"
    months = f"({whole} - (case when {day} > {end.day} then 1 else 0 end))"
    if spec.tenure == "months":
        return Value(f"(case when {start} is not null then {months} end)", "exact", "months")
    today = end.year * 10000 + end.month * 100 + end.day
    years = c.d.divide_whole(f"({today} - {c.d.year_month_day(start)})", "10000")
    return Value(f"(case when {start} is not null then {years} end)", "exact", "years")


def start_day(spec: kinds.Tenure, c: Context) -> str:
    """The first day of cooperation: the one stated, the first order, or the earlier of both."""
    days = []
    if spec.starts in ("since", "earlier"):
        since = c.attribute("since", "date")
        if since is not None:
            days.append(f"(case when {since.sql} < {c.d.day(c.plan.windows.end)} then {since.sql} end)")
    if spec.starts in ("first_order", "earlier") and c.shape_has("orders"):
        reading = c.reading("orders")
        everything = Window(None, c.plan.windows.end)
        days.append(
            c.scan(reading, None).add("minimum", "t.ordered_on", everything, tuple(reading.countable()))
        )
    if not days:
        return c.null("date")
    if len(days) == 1:
        return days[0]
    a, b = days
    return f"(case when {a} is null then {b} when {b} is null then {a} when {a} < {b} then {a} else {b} end)"
