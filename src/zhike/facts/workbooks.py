"""Excel sheets as pieces: each is written out once as CSV with the row numbers of the sheet."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path

import python_calamine as calamine

from zhike.facts.cells import cell_text
from zhike.facts.pieces import Cell, Piece, columns_of, read_csv_sql
from zhike.facts.texts import Fingerprint, fingerprint
from zhike.messages import say
from zhike_engine.errors import FactsInvalid
from zhike_engine.issues import did_you_mean


def sheet_pieces(path: Path, name: str, wanted: list[str], header: int, scratch: Path) -> Iterator[Piece]:
    """The wanted sheets of a workbook, the first one when none is named; raises FactsInvalid with a way out."""
    print_ = fingerprint(path)
    try:
        with calamine.load_workbook(str(path)) as book:
            for index, title in enumerate(_titles(book.sheet_names, wanted, path)):
                sheet = book.get_sheet_by_name(title)
                target = scratch / f"sheet-{index}.csv"
                yield _piece(sheet, f"{name} [{title}]", path, header, target, print_)
    except calamine.PasswordError:
        raise FactsInvalid(
            say("workbook `{name}` needs a password", name=name),
            place=str(path),
            hint=say("save it without one"),
        ) from None
    except calamine.CalamineError:
        raise FactsInvalid(
            say("workbook `{name}` cannot be read", name=name),
            place=str(path),
            hint=say("open it in Excel and save it as .xlsx again"),
        ) from None


def _titles(found: list[str], wanted: list[str], path: Path) -> list[str]:
    if not wanted:
        return found[:1]
    if wanted == ["all"] and "all" not in found:
        return found
    for title in wanted:
        if title not in found:
            hint = did_you_mean(title, found)
            raise FactsInvalid(
                say("workbook `{name}` has no sheet `{title}`", name=path.name, title=title),
                place=str(path),
                hint=hint,
            )
    return wanted


def _piece(
    sheet: calamine.CalamineSheet, name: str, path: Path, header: int, target: Path, print_: Fingerprint
) -> Piece:
    start = sheet.start or (0, 0)
    rows = enumerate(
        sheet.iter_rows(), start=1
    )  # calamine gives the blank rows above, not the columns to the left
    left = [""] * start[1]
    names: list[str] = []
    with target.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        for number, row in rows:
            cells = [*left, *map(cell_text, row)]
            if number == header:
                names = [" ".join(cell.split()) for cell in cells]
            elif number > header and any(cells):
                writer.writerow([number, *cells])
    if not any(names):
        hint = say("say with `header:` which row holds the column names")
        raise FactsInvalid(
            say("sheet `{name}` has no column names in row {header}", name=name, header=header),
            place=str(path),
            hint=hint,
        )
    found, doubled = columns_of(["", *names])
    relation = read_csv_sql(target, len(names) + 1, ",", 0)
    cells_by_name = {column: Cell(cell.sql) for column, cell in found.items()}
    return Piece(
        name,
        relation,
        cells_by_name,
        header + 1,
        "CAST(c0 AS BIGINT)",
        doubled=doubled,
        path=path,
        print_=print_,
    )
