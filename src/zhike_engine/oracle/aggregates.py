"""Metrics over the rows of one customer: totals, counts, days, periods."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from fractions import Fraction
from itertools import pairwise
from typing import Any

from zhike_engine.language.nodes import names_in
from zhike_engine.language.parse import parse
from zhike_engine.oracle.events import Own, days_of, whole_months
from zhike_engine.oracle.expressions import Names, Sort, evaluate, holds
from zhike_engine.oracle.numbers import Number, Scalar, exact, number, quotient, rounded, spread
from zhike_engine.oracle.rows import FactRow, column_sort, optional
from zhike_engine.oracle.tables import cell_of
from zhike_engine.oracle.world import Customer, World, parameter, parameter_sort, row_names
from zhike_engine.plan.windows import MONTHS, Window, period_start
from zhike_engine.policy import metrics as kinds


def split(place: str) -> tuple[str, str]:
    """`orders.amount` as table and column; the column is empty when only the table is named."""
    table, _, column = place.partition(".")
    return table, column


def chosen(
    world: World, customer: Customer, table: str, window: Window | Own, spec: Any, *, events: bool
) -> list[FactRow]:
    """The customer's rows of a window that meet the metric's `where`, oldest first."""
    by, where = getattr(spec, "by", None), getattr(spec, "where", None)
    found = []
    for row in customer.rows(table):
        day = row.day(by)
        if day is None or day not in window or (events and not row.event):
            continue
        if where is None or holds(parse(where), row_names(world, row)) is True:
            found.append((day, row.key(), row))
    return [row for _, _, row in sorted(found, key=lambda one: one[:2])]


def _numbers(rows: Sequence[FactRow], column: str) -> list[Fraction]:
    return [value for row in rows if isinstance(value := row.value(column), Fraction)]


def total(rows: Sequence[FactRow], table: str, column: str) -> Fraction | None:
    """Sum of a column: 0 without rows, unknown when no row of an optional column has a value."""
    values = _numbers(rows, column)
    return None if rows and not values and optional(table, column) else sum(values, Fraction(0))


def sum_(spec: kinds.Sum, world: World, customer: Customer) -> Scalar:
    """Total of a column, each row times a coefficient where the metric names a table of them."""
    table, column = split(spec.sum)
    rows = chosen(world, customer, table, days_of(spec, world, customer), spec, events=False)
    if spec.times is None:
        return total(rows, table, column)
    products = []
    for row in rows:
        value, factor = row.value(column), cell_of(world.plan, spec.times, row_names(world, row))
        if isinstance(value, Fraction) and isinstance(factor, Fraction):
            products.append(rounded(value * factor))
    return None if rows and not products else sum(products, Fraction(0))


def average(spec: kinds.Average, world: World, customer: Customer) -> Scalar:
    """One division of the total by the number of values."""
    values = _numbers(*_last(spec, split(spec.average), world, customer))
    if spec.trim is not None:
        values = sorted(values)[spec.trim : len(values) - spec.trim]
    return quotient(sum(values, Fraction(0)), exact(len(values)))


def median(spec: kinds.Median, world: World, customer: Customer) -> Scalar:
    """The value in the middle, or the mean of the two beside it."""
    table, column = split(spec.median)
    rows = chosen(world, customer, table, days_of(spec, world, customer), spec, events=True)
    values = sorted(_numbers(rows, column))
    middle = values[(len(values) - 1) // 2 : len(values) // 2 + 1] if values else []
    return quotient(sum(middle, Fraction(0)), exact(len(middle)))


def minimum(spec: kinds.Minimum, world: World, customer: Customer) -> Scalar:
    """The smallest value."""
    rows, column = _last(spec, split(spec.minimum), world, customer)
    return min((value for row in rows if (value := row.value(column)) is not None), default=None)


def maximum(spec: kinds.Maximum, world: World, customer: Customer) -> Scalar:
    """The largest value."""
    rows, column = _last(spec, split(spec.maximum), world, customer)
    return max((value for row in rows if (value := row.value(column)) is not None), default=None)


def _last(
    spec: kinds.Average | kinds.Minimum | kinds.Maximum,
    place: tuple[str, str],
    world: World,
    customer: Customer,
) -> tuple[Sequence[FactRow], str]:
    rows = chosen(world, customer, place[0], days_of(spec, world, customer), spec, events=True)
    return (rows if spec.last is None else rows[-spec.last :]), place[1]


def count(spec: kinds.Count, world: World, customer: Customer) -> Scalar:
    """Number of rows."""
    window = days_of(spec, world, customer)
    return exact(len(chosen(world, customer, spec.count, window, spec, events=True)))


def distinct(spec: kinds.Distinct, world: World, customer: Customer) -> Scalar:
    """Number of different values."""
    table, column = split(spec.distinct)
    rows = chosen(world, customer, table, days_of(spec, world, customer), spec, events=True)
    return exact(len({row.value(column) for row in rows} - {None}))


def active(spec: kinds.Active, world: World, customer: Customer) -> Scalar:
    """Number of different periods with a row; quarters are those of the business year."""
    rows = chosen(world, customer, spec.active, days_of(spec, world, customer), spec, events=True)
    first = world.plan.document.calendar.year_starts
    days = [day for row in rows if (day := row.day(spec.by)) is not None]
    return exact(len({period_start(day, MONTHS[spec.per], first) for day in days}))


def tenure(spec: kinds.Tenure, world: World, customer: Customer) -> Scalar:
    """Whole years, months or days from the first day to the end of the as-of day."""
    start, end = _beginning(spec.starts, world, customer), world.plan.windows.end
    if start is None:
        return None
    if spec.tenure == "days":
        return exact((end - start).days)
    months = whole_months(start, end)
    return exact(months if spec.tenure == "months" else months // 12)


def _beginning(starts: str, world: World, customer: Customer) -> date | None:
    """The first day of cooperation: stated, of the first order, or the earlier of the two."""
    since = customer.row.get("since")
    days = [since] if since is not None and since <= world.plan.as_of and starts != "first_order" else []
    if starts != "since":
        orders = [row.day(None) for row in customer.rows("orders") if row.event]
        days += [day for day in orders if day is not None and day <= world.plan.as_of]
    return min(days, default=None)


def recency(spec: kinds.Recency, world: World, customer: Customer) -> Scalar:
    """Days from the last row to the as-of date."""
    rows = chosen(world, customer, spec.recency, Window(None, world.plan.windows.end), spec, events=True)
    days = [day for row in rows if (day := row.day(spec.by)) is not None]
    return exact((world.plan.as_of - max(days)).days) if days else None


def longest_gap(spec: kinds.LongestGap, world: World, customer: Customer) -> Scalar:
    """The longest time between two successive days with rows, or since the last one."""
    window = days_of(spec, world, customer)
    rows = chosen(world, customer, spec.longest_gap, window, spec, events=True)
    days = sorted({day for row in rows if (day := row.day(spec.by)) is not None})
    if spec.until_as_of and days:
        gaps = [
            (later - earlier).days for earlier, later in zip(days, [*days[1:], world.plan.as_of], strict=True)
        ]
    else:
        gaps = [(later - earlier).days for earlier, later in pairwise(days)]
    return exact(max(gaps)) if gaps else None


def _periods(place: str, spec: Any, last: int, world: World, customer: Customer) -> list[Fraction | None]:
    """Totals, or counts, of the last closed periods, newest first."""
    table, column = split(place)
    found: list[Fraction | None] = []
    for window in world.plan.windows.periods(MONTHS[spec.per], last):
        rows = chosen(world, customer, table, window, spec, events=not column)
        found.append(total(rows, table, column) if column else exact(len(rows)))
    return found


def _period_tests(
    place: str, spec: kinds.Streak | kinds.Held, world: World, customer: Customer
) -> list[bool]:
    node = parse(spec.when)
    looks_back = "previous" in names_in(node)
    values = _periods(place, spec, spec.last + looks_back, world, customer)
    tests = []
    for i in range(spec.last):
        names = _period_names(world, values[i], values[i + 1] if looks_back else None)
        tests.append(holds(node, names) is True)
    return tests


def _period_names(world: World, now: Scalar, previous: Scalar) -> Names:
    def value(name: str) -> Scalar:
        known = {"value": now, "previous": previous}
        return known[name] if name in known else parameter(world.plan, name, lambda _: None)

    def sort(name: str) -> Sort:
        return "exact" if name in ("value", "previous") else parameter_sort(world.plan, name)

    return Names(value, sort)


def streak(spec: kinds.Streak, world: World, customer: Customer) -> Scalar:
    """Periods running, back from the last closed one."""
    tests = _period_tests(spec.streak, spec, world, customer)
    return exact(tests.index(False) if False in tests else len(tests))


def held(spec: kinds.Held, world: World, customer: Customer) -> Scalar:
    """Periods in which the condition holds."""
    return exact(sum(_period_tests(spec.held, spec, world, customer)))


def volatility(spec: kinds.Volatility, world: World, customer: Customer) -> Scalar:
    """Deviation over mean of the stored integers of the period totals; needs a mean above zero."""
    totals = _periods(spec.volatility, spec, spec.last, world, customer)
    known = [one for one in totals if one is not None]
    whole = sum(known, Fraction(0))
    if len(known) < len(totals) or whole <= 0:
        return None
    scale = 1 if "." not in spec.volatility else 10_000
    stored = [float(one * scale) for one in known]
    mean = float(whole * scale) / float(len(known))
    return spread(stored, mean) / mean


def growth(spec: kinds.Growth, world: World, customer: Customer) -> Scalar:
    """(now - before) / before, when before is above zero."""
    now, before = number(customer.values[spec.growth]), number(customer.values[spec.against])
    if now is None or before is None or before <= 0:
        return None
    if spec.younger == "counts":
        return quotient(now - before, before)
    base = days_of(world.plan.document.metrics[spec.against], world, customer)
    assert isinstance(base, Window)
    start = _beginning("earlier", world, customer)
    if start is None or base.start is None or start >= base.end:
        return None
    if start <= base.start:
        return quotient(now - before, before)
    if spec.younger == "not_computable":
        return None
    whole = float(before) * float((base.end - base.start).days) / float((base.end - start).days)
    return (float(now) - whole) / whole


def deviation(spec: kinds.Deviation, world: World, customer: Customer) -> Scalar:
    """Population standard deviation of metrics, as doubles."""
    names = world.names(customer)
    found = [number(names.value(name)) for name in spec.deviation]
    parts = [float(one) for one in found if one is not None]
    if len(parts) < len(found):
        return None
    whole = parts[0]
    for part in parts[1:]:
        whole = whole + part
    return spread(parts, whole / float(len(parts)))


def formula(spec: kinds.Formula, world: World, customer: Customer) -> Scalar:
    """An expression; amounts are rounded to 10^-4."""
    value = evaluate(parse(spec.formula), world.names(customer))
    known: Number | None = number(value)
    return rounded(known) if spec.unit == "money" and known is not None else value


def place_sort(place: str) -> Sort:
    """How a column of a fact table is kept."""
    table, column = split(place)
    return column_sort(table, column) if column else "exact"


Author = Callable[[Any, World, Customer], Scalar]
AUTHORS: dict[type, Author] = {
    kinds.Sum: sum_,
    kinds.Average: average,
    kinds.Median: median,
    kinds.Minimum: minimum,
    kinds.Maximum: maximum,
    kinds.Count: count,
    kinds.Distinct: distinct,
    kinds.Active: active,
    kinds.Tenure: tenure,
    kinds.Recency: recency,
    kinds.LongestGap: longest_gap,
    kinds.Streak: streak,
    kinds.Held: held,
    kinds.Volatility: volatility,
    kinds.Growth: growth,
    kinds.Deviation: deviation,
    kinds.Formula: formula,
}
"""Kind -> how it is computed."""
