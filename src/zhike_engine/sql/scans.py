"""Aggregates of one fact table, fused into one scan.

A scan is printed in two ways: straight from the facts, or from a monthly rollup of them (`rollup.py`). Both read
the same list of aggregates.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from zhike_engine.plan.anchors import Anchor
from zhike_engine.plan.windows import Window
from zhike_engine.sql.dialect import Dialect
from zhike_engine.sql.facts import Reading

Function = Literal[
    "total", "money_total", "count", "minimum", "maximum", "distinct", "periods", "longest_gap"
]


@dataclass(frozen=True)
class Aggregate:
    """One number per customer: a function of `sql` over the rows of a window that meet the filters.

    `months` is the length of a period for `periods`: how many different ones have a row.
    """

    alias: str
    function: Function
    sql: str
    window: Window
    filters: tuple[str, ...]
    months: int = 1

    @property
    def partial(self) -> tuple[str, str, tuple[str, ...]]:
        """What a monthly rollup must keep for it."""
        kept = "count" if self.function == "periods" else self.function
        return (kept, self.sql if kept != "count" else "", self.filters)


@dataclass
class Scan:
    """All aggregates of one table by one date column, or one longest gap; joined under `alias`.

    With an anchor, `event` is a SELECT of customer and day of the event; only rows of its window count.
    """

    reading: Reading
    day: str
    alias: str
    anchor: Anchor | None = None
    event: str = ""
    aggregates: list[Aggregate] = field(default_factory=list)

    def add(
        self, function: Function, sql: str, window: Window, filters: tuple[str, ...], months: int = 1
    ) -> str:
        """Register an aggregate, or find the same one; returns `alias.column`."""
        for one in self.aggregates:
            if (one.function, one.sql, one.window, one.filters, one.months) == (
                function,
                sql,
                window,
                filters,
                months,
            ):
                return f"{self.alias}.{one.alias}"
        alias = f"a{len(self.aggregates)}"
        self.aggregates.append(Aggregate(alias, function, sql, window, filters, months))
        return f"{self.alias}.{alias}"

    def _event(self) -> str:
        return joined_event(self.event) if self.event else ""

    @property
    def span(self) -> Window:
        """The smallest window that holds all windows."""
        windows = [one.window for one in self.aggregates]
        starts = [w.start for w in windows]
        start = None if None in starts else min(s for s in starts if s is not None)
        return Window(start, max(w.end for w in windows), self.anchor)

    def select(self, d: Dialect) -> str:
        """SELECT of one row per customer, straight from the facts."""
        if self.aggregates[0].function == "longest_gap":
            return self._gap(self.aggregates[0], d)
        return self._plain(self.aggregates, d)

    def _plain(self, aggregates: list[Aggregate], d: Dialect) -> str:
        span = self.span
        shared = self._shared_filters(aggregates)
        where = [
            *self.reading.standing(),
            *shared,
            *window_conditions(f"t.{d.quote(self.day)}", span, None, d),
            *anchor_conditions(f"t.{d.quote(self.day)}", span, d),
        ]
        columns = []
        for one in aggregates:
            tests = [*window_conditions(f"t.{d.quote(self.day)}", one.window, span, d)]
            tests += [f for f in one.filters if f not in shared]
            columns.append(f"{self._function(one, tests, d)} as {one.alias}")
        return (
            f"select t.customer as customer, {', '.join(columns)}"
            f" from {self.reading.relation(' '.join([*columns, *where]))}{self._event()}"
            f" where {' and '.join(where)} group by t.customer"
        )

    @staticmethod
    def _shared_filters(aggregates: list[Aggregate]) -> list[str]:
        return [f for f in aggregates[0].filters if all(f in one.filters for one in aggregates)]

    def _function(self, one: Aggregate, tests: list[str], d: Dialect) -> str:
        test = " and ".join(tests)
        chosen = f"case when {test} then {one.sql} end" if test else one.sql
        match one.function:
            case "total":
                return d.total(chosen)
            case "money_total":
                return d.money_total(chosen)
            case "count":
                value = one.sql or "1"
                counted = f"case when {test} then {value} end" if test else value
                return f"count({counted})"
            case "minimum":
                return f"min({chosen})"
            case "maximum":
                return f"max({chosen})"
            case "distinct":
                return f"count(distinct {chosen})"
        index = d.month_index(f"t.{d.quote(self.day)}")
        return periods_function(index, one, test or "1 = 1", self.reading.year_starts, d)

    def _gap(self, one: Aggregate, d: Dialect) -> str:
        day = f"t.{d.quote(self.day)}"
        where = [*self.reading.standing(), *one.filters, *window_conditions(day, one.window, None, d)]
        where += anchor_conditions(day, one.window, d)
        rows = (
            f"select t.customer as customer, {day} as d, lag({day}) over (partition by t.customer order by {day}) as p"
            f" from {self.reading.relation(' '.join(where))}{self._event()} where {' and '.join(where)}"
        )
        gap = d.days_between("g.d", "g.p")
        return f"select g.customer, max({gap}) as {one.alias} from ({rows}) g where g.d > g.p group by g.customer"


def periods_function(index: str, one: Aggregate, test: str, year_starts: int, d: Dialect) -> str:
    """Number of different periods of `one.months` months among the rows that meet `test`.

    Quarters are those of the business year, which starts in the month `year_starts`.
    """
    start, last_day = one.window.start, one.window.last_day
    assert start is not None
    offset = (year_starts - 1) % one.months
    first = (start.year * 12 + start.month - 1 - offset) // one.months
    last = (last_day.year * 12 + last_day.month - 1 - offset) // one.months
    if one.months > 1:
        index = d.divide_whole(f"{index} - {offset}" if offset else index, str(one.months))
    return d.distinct_months(index, first, last - first + 1, test)


def window_conditions(day: str, window: Window, span: Window | None, d: Dialect) -> list[str]:
    """Conditions that a day lies in the window, without those that `span` already states."""
    found = []
    if window.start is not None and (span is None or window.start != span.start):
        found.append(f"{day} >= {d.day(window.start)}")
    if span is None or window.end != span.end:
        found.append(f"{day} < {d.day(window.end)}")
    return found


def joined_event(event: str) -> str:
    """The join of rows `t` with their customer's event `k`, from a SELECT of customer and day."""
    return f" join ({event}) k on k.customer = t.customer"


def anchor_conditions(day: str, window: Window, d: Dialect) -> list[str]:
    """Conditions that a day lies in the window that starts with the event `k`; none without an anchor."""
    anchor = window.anchor
    if anchor is None:
        return []
    found = [f"{day} >= k.day"]
    if anchor.form == "anniversary":
        today = window.last_day.year * 10000 + window.last_day.month * 100 + window.last_day.day
        event = d.year_month_day("k.day")
        years = d.divide_whole(f"{today} - {event}", "10000")
        found.append(f"{d.year_month_day(day)} - {event} >= 10000 * {years}")
    elif anchor.form == "first" and anchor.unit == "day":
        found.append(f"{d.days_between(day, 'k.day')} < {anchor.number}")
    elif anchor.form == "first":
        found.append(f"{_month_and_day(day, d)} < {_month_and_day('k.day', d)} + {32 * anchor.number}")
    return found


def _month_and_day(day: str, d: Dialect) -> str:
    """A number that grows with month and day of the month; 32 make a month."""
    whole = d.year_month_day(day)
    return f"({d.month_index(day)} * 32 + {whole} - {d.divide_whole(whole, '100')} * 100)"
