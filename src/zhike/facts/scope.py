"""Formulas as SQL over the cells of one source: which cells are read, how, and what cannot be read.

A scope gathers what the formulas of a table need from a source and prints it as three nested stages:
cleaned texts, then looked-up texts and totals, then numbers and dates, each under a short name.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from zhike.facts import formula
from zhike.facts.formats import NUMBER, clean_sql, date_sql, literal, number_sql, one_of, trim_sql
from zhike.facts.formula import Node
from zhike.facts.mapping import Numbers
from zhike.facts.pieces import CellKind
from zhike.facts.sources import Sheet
from zhike.messages import Said, say
from zhike_engine.errors import MappingInvalid

_PRODUCT = "DECIMAL(38,12)"
_VALUE = say("a value")
_CALLED: dict[type[Node], Said] = {
    formula.Arithmetic: say("a calculation"),
    formula.Text: say("a text"),
    formula.Number: say("a number"),
    formula.Day: say("a date"),
    formula.Total: say("a total"),
    formula.Logic: say("a condition"),
    formula.Not: say("a condition"),
    formula.Compare: say("a condition"),
    formula.OneOf: say("a condition"),
    formula.Empty: say("a condition"),
    formula.Like: say("a condition"),
}
"""Parts of a formula -> what people call them."""


@dataclass(frozen=True, slots=True)
class Formats:
    """How numbers and dates are written where a value comes from, and which words mean empty."""

    numbers: Numbers
    dates: tuple[str, ...]
    empty: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Reading:
    """A text that is read as a number or a date; `text` may be empty text."""

    label: str
    text: str
    value: str

    @property
    def there(self) -> str:
        """The SQL of whether there is anything to read."""
        return f"coalesce({self.text}, '') <> ''"

    @property
    def unreadable(self) -> str:
        """The SQL of whether something is there and cannot be read."""
        return f"{self.value} IS NULL AND {self.there}"


@dataclass(frozen=True, slots=True)
class LookupTable:
    """A prepared lookup: DuckDB table with the key `k` and the text `v`."""

    table: str
    kind: CellKind
    formats: Formats


class Scope:
    """The cells of one source as one table's formulas use them."""

    def __init__(self, sheet: Sheet, formats: Formats, lookups: Mapping[formula.Lookup, LookupTable]) -> None:
        self.sheet = sheet
        self.formats = formats
        self.lookups = lookups
        self.cells: dict[str, str] = {}
        self.texts: dict[str, str] = {}
        self.joins: dict[tuple[str, str], str] = {}
        self.readings: dict[str, Reading] = {}
        self.trace: list[str] = []

    # --- what a formula is in SQL ------------------------------------------------------------------

    def text(self, node: Node) -> str:
        """The SQL of a node as text."""
        match node:
            case formula.Column(name=name):
                return self.cell(name)
            case formula.Text(value=value):
                return f"{literal(value)}"
            case formula.Number(value=number):
                return literal(str(number))
            case formula.Day(value=day):
                return literal(day.isoformat())
            case formula.Lookup():
                return self.looked_up(node)
            case formula.Call(name="concat", arguments=parts):
                texts = [self.text(part) for part in parts]
                known = " AND ".join(f"{text} IS NOT NULL" for text in texts)
                return f"CASE WHEN {known} THEN concat({', '.join(texts)}) END"
            case formula.Call(name="first", arguments=parts):
                return f"coalesce({', '.join(self.text(part) for part in parts)})"
            case formula.Call(name="row"):
                return "CAST(_n AS VARCHAR)"
            case formula.Call(name=name, arguments=(part,)):
                return f"{name}({self.text(part)})"
            case _:
                return f"CAST({self.number(node)} AS VARCHAR)"

    def number(self, node: Node, formats: Formats | None = None) -> str:
        """The SQL of a node as an exact number."""
        match node:
            case formula.Number(value=number):
                return str(number)
            case formula.Arithmetic(sign=sign, left=left, right=right):
                first, second = (self.factor(part, sign, formats) for part in (left, right))
                return f"TRY({first} {sign} {second})"
            case formula.Total(column=column):
                return self.total(column)
            case formula.Call(name="row"):
                return "_n"
            case formula.Call(name="first", arguments=parts):
                return f"coalesce({', '.join(self.number(part, formats) for part in parts)})"
            case formula.Column() | formula.Lookup() | formula.Text() | formula.Call():
                return self.reading(node, "number", formats)
            case _:
                raise self.refusal(node, say("a number"))

    def factor(self, node: Node, sign: str, formats: Formats | None) -> str:
        """One side of a calculation; a product that is multiplied again keeps twelve decimals."""
        sql = self.number(node, formats)
        return f"CAST({sql} AS {_PRODUCT})" if sign == "*" and isinstance(node, formula.Arithmetic) else sql

    def day(self, node: Node, formats: Formats | None = None) -> str:
        """The SQL of a node as a date."""
        match node:
            case formula.Day(value=day):
                return f"DATE '{day.isoformat()}'"
            case formula.Call(name="first", arguments=parts):
                return f"coalesce({', '.join(self.day(part, formats) for part in parts)})"
            case formula.Column() | formula.Lookup() | formula.Text() | formula.Call():
                return self.reading(node, "date", formats)
            case _:
                raise self.refusal(node, say("a date"))

    def truth(self, node: Node) -> str:
        """The SQL of a condition: true or false, never NULL."""
        match node:
            case formula.Logic(word=word, parts=parts):
                return "(" + f" {word.upper()} ".join(self.truth(part) for part in parts) + ")"
            case formula.Not(part=part):
                return f"NOT {self.truth(part)}"
            case formula.Empty(value=value):
                return f"({self.text(value)} IS NULL)"
            case formula.Compare(sign=sign, left=left, right=right):
                first, second = self.alike([left, right])
                if sign == "!=":
                    return f"({first} IS DISTINCT FROM {second})"
                return f"coalesce({first} {sign} {second}, false)"
            case formula.OneOf(value=value, choices=choices):
                first, *rest = self.alike([value, *choices])
                return f"coalesce({one_of(first, rest)}, false)"
            case formula.Like(kind=kind, value=value, pattern=pattern):
                function = {"starts": "starts_with", "ends": "ends_with", "contains": "contains"}
                name = function.get(kind, "regexp_full_match")
                return f"coalesce({name}({self.text(value)}, {literal(pattern)}), false)"
            case _:
                raise self.refusal(node, say("a condition"))

    def alike(self, nodes: Sequence[Node]) -> list[str]:
        """The nodes as values of one type: numbers when one of them must be, else dates, else texts."""
        if any(isinstance(node, (formula.Number, formula.Arithmetic, formula.Total)) for node in nodes):
            return [self.number(node) for node in nodes]
        if any(isinstance(node, formula.Day) for node in nodes):
            return [self.day(node) for node in nodes]
        return [self.text(node) for node in nodes]

    def refusal(self, node: Node, needed: Said) -> MappingInvalid:
        return MappingInvalid(
            say(
                "{found} stands where {needed} is needed",
                found=_CALLED.get(type(node), _VALUE),
                needed=needed,
            ),
            hint=say("look at both sides of the sign"),
        )

    # --- what the formula reads --------------------------------------------------------------------

    def cell(self, name: str) -> str:
        """The short name of a column's cleaned text."""
        self.texts[name] = self.raw(name).replace("r", "t")
        return self.texts[name]

    def raw(self, name: str) -> str:
        """The short name of a column's cell as it is."""
        return self.cells.setdefault(name, f"r{len(self.cells)}")

    def cleaned(self, name: str) -> str:
        """A column's cleaned text as an expression, for where it is seldom needed."""
        raw = self.raw(name)
        return clean_sql(raw, list(self.formats.empty)) if self.sheet.cells[name].kind == "text" else raw

    def looked_up(self, node: formula.Lookup) -> str:
        """The short name of a looked-up text."""
        return self.joined(self.lookups[node].table, self.text(node.ours))

    def total(self, column: str) -> str:
        """The short name of an order's total; the key is the text of the column mapped to `order`."""
        return self.joined(f"total_{column}", self.order)

    order = "NULL"
    """The SQL text of the order's own key, for totals."""

    def joined(self, table: str, key: str) -> str:
        return self.joins.setdefault((table, key), f"x{len(self.joins)}")

    def reading(self, node: Node, kind: str, formats: Formats | None) -> str:
        """The short name of a text read as a number or date."""
        formats = formats or self.formats
        cell_kind: CellKind = "text"
        if isinstance(node, formula.Column):
            # Most cells are clean: they are read as they are, and trimmed only when that fails.
            as_is, cell_kind = self.raw(node.name), self.sheet.cells[node.name].kind
            text = trim_sql(as_is) if cell_kind == "text" else as_is
            if formats.empty:
                as_is = text = self.cleaned(node.name)
        elif isinstance(node, formula.Lookup):
            as_is = text = self.text(node)
            cell_kind, formats = self.lookups[node].kind, self.lookups[node].formats
        else:
            as_is = text = self.text(node)
        sql = read_sql(text, as_is, cell_kind, kind, formats)
        self.trace.append(sql)
        if sql not in self.readings:
            self.readings[sql] = Reading(label_of(node), text, f"{kind[0]}{len(self.readings)}")
        return self.readings[sql].value

    def traced(self, printed: Callable[[], str]) -> tuple[str, list[Reading]]:
        """What a printing method gives, with the readings it used."""
        start = len(self.trace)
        sql = printed()
        return sql, [self.readings[name] for name in dict.fromkeys(self.trace[start:])]

    # --- the stages --------------------------------------------------------------------------------

    def rows(self) -> str:
        """A SELECT with `_file`, `_id`, `_n` and the used cells of every row."""
        raw = "".join(f", {self.sheet.cells[name].sql} AS {short}" for name, short in self.cells.items())
        return f"SELECT _file, rowid AS _id, {self.sheet.row_sql} AS _n{raw} FROM {self.sheet.table}"

    def alike_rows(self) -> str:
        """The same with one row for all that are alike in file and cells; `_members` are their row numbers."""
        cells = "".join(f", {short}" for short in self.cells.values())
        return (
            "SELECT _file, min(_id) AS _id, max(_id) AS _last, arg_min(_n, _id) AS _n, list(_n) AS _members"
            f"{cells} FROM ({self.rows()}) GROUP BY _file{cells}"
        )

    def stages(self, rows: str) -> str:
        """A SELECT with the columns of `rows` and every short name."""
        sql = rows
        if self.texts:
            texts = "".join(f", {self.cleaned(name)} AS {short}" for name, short in self.texts.items())
            sql = f"SELECT *{texts} FROM ({sql})"
        if self.joins:
            found = "".join(f", j{short}.v AS {short}" for short in self.joins.values())
            joins = " ".join(
                f"LEFT JOIN {table} AS j{short} ON j{short}.k = {key}"
                for (table, key), short in self.joins.items()
            )
            sql = f"SELECT cleaned.*{found} FROM ({sql}) AS cleaned {joins}"
        if self.readings:
            read = "".join(f", {sql_} AS {reading.value}" for sql_, reading in self.readings.items())
            sql = f"SELECT *{read} FROM ({sql})"
        return sql


def read_sql(text: str, as_is: str, cell_kind: CellKind, kind: str, formats: Formats) -> str:
    """The SQL that reads a text as a number or date; typed cells need no format. `as_is` is tried first."""
    if kind == "number":
        if cell_kind == "number":
            return f"try_cast({text} AS {NUMBER})"
        return number_sql(text, formats.numbers.decimal, formats.numbers.thousands, as_is)
    if cell_kind == "date":
        return f"try_cast({text} AS DATE)"
    return date_sql(text, list(formats.dates), as_is)


def label_of(node: Node) -> str:
    """How a reading is called in a report."""
    match node:
        case formula.Column(name=name) | formula.Lookup(take=name):
            return name
        case formula.Call(name=name):
            return f"{name}(…)"
        case _:
            return ""
