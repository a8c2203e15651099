"""Words of the pages: the page at hand, Markdown tables, and the Chinese for sentences of the code."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from zhike.messages import translated
from zhike_engine.words import Lang, Text


@dataclass(frozen=True)
class Page:
    """A page that is being filled: where it is, its language, and its text up to the block at hand."""

    path: Path
    lang: Lang
    before: str

    def say(self, text: Text) -> str:
        """A text in the page's language."""
        return text.pick(self.lang)

    def translated(self, english: str) -> str:
        """A sentence of the code in the page's language."""
        return translated(english, self.lang)


def markdown_table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A Markdown table; a bar inside a cell is escaped."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines)
