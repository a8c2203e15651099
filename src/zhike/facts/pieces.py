"""One piece of a source: a CSV file, a sheet, a Parquet file or a query's answer, as a relation DuckDB can read."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import duckdb

from zhike.facts.formats import literal, quote
from zhike.facts.texts import Fingerprint, TextFile, fingerprint, header_of
from zhike.messages import say
from zhike_engine.errors import FactsInvalid

CellKind = Literal["text", "number", "date", "bool"]
"""What a cell is before it is read: text needs the formats of the mapping, the others come typed."""

Connection = duckdb.DuckDBPyConnection


@dataclass(frozen=True, slots=True)
class Cell:
    """A column of a relation: the SQL that gives its text, and what kind of text that is."""

    sql: str
    kind: CellKind = "text"


@dataclass(frozen=True, slots=True)
class Broken:
    """A row that cannot be read as a row; `row` counts as a spreadsheet does."""

    row: int
    text: str
    wanted: int
    found: str


@dataclass(frozen=True, slots=True)
class CsvShape:
    """How a CSV file is to be read when its rows are not all whole."""

    ready: Path
    width: int
    delimiter: str
    header: int


@dataclass(frozen=True, slots=True)
class Piece:
    """A readable relation. `row_sql` gives the row number, or `first_row` the number of the first row."""

    name: str
    relation: str
    cells: Mapping[str, Cell]
    first_row: int
    row_sql: str = "NULL"
    doubled: frozenset[str] = frozenset()
    path: Path | None = None
    print_: Fingerprint | None = None
    encoding: str | None = None
    broken: tuple[Broken, ...] = ()
    careful: CsvShape | None = None
    has_gaps: bool = False


def columns_of(names: Iterable[str]) -> tuple[dict[str, Cell], frozenset[str]]:
    """Text cells c0, c1, … by name, and the names that stand twice; nameless columns are left out."""
    cells: dict[str, Cell] = {}
    doubled: set[str] = set()
    for index, name in enumerate(names):
        if name in cells:
            doubled.add(name)
        elif name:
            cells[name] = Cell(f"c{index}")
    return cells, frozenset(doubled)


def csv_piece(name: str, text: TextFile, header: int, delimiter: str | None) -> Piece:
    """A CSV file, read strictly: every row must have as many cells as the header."""
    names, sign = header_of(text, header, delimiter)
    cells, doubled = columns_of(names)
    shape = CsvShape(text.ready, len(names), sign, header)
    return Piece(
        name,
        read_csv_sql(text.ready, len(names), sign, header),
        cells,
        header + 1,
        doubled=doubled,
        path=text.path,
        print_=text.fingerprint,
        encoding=text.encoding,
        careful=shape,
        has_gaps=text.has_gaps,
    )


def read_csv_sql(path: Path, width: int, delimiter: str, skip: int, more: str = "") -> str:
    """A call of DuckDB's CSV reader that guesses nothing; columns are called c0, c1, …"""
    columns = ", ".join(f"c{index}: 'VARCHAR'" for index in range(width))
    return (
        f"read_csv({literal(str(path))}, auto_detect=false, header=false, skip={skip}, delim={literal(delimiter)}, "
        f"quote='\"', escape='\"', columns={{{columns}}}{more})"
    )


def parquet_piece(db: Connection, name: str, path: Path, file: Path, timezone: str | None) -> Piece:
    """A Parquet file at `path`; `file` is what the person named, when the Parquet file is only a copy of it."""
    relation = f"read_parquet({literal(str(path))})"
    try:
        described = db.execute(f"DESCRIBE SELECT * FROM {relation}").fetchall()
    except duckdb.Error:
        raise FactsInvalid(
            say("file `{name}` is no Parquet file", name=name), place=str(file), hint=say("export it again")
        ) from None
    print_ = fingerprint(file) if file.is_file() else None
    return Piece(name, relation, typed_cells(described, name, timezone), 1, path=file, print_=print_)


def typed_cells(described: list[Any], name: str, timezone: str | None) -> dict[str, Cell]:
    """Cells of typed columns, as canonical text; a moment with a time zone needs to be told whose day counts."""
    return {
        column: _typed(quote(column), str(kind), column, name, timezone) for column, kind, *_ in described
    }


def _typed(sql: str, kind: str, column: str, name: str, timezone: str | None) -> Cell:
    text = f"CAST({sql} AS VARCHAR)"
    if kind in ("DOUBLE", "FLOAT"):
        whole = f"{sql} = floor({sql}) AND abs({sql}) < 1e15"
        return Cell(
            f"CASE WHEN {whole} THEN CAST(CAST({sql} AS BIGINT) AS VARCHAR) ELSE {text} END", "number"
        )
    if kind.startswith("DECIMAL") or re.fullmatch(r"U?(TINY|SMALL|BIG|HUGE)?INT(EGER)?", kind):
        return Cell(text, "number")
    if kind == "DATE":
        return Cell(text, "date")
    if kind == "TIMESTAMP WITH TIME ZONE":
        if timezone is None:
            hint = say("say with `timezone:` on the source whose day counts, such as `Asia/Shanghai`")
            raise FactsInvalid(
                say("column `{column}` of `{name}` holds moments with a time zone", column=column, name=name),
                hint=hint,
            )
        return Cell(f"CAST(CAST(timezone({literal(timezone)}, {sql}) AS DATE) AS VARCHAR)", "date")
    if kind.startswith("TIMESTAMP"):
        return Cell(f"CAST(CAST({sql} AS DATE) AS VARCHAR)", "date")
    return Cell(text, "bool" if kind == "BOOLEAN" else "text")
