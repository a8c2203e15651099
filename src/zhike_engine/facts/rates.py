"""Exchange rates: which currencies the facts hold, and one rate for every currency and day that needs one.

A rate is kept exactly, as an integer over the power of ten that its decimals need, so that the engine multiplies
64-bit integers only; see docs/algorithms/money.md.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal

import pyarrow as pa

from zhike_engine.backends.base import Backend, Facts
from zhike_engine.errors import FactsInvalid
from zhike_engine.sql.facts import MONEY_COLUMNS, Reading, Shape

EIGHT_DECIMALS = Decimal("0.00000001")
LARGEST = 9_000_000_000_000_000_000
"""What a rate's integer times its scale must not exceed: the largest product of a conversion fits 64 bits then."""


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
    d, shape = backend.dialect, Shape(facts.columns)
    for table in sorted(MONEY_COLUMNS):
        if table not in facts.columns or (table == "order_lines" and "orders" not in facts.columns):
            continue
        stated = facts.summaries.get(table)
        if stated is not None and stated.currencies is not None:
            found += _stated_spans(table, stated.currencies, as_of)
            continue
        reading = Reading(table, shape, as_of, "", d)
        day = f"t.{d.quote(reading.day)}"
        tests = [*reading.standing(), f"{day} is not null"]
        if table != "receivables":
            tests.append(f"{day} <= {d.day(as_of)}")
        rows = backend.rows(
            f"select t.currency, min({day}), max({day}) from {reading.relation()} where {' and '.join(tests)}"
            " group by t.currency"
        )
        found += [Span(table, str(c), _as_date(first), _as_date(last)) for c, first, last in rows]
    return found


def _stated_spans(table: str, stated: Mapping[str, tuple[date, date]], as_of: date) -> list[Span]:
    until = date.max if table == "receivables" else as_of
    return [Span(table, code, low, min(high, until)) for code, (low, high) in stated.items() if low <= until]


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
    rates = _read(backend, as_of)
    daily = _daily(foreign, rates, facts, currency)
    facts.rate_digits = max(len(str(scale)) - 1 for scale in set(daily["rate_scale"].to_pylist()))
    backend.load("rates_daily", daily)
    return frozenset(span.table for span in foreign)


def _read(backend: Backend, as_of: date) -> dict[str, list[tuple[date, Decimal]]]:
    d = backend.dialect
    rows = backend.rows(
        f"select currency, rate_on, {d.as_text('rate')} from f_exchange_rates"
        f" where rate_on <= {d.day(as_of)} order by currency, rate_on"
    )
    found: dict[str, list[tuple[date, Decimal]]] = {}
    for currency, day, rate in rows:
        exact = Decimal(str(rate)).quantize(EIGHT_DECIMALS, ROUND_HALF_UP)
        found.setdefault(str(currency), []).append((_as_date(day), exact))
    return found


def scaled(rate: Decimal) -> tuple[int, int]:
    """A rate as an integer and the power of ten it stands over.

    >>> scaled(Decimal("7.12340000"))
    (71234, 10000)
    """
    scale = 1
    while rate * scale != int(rate * scale):
        scale *= 10
    return int(rate * scale), scale


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
            if number * scale > LARGEST:
                raise FactsInvalid(
                    f"the {currency} rate for {day.isoformat()} has too many digits: {rate.normalize():f}",
                    place=facts.place,
                    hint="state large rates with fewer decimals",
                )
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
