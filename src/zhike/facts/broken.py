"""The careful way through a CSV file that has gaps or broken rows: every row keeps its true number."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from zhike.facts.formats import literal
from zhike.facts.pieces import Broken, Connection, CsvShape, Piece, read_csv_sql
from zhike.facts.texts import CHUNK
from zhike.messages import say
from zhike_engine.errors import FactsInvalid

_LONGEST_SHOWN = 200


def read_carefully(db: Connection, piece: Piece, shape: CsvShape, scratch: Path) -> Piece:
    """The rows of a CSV file that are whole, numbered as a spreadsheet numbers them, and the rows that are not.

    Leaves the temporary table `careful` behind, which the piece reads. Raises FactsInvalid when a quote never closes.
    """
    even = scratch / "even.csv"
    with even.open("wb") as target:
        target.writelines(_even_line_ends(shape.ready))
    more = ", store_rejects=true, rejects_table='broken_rows', rejects_scan='broken_scans', rejects_limit=0"
    relation = read_csv_sql(even, shape.width, shape.delimiter, shape.header, more)
    # In a file of one column DuckDB takes a blank line for a row.
    rows = f"SELECT * FROM {relation}" + (" WHERE c0 IS NOT NULL" if shape.width == 1 else "")
    db.execute(f"CREATE OR REPLACE TEMP TABLE whole AS SELECT row_number() OVER () AS k, * FROM ({rows})")
    broken = _broken_rows(db, piece, shape.width)
    db.execute(
        f"""CREATE OR REPLACE TEMP TABLE careful AS
        SELECT records.n AS n, whole.* FROM whole
        JOIN ({_records_sql(even, shape.header)}) AS records USING (k) ORDER BY k"""
    )
    counts = db.execute("SELECT (SELECT count(*) FROM whole), (SELECT count(*) FROM careful)").fetchone()
    assert counts is not None
    if counts[0] != counts[1]:
        hint = say("open it in a spreadsheet program and export it as CSV again")
        raise FactsInvalid(
            say("the quotes in file `{name}` do not match up", name=piece.name),
            place=str(piece.path),
            hint=hint,
        )
    return replace(piece, relation="careful", row_sql="n", broken=broken)


def _even_line_ends(path: Path) -> Iterator[bytes]:
    held = b""
    with path.open("rb") as stream:
        while chunk := stream.read(CHUNK):
            seen = held + chunk
            held = seen[-1:] if seen.endswith(b"\r") else b""
            yield seen[: len(seen) - len(held)].replace(b"\r\n", b"\n")
    yield held


def _broken_rows(db: Connection, piece: Piece, width: int) -> tuple[Broken, ...]:
    rows = db.execute(
        "SELECT line, any_value(csv_line), any_value(error_type)::VARCHAR, any_value(error_message) "
        "FROM broken_rows GROUP BY line ORDER BY line"
    ).fetchall()
    db.execute("CREATE OR REPLACE TEMP TABLE broken_lines AS SELECT DISTINCT line FROM broken_rows")
    db.execute("DROP TABLE broken_rows")
    db.execute("DROP TABLE broken_scans")
    for line, text, kind, _ in rows:
        if kind == "UNQUOTED VALUE":
            begin = str(text).split("\n", 1)[0][:_LONGEST_SHOWN]
            hint = say(
                "look at `{begin}` and close the quote, or double a quote that is part of the text",
                begin=begin,
            )
            raise FactsInvalid(
                say("a quote in file `{name}` is never closed", name=piece.name),
                place=f"{piece.path}:{line}",
                hint=hint,
            )
    return tuple(
        Broken(line, str(text).rstrip("\n")[:_LONGEST_SHOWN], width, str(message).rsplit(" ", 1)[-1])
        for line, text, _, message in rows
        if str(text).strip()
    )


def _records_sql(path: Path, header: int) -> str:
    """Whole rows in order (k) with their spreadsheet numbers (n): a record may span lines, a blank line is no row."""
    lines = (
        f"SELECT row_number() OVER () AS line, l, (length(l) - length(replace(l, '\"', ''))) % 2 AS odd FROM "
        f"read_csv({literal(str(path))}, auto_detect=false, header=false, delim='\x01', quote='', escape='', "
        "columns={l: 'VARCHAR'})"
    )
    opened = "coalesce(sum(odd) OVER (ORDER BY line ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0) % 2"
    return f"""
        SELECT row_number() OVER (ORDER BY n) AS k, n FROM (
            SELECT row_number() OVER (ORDER BY line) AS n, l
            FROM (SELECT line, l, {opened} AS inside FROM ({lines})) WHERE inside = 0
        ) WHERE n > {header} AND l IS NOT NULL AND n NOT IN (SELECT line FROM broken_lines)"""
