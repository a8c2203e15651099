"""Texts that a person reads: every one exists in simplified Chinese and in English."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal, Protocol, runtime_checkable

Lang = Literal["zh", "en"]
LANGS: tuple[Lang, ...] = ("zh", "en")


@runtime_checkable
class Spoken(Protocol):
    """Anything that can be read in either language."""

    def pick(self, lang: Lang) -> str:
        """The text in `lang`."""
        ...


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
        """Both texts with `str.format` fields filled; a value that exists in both languages fills in each."""
        return Text(zh=filled(self.zh, values, "zh"), en=filled(self.en, values, "en"))


def same(word: str) -> Text:
    """A text that reads the same in both languages, such as a code or a number."""
    return Text(zh=word, en=word)


def listed(items: Iterable[object], last: Text | None = None) -> Text:
    """The items in a row, with `last` before the last of them where it is given.

    >>> listed(["a", "b", "c"], OR).en
    'a, b or c'
    """
    found = list(items)

    def row(lang: Lang) -> str:
        shown = [str(in_lang(item, lang)) for item in found]
        comma = "、" if lang == "zh" else ", "
        if last is None or len(shown) < 2:
            return comma.join(shown)
        return comma.join(shown[:-1]) + last.pick(lang) + shown[-1]

    return Text(zh=row("zh"), en=row("en"))


def quoted(names: Iterable[object], last: Text | None = None) -> Text:
    """Somebody's own words in a row, each in backticks."""
    return listed([f"`{name}`" for name in names], last)


OR = Text(zh=" 或 ", en=" or ")
AND = Text(zh=" 和 ", en=" and ")


def in_lang(value: object, lang: Lang) -> object:
    """A value in `lang`, where it exists in both languages; itself otherwise."""
    return value.pick(lang) if isinstance(value, Spoken) else value


def filled(template: str, values: dict[str, object], lang: Lang) -> str:
    """A template with its `str.format` fields filled in `lang`."""
    return template.format(**{name: in_lang(value, lang) for name, value in values.items()})
