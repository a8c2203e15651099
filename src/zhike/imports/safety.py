"""The check of an upload before anything in it is unpacked or parsed: size, kind by content, the directory of a workbook.

Needs no Django: the child process that reads files uses it too.
"""

from __future__ import annotations

import zipfile
import zlib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

MEBIBYTE = 2**20
LARGEST_TEXT = 512 * MEBIBYTE
LARGEST_BOOK = 100 * MEBIBYTE
LARGEST_UNPACKED = 200 * MEBIBYTE
MOST_ENTRIES = 1000
HIGHEST_RATIO = 100
HEAD = 4096

ZIP, OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
FOREIGN = (b"PK", b"%PDF", b"\x89PNG", b"GIF8", b"\xff\xd8\xff", b"MZ", b"\x7fELF", b"\x1f\x8b", b"7z\xbc\xaf", b"Rar!", b"PAR1",
           b"BZh", b"\xfd7zXZ", b"SQLite format 3")  # fmt: skip
MARKUP = (b"<html", b"<!doctype", b"<table", b"<?xml", b"{\\rtf")


@dataclass
class Unsafe(Exception):
    """A file that is refused: a code, and the words for its sentence."""

    code: str
    words: dict[str, Any] = field(default_factory=dict)

    def __str__(self) -> str:
        return f"{self.code} {self.words}"


def kind_of(path: Path) -> str:
    """`xlsx`, `xls` or `csv` by what the file holds, whatever its name says. Raises Unsafe."""
    with path.open("rb") as stream:
        head = stream.read(HEAD)
    size = path.stat().st_size
    if not head.strip():
        raise Unsafe("empty")
    if head.startswith(ZIP):
        check_book(path, size)
        return "xlsx"
    if head.startswith(OLE):
        if size > LARGEST_BOOK:
            raise Unsafe("too_large", {"most": LARGEST_BOOK // MEBIBYTE})
        return "xls"
    if head.startswith(FOREIGN):
        raise Unsafe("foreign")
    if head.lstrip(b"\xef\xbb\xbf \t\r\n").lower().startswith(MARKUP):
        raise Unsafe("markup")
    if size > LARGEST_TEXT:
        raise Unsafe("too_large", {"most": LARGEST_TEXT // MEBIBYTE})
    return "csv"


def check_book(path: Path, size: int) -> None:
    """The directory of a zip: entries, sizes, names, and that it is a workbook without macros. Raises Unsafe."""
    if size > LARGEST_BOOK:
        raise Unsafe("too_large", {"most": LARGEST_BOOK // MEBIBYTE})
    try:
        with zipfile.ZipFile(path) as book:
            entries = book.infolist()
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
        raise Unsafe("damaged") from None
    names = {entry.filename.lower() for entry in entries}
    if len(entries) > MOST_ENTRIES or len(names) < len(entries):
        raise Unsafe("bomb")
    unpacked = sum(entry.file_size for entry in entries)
    if unpacked > LARGEST_UNPACKED or unpacked > HIGHEST_RATIO * max(size, MEBIBYTE // 16):
        raise Unsafe("bomb")
    if any(name.startswith(("/", "\\")) or ".." in name.split("/") for name in names):
        raise Unsafe("foreign")
    if any(name.endswith("vbaproject.bin") for name in names):
        raise Unsafe("macros")
    if "[content_types].xml" not in names or "xl/workbook.xml" not in names:
        raise Unsafe("foreign")


def check_unpacked(path: Path) -> None:
    """Unpack every entry into nothing: the directory may lie, and no part may declare entities, or hide them in UTF-16. Raises Unsafe."""
    total = 0
    try:
        with zipfile.ZipFile(path) as book:
            for entry in book.infolist():
                with book.open(entry) as stream:
                    head = stream.read(HEAD)
                    marked = entry.filename.lower().endswith((".xml", ".rels"))
                    if b"<!DOCTYPE" in head or b"<!ENTITY" in head or (marked and b"\x00" in head):
                        raise Unsafe(
                            "entities"
                        )  # also in UTF-16, which would hide them, and which Excel does not write
                    total += len(head)
                    while chunk := stream.read(MEBIBYTE):
                        total += len(chunk)
                        if total > LARGEST_UNPACKED:
                            raise Unsafe("bomb")
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, RuntimeError):
        raise Unsafe("damaged") from None
