"""Facts for the benchmarks: a sealed folder of canonical Parquet files, drawn from a seed, the same every time.

    python benchmarks/generate.py FOLDER CUSTOMERS ORDERS

A trading company over five years: few customers order often, seasons, growth, decline, customers that stay away,
six currencies with a rate for every day, cancelled and returned orders, late payers, complaints.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from zhike_engine.facts.seal import seal

AS_OF = date(2026, 10, 31)
EPOCH = date(1970, 1, 1)
FIRST = (date(2021, 11, 1) - EPOCH).days
END = (date(2026, 11, 1) - EPOCH).days
DAYS = END - FIRST
SEASON = (0.8, 0.5, 0.9, 1.0, 1.05, 1.1, 1.0, 1.05, 1.3, 1.25, 1.2, 0.85)
INDUSTRIES = ("furniture", "lighting", "textile", "toys", "hardware", "electronics", "automotive", "packaging",
              "medical", "construction", "food", "chemical")  # fmt: skip
COUNTRIES = ("US", "DE", "GB", "FR", "JP", "AE", "AU", "BR", "IN", "CA")
CURRENCIES = {"USD": (7.1, 2, 0.55), "EUR": (7.7, 2, 0.2), "GBP": (9.0, 2, 0.07), "JPY": (0.048, 0, 0.06),
              "CNY": (1.0, 2, 0.1), "KWD": (23.1, 3, 0.02)}  # fmt: skip
"""Currency -> middle rate, decimals, share of the customers."""
PIECE = 5_000_000

Integers = np.ndarray[tuple[int], np.dtype[np.int64]]
Floats = np.ndarray[tuple[int], np.dtype[np.float64]]


@dataclass
class People:
    """What the customers are like; one entry per customer."""

    start: Integers
    end: Integers
    currency: Integers
    orders: Floats
    size: Floats
    growth: Floats
    late: Floats
    margin: Floats


def dates(days: np.ndarray, missing: np.ndarray | None = None) -> pa.Array:
    """Days since 1970 as dates."""
    return pa.array(days.astype(np.int32), pa.int32(), mask=missing).cast(pa.date32())


def decimals(stored: Integers, digits: int = 4, missing: np.ndarray | None = None) -> pa.Array:
    """Integers of 10^-digits as DECIMAL(18, digits)."""
    wide = np.empty((len(stored), 2), np.int64)
    wide[:, 0], wide[:, 1] = stored, stored >> 63
    valid = None if missing is None else pa.array(~missing).buffers()[1]
    kind = pa.decimal128(18, digits)
    return pa.Array.from_buffers(kind, len(stored), [valid, pa.py_buffer(wide.tobytes())])


def words(choices: Sequence[str], codes: np.ndarray) -> pa.Array:
    """Texts by their place in a list of choices."""
    return pa.DictionaryArray.from_arrays(pa.array(codes, pa.int32()), pa.array(choices)).cast(pa.string())


def write(path: Path, rows: int, piece: Callable[[slice], pa.Table]) -> None:
    """Write a table piece by piece, so that no more than a piece is held as Arrow."""
    writer = None
    for first in range(0, max(rows, 1), PIECE):
        table = piece(slice(first, min(rows, first + PIECE)))
        writer = writer or pq.ParquetWriter(
            path, table.schema, compression="zstd", store_decimal_as_integer=True
        )
        writer.write_table(table, row_group_size=500_000)
    assert writer is not None
    writer.close()


def people(folder: Path, count: int, draw: np.random.Generator) -> People:
    """Draw the customers; writes `customers` and `previous_grades`."""
    start = FIRST + (draw.random(count) ** 1.3 * DAYS * 0.97).astype(np.int64)
    end = np.minimum(END, start + 30 + draw.exponential(1300, count).astype(np.int64))
    shares = [share for _, _, share in CURRENCIES.values()]
    made = People(
        start=start,
        end=end,
        currency=draw.choice(len(CURRENCIES), count, p=shares),
        orders=draw.lognormal(0, 1.1, count) * (1 + draw.pareto(2.5, count)) * (end - start + 1),
        size=draw.normal(8.3, 1.15, count),
        growth=draw.normal(0.05, 0.25, count),
        late=draw.beta(1.2, 6, count),
        margin=np.clip(draw.normal(0.18, 0.08, count), 0.01, 0.5),
    )
    ids = np.arange(1, count + 1, dtype=np.int64)
    customers = {
        "customer": ids,
        "name": pa.array([f"客户 {number}" for number in ids]),
        "industry": words(INDUSTRIES, draw.integers(0, len(INDUSTRIES), count)),
        "country": words(COUNTRIES, draw.integers(0, len(COUNTRIES), count)),
        "strategic": pa.array(draw.random(count) < 0.002),
        "blacklisted": pa.array(draw.random(count) < 0.001),
    }
    write(folder / "customers.parquet", count, lambda s: pa.table(customers).slice(s.start, s.stop - s.start))
    graded = ids[draw.random(count) < 0.9]
    grades = words("ABCD", draw.choice(4, len(graded), p=(0.1, 0.2, 0.4, 0.3)))
    previous = pa.table({"customer": graded, "rating": ["value"] * len(graded), "grade": grades})
    write(
        folder / "previous_grades.parquet", len(graded), lambda s: previous.slice(s.start, s.stop - s.start)
    )
    return made


def exchange_rates(folder: Path, draw: np.random.Generator) -> None:
    """A walk around the middle rate for every day, with six decimals; writes `exchange_rates`."""
    days = np.arange(FIRST - 5, END + 5)
    tables = []
    for code, (middle, _, _) in CURRENCIES.items():
        if code != "CNY":
            walk = np.exp(np.cumsum(draw.normal(0, 0.003, len(days))))
            millionths = np.maximum(1, np.round(middle * walk * 1_000_000)).astype(np.int64)
            columns = {"currency": [code] * len(days), "rate_on": dates(days)}
            tables.append(pa.table({**columns, "rate": decimals(millionths * 100, 8)}))
    whole = pa.concat_tables(tables)
    write(folder / "exchange_rates.parquet", len(whole), lambda s: whole.slice(s.start, s.stop - s.start))


def order_days(who: People, customer: Integers, draw: np.random.Generator) -> Integers:
    """A day for every order, inside the customer's time, more of them in the busy season."""
    weights = np.array(SEASON)[
        (np.arange(FIRST, END).astype("datetime64[D]").astype("datetime64[M]").astype(int)) % 12
    ]
    busy = np.concatenate([[0.0], np.cumsum(weights)])
    busy /= busy[-1]
    low = busy[who.start[customer] - FIRST]
    high = busy[np.maximum(who.end, who.start + 1)[customer] - FIRST]
    drawn = low + draw.random(len(customer)) * (high - low)
    return FIRST + (np.searchsorted(busy, drawn, side="right") - 1).clip(0, DAYS - 1)


def orders(folder: Path, who: People, count: int, draw: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Orders in the sequence of their days; writes `orders`, returns customer and day of those that stand."""
    customer = np.repeat(
        np.arange(len(who.start), dtype=np.int32), draw.multinomial(count, who.orders / who.orders.sum())
    )
    day = order_days(who, customer, draw).astype(np.int32)
    sequence = np.argsort(day, kind="stable")
    day, customer = day[sequence], customer[sequence]
    del sequence
    standing = np.ones(count, bool)

    def piece(s: slice) -> pa.Table:
        mine, when = customer[s], day[s]
        status = draw.choice(3, len(mine), p=(0.97, 0.01, 0.02))
        standing[s] = status == 0
        amount, profit = amounts(who, mine, when, status == 1, draw)
        return pa.table(
            {
                "order": np.arange(s.start + 1, s.start + 1 + len(mine)),
                "customer": mine.astype(np.int64) + 1,
                "ordered_on": dates(when),
                "amount": decimals(amount),
                "currency": words(list(CURRENCIES), who.currency[mine]),
                "profit": decimals(profit, 4, draw.random(len(mine)) < 0.002),
                "status": words(("completed", "returned", "cancelled"), status),
            }
        )

    write(folder / "orders.parquet", count, piece)
    return customer[standing], day[standing]


def amounts(
    who: People, customer: np.ndarray, day: np.ndarray, returned: np.ndarray, draw: np.random.Generator
) -> tuple[Integers, Integers]:
    """Amount and profit of orders in integers of 10^-4, cut to the decimals of their currency."""
    currency = who.currency[customer]
    middle = np.array([rate for rate, _, _ in CURRENCIES.values()])[currency]
    unit = np.array([10 ** (4 - digits) for _, digits, _ in CURRENCIES.values()])[currency]
    years = (day - FIRST) / 365.25 - 2.5
    base = np.exp(who.size[customer] + who.growth[customer] * years + draw.normal(0, 0.6, len(customer)))
    amount = np.maximum(1, np.round(base / middle * 10_000 / unit)).astype(np.int64) * unit
    margin = np.clip(who.margin[customer] + draw.normal(0, 0.05, len(customer)), -0.2, 0.7)
    amount = np.where(returned, -(amount // (2 * unit)) * unit, amount)
    return amount, np.round(amount * margin / unit).astype(np.int64) * unit


def receivables(
    folder: Path, who: People, customer: np.ndarray, day: np.ndarray, draw: np.random.Generator
) -> None:
    """One receivable per order that stands; some customers pay late; writes `receivables`."""

    def piece(s: slice) -> pa.Table:
        mine, rows = customer[s], len(customer[s])
        due = day[s] + draw.choice(np.array([0, 30, 60, 90]), rows)
        late = draw.random(rows) < who.late[mine]
        delay = np.where(late, 1 + draw.exponential(25, rows), -draw.exponential(6, rows)).astype(np.int64)
        paid = due + delay
        ids = np.arange(s.start + 1, s.start + 1 + rows)
        return pa.table(
            {
                "receivable": ids,
                "customer": mine.astype(np.int64) + 1,
                "order": ids,
                "due_on": dates(due),
                "amount": decimals(draw.integers(1, 10_000_000, rows) * 100),
                "currency": words(list(CURRENCIES), who.currency[mine]),
                "paid_on": dates(paid, paid >= END),
            }
        )

    write(folder / "receivables.parquet", len(customer), piece)


def complaints(folder: Path, customer: np.ndarray, day: np.ndarray, draw: np.random.Generator) -> None:
    """A complaint about every two hundredth order; writes `complaints`."""
    count = max(10, len(customer) // 200)
    about = np.sort(draw.integers(0, len(customer), count))
    opened = np.minimum(day[about] + draw.integers(1, 60, count), END - 1)
    table = pa.table(
        {
            "complaint": np.arange(1, count + 1),
            "customer": customer[about].astype(np.int64) + 1,
            "opened_on": dates(opened),
            "closed_on": dates(opened + 20, opened + 20 >= END),
            "kind": words(("quality", "delivery", "dispute"), draw.integers(0, 3, count)),
            "severity": words(("minor", "major"), (draw.random(count) < 0.12).astype(int)),
        }
    )
    write(folder / "complaints.parquet", count, lambda s: table.slice(s.start, s.stop - s.start))


def generate(folder: Path, customers: int, count: int) -> None:
    """Write and seal a folder of facts with so many customers and orders."""
    folder.mkdir(parents=True, exist_ok=True)
    draw = np.random.default_rng(20261031 + customers)
    who = people(folder, customers, draw)
    exchange_rates(folder, draw)
    customer, day = orders(folder, who, count, draw)
    receivables(folder, who, customer, day, draw)
    complaints(folder, customer, day, draw)
    seal(folder)


if __name__ == "__main__":
    generate(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]))
