"""Exchange rates: which currencies the facts hold, and one rate for every currency and day that needs one.

A rate is kept exactly, as an integer over the power of ten that its decimals need, so that the engine multiplies
64-bit integers only; see docs/algorithms/money.md.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

import numpy as np
import pyarrow as pa

from zhike_engine.backends.base import Backend, Facts
from zhike_engine.errors import FactsInvalid
from zhike_engine.facts.summary import Stretch
from zhike_engine.messages import say
from zhike_engine.sql.facts import MONEY_COLUMNS, Reading, Shape
from zhike_engine.sql.values import MONEY

EPOCH = date(1970, 1, 1).toordinal()
LARGEST = 9_000_000_000_000_000_000
"""What a rate's integer times its scale must not exceed: the largest product of a conversion fits 64 bits then."""


@dataclass(frozen=True)
class Span:
    """The days on which a table has amounts in a currency; `largest` is the largest of them where it is known."""

    table: str
    currency: str
    first: date
    last: date
    largest: Decimal | None = None


def spans(backend: Backend, facts: Facts, as_of: date) -> list[Span]:
    """Every currency of every opened money table, with its first and last day up to the as-of date."""
    found = []
    d, shape = backend.dialect, Shape(facts.columns)
    for table in sorted(MONEY_COLUMNS):
        if table not in facts.columns or (table == "order_lines" and "orders" not in facts.columns):
            continue
        stated = facts.summaries.get(table)
        reading = Reading(table, shape, as_of, "", d)
        rated = reading.spec.rated_on in facts.columns[table]
        if stated is not None and stated.currencies is not None and rated == stated.rated:
            found += _stated_spans(table, stated.currencies, as_of)
            continue
        day = reading.rate_day("t")
        tests = [*reading.standing(), f"{day} is not null"]
        if table != "receivables":
            tests.append(f"{day} <= {d.day(as_of)}")
        rows = backend.rows(
            f"select t.currency, min({day}), max({day}) from {reading.relation()} where {' and '.join(tests)}"
            " group by t.currency"
        )
        found += [Span(table, str(c), _as_date(first), _as_date(last)) for c, first, last in rows]
    return found


def _stated_spans(table: str, stated: Mapping[str, Stretch], as_of: date) -> list[Span]:
    until = date.max if table == "receivables" else as_of
    return [
        Span(table, code, one.first, min(one.last, until), one.largest)
        for code, one in stated.items()
        if one.first <= until
    ]


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
            say(
                "table `{table}` has amounts in {currency}, the policy counts in {base}, and there is no table"
                " `exchange_rates`",
                table=span.table,
                currency=span.currency,
                base=currency,
            ),
            place=facts.place,
            hint=say(
                "add `exchange_rates` with the columns `currency`, `rate_on`, `rate`, or grade in {currency} with"
                " `--currency {currency}`",
                currency=span.currency,
            ),
        )
    rates = _read(backend, as_of)
    daily = _daily(foreign, rates, facts, currency)
    facts.rate_digits = max(len(str(scale)) - 1 for scale in set(daily["rate_scale"].to_pylist()))
    facts.rates_fit = _fit(foreign, daily, facts.rate_digits)
    backend.load("rates_daily", daily)
    return frozenset(span.table for span in foreign)


def _fit(foreign: list[Span], daily: pa.Table, digits: int) -> bool:
    """Whether every amount times its rate, both as integers, has at most 18 digits."""
    rates = daily["rate"].to_numpy().astype(object) * 10**digits // daily["rate_scale"].to_numpy()
    codes = daily["currency"].to_numpy()
    largest = {code: max(rates[codes == code]) for code in {span.currency for span in foreign}}
    return all(
        span.largest is not None and max(span.largest * MONEY, 1) * largest[span.currency] < 10**18
        for span in foreign
    )


@dataclass(frozen=True)
class _Known:
    """The rates of one currency: the days they start on, and each as an integer over a power of ten."""

    days: list[date]
    stored: list[int]

    def add(self, day: date, rate: Decimal) -> None:
        self.days.append(day)
        self.stored.append(int(rate.scaleb(8).to_integral_value(ROUND_HALF_UP)))


def _read(backend: Backend, as_of: date) -> dict[str, _Known]:
    d = backend.dialect
    rows = backend.rows(
        f"select currency, rate_on, {d.as_text('rate')} from f_exchange_rates"
        f" where rate_on <= {d.day(as_of)} order by currency, rate_on"
    )
    found: dict[str, _Known] = {}
    for currency, day, rate in rows:
        found.setdefault(str(currency), _Known([], [])).add(_as_date(day), Decimal(str(rate)))
    return found


def scaled(stored: int) -> tuple[int, int]:
    """A rate, given in 10^-8, as an integer and the smallest power of ten it can stand over.

    >>> scaled(712340000)
    (71234, 10000)
    """
    scale = 100_000_000
    while scale > 1 and stored % 10 == 0:
        stored, scale = stored // 10, scale // 10
    return stored, scale


def _daily(foreign: list[Span], rates: dict[str, _Known], facts: Facts, base: str) -> pa.Table:
    pieces = []
    for currency in sorted({span.currency for span in foreign}):
        mine = [span for span in foreign if span.currency == currency]
        first, last = min(s.first for s in mine), max(s.last for s in mine)
        known = rates.get(currency, _Known([], []))
        if not known.days or known.days[0] > first:
            worst = next(span for span in mine if span.first == first)
            raise FactsInvalid(
                say(
                    "there is no {currency} rate into {base} for {day}, which table `{table}` needs",
                    currency=currency,
                    base=base,
                    day=first.isoformat(),
                    table=worst.table,
                ),
                place=facts.place,
                hint=say(
                    "add a row to `exchange_rates` for {currency} on or before that day", currency=currency
                ),
            )
        starts = np.array([day.toordinal() for day in known.days])
        days = np.arange(first.toordinal(), last.toordinal() + 1)
        place = np.searchsorted(starts, days, side="right") - 1
        low, high = int(place[0]), int(place[-1]) + 1
        exact = [
            _usable(stored, max(day, first), currency, facts)
            for stored, day in zip(known.stored[low:high], known.days[low:high], strict=True)
        ]
        numbers, scales = (np.array(one, np.int64)[place - low] for one in zip(*exact, strict=True))
        dates = (days - EPOCH).astype("datetime64[D]")
        codes = pa.repeat(currency, len(days))
        pieces.append(pa.table({"currency": codes, "rate_day": dates, "rate": numbers, "rate_scale": scales}))
    return pa.concat_tables(pieces)


def _usable(stored: int, day: date, currency: str, facts: Facts) -> tuple[int, int]:
    """A rate as an integer over a power of ten; `day` is the first it is needed for. Raises FactsInvalid."""
    if stored <= 0:
        raise FactsInvalid(
            say("the {currency} rate for {day} is not above zero", currency=currency, day=day.isoformat()),
            place=facts.place,
        )
    number, scale = scaled(stored)
    if number * scale > LARGEST:
        raise FactsInvalid(
            say(
                "the {currency} rate for {day} has too many digits: {rate:f}",
                currency=currency,
                day=day.isoformat(),
                rate=Decimal(number) / scale,
            ),
            place=facts.place,
            hint=say("state large rates with fewer decimals"),
        )
    return number, scale
