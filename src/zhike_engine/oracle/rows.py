"""Fact rows as they stand at the end of the as-of day: which count, in which currency, and what follows from them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

from zhike_engine.facts.tables import TABLES
from zhike_engine.oracle.expressions import Sort
from zhike_engine.oracle.numbers import MONEY, Scalar, half_up, rounded

Row = Mapping[str, Any]
Tables = Mapping[str, Sequence[Row]]
"""Table -> rows; a table that is not there counts as empty."""
CONVERTED = {
    "orders": ("amount", "profit"),
    "order_lines": ("price", "amount", "profit"),
    "receivables": ("amount",),
    "payments": ("amount",),
}
"""Columns that stand in the currency of their row."""
FOLLOWING = {
    "receivables": {"paid", "on_time", "overdue", "days_late", "outstanding"},
    "complaints": {"open"},
}
"""Columns that follow from others on the as-of date."""


class RateMissing(Exception):
    """A row that counts is in a currency that has no rate on or before its day."""


@dataclass(frozen=True)
class Facts:
    """Plain rows and the day from which they are looked at."""

    tables: Tables
    as_of: date
    currency: str

    def rows(self, table: str) -> Iterator[FactRow]:
        """Every row that counts at all: known by the as-of date, and not cancelled."""
        for row in self._joined(table):
            known = row.get("known_on")
            if (known is None or known <= self.as_of) and row.get("status") != "cancelled":
                yield FactRow(table, row, self)

    def _joined(self, table: str) -> Iterable[Row]:
        if table != "order_lines":
            return self.tables.get(table, ())
        orders = {row["order"]: row for row in self.tables.get("orders", ())}
        shared = ("customer", "ordered_on", "currency")
        found = []
        for line in self.tables.get("order_lines", ()):
            order = orders.get(line["order"])
            if order is not None:
                own = {name: line.get(name) for name in shared if line.get(name) is not None}
                found.append({**line, "status": order["status"], **{k: order[k] for k in shared}, **own})
        return found

    def rate(self, currency: str, day: date) -> Fraction:
        """Units of the policy's currency for one unit, by the latest rate on or before `day`."""
        latest = min(day, self.as_of)
        known = [
            (row["rate_on"], row["rate"])
            for row in self.tables.get("exchange_rates", ())
            if row["currency"] == currency and row["rate_on"] <= latest
        ]
        if not known:
            raise RateMissing(currency)
        return Fraction(max(known)[1])


@dataclass(frozen=True)
class FactRow:
    """One row that counts."""

    table: str
    row: Row
    facts: Facts

    @property
    def customer(self) -> Any:
        """Whose row it is."""
        return self.row["customer"]

    @property
    def event(self) -> bool:
        """Whether the row counts as one: a return is no order."""
        return self.table not in ("orders", "order_lines") or self.row["status"] == "completed"

    def day(self, by: str | None) -> date | None:
        """The day that places the row in time."""
        found = self.row.get(by or day_column(self.table))
        assert found is None or isinstance(found, date)
        return found

    def key(self) -> tuple[Any, ...]:
        """The key of the row, which settles ties."""
        return tuple(self.row[name] for name in TABLES[self.table].key)

    def value(self, column: str) -> Scalar:
        """A column as a scalar; amounts in the policy's currency, rounded half up once."""
        if column in FOLLOWING.get(self.table, ()):
            return self._following(column)
        found = self.row.get(column)
        if found is None or isinstance(found, (bool, date)):
            return found
        if isinstance(found, Decimal):
            return self._amount(column, rounded(Fraction(found)))
        kind = TABLES[self.table].column(column).kind
        return Fraction(found) if kind == "integer" else str(found)

    def _amount(self, column: str, amount: Fraction) -> Fraction:
        if column not in CONVERTED.get(self.table, ()) or self.row["currency"] == self.facts.currency:
            return amount
        day = self.row.get("issued_on") if self.table == "receivables" else None
        day = day or self.day(None)
        assert isinstance(day, date)
        rate = self.facts.rate(self.row["currency"], day)
        return Fraction(half_up(amount * rate * MONEY), MONEY)

    def _following(self, column: str) -> Scalar:
        as_of = self.facts.as_of
        if self.table == "complaints":
            closed = self.row.get("closed_on")
            return closed is None or closed > as_of
        paid_on, due = self.row.get("paid_on"), self.row["due_on"]
        paid = paid_on is not None and paid_on <= as_of
        match column:
            case "paid":
                return paid
            case "on_time":
                return paid and paid_on <= due
            case "overdue":
                return not paid and due < as_of
            case "days_late":
                return Fraction(max(0, ((paid_on if paid else as_of) - due).days))
        amount = self.value("amount")
        return Fraction(0) if paid else amount


def day_column(table: str) -> str:
    """The column that places the rows of a table in time."""
    return TABLES[table].date_column or ""


def column_sort(table: str, column: str) -> Sort:
    """How the values of a column are kept."""
    if column in FOLLOWING.get(table, ()):
        return "exact" if column in ("days_late", "outstanding") else "flag"
    kind = TABLES[table].column(column).kind
    sorts: dict[str, Sort] = {
        "money": "exact",
        "decimal": "exact",
        "integer": "exact",
        "date": "date",
        "bool": "flag",
    }
    return sorts.get(kind, "text")


def optional(table: str, column: str) -> bool:
    """Whether a column may be empty."""
    return column not in FOLLOWING.get(table, ()) and not TABLES[table].column(column).required
