"""What is known of a fact table as a whole, so that nobody reads its rows again to ask.

A sealed folder states the summary of every table in `facts.json` (`seal.py`); it holds as long as the file's hash does.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Protocol

from zhike_engine.facts.tables import TABLES, Table
from zhike_engine.sql.dialect import DIALECTS, Dialect

ODD_ORDERS = (
    "amount > 0 and status = 'returned'",
    "amount < 0 and status = 'completed'",
    "profit is null and status = 'completed'",
)
"""Tests of orders that are worth a look; each is counted."""


class Connection(Protocol):
    """A DuckDB connection, or a cursor of one."""

    def execute(self, query: str) -> Any:
        """Run a query."""


@dataclass(frozen=True)
class Stretch:
    """The first and the last day on which rows in a currency count, and the largest amount in it, without sign."""

    first: date
    last: date
    largest: Decimal

    def to_json(self) -> list[str]:
        """Plain data."""
        return [self.first.isoformat(), self.last.isoformat(), f"{self.largest:f}"]

    @staticmethod
    def from_json(plain: list[str]) -> Stretch:
        """Read plain data; raises TypeError or ValueError when it is something else."""
        first, last, largest = plain
        if not re.fullmatch(r"[0-9]+(\.[0-9]+)?", largest):
            raise ValueError(largest)
        return Stretch(date.fromisoformat(first), date.fromisoformat(last), Decimal(largest))


@dataclass(frozen=True)
class Summary:
    """One table: its last day, customers that are not in `customers`, odd orders, the span of each currency.

    `strangers` counts rows, `examples` names up to five of their customers. `odd` counts ODD_ORDERS. `currencies`
    maps each currency of rows that count to its span; None where that depends on the as-of date. `rated` says that the
    spans go by the table's `rated_on`.
    """

    last: date | None = None
    strangers: int = 0
    examples: tuple[str, ...] = ()
    odd: tuple[int, ...] = ()
    currencies: Mapping[str, Stretch] | None = None
    rated: bool = False

    def to_json(self) -> dict[str, Any]:
        """Plain data for `facts.json`."""
        plain = asdict(self)
        plain["last"] = self.last.isoformat() if self.last else None
        if self.currencies is not None:
            plain["currencies"] = {code: span.to_json() for code, span in sorted(self.currencies.items())}
        return plain

    @staticmethod
    def from_json(plain: Mapping[str, Any]) -> Summary:
        """Read plain data; raises KeyError, TypeError or ValueError when it is something else."""
        spans = plain["currencies"]
        return Summary(
            last=date.fromisoformat(plain["last"]) if plain["last"] else None,
            strangers=int(plain["strangers"]),
            examples=tuple(str(one) for one in plain["examples"]),
            odd=tuple(int(one) for one in plain["odd"]),
            currencies=None
            if spans is None
            else {code: Stretch.from_json(span) for code, span in spans.items()},
            rated=bool(plain.get("rated")),
        )


def summarise(connection: Connection, name: str, columns: frozenset[str]) -> Summary:
    """Summary of the opened table `f_<name>`; `f_customers` must be open too."""
    table, last = TABLES[name], None
    if table.date_column and table.date_column in columns:
        last = _one(connection, f'select max("{table.date_column}") from f_{name}')[0]
    rows, examples = strangers(connection, name) if "customer" in columns and name != "customers" else (0, ())
    odd = odd_orders(connection, columns) if name == "orders" else ()
    rated = table.rated_on in columns
    return Summary(last, rows, examples, odd, _currencies(connection, table, columns), rated)


def strangers(
    connection: Connection, name: str, d: Dialect = DIALECTS["duckdb"]
) -> tuple[int, tuple[str, ...]]:
    """Rows of a table whose customer is not in `customers`: their number, and up to five of the customers."""
    found = connection.execute(
        f"select {d.as_text('t.customer')}, count(*) from f_{name} t where t.customer is not null"
        " and t.customer not in (select c.customer from f_customers c) group by 1 order by 1"
    ).fetchall()
    return sum(int(count) for _, count in found), tuple(str(customer) for customer, _ in found[:5])


def odd_orders(connection: Connection, columns: frozenset[str]) -> tuple[int, ...]:
    """How many orders meet each of ODD_ORDERS."""
    tests = [test if "profit" in columns or "profit" not in test else "false" for test in ODD_ORDERS]
    sums = ", ".join(f"count(*) filter (where {test})" for test in tests)
    return tuple(int(count) for count in _one(connection, f"select {sums} from f_orders"))


def _currencies(connection: Connection, table: Table, columns: frozenset[str]) -> dict[str, Stretch] | None:
    name, day = table.name, table.date_column
    amounts = [column for column in table.money_columns if column in columns]
    if name == "order_lines" or "known_on" in columns or not amounts or not {"currency", day} <= columns:
        return None
    rate_day = f'coalesce("{table.rated_on}", "{day}")' if table.rated_on in columns else f'"{day}"'
    counts = "status <> 'cancelled'" if name == "orders" else "true"
    days = ", ".join(f"{end}(case when {counts} then {rate_day} end)" for end in ("min", "max"))
    largest = ", ".join(f"max(abs({amount}))" for amount in amounts)
    rows = connection.execute(
        f"select currency, {days}, {largest} from f_{name} group by currency"
    ).fetchall()
    return {
        str(code): Stretch(
            low, high, max(Decimal(0), *(Decimal(str(one)) for one in most if one is not None))
        )
        for code, low, high, *most in rows
        if low is not None
    }


def _one(connection: Connection, query: str) -> Any:
    return connection.execute(query).fetchall()[0]
