"""A list as a file: Excel or CSV, written row by row, marked, and without a single formula."""

from __future__ import annotations

import csv
import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import xlsxwriter
from django.utils import timezone

FORMULA = "=+-@"
MOST_ROWS = 1_048_570
"""Rows of one sheet below its headings; Excel holds 1,048,576 with them and the mark."""
FORMATS = {"xlsx": "Excel", "csv": "CSV"}
OPTIONS = {
    "constant_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}


def safe(value: Any) -> str:
    """A value as a CSV cell that no program takes for a formula: one that begins like one gets an apostrophe.

    >>> safe("=1+1"), safe(" \\t@x"), safe("宁波")
    ("'=1+1", "' \\t@x", '宁波')
    """
    text = written(value)
    begins = text.lstrip(" \t\r\n\x00\u3000")[:1]
    return (
        f"'{text}"
        if begins and begins in FORMULA + "＝＋－＠" and not isinstance(value, Decimal | int)
        else text
    )


def written(value: Any) -> str:
    """A value as text: amounts without an exponent, days and moments in ISO order."""
    if value is None:
        return ""
    if isinstance(value, Decimal):
        return format(value.normalize(), "f")
    if isinstance(value, datetime):
        return timezone.localtime(value).strftime("%Y-%m-%d %H:%M")
    return value.isoformat() if isinstance(value, date) else str(value)


def write_csv(path: Path, heads: Sequence[str], rows: Iterable[Sequence[Any]], mark: str) -> int:
    """Write a CSV that Excel opens as UTF-8; the mark is its last line. How many rows."""
    count = 0
    with path.open("w", encoding="utf-8-sig", newline="") as out:
        table = csv.writer(out)
        table.writerow(heads)
        for row in rows:
            table.writerow([safe(value) for value in row])
            count += 1
        table.writerow([mark])
    return count


def write_xlsx(path: Path, title: str, heads: Sequence[str], rows: Iterable[Sequence[Any]], mark: str) -> int:
    """Write a workbook: frozen headings, real numbers and days, the mark in header, footer and properties. How many rows.

    What one sheet cannot hold goes on in the next.
    """
    book = xlsxwriter.Workbook(str(path), OPTIONS)
    book.set_properties({"title": title, "comments": mark})
    head = book.add_format({"bold": True, "bg_color": "#E8EEF7", "bottom": 1})
    kinds = {
        Decimal: book.add_format({"num_format": "#,##0.00"}),
        date: book.add_format({"num_format": "yyyy-mm-dd"}),
    }
    sheet = _sheet(book, title[:31], heads, head, mark)
    sheets, count = 1, 0
    for row in rows:
        if count == sheets * MOST_ROWS:
            sheets += 1
            sheet = _sheet(book, f"{title[:26]} {sheets}", heads, head, mark)
        count += 1
        for column, value in enumerate(row):
            _cell(sheet, count - (sheets - 1) * MOST_ROWS, column, value, kinds)
    sheet.write_string(count - (sheets - 1) * MOST_ROWS + 2, 0, mark)
    book.close()
    return count


def _sheet(book: Any, name: str, heads: Sequence[str], head: Any, mark: str) -> Any:
    sheet = book.add_worksheet(name)
    sheet.freeze_panes(1, 1)
    sheet.set_header(f"&L{mark.replace('&', '&&')}")
    sheet.set_footer(f"&L{mark.replace('&', '&&')}&R&P / &N")
    for column, title in enumerate(heads):
        sheet.set_column(column, column, 32 if column == 0 else 16)
        sheet.write_string(0, column, title, head)
    return sheet


def _cell(sheet: Any, row: int, column: int, value: Any, kinds: dict[type, Any]) -> None:
    if isinstance(value, Decimal):
        sheet.write_number(row, column, value, kinds[Decimal])
    elif isinstance(value, int) and not isinstance(value, bool):
        sheet.write_number(row, column, value)
    elif isinstance(value, date) and not isinstance(value, datetime):
        sheet.write_datetime(row, column, value, kinds[date])
    elif value not in (None, ""):
        sheet.write_string(row, column, written(value))


def digest_of(path: Path) -> str:
    """SHA-256 of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def told(rows: Iterable[Any], tell: Callable[[int], None], every: int = 500) -> Iterator[Any]:
    """The rows, telling now and then how many have passed."""
    for number, row in enumerate(rows, 1):
        if number % every == 0:
            tell(number)
        yield row
