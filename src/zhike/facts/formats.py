"""How dates, numbers and yes-or-no words in cells are read: SQL expressions over one text each.

Every expression gives NULL for a text that it cannot read; nothing is guessed.
"""

from __future__ import annotations

import re

from zhike.messages import say
from zhike_engine.errors import MappingInvalid

NUMBER = "DECIMAL(30,8)"
"""The type in which numbers are read. Products have more decimals; each is rounded once to its column's own type.

Narrowing a 128-bit decimal costs ten times as much as reading one, so nothing is narrowed before it must be.
"""

DEFAULT_DATES = ("yyyy-mm-dd", "yyyy/mm/dd", "yyyy.mm.dd", "yyyymmdd", "yyyy年mm月dd日")
"""The formats that are tried when a mapping says nothing: only those that leave no doubt."""

BLANKS = " \t\r\n\u00a0\u3000\ufeff\u200b"
"""Characters that are taken off both ends of every text."""

_PADDED = r"^[\s\x{a0}\x{3000}\x{feff}\x{200b}]|[\s\x{a0}\x{3000}\x{feff}\x{200b}]$"
_PARTS = {"yyyy": "%Y", "mmmm": "%B", "mmm": "%b", "mm": "%m", "m": "%m", "dd": "%d", "d": "%d"}
_COMPACT = {"yyyymmdd": "%Y%m%d", "ddmmyyyy": "%d%m%Y", "mmddyyyy": "%m%d%Y"}
_CURRENCY_SIGNS = "[ \u00a0]*([A-Z]{2}\\$|[¥￥$€£]|人民币|美[元金]|港[币元]|欧元|英镑|日元|元|CNY|RMB|USD|EUR|GBP|HKD|JPY)[ \u00a0]*"
_WIDE_SIGNS = "'０１２３４５６７８９．－／：', '0123456789.-/:'"
_PLAIN_NUMBER = r"([-+]?)(\d{1,3}(?:,\d{3})+(?:\.\d*)?|\d+(?:\.\d*)?|\.\d+)(万|亿)?(-?)"
_TIME = r"[ T]+\d{1,2}:\d{2}(:\d{2}(\.\d+)?)?( ?[AaPp][Mm])?(Z| ?[-+]\d{2}(:?\d{2})?)?$"


def quote(name: str) -> str:
    """A name as an SQL identifier."""
    return '"' + name.replace('"', '""') + '"'


def literal(text: str) -> str:
    """A text as an SQL literal."""
    return "'" + text.replace("'", "''") + "'"


def one_of(value: str, literals: list[str]) -> str:
    """Whether a value is one of some SQL literals; NULL where the value is.

    DuckDB makes a join of every IN, which pays for long lists only.
    """
    if len(literals) > 16:
        return f"{value} IN ({', '.join(literals)})"
    return "(" + " OR ".join(f"{value} = {each}" for each in literals) + ")"


def date_format(text: str) -> str:
    """A date format such as `d.m.yyyy` as one of DuckDB; `excel` stays. Raises MappingInvalid without a place."""
    if text == "excel":
        return text
    pieces = re.findall(r"[A-Za-z]+|[^A-Za-z]+", text)
    letters = [piece for piece in pieces if piece[0].isascii() and piece[0].isalpha()]
    if "yy" in letters:
        raise MappingInvalid(
            say("two-digit years are not read: `{text}`", text=text),
            hint=say("export the dates with four-digit years"),
        )
    if text in _COMPACT:
        return _COMPACT[text]
    kinds = sorted(_PARTS.get(piece, "?")[-1].lower() for piece in letters)
    if kinds not in (["d", "m", "y"], ["b", "d", "y"]):
        raise MappingInvalid(
            say("`{text}` is no date format", text=text),
            hint=say("write `yyyy`, `m` or `mm`, `d` or `dd`, such as `d.m.yyyy`, or `excel`"),
        )
    return "".join(_PARTS.get(piece, piece.replace("%", "%%")) for piece in pieces)


def clean_sql(cell: str, empty_words: list[str]) -> str:
    """A text cell without blanks around it; empty texts and the words that mean empty become NULL."""
    words = [literal(word) for word in ("", *empty_words)]
    if len(words) == 1:
        return f"nullif({trim_sql(cell)}, '')"
    return f"CASE WHEN {one_of(trim_sql(cell), words)} THEN NULL ELSE {trim_sql(cell)} END"


def trim_sql(cell: str) -> str:
    """A text cell without blanks around it."""
    # The guard is four times as fast as trimming every text of a set of characters.
    padded = f"regexp_matches({cell}, {literal(_PADDED)})"
    return f"CASE WHEN {padded} THEN trim({cell}, {literal(BLANKS)}) ELSE {cell} END"


def number_sql(text: str, decimal: str, thousands: str | None, as_is: str | None = None) -> str:
    """A text as an exact number: 1,234.56 · (12) · 12- · ¥12 · 1.2万; grouping must be in threes.

    `as_is` is the same text before it was cleaned; it is tried first where that is quicker.
    """
    sign = thousands or ("," if decimal == "." else ".")
    signs = sign if sign != " " else " \u00a0\u202f"
    point = f"translate({text}, {literal(decimal + signs)}, '.,,,')"
    wide_digits = f"translate({point}, '０１２３４５６７８９．，（）－＋', '0123456789.,()-+')"
    bare = f"regexp_replace({wide_digits}, {literal(_CURRENCY_SIGNS)}, '', 'g')"
    signed = f"regexp_replace({bare}, '^\\((.*)\\)$', '-\\1')"
    parts = (
        f"regexp_extract({signed}, {literal('^' + _PLAIN_NUMBER + '$')}, ['lead', 'digits', 'unit', 'trail'])"
    )
    slow = (
        f"list_transform([{parts}], lambda _part_: CASE WHEN _part_.digits = '' "
        "OR (_part_.lead <> '' AND _part_.trail <> '') THEN NULL ELSE "
        f"try_cast(replace(_part_.digits, ',', '') AS {NUMBER})"
        " * CASE WHEN _part_.lead = '-' OR _part_.trail = '-' THEN -1 ELSE 1 END"
        " * CASE _part_.unit WHEN '万' THEN 10000 WHEN '亿' THEN 100000000 ELSE 1 END END)[1]"
    )
    fast = as_is or text if decimal == "." else point
    # `text` stands here once: what stands twice, DuckDB computes for every row beforehand.
    return f"coalesce(try_cast({fast} AS {NUMBER}), try_cast({slow} AS {NUMBER}))"


def date_sql(text: str, formats: list[str], as_is: str | None = None) -> str:
    """A text as a date; a time of day behind it is left off; years outside 1900 to 2199 are not read.

    `as_is` is the same text before it was cleaned; it is tried first where that is quicker.
    """
    patterns = [date_format(each) for each in formats]
    ways: list[str] = []
    for compact in (False, True):
        texts = [
            literal(each) for each in patterns if each != "excel" and (each in _COMPACT.values()) == compact
        ]
        if texts:
            way = f"CAST(try_strptime(_text_, [{', '.join(texts)}]) AS DATE)"
            ways.append(f"CASE WHEN length(_text_) = 8 THEN {way} END" if compact else way)
    if "excel" in patterns:
        serial = "CASE WHEN regexp_full_match(_text_, '[2-7]\\d{4}(\\.\\d+)?') THEN floor(CAST(_text_ AS DOUBLE)) END"
        ways.append(f"DATE '1899-12-30' + CAST({serial} AS INTEGER)")
    stripped = f"regexp_replace(translate({text}, {_WIDE_SIGNS}), {literal(_TIME)}, '')"
    slow = f"list_transform([{stripped}], lambda _text_: coalesce({', '.join(ways)}))"
    read = (
        f"list_transform({slow}, lambda _day_: CASE WHEN year(_day_) BETWEEN 1900 AND 2199 THEN _day_ END)[1]"
    )
    if "%Y-%m-%d" in patterns:
        # Most dates are ISO dates, and plain casts of them are many times as fast.
        first = as_is or text
        known = f"{first} >= '1900' AND {first} < '2200'"
        iso = f"length({first}) = 10 OR (length({first}) = 19 AND substr({first}, 14, 1) = ':')"
        read = f"coalesce(CASE WHEN {known} AND ({iso}) THEN try_cast(left({first}, 10) AS DATE) END, {read})"
    return read


def bool_sql(text: str) -> str:
    """A text as yes or no."""
    return (
        f"CASE WHEN lower({text}) IN ('true', 'yes', 'y', '1', '是', '有') THEN true"
        f" WHEN lower({text}) IN ('false', 'no', 'n', '0', '否', '无') THEN false END"
    )
