"""What nouns ask of a person to sign, decide or do now, shown in the inbox and on the first page beside steps of procedures.

@asks
def judgements(person, day) -> Iterator[Task]: ...
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date

from zhike.people.models import Person


@dataclass(frozen=True)
class Task:
    """What is asked, where it is done, and how many things it is about."""

    text: str
    note: str
    href: str
    icon: str = "list-todo"
    count: int = 1


Asker = Callable[[Person, date], Iterable[Task]]
ASKERS: list[Asker] = []


def asks(asker: Asker) -> Asker:
    """Register what a noun asks of people."""
    ASKERS.append(asker)
    return asker


def tasks_of(person: Person, day: date) -> list[Task]:
    """Everything that is asked of a person on a day."""
    return [task for asker in ASKERS for task in asker(person, day)]
