"""What stands in the chip of a grade: its code where the policy's own title says it, else the title (GRD-02)."""

from __future__ import annotations

import re
from typing import Any

from zhike.policies.words import lang
from zhike_engine.words import Lang

LONGEST = 3


def word_of(code: str, zh: str, en: str, language: Lang | None = None) -> str:
    """The word for a grade: `Grade A` keeps its A; a grade A that the company calls gold is gold, wherever it stands.

    Without `language` in the reader's.

    >>> word_of("A", "A级：重大客户", "Grade A: major customers")
    'A'
    """
    said = re.search(rf"(?<![A-Za-z0-9]){re.escape(code)}(?![A-Za-z0-9])", f"{zh} {en}")
    if len(code) <= LONGEST and said:
        return code
    return (zh if (language or lang()) == "zh" else en) or code


def word_for(code: str, title: Any, language: Lang | None = None) -> str:
    """The word for a grade with a title in both languages, as text or as data."""
    both = title if isinstance(title, dict) else {"zh": title.zh, "en": title.en}
    return word_of(code, str(both.get("zh", "")), str(both.get("en", "")), language)
