"""The table in which a person says what words of the file mean."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.http import QueryDict

from zhike.imports.models import Import
from zhike.imports.targets import TARGETS, Field
from zhike.imports.words import LISTED, Vocabulary, counted, decided, instead
from zhike.people.models import Person, Role
from zhike.people.rules import can

EMPTY = "-"
"""The choice that leaves a cell empty; nothing chosen keeps the row out."""
MOST_CHOICES = 9_000
"""So many choices a field's table holds at most; where very many values are possible, fewer words stand in it at once."""


def words(owner: Import) -> list[dict[str, Any]]:
    """Each field with few values whose column holds words that it does not know, with what was said of them or is guessed;
    those first whose words keep rows out."""
    found: list[dict[str, Any]] = []
    held = counted(owner)
    for field in TARGETS[owner.target].fields_for(owner.by):
        if field.code not in held:
            continue
        vocabulary = Vocabulary(field, owner.by)
        some = min(LISTED, max(10, MOST_CHOICES // (len(vocabulary.values) or 1)))
        said = decided(owner.options, field)
        found.append(
            {
                "field": field,
                "column": owner.options["columns"].get(field.code, ""),
                "rows": [_row(vocabulary, word, count, said) for word, count in held[field.code][:some]],
                "more": len(held[field.code]) > some,
                "instead": instead(owner, field),
                "others": _who_may(field, owner.by),
            }
        )
    return sorted(found, key=lambda one: one["field"].forgives)


def _who_may(field: Field, by: Person) -> str:
    """The roles that may import and name others in a field in which a person may name only themselves; or nothing."""
    if not field.verb or can(by, field.verb):
        return ""
    roles = Role.objects.filter(closed_on__isnull=True)
    return "、".join(str(role) for role in roles if {field.verb, "import_data"} <= set(role.verbs))


def _row(vocabulary: Vocabulary, word: str, count: int, said: Mapping[str, str]) -> dict[str, Any]:
    """One word: what it may mean, those who are likely first."""
    field, likely = vocabulary.field, vocabulary.likely(word)
    guessed = likely[0] if len(likely) == 1 and word not in said else ""
    chosen = (said[word] or EMPTY) if word in said else guessed or (EMPTY if field.forgives else "")
    choices = [
        {"value": code, "label": label, "chosen": code == chosen} for code, label in vocabulary.values.items()
    ]
    return {
        "word": word,
        "count": f"{count:,}",
        "likely": [one for one in choices if one["value"] in likely] if len(likely) > 1 else [],
        "options": [one for one in choices if len(likely) < 2 or one["value"] not in likely],
        "guessed": bool(guessed),
        "said": word in said,
        "why": vocabulary.why(word),
        "empty": chosen == EMPTY,
    }


def read_words(owner: Import, data: QueryDict) -> dict[str, dict[str, str]]:
    """Field -> word -> value as the table was sent."""
    found: dict[str, dict[str, str]] = {}
    for field in TARGETS[owner.target].fields:
        for place in range(LISTED):
            word, to = data.get(f"n-{field.code}-{place}", ""), data.get(f"w-{field.code}-{place}", "")
            if word and to:
                found.setdefault(field.code, {})[word] = "" if to == EMPTY else to
    return found
