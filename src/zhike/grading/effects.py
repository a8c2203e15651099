"""What follows when grades are decided: higher layers hang themselves in here (letters, obligations).

    @on_taken
    def open_letters(grades, *, by, at): ...

Hooks run inside the transaction that writes the grades, for some thousand of them together; a grade may start on a later day.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, Protocol, TypeVar

from zhike.grading.models import Grade
from zhike.people.models import Person


class Effect(Protocol):
    """What is called with grades that were just written."""

    def __call__(self, grades: Sequence[Grade], /, *, by: Person | None, at: datetime) -> Any:
        """Do what follows."""


EFFECTS: list[Effect] = []
E_ = TypeVar("E_", bound=Callable[..., Any])


def on_taken(effect: E_) -> E_:
    """Register what follows when grades are written."""
    EFFECTS.append(effect)
    return effect


def taken(grades: Sequence[Grade], *, by: Person | None, at: datetime) -> None:
    """Call everything that follows."""
    for effect in EFFECTS:
        effect(grades, by=by, at=at)
