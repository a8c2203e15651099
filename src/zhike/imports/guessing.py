"""Which row holds the headers, which column fills which field, and how days and numbers are written."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from string import ascii_uppercase
from typing import Any

from zhike.facts.currencies import CURRENCIES
from zhike.facts.figures import company_currency
from zhike.imports.targets import Field
from zhike.imports.wording import CURRENCY, turned

UNITS = {"百万元": 1_000_000, "万元": 10_000, "千元": 1_000, "亿元": 100_000_000, "百万": 1_000_000, "千": 1_000, "万": 10_000, "亿": 100_000_000,
         "k": 1_000, "thousand": 1_000, "million": 1_000_000, "m": 1_000_000}  # fmt: skip
"""Unit of a heading -> its factor, the longer before the shorter that it holds."""
DATES = {
    "": (),
    "d/m/yyyy": ("d/m/yyyy", "d-m-yyyy", "d.m.yyyy"),
    "m/d/yyyy": ("m/d/yyyy", "m-d-yyyy", "m.d.yyyy"),
    "d mmm yyyy": ("d mmm yyyy", "d-mmm-yyyy", "mmm d, yyyy", "d mmmm yyyy", "mmmm d, yyyy"),
    "excel": ("excel",),
}
"""How days may be written, beside the ways that leave no doubt."""

SEARCHED = 20
EMPTY = ("-", "--", "—", "——", "－", "/", "无", "N/A", "n/a", "NULL", "null", "#N/A", "None")
"""Words of cells that mean: nothing."""
REASON = "原因 Reason"
"""The column of why a row was rejected, in a workbook that an import gave back: no part of a file's shape."""

_BRACKETS = re.compile(r"[(（\[【]([^)）\]】]*)[)）\]】]")
_TAIL = re.compile(
    r"(?:[\s/_:：\-—－]+(元|人民币元?|CNY|RMB|USD|EUR|GBP|HKD|JPY)|[\s/_:：\-—－]*((?:人民币)?(?:百万|千|万|亿)(?:元|美元|欧元|港元)|美元|美金|欧元|港币|港元|英镑|日元))$"
)
_UNIT = "(?:人民币)?(?:百万|千|万|亿)?(?:人民币|美元|美金|欧元|港元|港币|英镑|日元|元|CNY|RMB|USD|EUR|GBP|HKD|JPY)"
_ABOVE = re.compile(rf"(?:单位|币种|币别|货币)[:：]\s*({_UNIT})(?!\w)")
_OWN = re.compile("本位?币|人民币")
"""Amounts of a heading that are in the company's currency, whatever the currency of the row."""


def bare(text: str) -> str:
    """A header without its unit, signs, blanks and case.

    >>> bare("Order Date"), bare("金额（万元）"), bare("*金额/万元")
    ('orderdate', '金额', '金额')
    """
    plain = _BRACKETS.sub("", text).strip()
    plain = _TAIL.sub("", plain) or plain
    return re.sub(r"[\W_]+", "", unicodedata.normalize("NFKC", plain).lower())


def unit_of(header: str) -> str:
    """The unit or currency in a header: what stands in brackets, or behind its name.

    >>> unit_of("金额（万元）"), unit_of("金额/万元"), unit_of("Amount USD"), unit_of("客户")
    ('万元', '万元', 'USD', '')
    """
    found = _BRACKETS.search(header)
    if found:
        return found[1].strip()
    tail = _TAIL.search(header.strip())
    return (tail[1] or tail[2]) if tail else ""


def unit_above(head: Sequence[tuple[int, list[str]]], header: int) -> str:
    """The unit that a line above the header tells for all amounts, such as `单位：万元`; empty where none does.

    >>> unit_above([(1, ["应收明细", "金额单位：人民币万元"]), (2, ["客户", "金额"])], 2)
    '人民币万元'
    """
    cells = (cell for number, cells in head if number < header for cell in cells)
    return next((found[1] for cell in cells if (found := _ABOVE.search(cell))), "")


def factor_of(unit: str) -> int:
    """By how much amounts in a unit are multiplied.

    >>> factor_of("万元"), factor_of("万美元"), factor_of("人民币百万元"), factor_of("元")
    (10000, 10000, 1000000, 1)
    """
    small = unit.lower()
    if small in UNITS:
        return UNITS[small]
    return next((factor for word, factor in UNITS.items() if not word.isascii() and word in small), 1)


def currency_of(unit: str) -> str:
    """The currency that a unit names; empty where it names none.

    >>> currency_of("万美元"), currency_of("人民币万元"), currency_of("USD"), currency_of("万元"), currency_of("件")
    ('USD', 'CNY', 'USD', 'CNY', '')
    """
    words = turned(CURRENCY)
    plain = re.sub("百万|[千万亿]", "", unit).strip()
    return words.get(plain) or (plain.upper() if plain.upper() in CURRENCIES else "")


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


def fit(fields: Sequence[Field], sheet: Mapping[str, Any]) -> float:
    """How well a sheet fits what is imported: its matched columns, the mandatory ones twice; a sheet without rows below its
    header fits worse than any other, and a hidden one worse than any that is seen."""
    head = sheet["head"]
    row = header_row(head, fields) if head else 0
    cells: list[str] = next((cells for number, cells in head if number == row), [])
    if not any(number > row for number, _ in head):
        return -2.0
    matched = guess_columns(fields, names_of(cells)).columns
    score = sum(2 if field.required else 1 for field in fields if field.code in matched)
    return float(score) if not sheet.get("hidden") else score / 1000 - 1


def best_sheet(fields: Sequence[Field], sheets: Sequence[Mapping[str, Any]]) -> int:
    """The number of the sheet that fits best; of several the first."""
    return max(range(len(sheets)), key=lambda number: (fit(fields, sheets[number]), -number))


def fingerprint(target: str, names: Sequence[str], above: str = "") -> str:
    """The shape of a file: what it is imported as, and its headers with their units in any order."""
    shapes = sorted(f"{bare(name)} {unit_of(name)}".strip() for name in names if name != REASON)
    return hashlib.sha256("\n".join([target, *([above] if above else []), *shapes]).encode()).hexdigest()


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
            share = len(known) / len(found)
            if (
                found.endswith(known) or share >= 0.75
            ):  # what a heading is about stands at its end: 客户类型 is no customer
                best = max(best, 50 * share - place / 100)
    return best


def guess_columns(fields: Sequence[Field], names: Sequence[str], above: str = "") -> Guess:
    """The best pairs of fields and columns first; each is used once. `above` is the unit that a line above the header tells."""
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
    money = [field.code for field in fields if field.kind == "money" and field.code in columns]
    _keep_one_currency(columns, money)
    times = {
        code: factor
        for code in money
        if code in columns and (factor := factor_of(unit_of(columns[code]) or above)) > 1
    }
    return Guess(columns, times, _currency(fields, columns, money, above))


def _keep_one_currency(columns: dict[str, str], money: Sequence[str]) -> None:
    """A row has one currency: an amount in the company's own goes without the column of the other, and profit like the amount."""
    if "amount" not in columns:
        return
    own = bool(_OWN.search(columns["amount"]))
    for code in money:
        if (
            code != "amount"
            and bool(_OWN.search(columns[code])) is not own
            and (own or "currency" in columns)
        ):
            del columns[code]
    if own:
        columns.pop("currency", None)


def _currency(
    fields: Sequence[Field], columns: dict[str, str], money: Sequence[str], above: str
) -> dict[str, str]:
    """The currency that the header of an amount names, or a line above, where no column does."""
    if "currency" in columns or not any(field.code == "currency" and field.required for field in fields):
        return {}
    for code in money:
        name = columns.get(code, "")
        found = currency_of(unit_of(name)) or ("CNY" if "人民币" in name else "")
        if not found and _OWN.search(name):
            found = company_currency()
        if found or (found := currency_of(above)):
            return {"currency": found}
    return {}


def first_options(
    fields: Sequence[Field], names: Sequence[str], keys: Iterable[str], above: str = ""
) -> dict[str, Any]:
    """Options as nobody has touched them yet."""
    guess = guess_columns(fields, names, above)
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
