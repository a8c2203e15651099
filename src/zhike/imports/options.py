"""The options of an import as a person gave them, checked."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from zhike.facts import formula
from zhike.facts.currencies import CURRENCIES
from zhike.imports import words
from zhike.imports.checking import columns_of
from zhike.imports.guessing import DATES
from zhike.imports.models import MODES, Import
from zhike.imports.targets import TARGETS, Field, Target
from zhike.kernel.refusals import Invalid
from zhike_engine.errors import MappingInvalid

REPEATS = ("reject", "first", "sum")
FACTORS = frozenset([1_000, 10_000, 1_000_000, 100_000_000])


def cleaned(owner: Import, said: Mapping[str, Any]) -> dict[str, Any]:
    """Options that can be carried out. Raises Invalid with every field that is wrong."""
    target = TARGETS[owner.target]
    names = columns_of(owner)
    fields = {field.code: field for field in target.fields_for(owner.by)}
    wrong: dict[str, Any] = {}
    columns = {code: text for code, text in said.get("columns", {}).items() if code in fields and text}
    defaults = {
        code: text.strip()
        for code, text in said.get("defaults", {}).items()
        if code in fields and text.strip()
    }
    for code, text in columns.items():
        _check_origin(code, text, names, wrong)
    for code, text in defaults.items():
        defaults[code] = _default(fields[code], text, wrong)
    _check_required(target, fields, columns, defaults, wrong)
    match = said.get("match") if said.get("match") in target.keys else next(iter(target.keys))
    _check_key(target, match, columns, defaults, said.get("mode", "both"), wrong)
    if wrong:
        raise Invalid(_("Some columns do not match yet."), fields=wrong)
    return {
        "columns": columns,
        "defaults": defaults,
        "times": {
            code: factor
            for code, factor in said.get("times", {}).items()
            if code in columns and factor in FACTORS
        },
        "mode": said["mode"] if said.get("mode") in MODES else "both",
        "match": match,
        "repeats": said["repeats"]
        if said.get("repeats") in REPEATS and (said["repeats"] != "sum" or target.sums)
        else "reject",
        "dates": said["dates"] if said.get("dates") in DATES else "",
        "returns": "negate" if said.get("returns") == "negate" else "reject",
        "decimal": "," if said.get("decimal") == "," else ".",
        "blanks": "clear" if said.get("blanks") == "clear" else "keep",
        "words": words.checked(fields, said.get("words", owner.options.get("words", {})), owner.by),
        "header": owner.options["header"],
        "names": names,
    }


def _check_origin(code: str, text: str, names: list[str], wrong: dict[str, Any]) -> None:
    if not text.startswith("="):
        if text not in names:
            wrong[code] = _("The file has no column “%(name)s”.") % {"name": text}
        return
    try:
        node = formula.parse_value(text)
    except MappingInvalid as problem:
        wrong[code] = f"{problem.message} ({problem.hint})" if problem.hint else problem.message
        return
    for part in formula.walk(node):
        if isinstance(part, formula.Lookup | formula.Total):
            wrong[code] = _("A formula here cannot look into other files.")
        elif isinstance(part, formula.Column) and part.name not in names:
            wrong[code] = _("The file has no column “%(name)s”.") % {"name": part.name}


def _default(field: Field, text: str, wrong: dict[str, Any]) -> str:
    """A default in the words of the product."""
    text = field.words.get(text, text)
    if (field.choices and text not in field.choices) or (field.code == "currency" and text not in CURRENCIES):
        wrong[field.code] = _("“%(value)s” is not possible here.") % {"value": text}
    elif field.limit and len(text) > field.limit:
        wrong[field.code] = _("The text is longer than %(limit)s characters.") % {"limit": field.limit}
    return text


def _check_required(
    target: Target,
    fields: Mapping[str, Field],
    columns: Mapping[str, str],
    defaults: Mapping[str, str],
    wrong: dict[str, Any],
) -> None:
    for field in target.fields:
        if not field.required or field.code in columns or field.code in defaults or field.code in wrong:
            continue
        wrong[field.code] = (
            _("Choose a column, or a default value for all rows.")
            if field.code in fields
            else _("Your roles do not show you this field.")
        )


def _check_key(
    target: Target,
    match: Any,
    columns: Mapping[str, str],
    defaults: Mapping[str, str],
    mode: str,
    wrong: dict[str, Any],
) -> None:
    """Every part of the match key needs a column; a part that may be left out is no part of the file."""
    missing = [
        code
        for code in target.keys[match]
        if code not in columns and code not in defaults and code != "person"
    ]
    if missing and not (target.code == "customers" and match == "code" and mode == "create"):
        wrong["match"] = _("Choose columns for what records are matched by.")
