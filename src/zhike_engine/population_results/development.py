"""Orders over time by present grade: figures that add up to the order records behind them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pyarrow as pa

from zhike_engine.plan.windows import Window, add_months
from zhike_engine.population_results.model import NO_GRADE, Development, Span, Year
from zhike_engine.population_results.standing import money_of, reading_of, total_of
from zhike_engine.run import Run
from zhike_engine.sql.facts import Reading
from zhike_engine.sql.scans import window_conditions

SPANS = 5
"""At most so many spans of twelve months; the earliest takes everything before, too."""
MONTHS = 36
TABLE = "order_years"


def development(run: Run) -> Development | None:
    """Orders of every customer in scope by span and by month; None when the run read no orders or there are none."""
    reading = reading_of(run, "orders")
    spans = spans_of(run, reading) if reading is not None else ()
    if reading is None or not spans:
        return None
    profit = run.compiled.shape.has("orders", "profit")
    _keep(run, reading, spans, profit)
    grades = [rating.prefix for rating in run.plan.ratings]
    rows = _by_grades(run, len(spans), grades)
    months = _months(run, reading, grades)
    years, by_month = {}, {}
    for i, rating in enumerate(run.plan.ratings):
        codes = [*(grade.code for grade in rating.grades), NO_GRADE]
        years[rating.name] = {code: _added(rows, i, code, len(spans)) for code in codes}
        by_month[rating.name] = _month_sums(months, i)
    return Development(spans, years, by_month, profit)


def spans_of(run: Run, reading: Reading) -> tuple[Span, ...]:
    """Spans of twelve months up to the as-of date that hold all orders, oldest first; none without orders."""
    end = run.plan.windows.end
    tests = [*reading.standing(), f"t.{reading.d.quote(reading.day)} < {reading.d.day(end)}"]
    [(raw,)] = run.backend.rows(
        f"select min(t.ordered_on) from {reading.relation()} where {' and '.join(tests)}"
        " and t.customer in (select r.customer from result r)"
    )
    if raw is None:
        return ()
    first = raw if isinstance(raw, date) else date.fromisoformat(str(raw)[:10])
    found = []
    for number in range(SPANS):
        start = add_months(end, -12 * (number + 1))
        last = number == SPANS - 1 and first < start
        whole = not last and first <= start + timedelta(days=31)
        found.append(Span(Window(None if last else start, add_months(end, -12 * number)), whole))
        if first >= start:
            break
    return tuple(reversed(found))


def records(run: Run, rating: str, grade: str, span: Span) -> pa.Table:
    """The order records behind a Year: customer, order, ordered_on, status, amount (integers of 10^-4), by day.

    `grade` is NO_GRADE for customers without one. Raises LookupError when the run read no orders.
    """
    reading = reading_of(run, "orders")
    if reading is None:
        raise LookupError("orders")
    p, d = run.plan.rating(rating).prefix, run.backend.dialect
    holds = f"r.{p}_grade is null" if grade == NO_GRADE else f"r.{p}_grade = {d.text(grade)}"
    amount = reading.row("amount").sql
    tests = [
        *reading.standing(),
        *window_conditions(f"t.{d.quote(reading.day)}", span.window, None, d),
        holds,
    ]
    return run.backend.arrow(
        f"select {d.as_text('t.customer')} as customer, t.{d.quote('order')} as {d.quote('order')},"
        f" t.ordered_on as ordered_on, t.status as status, {amount} as amount"
        f" from {reading.relation()} join result r on r.customer = t.customer where {' and '.join(tests)}"
        f" order by t.ordered_on, t.{d.quote('order')}"
    )


def yearly(run: Run, customers: Sequence[Any], spans: int) -> dict[str, tuple[Decimal, ...]]:
    """Amounts by span of some customers, zero without orders; to be asked after `development`. Ids are as in the result."""
    if not customers:
        return {}
    d = run.backend.dialect
    listed = ", ".join(str(one) if isinstance(one, int) else d.text(str(one)) for one in customers)
    amounts = ", ".join(f"y.amount{i}" for i in range(spans))
    rows = run.backend.rows(f"select y.customer, {amounts} from {TABLE} y where y.customer in ({listed})")
    found = {str(one): (Decimal(0),) * spans for one in customers}
    found.update({str(row[0]): tuple(money_of(raw) or Decimal(0) for raw in row[1:]) for row in rows})
    return found


def _keep(run: Run, reading: Reading, spans: Sequence[Span], profit: bool) -> None:
    """Keep one row per customer with orders: amount, profit and number of orders of every span, and the first span."""
    d, day = reading.d, f"t.{reading.d.quote(reading.day)}"
    countable = " and ".join(reading.countable())
    columns, firsts = [], []
    for i, span in enumerate(spans):
        tests = window_conditions(day, span.window, None, d)
        columns.append(f"coalesce({total_of(reading, 'amount', tests)}, 0) as amount{i}")
        gained = f"coalesce({total_of(reading, 'profit', tests)}, 0)" if profit else "0"
        columns.append(f"{gained} as profit{i}")
        columns.append(f"count(case when {' and '.join(tests)} and {countable} then 1 end) as orders{i}")
        firsts.append(f"when y.orders{i} > 0 then {i}")
    where = [*reading.standing(), f"{day} < {d.day(run.plan.windows.end)}"]
    inner = (
        f"select t.customer as customer, {', '.join(columns)} from {reading.relation()}"
        f" where {' and '.join(where)} group by t.customer"
    )
    run.backend.keep(TABLE, f"select y.*, (case {' '.join(firsts)} end) as first_span from ({inner}) y")


Row = tuple[tuple[str, ...], tuple[Year, ...]]


def _by_grades(run: Run, spans: int, prefixes: Sequence[str]) -> list[Row]:
    d = run.backend.dialect
    keys = ", ".join(f"r.{p}_grade" for p in prefixes)
    sums = []
    for i in range(spans):
        sums += [d.total(f"y.amount{i}"), d.total(f"y.profit{i}"), d.total(f"y.orders{i}")]
        sums += [
            f"count(case when y.orders{i} > 0 then 1 end)",
            f"count(case when y.first_span = {i} then 1 end)",
        ]
    found = run.backend.rows(
        f"select {keys}, {', '.join(sums)} from {TABLE} y join result r on r.customer = y.customer group by {keys}"
    )
    rows = []
    for row in found:
        codes, numbers = row[: len(prefixes)], row[len(prefixes) :]
        years = tuple(_year(numbers[5 * i : 5 * i + 5]) for i in range(spans))
        rows.append((tuple(code or NO_GRADE for code in codes), years))
    return rows


def _year(row: Sequence[Any]) -> Year:
    amount, profit, orders, customers, new = row
    nothing = Decimal(0)
    return Year(
        money_of(amount) or nothing, money_of(profit) or nothing, int(orders), int(customers), int(new)
    )


def _added(rows: Sequence[Row], rating: int, code: str, spans: int) -> tuple[Year, ...]:
    mine = [years for codes, years in rows if codes[rating] == code]
    return tuple(sum((years[i] for years in mine), Year()) for i in range(spans))


def _months(
    run: Run, reading: Reading, prefixes: Sequence[str]
) -> list[tuple[tuple[str, ...], date, Decimal]]:
    """Amounts by grades and by month; months are whole, but the last one ends with the as-of date."""
    d, end = reading.d, run.plan.windows.end
    first = add_months(run.plan.as_of.replace(day=1), 1 - MONTHS)
    day = f"t.{d.quote(reading.day)}"
    tests = [*reading.standing(), *window_conditions(day, Window(first, end), None, d)]
    inner = (
        f"select t.customer as customer, {d.month_index(day)} as month, {total_of(reading, 'amount', [])} as amount"
        f" from {reading.relation()} where {' and '.join(tests)} group by t.customer, {d.month_index(day)}"
    )
    keys = ", ".join(f"r.{p}_grade" for p in prefixes)
    rows = run.backend.rows(
        f"select {keys}, m.month, {d.total('m.amount')} from ({inner}) m join result r on r.customer = m.customer"
        f" group by {keys}, m.month"
    )
    return [
        (tuple(code or NO_GRADE for code in codes), _month(int(month)), money_of(amount) or Decimal(0))
        for *codes, month, amount in rows
    ]


def _month(index: int) -> date:
    return date(index // 12, index % 12 + 1, 1)


def _month_sums(
    months: Sequence[tuple[tuple[str, ...], date, Decimal]], rating: int
) -> Mapping[date, Mapping[str, Decimal]]:
    found: dict[date, dict[str, Decimal]] = defaultdict(lambda: defaultdict(Decimal))
    for codes, month, amount in months:
        found[month][codes[rating]] += amount
    return {month: dict(found[month]) for month in sorted(found)}
