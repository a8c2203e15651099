"""Sources: the files a mapping names, loaded once into DuckDB as text, every row with its file and its number."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import duckdb

from zhike.facts.broken import read_carefully
from zhike.facts.databases import database_piece, whole_table
from zhike.facts.loading import Loaded
from zhike.facts.mapping import Source
from zhike.facts.pieces import Broken, Cell, CellKind, Connection, Piece, csv_piece, parquet_piece
from zhike.facts.texts import Fingerprint, TextFile, make_ready
from zhike.facts.workbooks import sheet_pieces
from zhike.messages import Said, say, together
from zhike_engine.errors import FactsInvalid
from zhike_engine.issues import did_you_mean

_KINDS: dict[CellKind, Said] = {
    "text": say("a text"),
    "number": say("a number"),
    "date": say("a date"),
    "bool": say("true or false"),
}
"""Kinds of cells as people call them."""
_FORMATS = {
    ".csv": "csv",
    ".txt": "csv",
    ".tsv": "csv",
    ".gz": "csv",
    ".xlsx": "excel",
    ".xlsm": "excel",
    ".xlsb": "excel",
    ".xls": "excel",
    ".ods": "excel",
    ".parquet": "parquet",
}


@dataclass(frozen=True, slots=True)
class Part:
    """One file of a loaded source: where its rows begin in the table, and what was wrong with its shape."""

    name: str
    rows: int
    base: int
    first_row: int
    broken: tuple[Broken, ...]
    print_: Fingerprint | None
    encoding: str | None


@dataclass(frozen=True, slots=True)
class Sheet:
    """A loaded source: DuckDB table `table` with `_file`, `_row` and a text column for every used column."""

    number: int
    name: str
    table: str
    cells: Mapping[str, Cell]
    parts: tuple[Part, ...]

    @property
    def row_sql(self) -> str:
        """The row number as a spreadsheet shows it, over the columns of `table`."""
        cases = " ".join(f"WHEN {n} THEN {part.first_row - part.base}" for n, part in enumerate(self.parts))
        return f"coalesce(_row, rowid + CASE _file {cases} END)"


@dataclass(frozen=True, slots=True)
class Uses:
    """The columns of a source that a mapping uses, each with its place; `whole` when whole rows are compared."""

    columns: Mapping[str, str]
    whole: bool


def load_source(
    db: Connection, number: int, name: str, loaded: Loaded, uses: Uses, root: Path, scratch: Path
) -> Sheet:
    """Read every file of a source into DuckDB; raises FactsInvalid with the file, and the place in the mapping."""
    source = loaded.mapping.sources[name]
    table = f"raw_{number}"
    parts: list[Part] = []
    cells: dict[str, Cell] = {}
    base = 0
    for piece in _pieces(db, name, source, loaded, root, scratch):
        chosen = _chosen(piece, uses, list(cells))
        kinds = {column: cell.kind for column, cell in chosen.items()}
        if not cells:
            cells = {column: Cell(f"c{index}", kind) for index, (column, kind) in enumerate(kinds.items())}
        _check_kinds(piece, cells, kinds)
        piece = _insert(db, table, len(parts), piece, chosen, scratch)
        rows = _count(db, f"SELECT count(*) FROM {table}") - base
        parts.append(
            Part(piece.name, rows, base, piece.first_row, piece.broken, piece.print_, piece.encoding)
        )
        base += rows
    return Sheet(number, name, table, cells, tuple(parts))


def _count(db: Connection, query: str) -> int:
    row = db.execute(query).fetchone()
    assert row is not None
    return int(row[0])


def _chosen(piece: Piece, uses: Uses, fixed: list[str]) -> dict[str, Cell]:
    """The cells of a piece that are taken over; missing and doubled columns are refused where they are used."""
    for column, place in uses.columns.items():
        if column not in piece.cells:
            hint = did_you_mean(column, piece.cells)
            if len(piece.cells) < len(uses.columns):
                hint = together(hint, say("say with `header:` which row holds the column names"))
            raise FactsInvalid(
                say("`{name}` has no column `{column}`", name=piece.name, column=column),
                place=place,
                hint=hint,
            )
        if column in piece.doubled:
            hint = say("give the columns different names, or export again")
            raise FactsInvalid(
                say("column `{column}` stands twice in `{name}`", column=column, name=piece.name),
                place=place,
                hint=hint,
            )
    names = fixed or [column for column in piece.cells if uses.whole or column in uses.columns]
    return {column: piece.cells.get(column, Cell("NULL")) for column in names}


def _check_kinds(piece: Piece, cells: Mapping[str, Cell], kinds: Mapping[str, CellKind]) -> None:
    for column, kind in kinds.items():
        if cells[column].kind != kind:
            hint = say("make two sources of them")
            message = say(
                "column `{column}` is {kind} in `{name}` and {earlier} in an earlier file",
                column=column,
                kind=_KINDS[kind],
                name=piece.name,
                earlier=_KINDS[cells[column].kind],
            )
            raise FactsInvalid(message, hint=hint)


def _insert(
    db: Connection, table: str, number: int, piece: Piece, chosen: Mapping[str, Cell], scratch: Path
) -> Piece:
    cells = "".join(f", {cell.sql} AS c{index}" for index, cell in enumerate(chosen.values()))

    def load(piece: Piece) -> None:
        select = f"SELECT {number}::USMALLINT AS _file, ({piece.row_sql})::BIGINT AS _row{cells} FROM {piece.relation}"
        db.execute(f"INSERT INTO {table} {select}" if number else f"CREATE TABLE {table} AS {select}")

    if not piece.has_gaps:
        try:
            load(piece)
        except duckdb.InvalidInputException as problem:
            if piece.careful is None:
                raise FactsInvalid(
                    say(
                        "`{name}` cannot be read: {reason}",
                        name=piece.name,
                        reason=str(problem).splitlines()[0],
                    )
                ) from None
        else:
            return piece
    assert piece.careful is not None
    piece = read_carefully(db, piece, piece.careful, scratch)
    load(piece)
    return piece


def _pieces(
    db: Connection, name: str, source: Source, loaded: Loaded, root: Path, scratch: Path
) -> Iterator[Piece]:
    if source.database is not None:
        query = source.query or whole_table(source.table or name)
        yield database_piece(db, source.database, root, query, source.timezone, scratch / f"{name}.parquet")
        return
    paths = _find(source, root, loaded.place("sources", name, "file"))
    kinds = [source.format or _kind(path, loaded.place("sources", name, "file")) for path in paths]
    if source.sheet and "excel" not in kinds:
        raise FactsInvalid(
            say("`sheet` names sheets of a workbook, and `{name}` is none", name=paths[0].name),
            place=loaded.place("sources", name, "sheet"), hint=say("leave `sheet` out"),
        )  # fmt: skip
    with ThreadPoolExecutor(max_workers=2) as pool:
        texts = [
            pool.submit(make_ready, path, scratch / f"{name}-{index}.csv", source.encoding)
            for index, path in enumerate(paths)
            if kinds[index] == "csv"
        ]
        waiting = iter(texts)
        for path, kind in zip(paths, kinds, strict=True):
            yield from _file_pieces(db, path, kind, source, root, scratch, lambda: next(waiting).result())


def _file_pieces(
    db: Connection,
    path: Path,
    kind: str,
    source: Source,
    root: Path,
    scratch: Path,
    text: Callable[[], TextFile],
) -> Iterator[Piece]:
    shown = path.relative_to(root).as_posix() if path.is_relative_to(root) else path.name
    match kind:
        case "csv":
            yield csv_piece(shown, text(), source.header, source.delimiter)
        case "excel":
            yield from sheet_pieces(path, shown, source.sheet, source.header, scratch)
        case "parquet":
            yield parquet_piece(db, shown, path, path, source.timezone)


def _find(source: Source, root: Path, place: str) -> list[Path]:
    """The files in the order of the mapping; a pattern's files in the order of their names."""
    found: list[Path] = []
    for pattern in source.file:
        if any(sign in pattern for sign in "*?"):
            matches = sorted(path for path in root.glob(pattern) if path.is_file())
        else:
            matches = [root / pattern] if (root / pattern).is_file() else []
        if not matches:
            hint = say("looked in `{folder}`; say with `--source` where the files lie", folder=root)
            raise FactsInvalid(say("no file `{pattern}`", pattern=pattern), place=place, hint=hint)
        found += [path for path in matches if path not in found]
    return found


def _kind(path: Path, place: str) -> str:
    kind = _FORMATS.get(path.suffix.lower())
    if kind is None:
        hint = say(
            "say `format: csv`, `excel` or `parquet` on the source, or `database:` for a database file"
        )
        raise FactsInvalid(
            say("what `{name}` holds cannot be told from its name", name=path.name), place=place, hint=hint
        )
    return kind
