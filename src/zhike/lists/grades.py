"""What the grades that customers carry are called: the policies in force say so, and only higher layers know them (GRD-02).

A customer's own grade wears the word of the version that gave it (`worn`). Where a code stands for itself, as in a limit
or a share of the budget, it wears the word of the policies in force; of all of them where they call it differently.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.safestring import SafeString

from zhike.lists.dressing import dress
from zhike.ui import grid

LETTERS = ("A", "B", "C", "D", "E")
"""Codes that stand while no policy is in force."""


@dataclass(frozen=True)
class Named:
    """A grade by its code: the word for it, and its rank, 1 for the best."""

    code: str
    word: str
    rank: int | None = None

    def __str__(self) -> str:
        return self.word

    @property
    def chip(self) -> SafeString:
        """Its chip."""
        return grid.grade(self.word, self.rank)


Namer = Callable[[], Iterable[Named]]
NAMERS: list[Namer] = []


def namer(one: Namer) -> Namer:
    """Register what names grades: in the order of policies, the best first."""
    NAMERS.append(one)
    return one


def named_grades(*more: str) -> dict[str, Named]:
    """Code -> its name, the best first; `more` are codes that stand somewhere though no policy in force knows them."""
    words: dict[str, list[str]] = {}
    ranks: dict[str, int | None] = {}
    for one in (one for found in NAMERS for one in found()):
        ranks.setdefault(one.code, one.rank)
        held = words.setdefault(one.code, [])
        if one.word not in held:
            held.append(one.word)
    for code in (*(LETTERS if not words else ()), *more):
        words.setdefault(code, [code])
    return {code: Named(code, " / ".join(some), ranks.get(code)) for code, some in words.items()}


def named_grade(code: str, known: Mapping[str, Named] | None = None) -> Named:
    """A grade by its code."""
    found = named_grades() if known is None else known
    return found.get(code) or Named(code, code)


def worn(customers: Iterable[Any]) -> None:
    """Let customers wear `grade_word`, `grade_rank` and `grade_title`, as the versions say that gave them their grades."""
    dress("customers", list(customers))


def word_of(customer: Any) -> str:
    """The word for a customer's grade; empty without one."""
    if customer.grade and not hasattr(customer, "grade_word"):
        worn([customer])
    return str(getattr(customer, "grade_word", customer.grade))
