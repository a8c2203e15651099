"""Words of the pages: the page at hand, Markdown tables, and the Chinese for sentences of the code."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from zhike_engine.policy.yaml import load_document
from zhike_engine.words import Lang, Text

CHINESE = Path(__file__).resolve().parents[3] / "docs" / "reference" / "words.zh.yaml"
"""English sentences of the code -> Chinese, for what the code says in English only."""


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
        """A sentence of the code in the page's language; as it is when its Chinese is missing, which a test tells."""
        return english if self.lang == "en" else chinese().get(english, english)


@cache
def chinese() -> dict[str, str]:
    """The Chinese of every sentence."""
    return {str(key): str(value) for key, value in load_document(CHINESE).data.items()}


def markdown_table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A Markdown table; a bar inside a cell is escaped."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines)
