"""Small generated histories: ties, boundaries, leap days, month ends, returns, gaps, several currencies, nobody."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from hypothesis import strategies as st

from zhike_engine.facts.tables import TABLES
from zhike_engine.plan.windows import add_months

Row = dict[str, Any]
AS_OF_DAYS = tuple(
    date.fromisoformat(day)
    for day in (
        "2024-02-29",
        "2025-02-28",
        "2024-03-01",
        "2024-12-31",
        "2025-03-31",
        "2025-06-30",
        "2025-07-16",
    )
)
IDS = ("C1", "C2", "c1", "客1", "A-1", "10", "9", "Z")
"""Ids whose order differs between bytes, letters and numbers."""
TYPES = {
    "money": pa.decimal128(18, 4),
    "decimal": pa.decimal128(18, 8),
    "date": pa.date32(),
    "integer": pa.int64(),
    "bool": pa.bool_(),
}
ATTRIBUTES = ("size", "listed", "founded")
"""Columns of customers that no table description knows: text as people typed it."""


@dataclass(frozen=True)
class World:
    """Canonical rows and the day they are looked at from."""

    as_of: date
    tables: dict[str, list[Row]]


def days(as_of: date) -> st.SearchStrategy[date]:
    """Days around every border that a window can have."""
    end = as_of + timedelta(days=1)
    borders = [add_months(end, -months) for months in (0, 1, 3, 6, 12, 13, 24, 36)]
    near = [border + timedelta(days=shift) for border in borders for shift in (-1, 0, 1)]
    fixed = [date(2024, 2, 29), date(2023, 2, 28), date(2024, 1, 31), date(2023, 12, 31), date(2024, 1, 1)]
    return st.sampled_from([*near, *fixed]) | st.integers(-1200, 20).map(lambda n: as_of + timedelta(days=n))


def optional(values: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """The values, or an empty cell."""
    return st.none() | values


AMOUNTS = st.sampled_from(
    [
        Decimal(text)
        for text in (
            "0.0000",
            "0.0001",
            "33.3333",
            "99.9999",
            "100.0000",
            "100.0001",
            "250.5000",
            "1000.0000",
        )
    ]
) | st.integers(0, 30_000_000).map(lambda n: Decimal(n) / 10_000)
PROFITS = AMOUNTS | AMOUNTS.map(lambda amount: -amount)
CURRENCIES = st.sampled_from(["CNY", "CNY", "CNY", "USD", "JPY"])
PRODUCTS = st.sampled_from(["scale", "cell", "spare"])


@st.composite
def worlds(draw: st.DrawFn, as_of: date | None = None) -> World:
    """A whole set of fact tables for at most eight customers; now and then a table is not there."""
    day = draw(st.sampled_from(AS_OF_DAYS)) if as_of is None else as_of
    ids = draw(st.lists(st.sampled_from(IDS), max_size=len(IDS), unique=True))
    tables = {"customers": [draw(customer(one, day)) for one in ids], "exchange_rates": rates(day)}
    known = st.sampled_from([*ids, *ids, "stranger"]) if ids else st.just("stranger")
    for name, maker, size in (
        ("orders", order, 20), ("receivables", receivable, 6), ("payments", payment, 4), ("complaints", complaint, 5),
        ("activities", activity, 4), ("targets", target, 4), ("judgements", judgement, 8), ("forecasts", forecast, 5),
        ("previous_grades", previous_grade, 8), ("overrides", override, 6),
    ):  # fmt: skip
        if name == "orders" or draw(st.integers(0, 9)):
            rows = draw(st.lists(maker(known, day), max_size=size))
            tables[name] = one_per_key(name, numbered(name, rows))
    tables["order_lines"] = draw(lines(tables["orders"]))
    return World(day, tables)


def numbered(table: str, rows: list[Row]) -> list[Row]:
    """Rows with the single id that keys most tables."""
    key = TABLES[table].key
    return rows if len(key) > 1 else [{key[0]: f"{table[0]}{i}", **row} for i, row in enumerate(rows)]


def one_per_key(table: str, rows: list[Row]) -> list[Row]:
    """The first row of each key."""
    key = TABLES[table].key
    return [*{tuple(row[name] for name in key): row for row in reversed(rows)}.values()]


def rates(as_of: date) -> list[Row]:
    """Rates with up to eight decimals, some on the day after the as-of date."""
    quoted = {"USD": ("7.12345678", "6.5", "7.00000001"), "JPY": ("0.04812345", "0.05", "0.06666667")}
    first = date(2020, 1, 1)
    found = []
    for currency, values in quoted.items():
        for day, value in zip(
            (first, add_months(as_of, -12), as_of + timedelta(days=1)), values, strict=True
        ):
            found.append({"currency": currency, "rate_on": day, "rate": Decimal(value)})
    return found


@st.composite
def customer(draw: st.DrawFn, one: str, as_of: date) -> Row:
    return {
        "customer": one,
        "name": f"N {one}",
        "group": draw(optional(st.sampled_from(["G1", "G2"]))),
        "region": draw(optional(st.sampled_from(["north", "南"]))),
        "since": draw(optional(days(as_of))),
        "direct": draw(optional(st.booleans())),
        "size": draw(optional(st.sampled_from(["12", "-3.5", "0.00005", "007", "many", "1e3", "3."]))),
        "listed": draw(optional(st.sampled_from(["true", "1", "是", "FALSE", "0", "maybe"]))),
        "founded": draw(
            optional(st.sampled_from(["2001-02-03", "2000-02-29", "2001-02-29", "1999", "1.2.1999"]))
        ),
    }


@st.composite
def order(draw: st.DrawFn, who: st.SearchStrategy[str], as_of: date) -> Row:
    status = draw(st.sampled_from(["completed", "completed", "completed", "returned", "cancelled"]))
    amount = draw(AMOUNTS)
    return {
        "customer": draw(who),
        "ordered_on": draw(days(as_of)),
        "amount": -amount if status == "returned" else amount,
        "currency": draw(CURRENCIES),
        "profit": draw(optional(PROFITS)),
        "status": status,
        "product": draw(optional(PRODUCTS)),
        "known_on": draw(optional(days(as_of))),
    }


@st.composite
def lines(draw: st.DrawFn, orders: list[Row]) -> list[Row]:
    if not orders:
        return []
    picked = draw(st.lists(st.sampled_from(orders), max_size=6))
    return [
        {
            "order": row["order"],
            "line": number,
            "product": draw(PRODUCTS),
            "quantity": Decimal(draw(st.integers(-5, 50))),
            "price": draw(AMOUNTS),
            "amount": draw(AMOUNTS),
            "currency": draw(optional(CURRENCIES)),
            "profit": draw(optional(PROFITS)),
        }
        for number, row in enumerate(picked)
    ]


@st.composite
def receivable(draw: st.DrawFn, who: st.SearchStrategy[str], as_of: date) -> Row:
    due = draw(days(as_of))
    return {
        "customer": draw(who),
        "issued_on": draw(optional(st.just(due - timedelta(days=30)))),
        "due_on": due,
        "amount": draw(AMOUNTS),
        "currency": draw(CURRENCIES),
        "paid_on": draw(optional(days(as_of) | st.just(due))),
    }


@st.composite
def payment(draw: st.DrawFn, who: st.SearchStrategy[str], as_of: date) -> Row:
    return {
        "customer": draw(who),
        "paid_on": draw(days(as_of)),
        "amount": draw(PROFITS),
        "currency": draw(CURRENCIES),
    }


@st.composite
def complaint(draw: st.DrawFn, who: st.SearchStrategy[str], as_of: date) -> Row:
    return {
        "customer": draw(who),
        "opened_on": draw(days(as_of)),
        "closed_on": draw(optional(days(as_of))),
        "kind": draw(st.sampled_from(["dispute", "quality"])),
        "severity": draw(st.sampled_from(["minor", "major"])),
    }


@st.composite
def activity(draw: st.DrawFn, who: st.SearchStrategy[str], as_of: date) -> Row:
    return {
        "customer": draw(who),
        "done_on": draw(days(as_of)),
        "kind": draw(st.sampled_from(["visit", "meeting"])),
        "hours": Decimal(draw(st.integers(0, 2000))) / 100,
        "cost": draw(optional(AMOUNTS)),
    }


@st.composite
def target(draw: st.DrawFn, who: st.SearchStrategy[str], as_of: date) -> Row:
    start = draw(days(as_of))
    end = start + timedelta(days=draw(st.sampled_from([0, 30, 90])))
    value = Decimal(draw(st.integers(0, 500)))
    return {"customer": draw(who), "target": "sales", "from_on": start, "to_on": end, "value": value}


@st.composite
def judgement(draw: st.DrawFn, who: st.SearchStrategy[str], as_of: date) -> Row:
    name, values = draw(
        st.sampled_from(
            [
                ("trust", ["3", "4.5", "0.00005", "good"]),
                ("closeness", ["core", "general"]),
                ("key", ["true", "false", "x"]),
            ]
        )
    )
    return {
        "customer": draw(who),
        "judgement": name,
        "value": draw(st.sampled_from(values)),
        "judged_by": "P-7",
        "judged_on": draw(days(as_of)),
        "ground": "seen",
        "valid_until": draw(optional(days(as_of))),
    }


@st.composite
def forecast(draw: st.DrawFn, who: st.SearchStrategy[str], as_of: date) -> Row:
    return {
        "customer": draw(who),
        "forecast": draw(st.sampled_from(["potential", "churn"])),
        "value": draw(
            st.sampled_from([Decimal("0.12345678"), Decimal("0.5"), Decimal(100), Decimal("-0.00005")])
        ),
        "horizon_months": draw(st.sampled_from([6, 12])),
        "made_on": draw(days(as_of)),
        "model": draw(st.sampled_from(["bgnbd-1", "decay-1"])),
    }


RATINGS = ("value", "worst", "steady", "bands")


@st.composite
def previous_grade(draw: st.DrawFn, who: st.SearchStrategy[str], as_of: date) -> Row:
    return {
        "customer": draw(who),
        "rating": draw(st.sampled_from(RATINGS)),
        "grade": draw(st.sampled_from(["A", "B", "C", "D", "X"])),
        "since": draw(optional(days(as_of))),
    }


@st.composite
def override(draw: st.DrawFn, who: st.SearchStrategy[str], as_of: date) -> Row:
    start = draw(days(as_of))
    return {
        "customer": draw(who),
        "rating": draw(st.sampled_from(RATINGS)),
        "kind": draw(st.sampled_from(["override", "floor", "ceiling", "designation", "protection"])),
        "grade": draw(st.sampled_from(["A", "B", "C", "D", "X"])),
        "reason": "decided",
        "approver": "director",
        "from_on": start,
        "until_on": max(start, draw(days(as_of))),
    }


def arrow(table: str, rows: list[Row]) -> pa.Table:
    """Rows as an Arrow table with every canonical column, and the free attributes of customers."""
    columns = {column.name: TYPES.get(column.kind, pa.string()) for column in TABLES[table].columns}
    if table == "customers":
        columns |= dict.fromkeys(ATTRIBUTES, pa.string())
    return pa.table({name: pa.array([row.get(name) for row in rows], kind) for name, kind in columns.items()})


def write(world: World, folder: Path) -> Path:
    """The world as a folder of Parquet files."""
    for table, rows in world.tables.items():
        pq.write_table(arrow(table, rows), folder / f"{table}.parquet")
    return folder
