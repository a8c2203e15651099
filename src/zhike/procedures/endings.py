"""What follows when a procedure ends: functions of other nouns, called inside the transaction that ends it.

    @on_end("grading_run")
    def ended(procedure, *, outcome, by, at): ...

`outcome` is approved, rejected, returned or withdrawn; `by` is whoever decided last, or None when a time limit decided.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from zhike.people.models import Person
    from zhike.procedures.models import Procedure

E = TypeVar("E", bound=Callable[..., Any])
ENDINGS: dict[str, list[Callable[..., Any]]] = {}
"""Kind of procedure -> what follows."""


def on_end(kind: str) -> Callable[[E], E]:
    """Register what follows when procedures of a kind end."""

    def keep(function: E) -> E:
        ENDINGS.setdefault(kind, []).append(function)
        return function

    return keep


def end(procedure: Procedure, *, outcome: str, by: Person | None, at: datetime) -> None:
    """Tell those who wait for the end of a kind of procedures."""
    for function in ENDINGS.get(procedure.kind, ()):
        function(procedure, outcome=outcome, by=by, at=at)
