"""The kinds of messages: what each is about, its subject and its text in the reader's language.

notice("handover_asked", about=_("Handovers"), subject=_("%(customer)s is handed over to you"), text=_("%(who)s …"))
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils import translation

FIELD = re.compile(r"%\(\w+\)s")


@dataclass(frozen=True)
class Kind:
    """A kind of message. `must`: nobody can switch it off; `group`: groups hear it, and no person."""

    name: str
    about: Any
    subject: Any
    text: Any
    must: bool
    group: bool = False

    @property
    def example(self) -> str:
        """Its subject, with … for what changes from message to message; where no word is left, what it is about."""
        found = FIELD.sub("…", str(self.subject))
        return found if re.search(r"\w", found) else str(self.about)


KINDS: dict[str, Kind] = {}


def notice(
    name: str, *, about: Any, subject: Any, text: Any, must: bool = False, group: bool = False
) -> None:
    """Register a kind; `subject` and `text` are lazy texts with `%(name)s` fields."""
    if name in KINDS:
        raise ValueError(f"the kind of message `{name}` is registered twice")
    KINDS[name] = Kind(name, about, subject, text, must, group)


def written(kind: Kind, words: Mapping[str, Any], language: str) -> tuple[str, str]:
    """Subject and text in a language. Fields come from a fixed list, never from objects."""
    plain = {name: str(value) for name, value in words.items()}
    with translation.override(language):
        subject = " ".join((str(kind.subject) % plain).split())[:200]
        return subject, str(kind.text) % plain
