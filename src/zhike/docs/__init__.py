"""The reference pages: written by hand, with tables made from the code.

A page under `docs/reference` holds what a person wrote, and blocks between two marks that this package fills:

    <!-- made: keys Sum -->
    …
    <!-- /made -->

`python -m zhike.docs` fills every block of a checkout again; a test compares the committed pages with `pages()`.
A page `name.md` is English, its twin `name.zh.md` Chinese.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

from zhike.docs import commands, door, errors, examples, facts, keys, settings
from zhike.docs.words import Page
from zhike.facts.page import PAGES as FACTS
from zhike.facts.page import facts_page
from zhike.facts.schema import mapping_schema_text
from zhike_engine.policy.schema import schema_text
from zhike_engine.words import LANGS

ROOT = Path(__file__).resolve().parents[3]
SCHEMA = Path("docs/reference/policy.schema.json")
MAPPING_SCHEMA = Path("docs/reference/mapping.schema.json")
_BLOCK = re.compile(r"<!-- made: ([^\n]*?) -->\n.*?<!-- /made -->", re.DOTALL)

Maker = Callable[[Page, tuple[str, ...]], str]
MAKERS: dict[str, Maker] = {
    "keys": keys.keys,
    "index": keys.index,
    "kinds": keys.kinds,
    "metrics": examples.metrics,
    "grades": examples.grades,
    "columns": examples.columns,
    "windows": examples.windows,
    "example": facts.example,
    "commands": commands.listing,
    "codes": errors.codes,
    "door": door.door,
    "settings": settings.settings,
}
"""First word of a block -> what fills it."""


def pages(root: Path = ROOT) -> dict[Path, str]:
    """Path below `root` -> text of every made page, and of the JSON Schemas."""
    found = {
        SCHEMA: schema_text(),
        MAPPING_SCHEMA: mapping_schema_text(),
        **{Path(FACTS[lang]): facts_page(lang) for lang in LANGS},
    }
    for path in sorted((root / "docs").rglob("*.md")):
        text = path.read_text("utf-8")
        if _BLOCK.search(text):
            found[path.relative_to(root)] = filled(path, text)
    return found


def filled(path: Path, text: str) -> str:
    """The text of a page with every block made anew."""

    def fill(block: re.Match[str]) -> str:
        maker, *words = block[1].split()
        page = Page(path, "zh" if path.name.endswith(".zh.md") else "en", text[: block.start()])
        made = MAKERS[maker](page, tuple(words)).strip("\n")
        return f"<!-- made: {block[1]} -->\n{made}\n<!-- /made -->"

    return _BLOCK.sub(fill, text)
