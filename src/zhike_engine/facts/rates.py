"""Exchange rates: which currencies the facts hold, and one rate for every currency and day that needs one.

A rate is kept exactly, as an integer over the power of ten that its decimals need, so that the engine multiplies
64-bit integers only; see docs/algorithms/money.md.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from zhike_engine.backends.base import Backend, Facts
from zhike_engine.errors import FactsInvalid
from zhike_engine.facts.summary import Stretch
from zhike_engine.messages import say
from zhike_engine.sql.facts import MONEY_COLUMNS, Reading, Shape
from zhike_engine.sql.values import MONEY

EPOCH = date(1970, 1, 1).toordinal()
LARGEST = 9_000_000_000_000_000_000
"""What a rate in 10^-8, and its integer times its scale, must not exceed: a conversion's products fit 64 bits then."""
SMALL = LARGEST // 10**8
"""What a rate in 10^-8 need not exceed to be usable, whatever its decimals."""


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
    for span in foreign:
        if not re.fullmatch("[A-Z]{3}", span.currency):
            raise FactsInvalid(
                say("`{code}` in table `{table}` is no currency code", code=span.currency, table=span.table),
                place=facts.place,
                hint=say("write ISO codes of three capital letters, such as CNY"),
            )
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
    facts.rate_digits = len(str(daily["rate_scale"].to_numpy().max())) - 1
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
    """The rates of one currency: the days they start on, as ordinals, and each rate in 10^-8."""

    days: list[int] = field(default_factory=list)
    stored: list[int] = field(default_factory=list)


def _read(backend: Backend, as_of: date) -> dict[str, _Known]:
    d = backend.dialect
    rows = backend.rows(
        f"select currency, rate_on, {d.as_text('rate')} from f_exchange_rates"
        f" where rate_on <= {d.day(as_of)} order by currency, rate_on"
    )
    found: dict[str, _Known] = {}
    for currency, day, rate in rows:
        known = found.setdefault(str(currency), _Known())
        known.days.append(_as_date(day).toordinal())
        known.stored.append(_stored(str(rate)))
    return found


def _stored(rate: str) -> int:
    """A rate in 10^-8, rounded half up.

    >>> _stored("7.1234"), _stored("0.123456785"), _stored("9e-1")
    (712340000, 12345679, 90000000)
    """
    whole, _, part = rate.partition(".")
    if len(part) <= 8 and whole.isdigit() and part.isdigit():
        return int(whole + part.ljust(8, "0"))
    return int(Decimal(rate).scaleb(8).to_integral_value(ROUND_HALF_UP))


Numbers = npt.NDArray[np.int64]


def scaled(stored: Numbers) -> tuple[Numbers, Numbers]:
    """Rates, given in 10^-8, as integers and the smallest powers of ten they can stand over.

    >>> [one.tolist() for one in scaled(np.array([712340000, 300000000]))]
    [[71234, 3], [10000, 1]]
    """
    scales = np.full_like(stored, 100_000_000)
    for _ in range(8):
        shorter = stored % 10 == 0
        stored, scales = np.where(shorter, stored // 10, stored), np.where(shorter, scales // 10, scales)
    return stored, scales


def _daily(foreign: list[Span], rates: dict[str, _Known], facts: Facts, base: str) -> pa.Table:
    pieces = []
    for currency in sorted({span.currency for span in foreign}):
        mine = [span for span in foreign if span.currency == currency]
        first, last = min(s.first for s in mine), max(s.last for s in mine)
        known = rates.get(currency, _Known())
        if not known.days or known.days[0] > first.toordinal():
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
        starts = np.array(known.days)
        days = np.arange(first.toordinal(), last.toordinal() + 1)
        place = np.searchsorted(starts, days, side="right") - 1
        low, high = int(place[0]), int(place[-1]) + 1
        _refuse_unusable(known, range(low, high), first, currency, facts)
        numbers, scales = (one[place - low] for one in scaled(np.array(known.stored[low:high])))
        pieces.append(
            pa.table(
                {
                    "currency": pa.repeat(currency, len(days)),
                    "rate_day": _column((days - EPOCH).astype(np.int32), pa.date32()),
                    "rate": _column(numbers, pa.int64()),
                    "rate_scale": _column(scales, pa.int64()),
                }
            )
        )
    return pa.concat_tables(pieces)


def _column(numbers: npt.NDArray[Any], kind: pa.DataType) -> pa.Array:
    """Numbers as an Arrow array; `pa.array` would first load NumPy's masked arrays, which takes longer than all the rest."""
    return pa.Array.from_buffers(kind, len(numbers), [None, pa.py_buffer(numbers)])


def _refuse_unusable(known: _Known, used: range, first: date, currency: str, facts: Facts) -> None:
    """Refuse a rate that is not above zero, or has too many digits; `first` is the first day that needs one."""
    if min(known.stored[used.start : used.stop]) > 0 and max(known.stored[used.start : used.stop]) <= SMALL:
        return
    for index in used:
        stored, day = known.stored[index], max(date.fromordinal(known.days[index]), first).isoformat()
        if stored <= 0:
            raise FactsInvalid(
                say("the {currency} rate for {day} is not above zero", currency=currency, day=day),
                place=facts.place,
            )
        rate = (Decimal(stored) / 10**8).normalize()
        decimals = max(-int(rate.as_tuple().exponent), 0)
        if stored > LARGEST or int(rate.scaleb(decimals)) * 10**decimals > LARGEST:
            raise FactsInvalid(
                say(
                    "the {currency} rate for {day} has too many digits: {rate:f}",
                    currency=currency,
                    day=day,
                    rate=rate,
                ),
                place=facts.place,
                hint=say("state large rates with fewer decimals"),
            )
