"""What stands behind a name of a policy: everything that it is computed from, also through formulas, tables and scores."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from zhike_engine.policy.model import PolicyDocument

WORD = re.compile(r"[a-z_][a-z0-9_]*")
SAID = {
    "title",
    "article",
    "definition",
    "note",
    "question",
    "who",
    "owes",
    "colour",
    "mark",
    "reason",
    "text",
}
"""Keys of a policy under which stand words for people, no rules."""
PLACES = ("metrics", "scorecards", "tables", "parameters")


def known_names(document: PolicyDocument) -> dict[str, Any]:
    """Every name that rules may use -> what it stands for."""
    return {name: one for place in PLACES for name, one in getattr(document, place).items()}


def rules_in(part: Any) -> Iterator[str]:
    """Every text of the rules of a part of a policy, without words for people."""
    if isinstance(part, str):
        yield part
    elif isinstance(part, Mapping):
        for key, value in part.items():
            if key not in SAID:
                yield from rules_in(value)
    elif isinstance(part, list | tuple):
        for value in part:
            yield from rules_in(value)


def behind(document: PolicyDocument, start: Iterable[Any]) -> dict[str, Any]:
    """Name -> specification of everything that stands behind some parts of a policy."""
    known, found = known_names(document), dict[str, Any]()
    waiting = list(start)
    while waiting:
        for text in rules_in(waiting.pop().model_dump()):
            for name in WORD.findall(text):
                if name in known and name not in found:
                    found[name] = known[name]
                    waiting.append(known[name])
    return found
