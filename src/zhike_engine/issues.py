"""Issues found in a document: level, place, sentence, way out. Validation gathers all of them, never the first only."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from zhike_engine.messages import NOTHING, Said, say
from zhike_engine.words import Lang, Text, quoted

Level = Literal["error", "warning", "note"]
LEVELS: dict[Level, Text] = {
    "error": Text(zh="错误", en="error"),
    "warning": Text(zh="警告", en="warning"),
    "note": Text(zh="提示", en="note"),
}
"""Level -> what people see."""


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """A place in a text file; line and column count from 1, and 0 means the whole file."""

    file: str
    line: int = 0
    column: int = 0

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}" if self.line else self.file


@dataclass(frozen=True, slots=True)
class Issue:
    """One finding. `message` is a lower-case line without a final stop; `hint` says what to do."""

    level: Level
    place: Place
    message: Said
    hint: Said = NOTHING

    def __str__(self) -> str:
        return self.text("en")

    def text(self, lang: Lang) -> str:
        """Place, level, message and hint on one line."""
        semicolon = "；" if lang == "zh" else "; "
        tail = f"{semicolon}{self.hint.pick(lang)}" if self.hint else ""
        return f"{self.place}  {LEVELS[self.level].pick(lang)}  {self.message.pick(lang)}{tail}"


def did_you_mean(word: str, known: Iterable[str]) -> Said:
    """A hint that names the nearest known word, or lists a few when none is near; empty when nothing is known."""
    names = sorted(set(known))
    near = difflib.get_close_matches(word, names, n=1, cutoff=0.6)
    if near:
        return say("did you mean `{name}`?", name=near[0])
    if not names:
        return NOTHING
    shown = quoted(names[:12])
    return say("known: {names}, …", names=shown) if len(names) > 12 else say("known: {names}", names=shown)
