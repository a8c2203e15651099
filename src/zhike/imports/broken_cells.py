"""Cells of a workbook in which the spreadsheet itself failed, such as #REF!: the library that reads workbooks gives them as empty."""

from __future__ import annotations

import html
import re
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path, PurePosixPath

PIECE = 1 << 20
SHEET = re.compile(r"<(?:\w+:)?sheet\b[^>]*>")
LINK = re.compile(r"<(?:\w+:)?Relationship\b[^>]*>")
CELL = re.compile(rb'<(?:\w+:)?c\b([^>]*\bt="e"[^>]*)>(.*?)</(?:\w+:)?c>', re.DOTALL)
PLACE = re.compile(rb'\br="([A-Z]{1,3})(\d{1,7})"')
VALUE = re.compile(rb"<(?:\w+:)?v>([^<]{1,20})</")

Broken = dict[int, dict[int, str]]
"""Row as the spreadsheet counts -> column from 0 -> what the cell shows."""


def broken_cells(path: Path) -> Mapping[str, Broken]:
    """The failed cells of each sheet of an .xlsx, by the sheet's name. It must have been checked by `check_book`."""
    found: dict[str, Broken] = {}
    with zipfile.ZipFile(path) as book:
        there = set(book.namelist())
        for name, part in _sheets(book, there):
            if part in there:
                found[name] = _broken(book, part)
    return found


def _sheets(book: zipfile.ZipFile, there: set[str]) -> Iterator[tuple[str, str]]:
    """Name and part of each sheet."""
    parts = ("xl/workbook.xml", "xl/_rels/workbook.xml.rels")
    if not there.issuperset(parts):
        return
    sheets, links = (book.read(part).decode("utf-8", "replace") for part in parts)
    targets = {_said(link, "Id"): _said(link, "Target") for link in LINK.findall(links)}
    for sheet in SHEET.findall(sheets):
        target = targets.get(_said(sheet, r"\w+:id"), "")
        yield (
            _said(sheet, "name"),
            target.lstrip("/") if target[:1] == "/" else str(PurePosixPath("xl", target)),
        )


def _said(tag: str, name: str) -> str:
    found = re.search(rf'\s{name}="([^"]*)"', tag)
    return html.unescape(found[1]) if found else ""


def _broken(book: zipfile.ZipFile, part: str) -> Broken:
    found: Broken = {}
    rest = b""
    with book.open(part) as stream:
        while piece := stream.read(PIECE):
            whole, end, rest = (rest + piece).rpartition(b"</row>")
            _note(whole + end, found)
    _note(rest, found)
    return found


def _note(text: bytes, found: Broken) -> None:
    if b't="e"' not in text:
        return
    for said, inside in CELL.findall(text):
        place, value = PLACE.search(said), VALUE.search(inside)
        if place and value:
            column = 0
            for letter in place[1]:
                column = column * 26 + letter - 64
            found.setdefault(int(place[2]), {})[column - 1] = html.unescape(
                value[1].decode("utf-8", "replace")
            )
