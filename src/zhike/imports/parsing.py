"""Rows of a sheet as typed values with every problem that can be told without the database.

The mapping is one of the engine's mapping language: its readers give the SQL of each value and of what is wrong with it.
`parse` leaves `rows.parquet` behind:

    place     the order of the row in the sheet
    number    the row as a spreadsheet counts
    members   the numbers of the rows that were added up into this one, else NULL
    first     the row in which the same key stood first, else NULL
    problems  `field:code` of everything that keeps the row out
    notes     `field:code` of what was changed or looks odd
    v_…       the value of each field

and `words.json` beside it: the words that fields with choices do not know.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import duckdb

from zhike.facts.columns import Planned, plan_column
from zhike.facts.formats import DEFAULT_DATES, date_sql, literal, number_sql, quote
from zhike.facts.mapping import Numbers, Value
from zhike.facts.pieces import Cell
from zhike.facts.scope import Formats, Scope
from zhike.facts.sources import Part, Sheet
from zhike.imports.guessing import DATES, EMPTY
from zhike.imports.judging import NO_RECORD
from zhike.imports.odd_rows import SEARCHED, no_record, other_currency
from zhike.imports.staging import connect
from zhike.imports.targets import Field, Target
from zhike.imports.words import decided, keep, readable, unknown_sql

ERRORS = frozenset(
    [
        "number_unreadable",
        "date_unreadable",
        "bool_unreadable",
        "not_whole",
        "too_large",
        "unknown_word",
        "unknown_currency",
        "empty",
    ]
)
UNKNOWN = frozenset(["unknown_word", "unknown_currency"])
NOTES = frozenset(["rounded", "id_with_decimals", "unknown_left"])
BEYOND = "\x00beyond"
EXCEL_ERRORS = "'#REF!', '#VALUE!', '#DIV/0!', '#NAME?', '#NULL!', '#NUM!'"
TRIED = 20_000
NARROW = "".join(map(chr, range(0x21, 0x7F)))
WIDE = "".join(chr(ord(sign) + 0xFEE0) for sign in NARROW)
"""Signs as wide as a Chinese one, as input methods leave them, and the narrow ones."""


def load_cells(db: duckdb.DuckDBPyConnection, cells: Path, header: int) -> int:
    """Load the rows below the header as the table `raw`; how many there are."""
    source = f"read_parquet({literal(str(cells))})"
    db.execute(
        f"CREATE OR REPLACE TEMP TABLE raw AS SELECT 0::USMALLINT AS _file, * FROM {source} WHERE _row > {int(header)}"
    )
    found = db.execute("SELECT count(*) FROM raw").fetchone()
    assert found is not None
    return int(found[0])


def sheet_of(names: Sequence[str]) -> Sheet:
    """The table `raw` as the engine's readers see a source."""
    cells = {name: Cell(f"c{number}") for number, name in enumerate(names, start=1)}
    return Sheet(
        0, "upload", "raw", {**cells, BEYOND: Cell("beyond")}, (Part("upload", 0, 0, 1, (), None, None),)
    )


def formats_of(options: Mapping[str, Any]) -> Formats:
    """How numbers and days are written in this file."""
    decimal = "," if options.get("decimal") == "," else "."
    dates = (*DEFAULT_DATES, *DATES[options.get("dates", "")])
    return Formats(Numbers(decimal=decimal), dates, EMPTY)


def value_of(field: Field, options: Mapping[str, Any]) -> Value | None:
    """Where the value of a field comes from, in the words of the mapping language; None when it comes from nowhere."""
    origin = options["columns"].get(field.code)
    default = options["defaults"].get(field.code) or None
    if origin is None:
        if default is None:
            return None
        return Value.model_validate({"from": '= "' + default.replace('"', '""') + '"'})
    said: dict[str, Any] = {"from": origin, "otherwise": "keep"}
    if field.choices:
        said["words"] = readable(field) | _said(options, field)
    elif field.words:
        said["words"] = {**field.words, **_said(options, field)}
    if default is not None:
        said["empty"] = default
    if field.kind in ("money", "decimal") and field.code in options.get("times", {}):
        said["times"] = options["times"][field.code]
    return Value.model_validate(said)


def _said(options: Mapping[str, Any], field: Field) -> dict[str, str]:
    return {word: to for word, to in decided(options, field).items() if to}


class _Plan:
    """The columns of one sheet as SQL."""

    def __init__(
        self, target: Target, fields: Sequence[Field], options: Mapping[str, Any], names: Sequence[str]
    ) -> None:
        self.target, self.options = target, options
        formats = formats_of(options)
        self.scope = Scope(sheet_of(names), formats, {})
        self.beyond = self.scope.raw(BEYOND)
        self.names = list(names[:SEARCHED])
        self.left = [self.scope.raw(name) for name in self.names]
        self.grouped = options.get("repeats") == "sum" and bool(target.sums)
        self.planned: list[tuple[Field, Planned]] = []
        for field in fields:
            value = value_of(field, options)
            if value is not None:
                summed = self.grouped and field.code in target.sums
                self.planned.append(
                    (field, plan_column(field.column, value, self.scope, formats, summed=summed))
                )
        self.mapped = {field.code for field, _ in self.planned}
        self.unknown = {field.code: each for field, planned in self.planned for each in planned.problems
                        if each.code in UNKNOWN}  # fmt: skip
        self.plain = {
            code: self.scope.raw(name)
            for code, name in options["columns"].items()
            if name in self.scope.sheet.cells
        }
        self.keys = [code for code in target.keys[options["match"]] if code in self.mapped]

    def judged(self) -> str:
        """A SELECT of place, number, typed values, problems and notes."""
        wide = "".join(f", {planned.wide} AS {planned.wide_name}" for _, planned in self.planned)
        final = "".join(f", {planned.final} AS {planned.final_name}" for _, planned in self.planned)
        stages = self.scope.stages(self.scope.rows())
        typed = f"SELECT *{final} FROM (SELECT *{wide} FROM ({stages}))"
        required = [planned.final_name for field, planned in self.planned if field.required]
        told = f"SELECT *, {no_record(self.left, self.names, required)} AS _none FROM ({typed})"
        values = "".join(
            f", CASE WHEN NOT _none THEN {self.value(field, planned)} END AS {quote('v_' + field.code)}"
            for field, planned in self.planned
        )
        values += "".join(
            f", CASE WHEN NOT _none THEN {unknown_sql(field, self.unknown[field.code].value)} END AS {quote('u_' + field.code)}"
            for field in self.worded()
        )
        problems = f"CASE WHEN _none THEN ['{NO_RECORD}'] ELSE {_listed(self.errors())} END AS problems"
        notes = f"CASE WHEN _none THEN [] ELSE {_listed(self.notes())} END AS notes"
        return f"SELECT _id AS place, _n AS number, {problems}, {notes}{values} FROM ({told})"

    def worded(self) -> list[Field]:
        """The fields with choices whose words come from cells."""
        return [field for field, _ in self.planned if field.code in self.unknown]

    def value(self, field: Field, planned: Planned) -> str:
        """The value of a field; where an unknown word is forgiven, the one for empty cells."""
        plain = _narrow(field, planned.final_name)
        if not field.forgives or field.code not in self.unknown:
            return plain
        default = self.options["defaults"].get(field.code)
        return f"CASE WHEN {self.unknown[field.code].when} THEN {literal(default) if default else 'NULL'} ELSE {plain} END"

    def errors(self) -> list[tuple[str, str, str]]:
        """Field, code and the SQL of when, for everything that keeps a row out."""
        found = [("", "row_broken", f"coalesce({self.beyond}, '') <> ''")]
        for field, planned in self.planned:
            found += [
                (field.code, each.code, each.when)
                for each in planned.problems
                if each.code in ERRORS and not (each.code in UNKNOWN and field.forgives)
            ]
            value = planned.final_name
            if field.required:
                unread = " OR ".join(
                    f"coalesce({each.when}, false)" for each in planned.problems if each.code in ERRORS
                )
                found.append(
                    (field.code, "empty", f"{value} IS NULL" + (f" AND NOT ({unread})" if unread else ""))
                )
            if field.kind in ("text", "id"):
                found += [(field.code, code, when) for code, when in _text_errors(field, value)]
            if field.kind == "money" and field.code in self.plain and "currency" in self.mapped:
                currency = next(one.final_name for each, one in self.planned if each.code == "currency")
                found.append((field.code, "other_currency", other_currency(self.plain[field.code], currency)))
        return found

    def notes(self) -> list[tuple[str, str, str]]:
        """The same for what is only told."""
        found = [
            (field.code, each.code, each.when)
            for field, planned in self.planned
            for each in planned.problems
            if each.code in NOTES
        ]
        for field in self.worded():
            if field.forgives:
                told, empty = (
                    self.unknown[field.code],
                    [word for word, to in decided(self.options, field).items() if not to],
                )
                said = f" AND {told.value} NOT IN ({', '.join(map(literal, empty))})" if empty else ""
                found.append((field.code, "unknown_left", f"({told.when}){said}"))
        return found


def _narrow(field: Field, value: str) -> str:
    """A code or a telephone in narrow signs: ０５７４－８７６５ is 0574-8765."""
    return f"translate({value}, {literal(WIDE)}, {literal(NARROW)})" if field.kind == "id" else value


def _text_errors(field: Field, value: str) -> list[tuple[str, str]]:
    found = [
        (
            "damaged",
            f"contains({value}, '\ufffd') OR regexp_matches({value}, '[\\x00-\\x08\\x0b\\x0c\\x0e-\\x1f]')",
        ),
        ("excel_error", f"{value} IN ({EXCEL_ERRORS})"),
        ("too_long", f"length({value}) > {field.limit or 32_767}"),
    ]
    if field.code == "email":
        found.append(("no_email", f"NOT regexp_full_match({value}, '[^@\\s]+@[^@\\s]+\\.[^@\\s.]+')"))
    return found


def _listed(tests: list[tuple[str, str, str]]) -> str:
    if not tests:
        return "[]::VARCHAR[]"
    cases = ", ".join(
        f"CASE WHEN {when} THEN {literal(f'{field}:{code}')} END" for field, code, when in tests
    )
    return f"list_filter([{cases}], lambda each: each IS NOT NULL)"


def parse(
    cells: Path,
    target: Target,
    fields: Sequence[Field],
    options: Mapping[str, Any],
    names: Sequence[str],
    header: int,
    out: Path,
) -> int:
    """Read a sheet by its options and leave `out`; how many rows it has. Raises MappingInvalid for a wrong formula."""
    plan = _Plan(target, fields, options, names)
    with connect(out.parent) as db:
        load_cells(db, cells, header)
        db.execute(f"CREATE TEMP TABLE judged AS {plan.judged()}")
        keep(db, plan.worded(), options, out.with_name("words.json"))
        fresh = out.with_suffix(".new")
        rows = _grouped(plan) if plan.grouped and len(plan.keys) == 1 else _single(plan)
        db.execute(
            f"COPY ({rows} ORDER BY place) TO {literal(str(fresh))} (FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE 20000)"
        )
        counted = db.execute("SELECT count(*) FROM raw").fetchone()
    fresh.replace(out)
    assert counted is not None
    return int(counted[0])


def _single(plan: _Plan) -> str:
    """Each row for itself; a row whose key stood further up is told so, or left out."""
    if not plan.keys or len(plan.keys) < len(plan.target.keys[plan.options["match"]]):
        return "SELECT *, NULL::BIGINT[] AS members, NULL::BIGINT AS first FROM judged"
    keys = ", ".join(quote(f"v_{code}") for code in plan.keys)
    known = " AND ".join(f"{quote('v_' + code)} IS NOT NULL" for code in plan.keys)
    ranked = (
        f"SELECT *, CASE WHEN {known} THEN row_number() OVER same END AS nth, first_value(number) OVER same AS earlier "
        f"FROM judged WINDOW same AS (PARTITION BY {keys} ORDER BY len(problems) > 0, place)"
    )
    twice = literal(f"{plan.keys[-1]}:twice")
    if plan.options.get("repeats") == "first":
        chosen = f"SELECT * EXCLUDE (nth, earlier) FROM ({ranked}) WHERE nth IS NULL OR nth = 1"
        return f"SELECT *, NULL::BIGINT[] AS members, NULL::BIGINT AS first FROM ({chosen})"
    problems = f"CASE WHEN nth > 1 THEN list_append(problems, {twice}) ELSE problems END AS problems"
    return (
        f"SELECT * EXCLUDE (problems, nth, earlier), {problems}, NULL::BIGINT[] AS members, "
        f"CASE WHEN nth > 1 THEN earlier END AS first FROM ({ranked})"
    )


def _grouped(plan: _Plan) -> str:
    """Rows of one key added up: amounts are summed exactly and rounded once, the other fields are those of the first row."""
    key = quote(f"v_{plan.keys[0]}")
    parts = []
    for field, _ in plan.planned:
        name = quote(f"v_{field.code}")
        if field.code in plan.target.sums:
            known = f"CASE WHEN count({name}) = count(*) THEN sum({name}) END"
            parts.append(f"CAST({known} AS {field.column.physical}) AS {name}")
        elif field.code != plan.keys[0]:
            parts.append(f"arg_min({name}, place) AS {name}")
    together = "list_distinct(flatten(list({0}))) AS {0}"
    one = f"{key}, min(place) AS place, arg_min(number, place) AS number, list(number ORDER BY place) AS members"
    grouped = (
        f"SELECT {one}, {together.format('problems')}, {together.format('notes')}, NULL::BIGINT AS first, {', '.join(parts)} "
        f"FROM judged WHERE {key} IS NOT NULL GROUP BY {key}"
    )
    nameless = f"SELECT *, [number] AS members, NULL::BIGINT AS first FROM judged WHERE {key} IS NULL"
    return f"SELECT * FROM ({grouped}) UNION ALL BY NAME {nameless}"


# --- how days and numbers are written ----------------------------------------------------------------


def guess_formats(
    db: duckdb.DuckDBPyConnection, names: Sequence[str], days: Sequence[str], numbers: Sequence[str]
) -> dict[str, Any]:
    """The ways that read most cells of the columns given; `doubt` when days read both as day/month and month/day.

    `raw` must be loaded.
    """
    found: dict[str, Any] = {"dates": "", "decimal": ".", "doubt": False}
    if days:
        unread = {
            way: _unread(db, names, days, date_sql("t", [*DEFAULT_DATES, *more]))
            for way, more in DATES.items()
        }
        found["dates"] = min(unread, key=lambda way: unread[way])
        found["doubt"] = unread["d/m/yyyy"] == unread["m/d/yyyy"] < unread[""]
    if numbers:
        signs = {sign: _unread(db, names, numbers, number_sql("t", sign, None)) for sign in (".", ",")}
        found["decimal"] = min(signs, key=lambda sign: signs[sign])
    return found


def _unread(db: duckdb.DuckDBPyConnection, names: Sequence[str], columns: Sequence[str], read: str) -> int:
    cells = [f"c{names.index(column) + 1}" for column in columns]
    texts = " UNION ALL ".join(f"(SELECT trim({cell}) AS t FROM raw LIMIT {TRIED})" for cell in cells)
    empty = ", ".join(map(literal, ("", *EMPTY)))
    found = db.execute(
        f"SELECT count(*) FROM ({texts}) WHERE t NOT IN ({empty}) AND ({read}) IS NULL"
    ).fetchone()
    assert found is not None
    return int(found[0])
