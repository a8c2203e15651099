"""Words of a file that a field with choices does not know: what stands there instead, and what they probably mean."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import duckdb
from django.utils import translation

from zhike.facts.formats import literal, quote
from zhike.imports.models import Import
from zhike.imports.targets import TARGETS, Field
from zhike.people.models import Region

LISTED = 60
"""So many unknown words of a field are offered, those that stand in most rows first."""
LONGEST = 120
NAMED = 12
"""So many values a sentence names."""

_ENDS = re.compile("(行业|客户|企业|业|类型|类别|类|型)$")


def values(field: Field) -> dict[str, Any]:
    """Code -> name of what is possible: the choices, or the regions that are open."""
    if field.is_place:
        return {one.code: str(one) for one in Region.objects.filter(closed_on__isnull=True)}
    return dict(field.choices)


def known(field: Field) -> dict[str, str]:
    """Word -> code: the words of files, and the names of the values in both languages."""
    if field.is_place:
        rows = Region.objects.filter(closed_on__isnull=True).values_list("code", "name_zh", "name_en")
        return {name: code for code, *names in rows for name in (code, *names) if name}
    found = {code: code for code in field.choices}
    for language in ("zh-hans", "en"):
        with translation.override(language):
            found |= {str(label): code for code, label in field.choices.items()}
    return {**found, **field.words}


def decided(options: Mapping[str, Any], field: Field) -> dict[str, str]:
    """What a person said that words of the file mean; empty stands for: leave the cell empty."""
    words: dict[str, str] = options.get("words", {}).get(field.code, {})
    return words


def values_of(field: Field) -> str:
    """The values that are possible, as a sentence names them."""
    labels = [str(label) for label in values(field).values()]
    return "、".join([*labels[:NAMED], *(["…"] if len(labels) > NAMED else [])])


def guess(field: Field, word: str) -> str:
    """The one value that a word seems to mean; empty where none or several fit.

    A word fits a value whose name it holds, or equals but for endings such as 业 or 类.
    """
    plain = _folded(word)
    names = {_folded(name): code for name, code in known(field).items()}
    for name, code in names.items():
        if _bare(name) == _bare(plain):
            return code
    inside = {name for name in names if name in plain and len(name) >= (2 if not name.isascii() else 4)}
    inside |= {name for name in names if len(name) == 1 and not name.isascii() and plain.startswith(name)}
    longest = {name for name in inside if not any(name != other and name in other for other in inside)}
    codes = {names[name] for name in longest}
    return codes.pop() if len(codes) == 1 else ""


def _folded(text: str) -> str:
    return "".join(unicodedata.normalize("NFKC", text).lower().split())


def _bare(text: str) -> str:
    short = _ENDS.sub("", text)
    return short or text


def keep(db: duckdb.DuckDBPyConnection, fields: list[Field], out: Path) -> None:
    """Count the words that the columns `u_…` of `judged` hold, leave them in `out`, and drop these columns."""
    found: dict[str, list[Any]] = {}
    for field in fields:
        name = quote(f"u_{field.code}")
        rows = db.execute(
            f"SELECT {name}, count(*) FROM judged WHERE length({name}) <= {LONGEST} "
            f"GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT {LISTED}"
        ).fetchall()
        if rows:
            found[field.code] = [list(row) for row in rows]
        db.execute(f"ALTER TABLE judged DROP COLUMN {name}")
    out.write_text(json.dumps(found, ensure_ascii=False), encoding="utf-8")


def unknown_sql(field: Field, word: str) -> str:
    """SQL: the word of a cell where the field does not know it, whatever was said of it since."""
    return f"CASE WHEN {word} NOT IN ({', '.join(map(literal, known(field)))}) THEN {word} END"


def add(folder: Path, more: Mapping[tuple[str, str], int]) -> None:
    """Put words that only the archive could judge beside those of the file."""
    file = folder / "words.json"
    found: dict[str, list[Any]] = json.loads(file.read_text(encoding="utf-8"))
    for (code, word), count in sorted(more.items(), key=lambda one: (-one[1], one[0])):
        rows = found.setdefault(code, [])
        if len(rows) < LISTED and len(word) <= LONGEST:
            rows.append([word, count])
    file.write_text(json.dumps(found, ensure_ascii=False), encoding="utf-8")


def counted(owner: Import) -> dict[str, list[tuple[str, int]]]:
    """Field -> unknown words of the file with the number of their rows."""
    file = owner.folder / "words.json"
    if not file.is_file():
        return {}
    read = json.loads(file.read_text(encoding="utf-8"))
    return {code: [(word, count) for word, count in rows] for code, rows in read.items()}


def checked(fields: Mapping[str, Field], said: Mapping[str, Any]) -> dict[str, dict[str, str]]:
    """What was said of words, as far as it can be carried out."""
    found: dict[str, dict[str, str]] = {}
    for code, words in said.items():
        field = fields.get(code)
        if field is None or not (possible := values(field)):
            continue
        fitting = {
            word: to for word, to in words.items()
            if word and len(word) <= LONGEST and (to in possible or (to == "" and field.forgives))
        }  # fmt: skip
        if fitting:
            found[code] = fitting
    return found


def instead(owner: Import, field: Field) -> str:
    """The name of the value that stands where a cell is empty: the one given for the file, else the field's own; or nothing."""
    value = owner.options["defaults"].get(field.code)
    if not value and field.choices:
        model = TARGETS[owner.target].judge.model  # type: ignore[attr-defined]
        value = model._meta.get_field(field.code).get_default()
    return str(values(field).get(value, value)) if value else ""
