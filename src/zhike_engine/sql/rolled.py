"""Monthly partial results of scans, and scans printed from them instead of from the facts.

For every scan the facts are grouped by customer and month once; whatever ends at a month's end adds up from there:

    total, count        sums of the months' sums
    minimum, maximum    of the months' ones
    active periods      months with at least one row
    longest gap         the largest gap inside a month, or from a month's last day to the next month's first

Different values, the last rows of a window and its middle do not add up from months. Only DuckDB keeps rollups.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from zhike_engine.messages import Said, say
from zhike_engine.plan.build import Plan, Planned
from zhike_engine.plan.windows import Window
from zhike_engine.sql.compile import Compiler, Statement
from zhike_engine.sql.dialect import Dialect
from zhike_engine.sql.facts import Reading, Shape
from zhike_engine.sql.scans import Aggregate, Scan, periods_function
from zhike_engine.sql.values import Value

Partial = tuple[str, str, tuple[str, ...]]
"""Function, SQL of the value and filters of a number that is kept for every customer and month."""


class Unrollable(Exception):
    """A scan cannot be answered from months; the message says why."""

    def __init__(self, message: Said) -> None:
        super().__init__(message)
        self.message = message


@dataclass(frozen=True)
class Monthly:
    """A table with one row per customer and month: `customer`, `month` (year * 12 + month - 1), and the partials.

    `standing` are the conditions that every row of the facts has met.
    """

    name: str
    table: str
    day: str
    standing: tuple[str, ...]
    partials: Mapping[Partial, str] = field(default_factory=dict)

    def holds(self, scan: Scan) -> bool:
        """Whether the table is made from the rows that a scan reads."""
        return (self.table, self.day, self.standing) == key_of(scan)


def key_of(scan: Scan) -> tuple[str, str, tuple[str, ...]]:
    """Table, day and standing conditions: scans that share them share a monthly table."""
    return scan.reading.table, scan.day, tuple(scan.reading.standing())


def partials_of(one: Aggregate, day: str) -> list[Partial]:
    """What must be kept by month for an aggregate over `day`; raises Unrollable."""
    match one.function:
        case "distinct":
            raise Unrollable(say("counts different values"))
        case "periods":
            return [("count", "", one.filters)]
        case "longest_gap":
            return [("minimum", day, one.filters), ("maximum", day, one.filters), ("gap", "", one.filters)]
    return [(one.function, one.sql, one.filters)]


def monthly_tables(scans: Iterable[Scan], d: Dialect) -> list[Monthly]:
    """The monthly tables that answer all scans that can be answered from months."""
    found: dict[tuple[str, str, tuple[str, ...]], Monthly] = {}
    for scan in scans:
        for one in scan.aggregates:
            if one.function == "distinct" or scan.anchor is not None:
                continue
            table = found.setdefault(key_of(scan), Monthly(f"monthly{len(found)}", *key_of(scan), {}))
            assert isinstance(table.partials, dict)
            for partial in partials_of(one, f"t.{d.quote(scan.day)}"):
                table.partials.setdefault(partial, f"p{len(table.partials)}")
    return list(found.values())


def monthly_select(table: Monthly, reading: Reading, end: date) -> str:
    """SELECT of a monthly table over the facts of all days before `end`, in the order of customer and month."""
    d = reading.d
    day = f"t.{d.quote(table.day)}"
    month = f"cast({d.month_index(day)} as integer)"
    where = " and ".join([*table.standing, f"{day} < {d.day(end)}"])
    reads = " ".join(f"{sql} {' '.join(filters)}" for _, sql, filters in table.partials)
    rows = f"from {reading.relation(reads)} where {where}"
    columns, joins = [], []
    for (function, sql, filters), name in table.partials.items():
        if function != "gap":
            columns.append(f"{_partial(function, sql, filters, d)} as {name}")
            continue
        tests = f"from {reading.relation(' '.join(filters))} where {' and '.join([where, *filters])}"
        before = f"lag({day}) over (partition by t.customer order by {day})"
        pairs = f"select t.customer as customer, {day} as d, {before} as p, {month} as month {tests}"
        inside = f"g.d > g.p and {d.month_index('g.p')} = g.month"
        gap = f"select g.customer, g.month, max({d.days_between('g.d', 'g.p')}) as {name} from ({pairs}) g"
        joins.append((name, f"{gap} where {inside} group by g.customer, g.month"))
    shown = ", ".join(["x.*", *(f"{name}.{name}" for name, _ in joins)])
    plain = (
        f"select {', '.join(['t.customer as customer', f'{month} as month', *columns])} {rows} group by 1, 2"
    )
    joined = " ".join(
        f"left join ({select}) {name} on {name}.customer = x.customer and {name}.month = x.month"
        for name, select in joins
    )
    return f"select {shown} from ({plain}) x {joined} order by x.customer, x.month"


def _partial(function: str, sql: str, filters: tuple[str, ...], d: Dialect) -> str:
    value = sql or "1"
    chosen = f"case when {' and '.join(filters)} then {value} end" if filters else value
    match function:
        case "total":
            return d.total(chosen)
        case "money_total":
            return d.money_total(chosen)
        case "count":
            return f"cast(count({chosen}) as integer)"
    return f"{'min' if function == 'minimum' else 'max'}({chosen})"


def rolled_select(scan: Scan, tables: Sequence[Monthly], d: Dialect, prefix: str = "") -> str:
    """SELECT of one row per customer for a scan, from monthly tables; raises Unrollable.

    `prefix` stands before the names of other tables with the same columns, to be read in their place.
    """
    if scan.anchor is not None:
        raise Unrollable(say("starts at an event of the customer"))
    table = next((one for one in tables if one.holds(scan)), None)
    if table is None:
        raise Unrollable(say("reads `{table}` by `{column}`", table=scan.reading.table, column=scan.day))
    table, months = replace(table, name=prefix + table.name), _months(scan.span)
    where = f" where {' and '.join(months)}" if months else ""
    if scan.aggregates[0].function == "longest_gap":
        return _rolled_gap(scan.aggregates[0], scan, table, where, d)
    columns = [f"{_rolled(one, scan, table, d)} as {one.alias}" for one in scan.aggregates]
    return (
        f"select t.customer as customer, {', '.join(columns)} from {table.name} t{where} group by t.customer"
    )


def _rolled(one: Aggregate, scan: Scan, table: Monthly, d: Dialect) -> str:
    [partial] = partials_of(one, f"t.{d.quote(scan.day)}")
    column = f"t.{_column(table, partial)}"
    tests = _months(one.window, scan.span)
    if one.function == "periods":
        test = " and ".join([*tests, f"{column} > 0"])
        return periods_function("t.month", one, test, scan.reading.year_starts, d)
    chosen = f"case when {' and '.join(tests)} then {column} end" if tests else column
    match one.function:
        case "total" | "money_total":
            return d.total(chosen)
        case "count":
            return f"coalesce({d.total(chosen)}, 0)"
    return f"{'min' if one.function == 'minimum' else 'max'}({chosen})"


def _rolled_gap(one: Aggregate, scan: Scan, table: Monthly, where: str, d: Dialect) -> str:
    first, last, gap = (_column(table, partial) for partial in partials_of(one, f"t.{d.quote(scan.day)}"))
    before = f"lag(t.{last}) over (partition by t.customer order by t.month)"
    known = f"{where} and t.{first} is not null" if where else f" where t.{first} is not null"
    rows = f"select t.customer as customer, t.{first} as d, t.{gap} as g, {before} as p from {table.name} t{known}"
    between = d.days_between("m.d", "m.p")
    longest = f"max(case when m.g is null or m.g < {between} then {between} else m.g end)"
    return (
        f"select m.customer, {longest} as {one.alias} from ({rows}) m"
        f" where m.g is not null or m.p is not null group by m.customer"
    )


def _column(table: Monthly, partial: Partial) -> str:
    if partial not in table.partials:
        raise Unrollable(say("needs a number of `{table}` that was not prepared", table=table.table))
    return table.partials[partial]


def _months(window: Window, span: Window | None = None) -> list[str]:
    """Conditions that a month lies in a window, without those that `span` already states; raises Unrollable."""
    if not window.whole_months:
        if window.start is not None and window.start.day != 1:
            raise Unrollable(say("starts on {day}, which is no edge of a month", day=window.start))
        raise Unrollable(say("ends on {day}, which is no edge of a month", day=window.last_day))
    found = []
    if window.start is not None and (span is None or window.start != span.start):
        found.append(f"t.month >= {_index(window.start)}")
    if span is None or window.end != span.end:
        found.append(f"t.month < {_index(window.end)}")
    return found


def _index(day: date) -> int:
    return day.year * 12 + day.month - 1


class RolledCompiler(Compiler):
    """Compiles a plan over monthly tables; `unrollable` tells which metrics the months cannot answer, and why."""

    def __init__(
        self, plan: Plan, shape: Shape, d: Dialect, tables: Sequence[Monthly], prefix: str = ""
    ) -> None:
        super().__init__(plan, shape, d, draft=False)
        self.tables = tables
        self.prefix = prefix
        self.unrollable: dict[str, Said] = {}
        self._written: dict[str, str] = {}

    def value(self, node: Planned) -> Value:
        value = super().value(node)
        self._written[node.name] = value.sql
        return value

    def scans(self) -> list[Statement]:
        stages = []
        for alias, _ in self.c.joins:
            if alias.startswith("l"):
                self._refuse(alias, say("looks at the last rows of a window"))
            if alias.startswith("w"):
                self._refuse(alias, say("puts the rows of a window in the order of their size"))
        for scan in self.c.scans:
            if scan.aggregates:
                try:
                    stages.append(
                        Statement(scan.alias, rolled_select(scan, self.tables, self.c.d, self.prefix))
                    )
                except Unrollable as reason:
                    self._refuse(scan.alias, reason.message)
        return stages

    def _refuse(self, alias: str, reason: Said) -> None:
        reads = re.compile(rf"\b{alias}\.")
        self.unrollable |= {name: reason for name, sql in self._written.items() if reads.search(sql)}
