"""The grades that customers carry, best first, with their places in the policies' colours."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from zhike.policies.chips import word_for
from zhike.policies.models import PolicyVersion
from zhike.policies.reading import grades_of, ratings_of

NONE = "-"
"""Stands in addresses for customers without a grade."""


class Ranks(dict[str, int]):
    """Grade -> rank, 1 for the best; with the word for each, of every policy where they call it differently."""

    def __init__(self) -> None:
        super().__init__()
        self.words: dict[str, list[str]] = {}

    def take(self, code: str, rank: int, title: Any) -> None:
        """A grade of a policy."""
        self.setdefault(code, rank)
        words, word = self.words.setdefault(code, []), word_for(code, title)
        if word not in words:
            words.append(word)

    def word(self, code: str) -> str:
        """The word for a grade."""
        return " / ".join(self.words.get(code, [code]))


def ranks_on(day: date) -> Ranks:
    """Grade -> rank, 1 for the best, over the main ratings of the policies in force."""
    found = Ranks()
    for version in PolicyVersion.objects.in_force(day).select_related("policy").order_by("policy__code"):
        for rating in ratings_of(version)[:1]:
            for one in grades_of(version, rating):
                found.take(one.code, one.rank, one.text)
    return found


def in_order(codes: Iterable[str], ranks: dict[str, int]) -> list[str]:
    """Codes best first, those without a place and without a grade last."""
    return sorted(set(codes), key=lambda code: (code == "", ranks.get(code, 99), code))


def named(code: str, ranks: Ranks) -> str:
    """A grade as text."""
    return ranks.word(code) if code else _("no grade")


def of_key(text: str) -> str | None:
    """The grade of an address; None when none was asked for."""
    text = text.replace("\x00", "")[:20]
    return None if not text else "" if text == NONE else text


def key_of(code: str) -> str:
    """A grade in an address."""
    return code or NONE
