"""The grades that customers carry, best first, with their places in the policies' colours."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from django.utils.translation import gettext as _

from zhike.lists.grades import Named, named_grade, named_grades

NONE = "-"
"""Stands in addresses for customers without a grade."""


class Ranks(dict[str, int]):
    """Grade -> rank, 1 for the best; with the word for each."""

    def __init__(self, known: Mapping[str, Named]) -> None:
        super().__init__({code: one.rank for code, one in known.items() if one.rank is not None})
        self.known = known

    def word(self, code: str) -> str:
        """The word for a grade."""
        return named_grade(code, self.known).word


def ranks_now() -> Ranks:
    """The grades of the main ratings of the policies in force."""
    return Ranks(named_grades())


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
