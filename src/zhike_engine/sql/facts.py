"""Fact tables as the compiler reads them: which rows count, and typed expressions for their columns."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from zhike_engine.facts.tables import TABLES, Column
from zhike_engine.sql.dialect import Dialect
from zhike_engine.sql.expressions import UnknownName
from zhike_engine.sql.values import MONEY, Storage, Value, typed_null

MONEY_COLUMNS: dict[str, tuple[str, ...]] = {
    "orders": ("amount", "profit"),
    "order_lines": ("price", "amount", "profit"),
    "receivables": ("amount",),
    "payments": ("amount",),
}
"""Columns of each table that stand in the row's own currency."""
VIRTUAL: dict[str, dict[str, str]] = {
    "orders": {},
    "receivables": {
        "paid": "flag",
        "on_time": "flag",
        "overdue": "flag",
        "days_late": "days",
        "outstanding": "money",
    },
    "complaints": {"open": "flag"},
}
"""Columns that follow from others on the as-of date -> unit."""


@dataclass(frozen=True)
class Shape:
    """What the facts at hand look like.

    `tables` maps a table to its columns; `foreign` names tables with amounts in other currencies than the policy's;
    `attribute_kinds` gives the stored kind of each column of customers (text, number, flag, date); `rate_digits` is
    the number of decimals that the exchange rates need, and `rates_fit` that every amount times its rate is known to
    stay within 18 digits.
    """

    tables: Mapping[str, frozenset[str]]
    foreign: frozenset[str] = frozenset()
    attribute_kinds: Mapping[str, str] = field(default_factory=dict)
    rate_digits: int = 8
    rates_fit: bool = False

    def has(self, table: str, column: str) -> bool:
        """Whether a table has a column."""
        return column in self.tables.get(table, frozenset())


def full_shape() -> Shape:
    """Every canonical table with every column: what a policy is checked against without facts."""
    tables = {name: frozenset(table.names) for name, table in TABLES.items()}
    return Shape(tables, frozenset(MONEY_COLUMNS), {})


@dataclass(frozen=True)
class Measure:
    """A column that is added up: SQL, whether it is still a money column, denominator of its integers, unit."""

    sql: str
    raw: bool
    denominator: int
    unit: str
    nullable: bool


class Reading:
    """One fact table with the rows that count on the as-of date, under the alias `t`."""

    year_starts = 1
    """Month in which the business year starts."""

    def __init__(self, table: str, shape: Shape, as_of: date, currency: str, d: Dialect) -> None:
        self.table = table
        self.spec = TABLES[table]
        self.shape = shape
        self.as_of = as_of
        self.currency = currency
        self.d = d
        self.present = table in shape.tables
        self.converted = table in shape.foreign

    @property
    def day(self) -> str:
        """The column that places a row in time."""
        if self.table == "order_lines":
            return "ordered_on"
        return self.spec.date_column or ""

    def rate_day(self, alias: str) -> str:
        """SQL of the day whose exchange rate counts for a row."""
        day, own = f"{alias}.{self.d.quote(self.day)}", self.spec.rated_on
        return f"coalesce({alias}.{self.d.quote(own)}, {day})" if own and self._there(own) else day

    def relation(self, reads: str = "_base") -> str:
        """SQL for FROM, ending with the alias `t`; amounts are converted where the SQL that `reads` it names one."""
        base = f"f_{self.table}"
        if self.table == "order_lines":
            base = self._lines()
        if not self.converted or "_base" not in reads:
            return f"{base} t"
        money = [c for c in MONEY_COLUMNS[self.table] if self.shape.has(self.table, c)]
        q, d = self.d.quote, self.d
        rates = d.daily_rates(self.shape.rate_digits)
        join = f"left join {rates} r on r.currency = a.{q('currency')} and r.rate_day = {self.rate_day('a')}"
        if d.exact_decimals:
            shown = ", ".join(f"{self._exchanged(c)} as {c}_base" for c in money)
            return f"(select a.*, {shown} from {base} a {join}) t"
        kept = ", ".join(f"{d.money('b.' + q(c))} as {c}_i" for c in money)
        inner = f"select b.*, {kept} from {base} b"
        converted = ", ".join(f"{self._convert(f'a.{c}_i')} as {c}_base" for c in money)
        return f"(select a.*, {converted} from ({inner}) a {join}) t"

    def _exchanged(self, column: str) -> str:
        """Amount times rate as a money column; amounts in the policy's own currency stay as they are."""
        d, amount = self.d, f"a.{self.d.quote(column)}"
        same = f"a.{d.quote('currency')} = {d.text(self.currency)}"
        careful = None if self.shape.rates_fit else self._times_rate(d.money(amount))
        return f"(case when {same} then {amount} else {d.exchanged(amount, careful)} end)"

    def _convert(self, amount: str) -> str:
        """Amount times rate in 64-bit integers; amounts in the policy's own currency stay as they are."""
        same = f"a.{self.d.quote('currency')} = {self.d.text(self.currency)}"
        return f"(case when {same} then {amount} else {self._times_rate(amount)} end)"

    def _times_rate(self, amount: str) -> str:
        """An integer times its rate, half up: whole parts and rest are multiplied apart."""
        d = self.d

        def up(x: str) -> str:
            whole = d.divide_whole(x, "r.rate_scale")
            rest = f"(({x}) - {whole} * r.rate_scale) * r.rate + {d.divide_whole('r.rate_scale', '2')}"
            return f"({whole} * r.rate + {d.divide_whole(rest, 'r.rate_scale')})"

        return f"(case when {amount} < 0 then -{up(f'-{amount}')} else {up(amount)} end)"

    def _lines(self) -> str:
        """Lines with what an empty cell takes from the order, and the order's status."""
        q, shared = self.d.quote, ("customer", "ordered_on", "currency")
        own = self.shape.tables.get("order_lines", frozenset())
        columns = [f"l.{q(c)}" for c in sorted(own) if c not in shared]
        columns += [f"coalesce(l.{q(c)}, o.{q(c)}) as {q(c)}" if c in own else f"o.{q(c)}" for c in shared]
        join = f"from f_order_lines l join f_orders o on o.{q('order')} = l.{q('order')}"
        return f"(select {', '.join(columns)}, o.{q('status')} {join})"

    def standing(self) -> list[str]:
        """Conditions that every row meets that counts at all."""
        found = []
        if self.table in ("orders", "order_lines"):
            found.append(f"t.status <> {self.d.text('cancelled')}")
        if self.shape.has(self.table, "known_on"):
            found.append(f"(t.known_on is null or t.known_on <= {self.d.day(self.as_of)})")
        return found

    def countable(self) -> list[str]:
        """Conditions of a row that counts as an event; a return is no order."""
        if self.table in ("orders", "order_lines"):
            return [f"t.status = {self.d.text('completed')}"]
        return []

    def row(self, name: str) -> Value:
        """A column of a row as a typed value; raises UnknownName."""
        d = self.d
        if name in VIRTUAL.get(self.table, {}):
            return self._virtual(name)
        column = next((c for c in self.spec.columns if c.name == name), None)
        if column is None:
            raise UnknownName(name)
        if self.absent(name):
            return _empty(column, d)
        sql = f"t.{d.quote(name)}"
        if column.kind in ("money", "decimal"):
            if self._foreign(name):
                base = f"t.{name}_base"
                return Value(d.money(base) if d.exact_decimals else base, "exact", "money", MONEY)
            return Value(d.money(sql), "exact", "money" if column.kind == "money" else "number", MONEY)
        if column.kind == "integer":
            return Value(sql, "exact", "any")
        if column.kind == "date":
            return Value(sql, "date", "date")
        if column.kind == "bool":
            return Value(sql, "flag", "flag")
        return Value(d.as_text(sql) if column.kind == "id" else sql, "text", "text")

    def _foreign(self, name: str) -> bool:
        """Whether a column holds amounts that are converted."""
        return self.converted and name in MONEY_COLUMNS.get(self.table, ())

    def absent(self, name: str) -> bool:
        """Whether the facts have the table, but not this optional column: every row counts as empty there."""
        return self.present and not self._there(name)

    def _there(self, name: str) -> bool:
        if self.table == "order_lines" and name in ("customer", "ordered_on", "currency"):
            return True
        return self.shape.has(self.table, name)

    def _virtual(self, name: str) -> Value:
        d, today = self.d, self.d.day(self.as_of)
        if self.table == "complaints":
            if not self.shape.has("complaints", "closed_on"):
                return Value("(1 = 1)", "flag", "flag")
            return Value(f"(t.closed_on is null or t.closed_on > {today})", "flag", "flag")
        paid = f"(t.paid_on is not null and t.paid_on <= {today})"
        if not self.shape.has("receivables", "paid_on"):
            paid = "(1 = 0)"
        paid_on = "t.paid_on" if self.shape.has("receivables", "paid_on") else today
        late = d.days_between(f"(case when {paid} then {paid_on} else {today} end)", "t.due_on")
        match name:
            case "paid":
                return Value(paid, "flag", "flag")
            case "on_time":
                return Value(f"({paid} and {paid_on} <= t.due_on)", "flag", "flag")
            case "overdue":
                return Value(f"(not {paid} and t.due_on < {today})", "flag", "flag")
            case "days_late":
                return Value(f"(case when {late} > 0 then {late} else 0 end)", "exact", "days")
        amount = self.row("amount")
        return Value(f"(case when {paid} then 0 else {amount.sql} end)", "exact", "money", MONEY)

    def measure(self, name: str) -> Measure:
        """A column to be added up; raises UnknownName."""
        value = self.row(name)
        column = next((c for c in self.spec.columns if c.name == name), None)
        foreign = self._foreign(name)
        decimal = column is not None and column.kind in ("money", "decimal")
        raw = decimal and (not foreign or self.d.exact_decimals) and not self.absent(name)
        nullable = column is not None and not column.required
        stored = f"t.{name}_base" if foreign else f"t.{self.d.quote(name)}"
        sql = stored if raw else value.sql
        return Measure(sql, raw, value.denominator, value.unit, nullable)


def _empty(column: Column, d: Dialect) -> Value:
    """A column that no row has a value in."""
    storage: Storage = {"date": "date", "bool": "flag"}.get(column.kind, "text")  # type: ignore[assignment]
    if column.kind in ("money", "decimal", "integer"):
        unit = {"money": "money", "decimal": "number"}.get(column.kind, "any")
        return Value(typed_null("exact", d), "exact", unit, 1 if column.kind == "integer" else MONEY)
    return Value(typed_null(storage, d), storage, storage)
