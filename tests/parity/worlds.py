"""Small generated histories: ties, boundaries, leap days, month ends, returns, gaps, several currencies, nobody.

Hypothesis draws a seed and the sizes, and shrinks the sizes; the rows come from the seed, dense enough that every rule
of the parity policies has something to bite on.
"""

from __future__ import annotations

import os
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any, TypeVar

import pyarrow as pa
import pyarrow.parquet as pq
from hypothesis import strategies as st

from zhike_engine.facts.tables import TABLES
from zhike_engine.plan.windows import add_months

T = TypeVar("T")
EXAMPLES = int(os.environ.get("ZHIKE_EXAMPLES", "12"))
"""How many worlds a property is tried on; more on a long night."""
Row = dict[str, Any]
AS_OF_DAYS = tuple(
    date.fromisoformat(day)
    for day in (
        "2024-02-29", "2025-02-28", "2024-03-01", "2024-12-31", "2025-03-31", "2025-06-30", "2025-07-16", "2024-03-30",
    )
)  # fmt: skip
IDS = ("C1", "C2", "c1", "客1", "A-1", "10", "9", "Z", "z", "Ä", "B 2", "0")
"""Ids whose order differs between bytes, letters and numbers."""
AMOUNTS = [
    Decimal(a) for a in ("0", "0.0001", "33.3333", "99.9999", "100", "100.0001", "250.5", "500", "1000")
]
TYPES = {
    "money": pa.decimal128(18, 4),
    "decimal": pa.decimal128(18, 8),
    "date": pa.date32(),
    "integer": pa.int64(),
    "bool": pa.bool_(),
}
ATTRIBUTES = ("size", "listed", "founded")
"""Columns of customers that no table description knows: text as people typed it."""
OPTIONAL = ("order_lines", "receivables", "payments", "complaints", "activities", "targets", "judgements", "forecasts",
            "previous_grades", "overrides")  # fmt: skip
RATINGS = ("value", "worst", "steady", "bands")
KINDS = ("override", "floor", "ceiling", "designation", "protection")


@dataclass(frozen=True)
class World:
    """Canonical rows and the day they are looked at from."""

    as_of: date
    tables: dict[str, list[Row]]


def worlds(as_of: date | None = None) -> st.SearchStrategy[World]:
    """Sets of fact tables for at most twelve customers; now and then a table is not there."""
    return st.builds(
        make,
        seed=st.integers(0, 2**32 - 1),
        customers=st.integers(0, len(IDS)),
        orders=st.integers(0, 8),
        as_of=st.sampled_from(AS_OF_DAYS) if as_of is None else st.just(as_of),
        absent=st.sets(st.sampled_from(OPTIONAL), max_size=3),
    )


def make(seed: int, customers: int, orders: int, as_of: date, absent: set[str] = frozenset()) -> World:  # type: ignore[assignment]
    """The world of a seed: so many customers, about so many orders each."""
    maker = Maker(random.Random(seed), as_of, IDS[:customers])
    return maker.world(orders, absent)


class Maker:
    """Draws rows around the borders that windows and limits have."""

    def __init__(self, chance: random.Random, as_of: date, ids: Sequence[str]) -> None:
        self.chance = chance
        self.as_of = as_of
        self.ids = ids
        end = as_of + timedelta(days=1)
        borders = [add_months(end, -months) for months in (0, 1, 3, 6, 12, 13, 24, 36)]
        self.borders = [border + timedelta(days=shift) for border in borders for shift in (-1, 0, 1)]
        self.borders += [date(2024, 2, 29), date(2023, 2, 28), date(2024, 1, 31), date(2023, 12, 31)]

    def pick(self, values: Sequence[T]) -> T:
        return self.chance.choice(values)

    def rarely(self) -> bool:
        return self.chance.random() < 0.15

    def maybe(self, value: T, filled: float = 0.8) -> T | None:
        return value if self.chance.random() < filled else None

    def day(self, back: int = 420) -> date:
        """A day on a border, or any day of the last fourteen months or so, rarely after the as-of date."""
        if self.chance.random() < 0.5:
            return self.pick(self.borders)
        return self.as_of - timedelta(days=self.chance.randint(-3, back))

    def amount(self) -> Decimal:
        if self.chance.random() < 0.5:
            return self.pick(AMOUNTS)
        return Decimal(self.chance.randint(0, 6_000_000)) / 10_000

    def signed(self) -> Decimal:
        return self.amount() if self.chance.random() < 0.7 else -self.amount()

    def currency(self) -> str:
        return self.pick(["CNY"] * 5 + ["USD", "JPY"])

    def who(self) -> str:
        return "stranger" if self.rarely() or not self.ids else self.pick(self.ids)

    def world(self, orders: int, absent: set[str]) -> World:
        tables = {
            "customers": [self.customer(one) for one in self.ids],
            "exchange_rates": self.rates(),
            "orders": self.rows("orders", self.order, len(self.ids) * orders + 1),
        }
        made = tables["orders"]
        for row in made:  # the first customer orders on one day only
            if row["customer"] in self.ids[:1]:
                row["ordered_on"] = self.as_of - timedelta(days=40)
        tables["order_lines"] = [self.line(self.pick(made), number) for number in range(len(made))]
        for table, one, size in (
            ("receivables", self.receivable, 2), ("payments", self.payment, 1), ("complaints", self.complaint, 1),
            ("activities", self.activity, 1), ("targets", self.target, 1), ("judgements", self.judgement, 4),
            ("forecasts", self.forecast, 2), ("previous_grades", self.previous_grade, 4), ("overrides", self.override, 3),
        ):  # fmt: skip
            tables[table] = self.rows(table, one, len(self.ids) * size + 1)
        return World(self.as_of, {table: rows for table, rows in tables.items() if table not in absent})

    def rows(self, table: str, one: Callable[[], Row], count: int) -> list[Row]:
        key = TABLES[table].key
        rows = [{key[0]: f"{table[0]}{i}", **one()} if len(key) == 1 else one() for i in range(count)]
        return [*{tuple(row[name] for name in key): row for row in rows}.values()]

    def rates(self) -> list[Row]:
        """Rates with up to eight decimals, one of each published on the day after the as-of date."""
        quoted = {
            "USD": ("7.12345678", "6.5", "6.75", "7.00000001"),
            "JPY": ("0.04812345", "0.05", "0.055", "0.06666667"),
        }
        starts = (date(2019, 1, 1), add_months(self.as_of, -12), self.as_of, self.as_of + timedelta(days=1))
        return [
            {"currency": currency, "rate_on": day, "rate": Decimal(value)}
            for currency, values in quoted.items()
            for day, value in zip(starts, values, strict=True)
        ]

    def customer(self, one: str) -> Row:
        return {
            "customer": one,
            "name": f"N {one}",
            "group": self.maybe(self.pick(["G1", "G2"])),
            "region": self.maybe(self.pick(["north", "南", "nowhere"] if self.rarely() else ["north", "南"])),
            "since": self.maybe(self.day(2000)),
            "direct": self.maybe(self.pick([True, False])),
            "size": self.maybe(
                self.pick(["12", " -3.5 ", "0.00005", "007", "many", "1e3", "3.", "99999999999999"])
            ),
            "listed": self.maybe(self.pick(["true", "1", "是", "FALSE", "0", "maybe"])),
            "founded": self.maybe(
                self.pick(["2001-02-03", "2000-02-29", "2001-02-29", "1999", "1.2.1999", "2001-13-01"])
            ),
        }

    def order(self) -> Row:
        status = self.pick(["completed"] * 6 + ["returned", "cancelled"])
        amount = self.amount()
        return {
            "customer": self.who(),
            "ordered_on": self.day(),
            "amount": -amount if status == "returned" else amount,
            "currency": self.currency(),
            "profit": self.maybe(self.signed()),
            "status": status,
            "product": self.maybe(self.pick(["scale", "cell", "spare"])),
            "known_on": self.maybe(self.day(30), 0.2),
        }

    def line(self, order: Row, number: int) -> Row:
        return {
            "order": order["order"],
            "line": number,
            "customer": self.maybe(order["customer"]),
            "product": self.pick(["scale", "cell", "spare"]),
            "quantity": Decimal(self.chance.randint(-500, 5000)) / self.pick([1, 100, 100_000]),
            "price": self.amount(),
            "amount": self.signed(),
            "currency": self.maybe(self.currency()),
            "profit": self.maybe(self.signed(), 0.5),
        }

    def receivable(self) -> Row:
        due = self.day()
        return {
            "customer": self.who(),
            "issued_on": self.maybe(due - timedelta(days=30)),
            "due_on": due,
            "amount": self.amount(),
            "currency": self.currency(),
            "paid_on": self.maybe(due + timedelta(days=self.pick([-1, 0, 1, 40])), 0.6),
        }

    def payment(self) -> Row:
        return {
            "customer": self.who(), "paid_on": self.day(), "amount": self.signed(), "currency": self.currency()
        }  # fmt: skip

    def complaint(self) -> Row:
        return {
            "customer": self.who(),
            "opened_on": self.day(),
            "closed_on": self.maybe(self.day(60), 0.5),
            "kind": self.pick(["dispute", "quality"]),
            "severity": self.pick(["minor", "major"]),
        }

    def activity(self) -> Row:
        return {
            "customer": self.who(),
            "done_on": self.day(),
            "kind": self.pick(["visit", "meeting"]),
            "hours": Decimal(self.chance.randint(0, 2000)) / 100,
            "cost": self.maybe(self.amount()),
        }

    def target(self) -> Row:
        start = self.day()
        return {
            "customer": self.who(),
            "target": self.pick(["sales", "visits"]),
            "from_on": start,
            "to_on": start + timedelta(days=self.pick([0, 30, 90])),
            "value": Decimal(self.chance.randint(0, 500)),
        }

    def judgement(self) -> Row:
        name = self.pick(["trust", "closeness", "key"])
        values = {
            "trust": ["2", "3", "4.5", "0.00005", "good"],
            "closeness": ["core", "general"],
            "key": ["true", "false", "x"],
        }
        return {
            "customer": self.who(),
            "judgement": name,
            "value": self.pick(values[name]),
            "judged_by": "P-7",
            "judged_on": self.day(),
            "ground": "seen",
            "reviewer": self.maybe(self.pick(["P-7", "P-8", "P-8"])),
            "valid_until": self.maybe(self.as_of + timedelta(days=self.pick([-200, -1, 0, 1, 200])), 0.4),
        }

    def forecast(self) -> Row:
        return {
            "customer": self.who(),
            "forecast": self.pick(["potential", "churn"]),
            "value": self.pick([Decimal("0.12345678"), Decimal("0.5"), Decimal(100), Decimal("-0.00005")]),
            "horizon_months": self.pick([6, 12]),
            "made_on": self.pick([self.as_of, self.as_of + timedelta(days=1), add_months(self.as_of, -1)]),
            "model": self.pick(["bgnbd-1", "Decay-1"]),
        }

    def previous_grade(self) -> Row:
        return {
            "customer": self.who(),
            "rating": self.pick(RATINGS),
            "grade": "X" if self.rarely() else self.pick(["A", "A", "B", "C", "D"]),
            "since": self.maybe(self.day()),
        }

    def override(self) -> Row:
        start = self.day(300)
        return {
            "customer": self.who(),
            "rating": self.pick(RATINGS),
            "kind": self.pick(KINDS),
            "grade": "X" if self.rarely() else self.pick(["A", "B", "C", "D"]),
            "reason": "decided",
            "approver": "director",
            "from_on": start,
            "until_on": max(start, self.as_of + timedelta(days=self.pick([-1, 0, 1, 100]))),
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
