"""One mapped column as SQL: its value, its typed form, and what can be wrong with it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal

from zhike.facts import formula
from zhike.facts.currencies import CURRENCIES
from zhike.facts.formats import NUMBER, bool_sql, literal, one_of, quote
from zhike.facts.formula import Node
from zhike.facts.mapping import Constant, Value
from zhike.facts.quality import Action
from zhike.facts.scope import Formats, Reading, Scope
from zhike_engine.facts.tables import Column
from zhike_engine.words import same

_CELLS = (formula.Column, formula.Lookup, formula.Total)
NUMBERS = ("money", "decimal", "integer")


@dataclass(frozen=True, slots=True)
class Problem:
    """Rows for which `when` holds are dropped, or kept and listed; `value` is what the report shows."""

    code: str
    when: str
    value: str
    action: Action
    column: str = ""


@dataclass(frozen=True, slots=True)
class Planned:
    """A column ready to be selected. `wide` is the SQL of its value; `final` types it, over the name `wide_name`."""

    column: Column
    wide: str
    final: str
    problems: tuple[Problem, ...]
    constant: bool

    @property
    def wide_name(self) -> str:
        """The name of the value before it is typed."""
        return quote(f"v_{self.column.name}")

    @property
    def final_name(self) -> str:
        """The name of the typed value."""
        return quote(f"f_{self.column.name}")


def attribute(name: str) -> Column:
    """A further column of an open table."""
    return Column(name, "text", False, same(name), same(name))


def plan_column(column: Column, value: Value, scope: Scope, formats: Formats, *, summed: bool) -> Planned:
    """How a column is computed from a value of the mapping; a `summed` one is rounded only after it is added up."""
    return _Plan(column, value, scope, formats, summed).done()


@dataclass
class _Plan:
    column: Column
    value: Value
    scope: Scope
    formats: Formats
    summed: bool
    problems: list[Problem] = field(default_factory=list)

    def done(self) -> Planned:
        node = parsed(self.value.origin) if self.value.origin is not None else None
        if (
            isinstance(node, formula.Text)
            and not self.value.cases
            and self.column.kind in ("text", "id", "choice")
        ):
            return self.fixed(node.value)
        if self.column.kind in NUMBERS:
            wide, final = self.number(node), self.number_final()
        elif self.column.kind == "date":
            wide, final = self.day(node), self.wide
        else:
            wide, final = self.words(node), self.wide
            if self.column.kind == "bool":
                final = bool_sql(self.wide)
                self.note("bool_unreadable", f"{self.wide} IS NOT NULL AND {self.final} IS NULL", self.wide)
        if self.column.required:
            self.problems.append(
                Problem("empty", f"{self.final} IS NULL", "NULL", "dropped", self.column.name)
            )
        parts = formula.walk(node) if node is not None else []
        varies = self.value.cases or any(isinstance(part, _CELLS) for part in parts)
        return Planned(self.column, wide, final, tuple(self.problems), constant=not varies)

    def fixed(self, text: str) -> Planned:
        """A constant text: `checks` has judged it once, which saves judging it in every row."""
        return Planned(self.column, literal(text), self.wide, (), constant=True)

    @property
    def wide(self) -> str:
        return quote(f"v_{self.column.name}")

    @property
    def final(self) -> str:
        return quote(f"f_{self.column.name}")

    def note(self, code: str, when: str, value: str, action: Action | None = None) -> None:
        """A problem: without an action it drops the row where the column is required, else it is only listed."""
        action = action or ("dropped" if self.column.required else "suspicious")
        self.problems.append(Problem(code, when, value, action, self.column.name))

    # --- numbers and dates -------------------------------------------------------------------------

    def number(self, node: Node | None) -> str:
        assert node is not None
        sql, readings = self.scope.traced(lambda: self.scope.number(node, self.formats))
        if self.value.times is not None:
            sql = f"TRY({sql} * {self.value.times})"
        self.unreadable(readings, "number_unreadable")
        inputs = [f"{reading.value} IS NOT NULL" for reading in readings]
        whole = " AND ".join([*inputs, f"{self.final} IS NULL"])
        if self.column.kind == "integer":
            self.note("not_whole", f"{self.wide} <> floor({self.wide})", shown(readings))
        if readings and not isinstance(node, formula.Call):
            self.note("too_large", whole, shown(readings))
        if self.column.kind != "integer" and not self.summed:
            self.note("rounded", f"{self.wide} <> {self.final}", f"CAST({self.wide} AS VARCHAR)", "repaired")
        return self.filled(sql, readings, lambda word: f"CAST({literal(str(Decimal(word)))} AS {NUMBER})")

    def number_final(self) -> str:
        if self.column.kind == "integer":
            return f"CASE WHEN {self.wide} = floor({self.wide}) THEN try_cast({self.wide} AS BIGINT) END"
        if self.summed:
            return self.wide
        narrowed = f"try_cast({self.wide} AS {self.column.physical})"
        cell = self.plain_cell()
        # To read a plain cell twice costs a tenth of narrowing what was read.
        return f"coalesce(try_cast({cell} AS {self.column.physical}), {narrowed})" if cell else narrowed

    def plain_cell(self) -> str | None:
        """The cell that the column is, unchanged, where its numbers have a decimal point."""
        node = parsed(self.value.origin) if self.value.origin is not None else None
        changed = self.value.times is not None or self.value.empty is not None or self.formats.empty
        if changed or not isinstance(node, formula.Column) or self.formats.numbers.decimal != ".":
            return None
        return self.scope.raw(node.name)

    def day(self, node: Node | None) -> str:
        assert node is not None
        sql, readings = self.scope.traced(lambda: self.scope.day(node, self.formats))
        self.unreadable(readings, "date_unreadable")
        return self.filled(sql, readings, lambda word: f"DATE {literal(word)}")

    def unreadable(self, readings: list[Reading], code: str) -> None:
        for reading in readings:
            self.note(code, reading.unreadable, reading.text)

    def filled(self, sql: str, readings: list[Reading], constant: Callable[[str], str]) -> str:
        if self.value.empty is None:
            return sql
        missing = " AND ".join([f"({sql}) IS NULL", *(f"NOT {reading.there}" for reading in readings)])
        self.note("filled", missing, "NULL", "repaired")
        return f"CASE WHEN {missing} THEN {constant(self.value.empty)} ELSE {sql} END"

    # --- texts and words ---------------------------------------------------------------------------

    def words(self, node: Node | None) -> str:
        base = self.scope.text(node) if node is not None else "NULL"
        if node is not None:
            self.trimmed(node)
        cases = [(self.scope.truth(parsed_condition(case.when)), case.value) for case in self.value.cases]
        decided = " OR ".join(f"({when})" for when, _ in cases) or "false"
        sql = self.listed(base, decided) if self.value.words or cases else base
        if self.value.empty is not None:
            self.note("filled", f"{base} IS NULL AND NOT ({decided})", "NULL", "repaired")
            sql = f"CASE WHEN {base} IS NULL THEN {literal(self.value.empty)} ELSE {sql} END"
        if cases:
            arms = " ".join(f"WHEN {when} THEN {literal(word)}" for when, word in cases)
            sql = f"CASE {arms} ELSE {sql} END"
        if node is not None:
            self.allowed(base)
        return sql

    def listed(self, base: str, decided: str) -> str:
        """The word of the list for `base`; `decided` rows have their value from a case."""
        otherwise = self.value.otherwise
        if not self.value.words:
            return literal(otherwise.value) if isinstance(otherwise, Constant) else base
        listed = one_of(base, [literal(word) for word in self.value.words])
        unlisted = f"NOT {listed} AND NOT ({decided})"
        if otherwise == "keep":
            rest = base
        elif isinstance(otherwise, Constant):
            self.note("replaced", unlisted, base, "suspicious")
            rest = f"CASE WHEN {base} IS NOT NULL THEN {literal(otherwise.value)} END"
        else:
            self.note("unknown_word", unlisted, base, "dropped" if otherwise == "drop" else "suspicious")
            rest = "NULL"
        arms = " ".join(f"WHEN {literal(word)} THEN {literal(to)}" for word, to in self.value.words.items())
        return f"CASE {base} {arms} ELSE {rest} END"

    def trimmed(self, node: Node) -> None:
        names = [part.name for part in formula.walk(node) if isinstance(part, formula.Column)]
        for name in dict.fromkeys(names):
            if self.scope.sheet.cells[name].kind == "text":
                raw, short = self.scope.raw(name), self.scope.cell(name)
                self.note("trimmed", f"strlen({raw}) > strlen({short})", raw, "repaired")

    def allowed(self, base: str) -> None:
        """What only some columns allow: choices, currency codes, ids."""
        if self.column.choices:
            listed = one_of(self.wide, [literal(choice) for choice in self.column.choices])
            self.note("unknown_word", f"NOT {listed}", base, "dropped")
        if self.column.name == "currency":
            listed = one_of(self.wide, [literal(code) for code in sorted(CURRENCIES)])
            self.note("unknown_currency", f"NOT {listed}", base, "dropped")
        if self.column.kind == "id":
            self.note("id_with_decimals", f"ends_with({self.wide}, '.0')", self.wide, "suspicious")


def parsed(origin: str) -> Node:
    """What a mapping says under `from`: a formula after `=`, else the name of a column."""
    return formula.parse_value(origin) if origin.startswith("=") else formula.Column(origin.strip())


def parsed_condition(text: str) -> Node:
    """A condition of a mapping."""
    return formula.parse_condition(text)


def shown(readings: list[Reading]) -> str:
    """The SQL of what the report shows for some readings: one text alone, several with their names."""
    if len(readings) == 1:
        return readings[0].text
    parts = ", ".join(f"{literal(reading.label + '=')} || {reading.text}" for reading in readings)
    return f"concat_ws('; ', {parts})" if parts else "NULL"


def inputs_of(node: Node, scope: Scope) -> str:
    """The SQL of what the report shows for a condition: the columns it speaks of, with their cells."""
    names = dict.fromkeys(part.name for part in formula.walk(node) if isinstance(part, formula.Column))
    parts = ", ".join(f"{literal(name + '=')} || coalesce({scope.cleaned(name)}, '')" for name in names)
    return f"concat_ws('; ', {parts})" if parts else "NULL"
