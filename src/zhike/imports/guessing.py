"""Which row holds the headers, which column fills which field, and how days and numbers are written."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from string import ascii_uppercase
from typing import Any

from zhike.facts.currencies import CURRENCIES
from zhike.imports.targets import Field
from zhike.imports.wording import CURRENCY, turned

UNITS = {"万元": 10_000, "万": 10_000, "千元": 1_000, "百万": 1_000_000, "百万元": 1_000_000, "亿元": 100_000_000, "亿": 100_000_000,
         "k": 1_000, "thousand": 1_000, "million": 1_000_000, "m": 1_000_000}  # fmt: skip
DATES = {
    "": (),
    "d/m/yyyy": ("d/m/yyyy", "d-m-yyyy", "d.m.yyyy"),
    "m/d/yyyy": ("m/d/yyyy", "m-d-yyyy", "m.d.yyyy"),
    "d mmm yyyy": ("d mmm yyyy", "d-mmm-yyyy", "mmm d, yyyy", "d mmmm yyyy", "mmmm d, yyyy"),
    "excel": ("excel",),
}
"""How days may be written, beside the ways that leave no doubt."""

SEARCHED = 20
EMPTY = ("-", "--", "—", "/", "无", "N/A", "n/a", "NULL", "null", "#N/A", "None")
"""Words of cells that mean: nothing."""

_BRACKETS = re.compile(r"[(（\[【]([^)）\]】]*)[)）\]】]")


def bare(text: str) -> str:
    """A header without its unit, signs, blanks and case.

    >>> bare("Order Date"), bare("金额（万元）")
    ('orderdate', '金额')
    """
    plain = unicodedata.normalize("NFKC", _BRACKETS.sub("", text)).lower()
    return re.sub(r"[\W_]+", "", plain)


def unit_of(header: str) -> str:
    """What stands in brackets in a header."""
    found = _BRACKETS.search(header)
    return found[1].strip() if found else ""


def letter(number: int) -> str:
    """The letters of a column, counted from 0, as spreadsheets name it."""
    text = ""
    number += 1
    while number:
        number, rest = divmod(number - 1, 26)
        text = ascii_uppercase[rest] + text
    return text


def names_of(cells: Sequence[str]) -> list[str]:
    """The names of the columns from a header row: never empty, never twice."""
    names: list[str] = []
    for number, cell in enumerate(cells):
        name = " ".join(cell.split()).lstrip("=").strip() or letter(number)
        names.append(f"{name} ({letter(number)})" if name in names else name)
    return names


def header_row(head: Sequence[tuple[int, list[str]]], fields: Iterable[Field]) -> int:
    """The number of the row that looks most like headers, among the first ones."""
    words = {bare(word) for field in fields for word in (*field.synonyms, field.code)}
    best, row = 0.0, head[0][0]
    widest = max((sum(bool(cell.strip()) for cell in cells) for _, cells in head), default=1)
    for number, cells in head[:SEARCHED]:
        filled = [cell for cell in cells if cell.strip()]
        known = sum(bare(cell) in words for cell in filled)
        numbers = sum(bool(re.fullmatch(r"[-+]?[\d.,/: -]+", cell)) for cell in filled)
        score = 3 * known + len(filled) / (widest or 1) - 2 * numbers
        if score > best:
            best, row = score, number
    return row


def fingerprint(target: str, names: Sequence[str]) -> str:
    """The shape of a file: what it is imported as, and its headers in any order."""
    return hashlib.sha256("\n".join([target, *sorted(map(bare, names))]).encode()).hexdigest()


@dataclass(frozen=True)
class Guess:
    """Field -> column, field -> factor, field -> value where no column has it."""

    columns: dict[str, str]
    times: dict[str, int]
    defaults: dict[str, str]


def likeness(field: Field, name: str) -> float:
    """How much a header looks like a field: 0 is not at all, 100 the first of its words."""
    found = bare(name)
    if not found:
        return 0.0
    best = 0.0
    for place, word in enumerate((field.code.replace("_", " "), *field.synonyms)):
        known = bare(word)
        if known == found:
            best = max(best, 100 - place / 100)
        elif len(known) >= (2 if not known.isascii() else 5) and known in found:
            best = max(best, 50 * len(known) / len(found) - place / 100)
    return best


def guess_columns(fields: Sequence[Field], names: Sequence[str]) -> Guess:
    """The best pairs of fields and columns first; each is used once."""
    pairs = sorted(
        ((likeness(field, name), -at, -nth) for at, field in enumerate(fields) for nth, name in enumerate(names)),
        reverse=True,
    )  # fmt: skip
    columns: dict[str, str] = {}
    taken: set[int] = set()
    for score, at, nth in pairs:
        field = fields[-at]
        if score >= 20 and field.code not in columns and -nth not in taken:
            columns[field.code] = names[-nth]
            taken.add(-nth)
    times = {code: UNITS[unit.lower()] for code, name in columns.items()
             if (unit := unit_of(name)).lower() in UNITS and _is_number(fields, code)}  # fmt: skip
    return Guess(columns, times, _currency(fields, columns))


def _is_number(fields: Sequence[Field], code: str) -> bool:
    return any(field.code == code and field.kind in ("money", "decimal") for field in fields)


def _currency(fields: Sequence[Field], columns: dict[str, str]) -> dict[str, str]:
    """The currency that the header of an amount names, where no column does."""
    if "currency" in columns or not any(field.code == "currency" and field.required for field in fields):
        return {}
    words = turned(CURRENCY)
    for code, name in columns.items():
        unit = unit_of(name)
        found = words.get(unit) or (unit.upper() if unit.upper() in CURRENCIES else "")
        if found and _is_number(fields, code):
            return {"currency": found}
    return {}


def first_options(fields: Sequence[Field], names: Sequence[str], keys: Iterable[str]) -> dict[str, Any]:
    """Options as nobody has touched them yet."""
    guess = guess_columns(fields, names)
    return {
        "columns": guess.columns,
        "times": guess.times,
        "defaults": guess.defaults,
        "mode": "both",
        "match": next(iter(keys)),
        "repeats": "reject",
        "dates": "",
        "decimal": ".",
        "blanks": "keep",
    }
