"""The process that opens uploads, apart from the product: little memory, little time, no database, no settings.

    python -m zhike.imports.child UPLOAD KIND FOLDER

writes `sheet-0.csv`, … (row number, cells, what stands beyond the last column) and `sheets.json`, or `refusal.json`.
"""

from __future__ import annotations

import codecs
import csv
import json
import resource
import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from zhike.facts.cells import cell_text
from zhike.facts.texts import make_ready
from zhike.imports.broken_cells import Broken, broken_cells
from zhike.imports.safety import MEBIBYTE, Unsafe, check_unpacked
from zhike_engine.errors import FactsInvalid

MEMORY = 512 * MEBIBYTE
SECONDS = 60
LARGEST_OUTPUT = 1024 * MEBIBYTE
MOST_COLUMNS = 1000
MOST_ROWS = 5_000_000
MOST_SHEETS = 20
LONGEST_CELL = 32_767
SHOWN_ROWS = 60
SHOWN_CELL = 120
WATCHED = 500
"""How many rows at the top settle how wide a text file is, and which sign parts its cells."""

Rows = Iterable[tuple[int, list[str]]]


def limit() -> None:
    """Take the limits of this process; they cannot be raised again."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_FSIZE, (LARGEST_OUTPUT, LARGEST_OUTPUT))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def clean(text: str) -> str:
    """A cell without what no text holds; what was there is marked, so that the check can tell."""
    if "\x00" in text:
        text = text.replace("\x00", "\ufffd")
    return text[: LONGEST_CELL + 1] if len(text) > LONGEST_CELL else text


def write_sheet(rows: Rows, width: int, target: Path) -> dict[str, Any]:
    """Write the rows that hold something; tells how many, and shows the first."""
    shown: list[tuple[int, list[str]]] = []
    count = 0
    with target.open("w", encoding="utf-8", newline="", errors="replace") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        for number, row in rows:
            cells = [clean(cell) for cell in row]
            if not any(cell.strip() for cell in cells):
                continue
            count += 1
            if count > MOST_ROWS:
                raise Unsafe("too_many_rows", {"most": MOST_ROWS})
            beyond = " | ".join(cell for cell in cells[width:] if cell)
            writer.writerow([number, *cells[:width], *[""] * (width - len(cells)), beyond])
            if len(shown) < SHOWN_ROWS:
                shown.append((number, [cell[:SHOWN_CELL] for cell in cells[:width]]))
    return {"rows": count, "width": width, "head": shown}


# --- text files ------------------------------------------------------------------------------------


def encoding_of(path: Path) -> str | None:
    """UTF-16 without its mark, told by the zero bytes; else None."""
    with path.open("rb") as stream:
        head = stream.read(4096)
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) or head.count(0) < len(head) // 8:
        return None
    return "utf-16-le" if head[1::2].count(0) >= head[0::2].count(0) else "utf-16-be"


def delimiter_of(head: str) -> str:
    """The sign that parts the first rows into the most columns, evenly."""
    best, sign = (0.0, 0), ","
    lines = head.splitlines()[:WATCHED]
    for each in (",", "\t", ";", "|"):
        widths = [len(row) for row in csv.reader(lines, delimiter=each) if row]
        [(width, often)] = Counter(widths).most_common(1) or [(1, 0)]
        found = (often / len(widths) if width > 1 else 0.0, width)
        if found > best:
            best, sign = found, each
    return sign


def read_text(path: Path, folder: Path) -> list[dict[str, Any]]:
    """A text file as one sheet."""
    try:
        text = make_ready(path, folder / "ready.txt", encoding_of(path))
    except FactsInvalid:
        raise Unsafe("not_text") from None
    csv.field_size_limit(64 * MEBIBYTE)
    sign = delimiter_of(text.head)
    widths = [len(row) for row in csv.reader(text.head.splitlines()[:WATCHED], delimiter=sign) if row]
    [(usual, _)] = Counter(widths).most_common(1)
    width = max(usual, widths[0])
    if width > MOST_COLUMNS:
        raise Unsafe("too_many_columns", {"most": MOST_COLUMNS})
    with text.ready.open(encoding="utf-8-sig", newline="") as stream:
        rows = enumerate(csv.reader(stream, delimiter=sign), start=1)
        sheet = write_sheet(rows, width, folder / "sheet-0.csv")
    (folder / "ready.txt").unlink(missing_ok=True)
    return [{"name": "", "encoding": text.encoding, "delimiter": sign, **sheet}]


# --- workbooks -------------------------------------------------------------------------------------


def sheet_rows(sheet: Any, broken: Broken) -> Iterator[tuple[int, list[str]]]:
    """Rows with the numbers that the spreadsheet shows; cells in which it failed say so."""
    before = [""] * (sheet.start or (0, 0))[1]
    for number, row in enumerate(sheet.iter_rows(), start=1):
        cells = [*before, *map(cell_text, row)]
        for place, text in broken.get(number, {}).items():
            if place < len(cells):
                cells[place] = text
        yield number, cells


def read_book(path: Path, folder: Path, kind: str) -> list[dict[str, Any]]:
    """Every sheet of a workbook that holds something, the hidden ones last."""
    import python_calamine as calamine

    if kind == "xlsx":
        check_unpacked(path)
        broken = broken_cells(path)
    else:
        broken = {}
        content = path.read_bytes()
        for sign, code in (("EncryptedPackage", "password"), ("_VBA_PROJECT", "macros")):
            if sign.encode("utf-16-le") in content:
                raise Unsafe(code)
    found: list[dict[str, Any]] = []
    try:
        with calamine.load_workbook(str(path)) as book:
            hidden = {
                one.name for one in book.sheets_metadata if one.visible != calamine.SheetVisibleEnum.Visible
            }
            for name in sorted(book.sheet_names, key=hidden.__contains__)[:MOST_SHEETS]:
                sheet = book.get_sheet_by_name(name)
                if sheet.total_width > MOST_COLUMNS:
                    raise Unsafe("too_many_columns", {"most": MOST_COLUMNS})
                if sheet.total_height == 0:
                    continue
                width = sheet.width + (sheet.start or (0, 0))[1]
                written = write_sheet(
                    sheet_rows(sheet, broken.get(name, {})), width, folder / f"sheet-{len(found)}.csv"
                )
                found.append({"name": name, "hidden": name in hidden, **written})
    except calamine.PasswordError:
        raise Unsafe("password") from None
    except calamine.CalamineError:
        raise Unsafe("damaged") from None
    return found


def main(upload: str, kind: str, target: str) -> int:
    """Read an upload; 0 when it is read, 3 when it is refused."""
    limit()
    folder = Path(target)
    try:
        sheets = read_text(Path(upload), folder) if kind == "csv" else read_book(Path(upload), folder, kind)
        if not any(sheet["rows"] for sheet in sheets):
            raise Unsafe("empty")
    except Unsafe as refusal:
        (folder / "refusal.json").write_text(json.dumps({"code": refusal.code, "words": refusal.words}))
        return 3
    except (csv.Error, UnicodeDecodeError):
        (folder / "refusal.json").write_text(json.dumps({"code": "damaged", "words": {}}))
        return 3
    except MemoryError:
        (folder / "refusal.json").write_text(json.dumps({"code": "bomb", "words": {}}))
        return 3
    (folder / "sheets.json").write_text(json.dumps(sheets, ensure_ascii=False), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
