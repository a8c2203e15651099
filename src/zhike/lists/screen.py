"""What the screen of a list needs beside its rows: views, quick filters, conditions, columns, sort links."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from zhike.lists.asked import Asked, Condition
from zhike.lists.fields import OPERATORS, Field
from zhike.lists.models import View
from zhike.people.models import Person


@dataclass(frozen=True)
class Option:
    """A value to choose."""

    value: str
    words: Any
    chosen: bool = False


@dataclass(frozen=True)
class Quick:
    """A quick filter: a field with its values."""

    code: str
    label: Any
    options: tuple[Option, ...]
    chosen: str


@dataclass(frozen=True)
class Chip:
    """A condition in force, in words, and the question without it."""

    condition: str
    words: str
    without: str


def columns_of(person: Person, noun: str, asked: Asked, fields: tuple[Field, ...]) -> tuple[Field, ...]:
    """The columns asked for, or the person's last choice, or the usual ones; the first field always stays."""
    kept = asked.columns or tuple(person.settings.get("columns", {}).get(noun, ()))
    by_code = {field.code: field for field in fields}
    chosen = tuple(by_code[code] for code in kept if code in by_code)
    if not chosen:
        return tuple(field for field in fields if field.shown)
    return (
        chosen if chosen[0] == fields[0] else (fields[0], *(field for field in chosen if field != fields[0]))
    )


def quick_filters(
    choices: Mapping[str, Mapping[str, str]], asked: Asked, fields: tuple[Field, ...]
) -> list[Quick]:
    """The quick filters of a list: field -> value -> words."""
    labels = {field.code: field.label for field in fields}
    found = []
    for code, values in choices.items():
        chosen = asked.value_of(code)
        options = tuple(Option(value, words, value == chosen) for value, words in values.items())
        found.append(Quick(code, labels[code], options, chosen))
    return found


def chips(
    person: Person,
    asked: Asked,
    fields: tuple[Field, ...],
    hidden: tuple[str, ...] = (),
    names: Mapping[str, Mapping[str, str]] | None = None,
) -> list[Chip]:
    """The conditions in force, in words; those that a quick filter shows already are left out. `names` are choices known."""
    by_code = {field.code: field for field in fields}
    found = []
    for one in asked.conditions:
        field = by_code[one.code]
        if one.code in hidden and one.operator == "in" and "," not in one.text:
            continue
        rest = replace(asked, conditions=tuple(other for other in asked.conditions if other != one), page=1)
        found.append(
            Chip(str(one), condition_words(person, field, one, (names or {}).get(one.code)), rest.query())
        )
    return found


def condition_words(
    person: Person, field: Field, condition: Condition, names: Mapping[str, Any] | None = None
) -> str:
    """A condition as a person reads it."""
    operator = OPERATORS[field.kind][condition.operator]
    if names is None:
        names = field.choices(person) if field.choices else {}
    values = (
        "、".join(str(names.get(value, value)) for value in condition.values) if names else condition.text
    )
    return f"{field.label} {operator} {values}".strip()


def views_for(person: Person, noun: str) -> list[View]:
    """The saved views of a list that a person has."""
    return list(View.objects.visible_to(person).of(noun).select_related("owner"))
