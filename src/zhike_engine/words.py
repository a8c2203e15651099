"""Texts that a person reads: every one exists in simplified Chinese and in English."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Lang = Literal["zh", "en"]
LANGS: tuple[Lang, ...] = ("zh", "en")


@dataclass(frozen=True, slots=True)
class Text:
    """One text in both languages.

    >>> Text(zh="客户", en="customer").pick("en")
    'customer'
    """

    zh: str
    en: str

    def pick(self, lang: Lang) -> str:
        """The text in `lang`."""
        return self.zh if lang == "zh" else self.en

    def format(self, **values: object) -> Text:
        """Both texts with `str.format` fields filled; a value that is a Text fills in its own language."""

        def fill(template: str, lang: Lang) -> str:
            return template.format(
                **{k: v.pick(lang) if isinstance(v, Text) else v for k, v in values.items()}
            )

        return Text(zh=fill(self.zh, "zh"), en=fill(self.en, "en"))


def same(word: str) -> Text:
    """A text that reads the same in both languages, such as a code or a number."""
    return Text(zh=word, en=word)
