"""Exchange rates: which currencies the facts hold, and one rate for every currency and day that needs one.

A rate is kept as an integer over a scale (10^8, or 10^4 for rates of 900 and more), so that the engine multiplies
64-bit integers only; see docs/algorithms/money.md.
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

import pyarrow as pa

from zhike_engine.backends.base import Backend, Facts
from zhike_engine.errors import FactsInvalid
from zhike_engine.facts.tables import TABLES
from zhike_engine.sql.facts import MONEY_COLUMNS


@dataclass(frozen=True)
class Span:
    """The days on which a table has amounts in a currency."""

    table: str
    currency: str
    first: date
    last: date


def spans(backend: Backend, facts: Facts, as_of: date) -> list[Span]:
    """Every currency of every opened money table, with its first and last day up to the as-of date."""
    found = []
    d = backend.dialect
    for table in sorted(MONEY_COLUMNS):
        day = TABLES[table].date_column
        columns = facts.columns.get(table, frozenset())
        if "currency" not in columns or day not in columns or day is None:
            continue
        kept = " and status <> 'cancelled'" if table == "orders" else ""
        until = f" where {d.quote(day)} <= {d.day(as_of)}{kept}" if table != "receivables" else ""
        rows = backend.rows(
            f"select currency, min({d.quote(day)}), max({d.quote(day)}) from f_{table}{until} group by currency"
        )
        found += [Span(table, str(c), _as_date(first), _as_date(last)) for c, first, last in rows]
    return found


def _as_date(value: object) -> date:
    return value if isinstance(value, date) else date.fromisoformat(str(value)[:10])


def prepare(backend: Backend, facts: Facts, as_of: date, currency: str) -> frozenset[str]:
    """Load `rates_daily` and return the tables that must be converted. Raises FactsInvalid when a rate is missing."""
    foreign = [span for span in spans(backend, facts, as_of) if span.currency != currency]
    if not foreign:
        return frozenset()
    if "exchange_rates" not in facts.columns:
        span = foreign[0]
        raise FactsInvalid(
            f"table `{span.table}` has amounts in {span.currency}, the policy counts in {currency}, and there is no table"
            " `exchange_rates`",
            place=facts.place,
            hint=f"add exchange_rates with the columns currency, rate_on, rate, or grade in {span.currency} with"
            f" `--currency {span.currency}`",
        )
    rates = _read(backend)
    backend.load("rates_daily", _daily(foreign, rates, facts, currency))
    tables = {span.table for span in foreign}
    if "orders" in tables and "order_lines" in facts.columns:
        tables.add("order_lines")
    return frozenset(tables)


def _read(backend: Backend) -> dict[str, list[tuple[date, Decimal]]]:
    rows = backend.rows(
        "select currency, rate_on, cast(rate as varchar) from f_exchange_rates order by currency, rate_on"
    )
    found: dict[str, list[tuple[date, Decimal]]] = {}
    for currency, day, rate in rows:
        found.setdefault(str(currency), []).append((_as_date(day), Decimal(str(rate))))
    return found


def scaled(rate: Decimal) -> tuple[int, int]:
    """A rate as an integer and its scale.

    >>> scaled(Decimal("7.1234"))
    (712340000, 100000000)
    """
    scale = 100_000_000 if rate < 900 else 10_000
    return int((rate * scale).to_integral_value()), scale


def _daily(
    foreign: list[Span], rates: dict[str, list[tuple[date, Decimal]]], facts: Facts, base: str
) -> pa.Table:
    days: list[date] = []
    columns: dict[str, list[object]] = {"currency": [], "rate": [], "rate_scale": []}
    for currency in sorted({span.currency for span in foreign}):
        mine = [span for span in foreign if span.currency == currency]
        first, last = min(s.first for s in mine), max(s.last for s in mine)
        known = rates.get(currency, [])
        dates = [day for day, _ in known]
        if not known or dates[0] > first:
            worst = next(span for span in mine if span.first == first)
            raise FactsInvalid(
                f"there is no {currency} rate into {base} for {first.isoformat()}, which table `{worst.table}` needs",
                place=facts.place,
                hint=f"add a row to exchange_rates for {currency} on or before that day",
            )
        day = first
        while day <= last:
            rate = known[bisect_right(dates, day) - 1][1]
            if rate <= 0:
                raise FactsInvalid(
                    f"the {currency} rate for {day.isoformat()} is not above zero", place=facts.place
                )
            number, scale = scaled(rate)
            days.append(day)
            columns["currency"].append(currency)
            columns["rate"].append(number)
            columns["rate_scale"].append(scale)
            day += timedelta(days=1)
    return pa.table(
        {
            "currency": pa.array(columns["currency"], pa.string()),
            "rate_day": pa.array(days, pa.date32()),
            "rate": pa.array(columns["rate"], pa.int64()),
            "rate_scale": pa.array(columns["rate_scale"], pa.int64()),
        }
    )
