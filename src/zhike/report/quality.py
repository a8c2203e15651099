"""What is known about the facts: what the import did (quality.json), and what grading found."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from zhike.report.words import WORDS, say
from zhike_engine.backends.base import Finding
from zhike_engine.facts.tables import TABLES
from zhike_engine.words import Text, same

FILE = "quality.json"


@dataclass(frozen=True, slots=True)
class Handled:
    """Rows of one table that the import dropped, repaired or found suspicious, for one reason."""

    table: Text
    action: Text
    reason: Text
    rows: int


def table_title(name: str) -> Text:
    """What a fact table is called."""
    return TABLES[name].title if name in TABLES else same(name)


def handled(place: str) -> list[Handled]:
    """What the import did, from the quality report in the facts folder; nothing where there is none."""
    path = Path(place) / FILE
    if not path.is_file():
        return []
    try:
        tables = json.loads(path.read_text("utf-8"))["tables"]
        return [
            Handled(
                table_title(name),
                _action(reason["action"]),
                Text(zh=reason["zh"], en=reason["en"]),
                int(reason["rows"]),
            )
            for name, table in tables.items()
            for reason in table["reasons"]
        ]
    except (ValueError, KeyError, TypeError, AttributeError):
        return []


def _action(code: str) -> Text:
    return say(code) if code in WORDS else same(code)


def findings(found: tuple[Finding, ...]) -> list[tuple[Text, Finding]]:
    """What grading found, with the table's title."""
    return [(table_title(one.table), one) for one in found]
