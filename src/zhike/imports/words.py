"""Words of a file that a field does not know: what stands there instead, and what they probably mean."""

from __future__ import annotations

import json
import re
import unicodedata
from collections import Counter
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import Any

import duckdb
from babel import Locale
from django.utils import translation
from django.utils.translation import gettext as _

from zhike.customers import formats
from zhike.facts.currencies import CURRENCIES
from zhike.facts.figures import company_currency
from zhike.facts.formats import literal, quote
from zhike.imports.colleagues import Colleagues
from zhike.imports.links import SEVERAL, countries, places_of
from zhike.imports.models import Import
from zhike.imports.targets import TARGETS, Field
from zhike.imports.wording import CURRENCY
from zhike.people.models import Department, Person, Region
from zhike.ui.figures import tongue

LISTED = 60
"""So many unknown words of a field are offered, those that nobody has settled and that stand in most rows first."""
LONGEST = 120
NAMED, MANY, FEW = 12, 100, 3
"""So many values a sentence names; of very many, such as all countries, only a few to show what they look like."""

_ENDS = re.compile("(行业|客户|企业|业|类型|类别|类|型)$")
_PLACE_ENDS = re.compile(
    "(销售部|事业部|办事处|分公司|大区|片区|地区|区域|部门|团队|中心|区|部|组|处|region|department|dept\\.?|team)$"
)
_NO_PLACE = re.compile("(总?公司|集团|分公司|销售部?|部门?|办事处|company|group|sales|office)")
"""Names that stand in the names of other places, and do not tell which one is meant."""


class Vocabulary:
    """The values that a field may take, and the words for them. Whom it may name depends on who imports."""

    def __init__(self, field: Field, by: Person | None = None) -> None:
        self.field, self.by = field, by

    @cached_property
    def colleagues(self) -> Colleagues:
        """The people whom it may name."""
        assert self.by is not None
        return Colleagues(self.field, self.by)

    @cached_property
    def values(self) -> dict[str, Any]:
        """Code -> name of what is possible: the choices, the places that are open, people, currencies or countries."""
        language = "zh_Hans" if tongue() == "zh" else "en"
        if self.field.link == "person":
            return self.colleagues.labels() if self.by is not None else {}
        if self.field.link in PLACES:
            return _places(PLACES[self.field.link])
        if self.field.link == "country":
            return dict(sorted(formats.countries(language).items(), key=lambda one: (one[0] != "CN", one[1])))
        if self.field.code == "currency":
            names = Locale.parse(language).currencies
            first = [company_currency(), *CURRENCY]
            return {
                code: f"{code} {names.get(code, '')}".strip()
                for code in dict.fromkeys([*first, *sorted(CURRENCIES)])
            }
        return dict(self.field.choices)

    @cached_property
    def names(self) -> dict[str, str]:
        """Word -> code: the words of files, and the names of the values in both languages; a name of several has no code."""
        if self.field.link in PLACES:
            rows = list(
                PLACES[self.field.link]
                .objects.filter(closed_on__isnull=True)
                .values_list("code", "name_zh", "name_en")
            )
            often = Counter(name for _code, *names in rows for name in {*names} if name)
            found = {name: code for code, *names in rows for name in names if name and often[name] == 1}
            return found | {code: code for code, *_names in rows}
        if self.field.link == "country":
            return countries()
        found = {code: code for code in self.field.choices}
        if self.field.code == "currency":
            found = {code: code for code in CURRENCIES}
            for language in ("zh", "en"):
                found |= {
                    name: code for code, name in Locale(language).currencies.items() if code in CURRENCIES
                }
        for language in ("zh-hans", "en"):
            with translation.override(language):
                found |= {str(label): code for code, label in self.field.choices.items()}
        return {**found, **self.field.words}

    def likely(self, word: str) -> list[str]:
        """The codes of what a word seems to mean; of people all who fit, else one value or none."""
        if self.field.link == "person":
            return self.colleagues.likely(word)
        found = guess(self.field, word, self.names)
        return [found] if found in self.values else []

    def why(self, word: str) -> str:
        """Why a word that stands for something is listed all the same: a sentence, or nothing."""
        if self.field.link == "person":
            return {"several": _("several people are called so"), "has_left": _("has left"),
                    "only_you": _("your roles let you name only yourself")}.get(self.colleagues.fault(word), "")  # fmt: skip
        return _("several places are called so") if self.found.get(_folded(word)) == SEVERAL else ""

    @cached_property
    def found(self) -> dict[str, int]:
        """What names of places find."""
        return places_of(self.field.link) if self.field.link in PLACES else {}


PLACES: dict[str, Any] = {"region": Region, "department": Department}


def _places(kind: Any) -> dict[str, str]:
    """Code -> name of the open ones, with what each is part of where several have one name."""
    rows = list(kind.objects.filter(closed_on__isnull=True).select_related("parent"))
    often = Counter(str(one) for one in rows)
    return {
        one.code: f"{one} · {one.parent or one.code}" if often[str(one)] > 1 else str(one) for one in rows
    }


def readable(field: Field) -> dict[str, str]:
    """Word -> code of what is read without asking: codes, words of files, and the names of choices."""
    if field.code == "currency":
        return {code: code for code in CURRENCIES} | dict(field.words)
    return Vocabulary(field).names


def decided(options: Mapping[str, Any], field: Field) -> dict[str, str]:
    """What a person said that words of the file mean; empty stands for: leave the cell empty."""
    words: dict[str, str] = options.get("words", {}).get(field.code, {})
    return words


def values_of(field: Field) -> str:
    """The values that are possible, as a sentence names them."""
    labels = [str(label) for label in Vocabulary(field).values.values()] if field.asks else []
    most = NAMED if len(labels) <= MANY else FEW
    return "、".join([*labels[:most], *(["…"] if len(labels) > most else [])])


def guess(field: Field, word: str, known: Mapping[str, str] | None = None) -> str:
    """The one value that a word seems to mean; empty where none or several fit.

    A word fits a value whose name it holds, or equals but for endings such as 业 or 类.
    """
    is_place = field.link in PLACES
    plain, ends = _together(word), _PLACE_ENDS if is_place else _ENDS
    given = Vocabulary(field).names if known is None else known
    names = {_together(name): code for name, code in given.items()}
    for name, code in names.items():
        if _bare(name, ends) == _bare(plain, ends):
            return code
    if is_place:
        names = {name: code for name, code in names.items() if not _NO_PLACE.fullmatch(name)}
    inside = {name for name in names if name in plain and len(name) >= (2 if not name.isascii() else 4)}
    inside |= {name for name in names if len(name) == 1 and not name.isascii() and plain.startswith(name)}
    longest = {name for name in inside if not any(name != other and name in other for other in inside)}
    codes = {names[name] for name in longest}
    return codes.pop() if len(codes) == 1 else ""


def _folded(text: str) -> str:
    return "".join(unicodedata.normalize("NFKC", text).lower().split())


def _together(text: str) -> str:
    return re.sub(r"[_\-·/]", "", _folded(text))


def _bare(text: str, ends: re.Pattern[str]) -> str:
    short = ends.sub("", text)
    return short or text


def keep(db: duckdb.DuckDBPyConnection, fields: list[Field], options: Mapping[str, Any], out: Path) -> None:
    """Count the words that the columns `u_…` of `judged` hold, leave them in `out`, and drop these columns."""
    found: dict[str, list[Any]] = {}
    for field in fields:
        name = quote(f"u_{field.code}")
        said = ", ".join(map(literal, decided(options, field))) or "''"
        rows = db.execute(
            f"SELECT {name}, count(*) FROM judged WHERE length({name}) <= {LONGEST} "
            f"GROUP BY 1 ORDER BY {name} IN ({said}), 2 DESC, 1 LIMIT {LISTED + 1}"
        ).fetchall()
        if rows:
            found[field.code] = [list(row) for row in rows]
        db.execute(f"ALTER TABLE judged DROP COLUMN {name}")
    out.write_text(json.dumps(found, ensure_ascii=False), encoding="utf-8")


def unknown_sql(field: Field, word: str) -> str:
    """SQL: the word of a cell where the field does not know it, whatever was said of it since."""
    return f"CASE WHEN {word} NOT IN ({', '.join(map(literal, readable(field)))}) THEN {word} END"


def add(folder: Path, more: Mapping[tuple[str, str], int], options: Mapping[str, Any]) -> None:
    """Put words that only the archive could judge beside those of the file."""
    file = folder / "words.json"
    found: dict[str, list[Any]] = json.loads(file.read_text(encoding="utf-8"))
    said = {(code, word) for code, words in options.get("words", {}).items() for word in words}
    for (code, word), count in sorted(more.items(), key=lambda one: (one[0] in said, -one[1], one[0])):
        rows = found.setdefault(code, [])
        if len(rows) <= LISTED and len(word) <= LONGEST:
            rows.append([word, count])
    file.write_text(json.dumps(found, ensure_ascii=False), encoding="utf-8")


def counted(owner: Import) -> dict[str, list[tuple[str, int]]]:
    """Field -> unknown words of the file with the number of their rows."""
    file = owner.folder / "words.json"
    if not file.is_file():
        return {}
    read = json.loads(file.read_text(encoding="utf-8"))
    return {code: [(word, count) for word, count in rows] for code, rows in read.items()}


def checked(fields: Mapping[str, Field], said: Mapping[str, Any], by: Person) -> dict[str, dict[str, str]]:
    """What was said of words, as far as it can be carried out by who imports."""
    found: dict[str, dict[str, str]] = {}
    for code, words in said.items():
        field = fields.get(code)
        if field is None or not words or not field.asks:
            continue
        possible = Vocabulary(field, by).values
        fitting = {
            word: to for word, to in words.items()
            if word and len(word) <= LONGEST and (to in possible or (to == "" and field.clears))
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
    if not value and field.link == "person":
        return str(owner.by)
    return str(Vocabulary(field, owner.by).values.get(value, value)) if value else ""
