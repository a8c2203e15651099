"""What the product says: refusals through `say`, and the sentences of help and reference through `translated`."""

from __future__ import annotations

from collections.abc import Mapping

from zhike_engine.messages import NOTHING, Said, chinese, counted_rows, speaker, system_says, together
from zhike_engine.words import Lang

__all__ = ["NOTHING", "Said", "counted_rows", "say", "system_says", "together", "translated"]

say = speaker("zhike")


def translated(english: str, lang: Lang) -> str:
    """A sentence of the help or of a docstring in `lang`; as it is when its Chinese is missing, which a test tells."""
    return english if lang == "en" else sentences().get(english, english)


def sentences() -> Mapping[str, str]:
    """The Chinese of every sentence of the help, of the policy's keys and of the errors' meanings."""
    return chinese("zhike", "words.zh.yaml")
