"""The table in which a person says what words of the file mean."""

from __future__ import annotations

from typing import Any

from django.http import QueryDict

from zhike.imports.models import Import
from zhike.imports.targets import TARGETS
from zhike.imports.words import LISTED, counted, decided, guess, instead, values

EMPTY = "-"
"""The choice that leaves a cell empty; nothing chosen keeps the row out."""


def words(owner: Import) -> list[dict[str, Any]]:
    """Each field with choices whose column holds words that it does not know, with what was said of them or is guessed."""
    found = []
    held = counted(owner)
    for field in TARGETS[owner.target].fields_for(owner.by):
        if field.code not in held:
            continue
        said, rows = decided(owner.options, field), []
        possible = values(field)
        for word, count in held[field.code]:
            guessed = "" if word in said else guess(field, word)
            chosen = (said[word] or EMPTY) if word in said else guessed or (EMPTY if field.forgives else "")
            options = [
                {"value": code, "label": label, "chosen": code == chosen} for code, label in possible.items()
            ]
            rows.append({"word": word, "count": f"{count:,}", "options": options, "guessed": bool(guessed), "said": word in said,
                         "empty": chosen == EMPTY})  # fmt: skip
        found.append(
            {
                "field": field,
                "column": owner.options["columns"].get(field.code, ""),
                "rows": rows,
                "instead": instead(owner, field),
            }
        )
    return found


def read_words(owner: Import, data: QueryDict) -> dict[str, dict[str, str]]:
    """Field -> word -> value as the table was sent."""
    found: dict[str, dict[str, str]] = {}
    for field in TARGETS[owner.target].fields:
        for place in range(LISTED):
            word, to = data.get(f"n-{field.code}-{place}", ""), data.get(f"w-{field.code}-{place}", "")
            if word and to:
                found.setdefault(field.code, {})[word] = "" if to == EMPTY else to
    return found
