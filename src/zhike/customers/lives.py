"""Many customers moved along their life cycle at once: each by itself, so that one that may not move holds up no other."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction

from zhike.customers.actions import move_life
from zhike.customers.life import MOVES
from zhike.customers.models import Customer
from zhike.kernel.refusals import Conflict, Forbidden, Invalid
from zhike.people.models import Person
from zhike.people.rules import can


def states_for(customers: Iterable[Customer], person: Person) -> list[str]:
    """The states that some of the customers may go to, as far as the person may move them there."""
    closing = can(person, "close_customer")
    ways = {
        new
        for one in {each.life for each in customers}
        for new in MOVES[one]
        if closing or "closed" not in (one, new)
    }
    return sorted(ways, key=list(MOVES).index)


def move_all(
    *, customers: Iterable[Customer], life: str, by: Person, at: datetime, reason: str = ""
) -> tuple[int, list[tuple[Customer, str]]]:
    """Move each that may be moved: how many were, and who stays with the reason. Who is there already is neither."""
    moved, stay = 0, []
    for one in customers:
        if one.life == life:
            continue
        try:
            with transaction.atomic():
                move_life(customer=one, life=life, by=by, at=at, reason=reason)
            moved += 1
        except (Invalid, Forbidden, Conflict) as refusal:
            stay.append((one, str(refusal)))
    return moved, stay
