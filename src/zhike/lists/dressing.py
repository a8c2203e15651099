"""What higher layers add to the rows of a page before it is shown: the grade of a customer, the grade of an order's day."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from django.db.models import QuerySet

Dress = Callable[[Sequence[Any]], None]
D = TypeVar("D", bound=Dress)
DRESSERS: dict[str, list[Dress]] = {}
"""List -> what is done to the rows of a page, in a constant number of queries."""
WORN: dict[str, list[dict[str, Callable[[], Any]]]] = {}
"""List -> name of a column and what makes its expression."""
CHOICES: dict[str, list[Callable[[], dict[str, str]]]] = {}
"""Field of a list -> further values to choose from, with their words."""


def dresser(noun: str) -> Callable[[D], D]:
    """Register what is done to the rows of a list."""

    def keep(function: D) -> D:
        DRESSERS.setdefault(noun, []).append(function)
        return function

    return keep


def wearing(noun: str, rows: QuerySet[Any]) -> QuerySet[Any]:
    """The rows of a page with what higher layers read along with them, so that it costs no query of its own."""
    columns = {name: make() for one in WORN.get(noun, ()) for name, make in one.items()}
    found: QuerySet[Any] = rows.annotate(**columns)
    return found


def dress(noun: str, rows: Sequence[Any]) -> None:
    """Let higher layers add to the rows of a page."""
    for function in DRESSERS.get(noun, ()):
        function(rows)


def more_choices(field: str) -> dict[str, str]:
    """The values that higher layers add to a field."""
    found: dict[str, str] = {}
    for function in CHOICES.get(field, ()):
        found |= function()
    return found
