"""What can be imported: a registry of targets, each with its fields, match keys and the words of headers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Literal

from zhike.imports import headings
from zhike.people.models import Person
from zhike.people.rules import sees
from zhike_engine.facts.shape import Column, Kind
from zhike_engine.words import same

if TYPE_CHECKING:
    from zhike.imports.judging import Judge

Link = Literal["", "customer", "person", "region", "department", "order", "contact", "country"]
ASKED = frozenset({"person", "region", "department", "country"})
"""Links whose unknown words a person settles, word by word."""


@dataclass(frozen=True)
class Field:
    """One field that a column may fill.

    `link` says what a text is looked up in; `words` turn the words of files into codes; `synonyms` are further words of
    headers in both languages; `needs` is the class of fields that a person must see to write it; `firm` says why an unknown
    word keeps the row out although the cell may be empty: its emptiness would say something; `verb` is what it takes to name
    somebody else than oneself, who must not have left.
    """

    code: str
    label: Any
    kind: Kind = "text"
    required: bool = False
    limit: int = 0
    choices: Mapping[str, Any] = field(default_factory=dict)
    words: Mapping[str, str] = field(default_factory=dict)
    synonyms: tuple[str, ...] = ()
    link: Link = ""
    needs: str = "basic"
    help: Any = ""
    firm: Any = ""
    verb: str = ""

    @property
    def asks(self) -> bool:
        """Whether its words are few enough to be asked for one by one: choices, currencies, countries, places, people."""
        return bool(self.choices) or self.code == "currency" or self.link in ASKED

    @property
    def forgives(self) -> bool:
        """Whether a cell with an unknown word is left empty; else it keeps the row out."""
        return self.asks and not self.required and not self.firm

    @property
    def clears(self) -> bool:
        """Whether a person may say that a word leaves the cell empty."""
        return self.asks and not self.required and (not self.firm or self.link == "person")

    @property
    def column(self) -> Column:
        """The field as the engine's readers know columns. An empty cell is judged later, beside the defaults."""
        return Column(
            self.code, self.kind, False, same(self.code), same(self.code), choices=tuple(self.choices)
        )


@dataclass(frozen=True)
class Target:
    """Something that can be imported. `keys` are the ways to tell that a record is already there, the usual one first."""

    code: str
    label: Any
    about: Any
    fields: tuple[Field, ...]
    keys: Mapping[str, tuple[str, ...]]
    key_labels: Mapping[str, Any]
    verbs: tuple[str, ...]
    judge: Callable[..., Judge]
    sums: tuple[str, ...] = ()
    whole_company: bool = False
    icon: str = ""

    def field(self, code: str) -> Field:
        """The field called `code`; raises KeyError."""
        for one in self.fields:
            if one.code == code:
                return one
        raise KeyError(code)

    def fields_for(self, person: Person) -> tuple[Field, ...]:
        """The fields that a person may write: nobody writes what they may not see."""
        return tuple(one for one in self.fields if sees(person, one.needs))

    @property
    def needs(self) -> set[str]:
        """The classes of fields that somebody must see to write what is mandatory."""
        return {one.needs for one in self.fields if one.required} - {"basic"}

    def is_open_to(self, person: Person) -> bool:
        """Whether a person may import this at all: who does not see a mandatory field cannot write it."""
        access = person.access
        whole = not self.whole_company or "all" in access.scopes
        return set(self.verbs) <= access.verbs and whole and self.needs <= set(access.sees)


TARGETS: dict[str, Target] = {}
"""Code -> target. Other nouns add theirs with `register`."""


def register(target: Target) -> None:
    """Make something importable; the headings of Chinese programs are known beside the words of its fields."""
    if target.code in TARGETS:
        raise ValueError(f"registered twice: {target.code}")
    fields = (
        replace(one, synonyms=tuple(dict.fromkeys((*headings.of(target.code, one.code), *one.synonyms))))
        for one in target.fields
    )
    TARGETS[target.code] = replace(target, fields=tuple(fields))


def targets_for(person: Person) -> list[Target]:
    """What a person may import."""
    return [target for target in TARGETS.values() if target.is_open_to(person)]
