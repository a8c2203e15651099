"""The SQL author of every metric kind: from a metric of the policy to a typed value.

Layer 0 metrics register aggregates in the scan of their table and return an expression over the joined columns;
the others are expressions over metrics of lower layers. Population metrics are in `population.py`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from zhike_engine.language.nodes import names_in
from zhike_engine.language.parse import parse
from zhike_engine.messages import say
from zhike_engine.plan.build import Plan
from zhike_engine.plan.windows import MONTHS, Window, add_months
from zhike_engine.policy import metrics as kinds
from zhike_engine.sql import stated
from zhike_engine.sql import values as v
from zhike_engine.sql.context import Context
from zhike_engine.sql.expressions import condition_sql, to_sql
from zhike_engine.sql.facts import Measure, Reading
from zhike_engine.sql.scans import Function, Scan
from zhike_engine.sql.tenure import EARLIER, start_day, tenure
from zhike_engine.sql.values import MONEY, TypeMismatch, Value


def author(spec: Any, c: Context) -> Value:
    """Typed SQL of a metric that needs no other customer."""
    words = getattr(spec, "over", None)
    anchor = c.window(words).anchor if words is not None else None
    if anchor is None:
        return _AUTHORS[type(spec)](spec, c)
    if isinstance(spec, kinds.Active | kinds.Target):
        raise TypeMismatch(
            say("needs a window of fixed days, not one that starts at an event of the customer")
        )
    value = _AUTHORS[type(spec)](spec, c)
    return replace(
        value, sql=f"(case when {c.event_day(anchor)} is not null then {value.sql} end)", constant=None
    )


def _split(place: str, c: Context) -> tuple[Reading, str]:
    table, _, column = place.partition(".")
    return c.reading(table), column


def _filters(reading: Reading, where: str | None, c: Context, *, events: bool) -> tuple[str, ...]:
    found = list(reading.countable()) if events else []
    if where is not None:
        found.append(condition_sql(parse(where), c.row_names(reading), c.d))
    return tuple(found)


def _total(measure: Measure, window: Window, filters: tuple[str, ...], scan: Scan) -> str:
    return scan.add("money_total" if measure.raw else "total", measure.sql, window, filters)


def _sum(spec: kinds.Sum, c: Context) -> Value:
    reading, column = _split(spec.sum, c)
    measure = reading.measure(column)
    window = c.window(spec.over)
    scan = c.scan(reading, spec.by, window.anchor)
    if not reading.present:
        return Value("0", "exact", measure.unit, measure.denominator)
    filters = _filters(reading, spec.where, c, events=False)
    if spec.times is not None:
        measure = _weighted(measure, c.row_table(spec.times, reading), c)
    return _known_total(measure, window, filters, scan)


def _known_total(measure: Measure, window: Window, filters: tuple[str, ...], scan: Scan) -> Value:
    """A total: 0 without rows, not computable when no row has a value."""
    total = _total(measure, window, filters, scan)
    sql = f"coalesce({total}, 0)"
    if measure.nullable:
        rows = scan.add("count", "", window, filters)
        sql = f"(case when coalesce({rows}, 0) = 0 then 0 else {total} end)"
    return Value(sql, "exact", measure.unit, measure.denominator)


def _weighted(measure: Measure, factor: Value, c: Context) -> Measure:
    amount = c.d.money(measure.sql) if measure.raw else measure.sql
    product = v.multiply(Value(amount, "exact", measure.unit, measure.denominator), factor, c.d)
    exact = v.rounded(product, MONEY, c.d)
    return Measure(exact.sql, False, MONEY, measure.unit, True)


def _average(spec: kinds.Average, c: Context) -> Value:
    reading, column = _split(spec.average, c)
    measure = reading.measure(column)
    if not reading.present:
        return Value(c.null("double"), "double", measure.unit)
    filters = _filters(reading, spec.where, c, events=True)
    if spec.trim is not None:
        if spec.last is not None:
            raise TypeMismatch(say("takes both `last` and `trim`; use one of them"))
        kept = f"q.n > {spec.trim} and q.n <= q.c - {spec.trim}"
        return _of_the_middle(spec, reading, measure, filters, kept, c)
    if spec.last is not None:
        alias = c.last_rows(reading, spec.last, c.window(spec.over), filters, spec.by)
        top, count = alias("total", measure), alias("count", measure)
    else:
        window = c.window(spec.over)
        scan = c.scan(reading, spec.by, window.anchor)
        top = _total(measure, window, filters, scan)
        count = scan.add("count", measure.sql, window, filters)
    upper = Value(top, "exact", measure.unit, measure.denominator)
    return v.divide(upper, Value(count, "exact", "any"), c.d)


def _median(spec: kinds.Median, c: Context) -> Value:
    reading, column = _split(spec.median, c)
    measure = reading.measure(column)
    if not reading.present:
        return Value(c.null("double"), "double", measure.unit)
    filters = _filters(reading, spec.where, c, events=True)
    return _of_the_middle(spec, reading, measure, filters, "q.n * 2 >= q.c and q.n * 2 <= q.c + 2", c)


def _of_the_middle(
    spec: kinds.Average | kinds.Median,
    reading: Reading,
    measure: Measure,
    filters: tuple[str, ...],
    kept: str,
    c: Context,
) -> Value:
    """Mean of the values whose place `q.n` among `q.c`, in the order of size, is kept."""
    top, count = c.by_size(reading, c.window(spec.over), filters, spec.by, measure, kept)
    return v.divide(Value(top, "exact", measure.unit, measure.denominator), Value(count, "exact", "any"), c.d)


def _extreme(spec: kinds.Minimum | kinds.Maximum, c: Context) -> Value:
    place = spec.minimum if isinstance(spec, kinds.Minimum) else spec.maximum
    function: Function = "minimum" if isinstance(spec, kinds.Minimum) else "maximum"
    reading, column = _split(place, c)
    value = reading.row(column)
    if not value.numeric and value.storage != "date":
        raise TypeMismatch(say("takes the smallest or largest of texts"))
    if not reading.present:
        return Value(c.null("exact"), value.storage, value.unit, value.denominator)
    filters = _filters(reading, spec.where, c, events=True)
    if spec.last is not None:
        sql = c.last_rows(reading, spec.last, c.window(spec.over), filters, spec.by)(function, value)
    else:
        window = c.window(spec.over)
        sql = c.scan(reading, spec.by, window.anchor).add(function, value.sql, window, filters)
    return Value(sql, value.storage, value.unit, value.denominator)


def _count(spec: kinds.Count, c: Context) -> Value:
    reading, _ = _split(spec.count, c)
    if not reading.present:
        return Value("0", "exact", "count")
    window, filters = c.window(spec.over), _filters(reading, spec.where, c, events=True)
    sql = c.scan(reading, spec.by, window.anchor).add("count", "", window, filters)
    return Value(f"coalesce({sql}, 0)", "exact", "count")


def _distinct(spec: kinds.Distinct, c: Context) -> Value:
    reading, column = _split(spec.distinct, c)
    value = reading.row(column)
    if not reading.present:
        return Value("0", "exact", "count")
    filters = _filters(reading, spec.where, c, events=True)
    window = c.window(spec.over)
    sql = c.scan(reading, spec.by, window.anchor).add("distinct", value.sql, window, filters)
    return Value(f"coalesce({sql}, 0)", "exact", "count")


def _active(spec: kinds.Active, c: Context) -> Value:
    reading, _ = _split(spec.active, c)
    window, months = c.window(spec.over), MONTHS[spec.per]
    if window.start is None or add_months(window.start, 60 * months) < window.end:
        raise TypeMismatch(say("counts active periods over more than 60 of them"))
    if not reading.present:
        return Value("0", "exact", "months" if spec.per == "month" else "count")
    filters = _filters(reading, spec.where, c, events=True)
    sql = c.scan(reading, spec.by).add("periods", "", window, filters, months)
    return Value(f"coalesce({c.d.integer(sql)}, 0)", "exact", "months" if spec.per == "month" else "count")


def _growth(spec: kinds.Growth, c: Context) -> Value:
    now, before = c.names(spec.growth), c.names(spec.against)
    ratio = v.divide(v.add(now, before, "-", c.d), before, c.d)
    if spec.younger == "counts":
        return Value(f"(case when {before.sql} > 0 then {ratio.sql} end)", "double", "share")
    base, d, start = fixed_window(spec.against, c.plan), c.d, c.beginning(start_day(EARLIER, c))
    assert base.start is not None
    cases = f"when {before.sql} > 0 and {start} <= {d.day(base.start)} then {ratio.sql}"
    if spec.younger == "annualised":
        lived, length = d.days_between(d.day(base.end), start), float((base.end - base.start).days)
        whole = f"({v.as_double(before, d)} * {d.double_literal(length)} / {d.double(lived)})"
        grown = f"(({v.as_double(now, d)} - {whole}) / {whole})"
        cases += f" when {before.sql} > 0 and {start} < {d.day(base.end)} then {grown}"
    return Value(f"(case {cases} end)", "double", "share")


def fixed_window(name: str, plan: Plan) -> Window:
    """The days of a metric that is taken from one window with a start; raises TypeMismatch."""
    over = getattr(plan.document.metrics.get(name), "over", None)
    window = plan.windows.read(over) if over is not None else None
    if window is None or window.start is None:
        raise TypeMismatch(
            say("asks who is younger than `{name}`, which is not counted over fixed days", name=name)
        )
    return window


def _recency(spec: kinds.Recency, c: Context) -> Value:
    reading, _ = _split(spec.recency, c)
    if not reading.present:
        return Value(c.null("exact"), "exact", "days")
    filters = _filters(reading, spec.where, c, events=True)
    day = f"t.{c.d.quote(spec.by or reading.day)}"
    last = c.scan(reading, spec.by).add("maximum", day, Window(None, c.plan.windows.end), filters)
    return Value(c.d.days_between(c.d.day(c.plan.as_of), last), "exact", "days")


def _longest_gap(spec: kinds.LongestGap, c: Context) -> Value:
    reading, _ = _split(spec.longest_gap, c)
    if not reading.present:
        return Value(c.null("exact"), "exact", "days")
    filters = _filters(reading, spec.where, c, events=True)
    window = c.window(spec.over)
    gap = c.gap_scan(reading, spec.by, window.anchor).add("longest_gap", "", window, filters)
    if not spec.until_as_of:
        return Value(gap, "exact", "days")
    day = f"t.{c.d.quote(spec.by or reading.day)}"
    last = c.scan(reading, spec.by, window.anchor).add("maximum", day, window, filters)
    still = c.d.days_between(c.d.day(c.plan.as_of), last)
    return Value(f"(case when {gap} is null or {gap} < {still} then {still} else {gap} end)", "exact", "days")


def _period_totals(place: str, per: str, last: int, where: str | None, c: Context) -> list[Value]:
    """Totals (or counts) of the last closed periods, newest first; a table that is not there has no rows."""
    reading, column = _split(place, c)
    measure = reading.measure(column) if column else Measure("", False, 1, "count", False)
    if not reading.present:
        return [Value("0", "exact", measure.unit, measure.denominator)] * last
    filters, scan = _filters(reading, where, c, events=not column), c.scan(reading, None)
    periods = c.plan.windows.periods(MONTHS[per], last)
    if column:
        return [_known_total(measure, window, filters, scan) for window in periods]
    counts = [scan.add("count", "", window, filters) for window in periods]
    return [Value(f"coalesce({count}, 0)", "exact", "count") for count in counts]


def _period_tests(spec: kinds.Streak | kinds.Held, place: str, extra: int, c: Context) -> list[str]:
    totals = _period_totals(place, spec.per, spec.last + extra, spec.where, c)
    node = parse(spec.when)
    return [
        condition_sql(node, c.period_names(totals[i], totals[i + 1] if extra else None), c.d)
        for i in range(spec.last)
    ]


def _needs_previous(text: str) -> int:
    return 1 if "previous" in names_in(parse(text)) else 0


def _streak(spec: kinds.Streak, c: Context) -> Value:
    tests = _period_tests(spec, spec.streak, _needs_previous(spec.when), c)
    cases = " ".join(f"when not coalesce({test}, (1 = 0)) then {i}" for i, test in enumerate(tests))
    return Value(f"(case {cases} else {len(tests)} end)", "exact", "count")


def _held(spec: kinds.Held, c: Context) -> Value:
    tests = _period_tests(spec, spec.held, _needs_previous(spec.when), c)
    return Value(
        "(" + " + ".join(f"case when {test} then 1 else 0 end" for test in tests) + ")", "exact", "count"
    )


def _volatility(spec: kinds.Volatility, c: Context) -> Value:
    totals = _period_totals(spec.volatility, spec.per, spec.last, spec.where, c)
    whole = Value("(" + " + ".join(one.sql for one in totals) + ")", "exact", "any")
    mean = f"({c.d.double(whole.sql)} / {c.d.double_literal(float(len(totals)))})"
    variance = _variance([c.d.double(one.sql) for one in totals], mean, c)
    zero = c.d.double_literal(0.0)
    return Value(
        f"(case when {whole.sql} > 0 then sqrt({variance}) / nullif({mean}, {zero}) end)", "double", "share"
    )


def _variance(parts: list[str], mean: str, c: Context) -> str:
    squares = " + ".join(f"({part} - {mean}) * ({part} - {mean})" for part in parts)
    return f"({squares}) / {c.d.double_literal(float(len(parts)))}"


def _deviation(spec: kinds.Deviation, c: Context) -> Value:
    values = [c.names(name) for name in spec.deviation]
    _, kind = v.unify(values, v.COMPARES, c.d)
    parts = [v.as_double(value, c.d) for value in values]
    mean = f"(({' + '.join(parts)}) / {c.d.double_literal(float(len(parts)))})"
    return Value(f"sqrt({_variance(parts, mean, c)})", "double", kind.unit)


def _formula(spec: kinds.Formula, c: Context) -> Value:
    value = to_sql(parse(spec.formula), c.names, c.d)
    if spec.unit == "flag" or value.storage in ("text", "flag", "date"):
        if spec.unit != value.unit:
            raise TypeMismatch(
                say("gives {unit}, not {wanted}", unit=v.UNITS[value.unit], wanted=v.UNITS[spec.unit])
            )
        return value
    if spec.unit != "number":
        v.joined_unit(Value("", "exact", spec.unit), value, v.DECLARES)
    if spec.unit == "money":
        exact = v.rounded(value, MONEY, c.d)
        return Value(exact.sql, "exact", "money", MONEY)
    return Value(value.sql, value.storage, spec.unit, value.denominator)


_AUTHORS: dict[type, Callable[[Any, Context], Value]] = {
    kinds.Sum: _sum,
    kinds.Average: _average,
    kinds.Median: _median,
    kinds.Minimum: _extreme,
    kinds.Maximum: _extreme,
    kinds.Count: _count,
    kinds.Distinct: _distinct,
    kinds.Active: _active,
    kinds.Growth: _growth,
    kinds.Tenure: tenure,
    kinds.Recency: _recency,
    kinds.LongestGap: _longest_gap,
    kinds.Streak: _streak,
    kinds.Held: _held,
    kinds.Volatility: _volatility,
    kinds.Deviation: _deviation,
    kinds.Column: stated.column,
    kinds.Lookup: stated.lookup,
    kinds.Target: stated.target,
    kinds.Judgement: stated.judgement,
    kinds.Forecast: stated.forecast,
    kinds.Formula: _formula,
}
