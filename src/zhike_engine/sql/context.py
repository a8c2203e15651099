"""What the authors of metrics share: scans, joins, attributes, and what every name stands for."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

from zhike_engine.facts.tables import TABLES
from zhike_engine.messages import say
from zhike_engine.plan.anchors import Anchor
from zhike_engine.plan.build import Plan
from zhike_engine.plan.parameters import ParameterValue
from zhike_engine.plan.windows import Window, add_months
from zhike_engine.policy.model import KeyedTable
from zhike_engine.sql import values as v
from zhike_engine.sql.dialect import Dialect
from zhike_engine.sql.expressions import Environment, UnknownName, UnsetName
from zhike_engine.sql.facts import Measure, Reading, Shape
from zhike_engine.sql.scans import Scan, anchor_conditions, joined_event, window_conditions
from zhike_engine.sql.values import MONEY, Storage, TypeMismatch, Value

YES, NO = ("true", "1", "yes", "是"), ("false", "0", "no", "否")
"""Words that a flag may be written in; any other word is not computable."""


class Context:
    """Collects what a plan needs while its metrics are compiled.

    `draft` lets unset parameters stand as typed unknowns, so that a policy can be checked before it is filled.
    """

    def __init__(self, plan: Plan, shape: Shape, d: Dialect, *, draft: bool = False) -> None:
        self.plan = plan
        self.shape = shape
        self.d = d
        self.draft = draft
        self.scans: list[Scan] = []
        self.joins: list[tuple[str, str]] = []
        self.attributes: dict[str, str] = {}
        self.values: dict[str, Value] = {}
        self.beginnings: dict[str, str] = {}
        self._readings: dict[str, Reading] = {}
        self._joined: dict[tuple[Any, ...], str] = {}

    # facts

    def shape_has(self, table: str) -> bool:
        """Whether the facts have a table."""
        return table in self.shape.tables

    def reading(self, table: str) -> Reading:
        """The rows of a fact table that count."""
        if table not in TABLES:
            raise UnknownName(table)
        if table not in self._readings:
            currency = self.plan.document.currency
            self._readings[table] = Reading(table, self.shape, self.plan.as_of, currency, self.d)
            self._readings[table].year_starts = self.plan.document.calendar.year_starts
        return self._readings[table]

    def window(self, words: str) -> Window:
        """The days a window stands for."""
        return self.plan.windows.read(words)

    def scan(self, reading: Reading, by: str | None, anchor: Anchor | None = None) -> Scan:
        """The scan of a table by a date column, shared by all its aggregates with the same anchor."""
        day = by or reading.day
        if reading.row(day).storage != "date":
            raise TypeMismatch(say("places rows by `{day}`, which is no date", day=day))
        for one in self.scans:
            if (one.reading, one.day, one.anchor, one.alias[0]) == (reading, day, anchor, "x"):
                return one
        self.scans.append(Scan(reading, day, f"x{len(self.scans)}", anchor, self.event(anchor)))
        return self.scans[-1]

    def gap_scan(self, reading: Reading, by: str | None, anchor: Anchor | None = None) -> Scan:
        """A scan of its own for one longest gap."""
        alias = f"g{len(self.scans)}"
        self.scans.append(Scan(reading, by or reading.day, alias, anchor, self.event(anchor)))
        return self.scans[-1]

    def event(self, anchor: Anchor | None) -> str:
        """SELECT of customer and day of the event a window starts at; of nobody where the facts do not have it."""
        if anchor is None:
            return ""
        end, d = self.d.day(self.plan.windows.end), self.d
        if not anchor.column and self.shape_has("orders"):
            orders = self.reading("orders")
            tests = " and ".join([*orders.standing(), *orders.countable(), f"t.ordered_on < {end}"])
            return (
                f"select t.customer as customer, min(t.ordered_on) as day from {orders.relation()}"
                f" where {tests} group by t.customer"
            )
        if anchor.column and self.shape.has("customers", anchor.column):
            day = self._typed(anchor.column, f"c.{d.quote(anchor.column)}", "date").sql
            return f"select c.customer as customer, {day} as day from f_customers c where {day} < {end}"
        return f"select c.customer as customer, {self.null('date')} as day from f_customers c where 1 = 0"

    def event_day(self, anchor: Anchor) -> str:
        """SQL of the day of the event over the customers in scope; NULL when it is not known, or not yet there."""
        end = self.plan.windows.end
        if anchor.column:
            found = self.attribute(anchor.column, "date")
            return (
                f"(case when {found.sql} < {self.d.day(end)} then {found.sql} end)"
                if found
                else self.null("date")
            )
        key = ("event", anchor.on)
        if key not in self._joined:
            alias = f"v{len(self.joins)}"
            self.joins.append((alias, self.event(anchor)))
            self._joined[key] = f"{alias}.day"
        return self._joined[key]

    def beginning(self, day: str) -> str:
        """The column that keeps a day of layer 0 for higher layers, which cannot read the scans."""
        return self.beginnings.setdefault(day, f"b{len(self.beginnings)}")

    def attribute(self, name: str, kind: str) -> Value | None:
        """A column of the population as a typed value; None when the facts do not have it."""
        if not self.draft and not self.shape.has("customers", name):
            return None
        return self._typed(name, self.attributes.setdefault(name, f"k{len(self.attributes)}"), kind)

    def _typed(self, name: str, column: str, kind: str) -> Value:
        """The attribute called `name`, which stands in `column`, as a value of a kind."""
        stored = self.shape.attribute_kinds.get(name, _canonical_kind(name))
        d = self.d
        if stored == kind != "number":
            return Value(column, stored, stored)  # type: ignore[arg-type]
        text = column if stored == "text" else d.as_text(column)
        if stored == "flag":
            text = f"(case when {d.flag_column(column)} then 'true' when not {d.flag_column(column)} then 'false' end)"
        if kind == "text":
            return Value(text, "text", "text")
        if kind == "date":
            return Value(d.date_of(text), "date", "date")
        if kind == "flag":
            cases = " ".join(
                f"when lower({text}) in ({', '.join(d.text(word) for word in words)}) then {d.flag(answer)}"
                for words, answer in ((YES, True), (NO, False))
            )
            return Value(f"(case {cases} end)", "flag", "flag")
        number = d.money(d.decimal(column) if stored == "number" else d.decimal_of(text))
        return Value(number, "exact", {"integer": "any"}.get(kind, kind), MONEY)

    # names

    def names(self, name: str) -> Value:
        """What a name stands for in expressions about a customer."""
        if name in self.values:
            return self.values[name]
        if name in self.plan.parameters:
            return self.parameter(self.plan.parameters[name])
        if name.startswith("customers."):
            attribute = name.removeprefix("customers.")
            stored = self.shape.attribute_kinds.get(attribute, _canonical_kind(attribute))
            kind: Storage = "date" if stored == "date" else "flag" if stored == "flag" else "text"
            found = self.attribute(attribute, kind)
            return found if found is not None else Value(self.null(kind), kind, kind)
        raise UnknownName(name)

    def parameter(self, parameter: ParameterValue) -> Value:
        """A parameter as a constant, or by attribute where it has local values."""
        if parameter.value is None:
            if not self.draft:
                raise UnsetName(parameter.name)
            storage: Storage = {"text": "text", "flag": "flag"}.get(parameter.unit, "exact")  # type: ignore[assignment]
            return Value(self.null(storage), storage, parameter.unit, MONEY if storage == "exact" else 1)
        if isinstance(parameter.value, bool):
            return Value(self.d.flag(parameter.value), "flag", "flag")
        if isinstance(parameter.value, str):
            return Value(self.d.text(parameter.value), "text", "text")
        central = v.constant(parameter.value, parameter.unit)
        if not parameter.local or parameter.spec.local is None:
            return central
        key = self.names(parameter.spec.local.by)
        locals_ = [v.constant(number, parameter.unit) for number in parameter.local.values()]
        sides, kind = v.unify([central, *locals_], v.MIXES, self.d)
        cases = " ".join(
            f"when {key.sql} = {self.d.text(place)} then {side}"
            for place, side in zip(parameter.local, sides[1:], strict=True)
        )
        return Value(f"(case {cases} else {sides[0]} end)", "exact", kind.unit, kind.denominator)

    def row_names(self, reading: Reading) -> Environment:
        """What names stand for in the `where` of a table: its columns, and parameters."""

        def find(name: str) -> Value:
            if name in self.plan.parameters:
                return self.parameter(self.plan.parameters[name])
            return reading.row(name)

        return find

    def period_names(self, value: Value, previous: Value | None) -> Environment:
        """What names stand for in a condition on periods: `value`, `previous`, parameters."""

        def find(name: str) -> Value:
            if name == "value":
                return value
            if name == "previous" and previous is not None:
                return previous
            if name in self.plan.parameters:
                return self.parameter(self.plan.parameters[name])
            raise UnknownName(name)

        return find

    def null(self, storage: Storage) -> str:
        """A typed NULL."""
        return v.typed_null(storage, self.d)

    # keyed tables

    def customer_table(self, name: str) -> Value:
        """A keyed table looked up by metrics and attributes of the customer."""
        return self._table(name, self.names)

    def row_table(self, name: str, reading: Reading) -> Value:
        """A keyed table looked up by columns of a row."""
        return self._table(name, self.row_names(reading))

    def _table(self, name: str, names: Environment) -> Value:
        table = self.plan.document.tables.get(name)
        if table is None:
            raise UnknownName(name)
        keys = [names(key) for key in table.by]
        if any(len(cell.when) != len(keys) for cell in table.cells):
            raise TypeMismatch(
                say("reads table `{table}`, in which rows lack keys or have too many", table=name)
            )
        cells = [self._cell(cell.value) for cell in table.cells]
        rest = [self._cell(table.otherwise)] if table.otherwise is not None else []
        sides, kind = v.unify([*cells, *rest], v.MIXES, self.d)
        cases = " ".join(
            f"when {self._match(table, keys, cell.when)} then {side}"
            for cell, side in zip(table.cells, sides, strict=False)
        )
        last = f" else {sides[-1]}" if rest else ""
        return Value(f"(case {cases}{last} end)", kind.storage, kind.unit, kind.denominator)

    def _cell(self, raw: Any) -> Value:
        if isinstance(raw, (int, Decimal)) and not isinstance(raw, bool):
            return v.constant(raw)
        if isinstance(raw, str) and raw in self.plan.parameters:
            return self.parameter(self.plan.parameters[raw])
        return Value(self.d.text(str(raw)), "text", "text")

    def _match(self, table: KeyedTable, keys: list[Value], wanted: list[Any]) -> str:
        tests = []
        for key, want in zip(keys, wanted, strict=True):
            if want != "*":
                other = self._cell(want)
                tests.append(v.compare("=", key, other, self.d))
        return " and ".join(tests) or "1 = 1"

    # joins of records

    def last_rows(
        self, reading: Reading, count: int, window: Window, filters: tuple[str, ...], by: str | None
    ) -> Callable[[str, Measure | Value], str]:
        """Aggregates over the last rows of a window; returns a function that adds one."""
        d, day = self.d, f"t.{self.d.quote(by or reading.day)}"
        source = self._rows_of(reading, day, window, filters)
        key = ", ".join(f"t.{d.quote(column)} desc" for column in reading.spec.key)

        def add(function: str, of: Measure | Value) -> str:
            alias = f"l{len(self.joins)}"
            inner = (
                f"select t.customer as customer, {of.sql} as val, row_number() over (partition by t.customer"
                f" order by {day} desc, {key}) as n from {source}"
            )
            raw = isinstance(of, Measure) and of.raw
            sql = {
                "total": d.money_total("q.val") if raw else d.total("q.val"),
                "count": "count(q.val)",
                "minimum": "min(q.val)",
                "maximum": "max(q.val)",
            }[function]
            select = f"select q.customer as customer, {sql} as a from ({inner}) q where q.n <= {count} group by q.customer"
            self.joins.append((alias, select))
            return f"{alias}.a"

        return add

    def by_size(
        self,
        reading: Reading,
        window: Window,
        filters: tuple[str, ...],
        by: str | None,
        of: Measure,
        kept: str,
    ) -> tuple[str, str]:
        """Total and count of the values of a window whose place `q.n` of `q.c` by size is kept."""
        d, alias = self.d, f"w{len(self.joins)}"
        source = self._rows_of(reading, f"t.{d.quote(by or reading.day)}", window, filters)
        order = f"row_number() over (partition by t.customer order by {of.sql}) as n"
        inner = (
            f"select t.customer as customer, {of.sql} as val, {order}, count(*) over (partition by t.customer) as c"
            f" from {source} and {of.sql} is not null"
        )
        total = d.money_total("q.val") if of.raw else d.total("q.val")
        select = f"select q.customer as customer, {total} as a, count(*) as b from ({inner}) q where {kept}"
        self.joins.append((alias, f"{select} group by q.customer"))
        return f"{alias}.a", f"{alias}.b"

    def _rows_of(self, reading: Reading, day: str, window: Window, filters: tuple[str, ...]) -> str:
        """FROM and WHERE of the rows of a window, under the alias `t`."""
        where = [*reading.standing(), *filters, *window_conditions(day, window, None, self.d)]
        where += anchor_conditions(day, window, self.d)
        event = joined_event(self.event(window.anchor)) if window.anchor else ""
        return f"{reading.relation()}{event} where {' and '.join(where)}"

    def latest_judgement(self, name: str, valid_months: int | None, reviewed: bool) -> str:
        """The value of the latest judgement while it is in date, as text; an earlier one does not come back.

        `reviewed` asks for a reviewer who is not the judge.
        """
        where = f"t.judgement = {self.d.text(name)} and t.judged_on <= {self.d.day(self.plan.as_of)}"
        valid = ["(1 = 1)"]
        if self.shape.has("judgements", "valid_until"):
            valid.append(f"(q.valid_until is null or q.valid_until >= {self.d.day(self.plan.as_of)})")
        if valid_months is not None:
            over = add_months(self.plan.as_of, -valid_months)
            stated = "q.valid_until is not null or " if self.shape.has("judgements", "valid_until") else ""
            valid.append(f"({stated}q.judged_on > {self.d.day(over)})")
        if reviewed and self.shape.has("judgements", "reviewer"):
            valid.append("(q.reviewer is not null and q.reviewer <> q.judged_by)")
        elif reviewed:
            valid.append("(1 = 0)")
        value = self.d.as_text("t.value")
        order = f"t.judged_on desc, {self.d.ordered_text(value)} desc"
        return self._latest(
            "judgements", ("judgement", name, valid_months, reviewed), where, order, value, valid
        )

    def latest_forecast(self, name: str) -> str:
        """The value of the latest forecast made by the as-of date."""
        where = f"t.forecast = {self.d.text(name)} and t.made_on <= {self.d.day(self.plan.as_of)}"
        order = f"t.made_on desc, {self.d.ordered_text('t.model')} desc, t.horizon_months"
        return self._latest("forecasts", ("forecast", name), where, order, "t.value", [])

    def latest_override(self, rating: str, kind: str, day: date) -> str:
        """Alias of the join with the override record of a kind that is in force; it has grade, reason, approver."""
        d = self.d
        where = (
            f"t.rating = {d.text(rating)} and t.kind = {d.text(kind)} and t.from_on <= {d.day(day)}"
            f" and t.until_on >= {d.day(day)}"
        )
        return self._latest("overrides", ("override", rating, kind), where, "t.from_on desc", "t.grade", [])

    def previous(self, rating: str) -> str:
        """Alias of the join with the previous grade of a rating; it has grade and since."""
        key = ("previous", rating)
        if key not in self._joined:
            d = self.d
            since = "t.since" if self.shape.has("previous_grades", "since") else self.null("date")
            alias = f"v{len(self.joins)}"
            select = (
                f"select t.customer as customer, t.grade as grade, {since} as since from f_previous_grades t"
                f" where t.rating = {d.text(rating)}"
            )
            self.joins.append((alias, select))
            self._joined[key] = alias
        return self._joined[key]

    def _latest(
        self, table: str, key: tuple[Any, ...], where: str, order: str, value: str, valid: list[str]
    ) -> str:
        if key not in self._joined:
            alias = f"v{len(self.joins)}"
            reading = self.reading(table)
            known = " and ".join([where, *reading.standing()])
            inner = (
                f"select t.*, {value} as val, row_number() over (partition by t.customer order by {order}) as n"
                f" from f_{table} t where {known}"
            )
            rest = " and ".join(["q.n = 1", *valid])
            self.joins.append(
                (alias, f"select q.customer as customer, q.val as val from ({inner}) q where {rest}")
            )
            self._joined[key] = f"{alias}.val"
        return self._joined[key]


def _canonical_kind(name: str) -> str:
    column = next((c for c in TABLES["customers"].columns if c.name == name), None)
    return {"date": "date", "bool": "flag"}.get(column.kind, "text") if column else "text"
