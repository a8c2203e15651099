"""What a form says, as people read it."""

from __future__ import annotations

from datetime import date
from typing import Any

from zhike.customers.life import NEEDS
from zhike.people.models import Person
from zhike.visits.models import Visit


def needs_said(visit: Visit) -> list[tuple[str, str]]:
    """The needs on the form: kind and text."""
    return [(str(NEEDS.get(one.get("kind", ""), "")), one.get("text", "")) for one in visit.needs]


def problems_said(visit: Visit) -> list[dict[str, Any]]:
    """The problems on the form, with next step, who takes it, and by when."""
    named = [one["who"] for one in visit.problems if one.get("who")]
    people = {one.username: one for one in Person.objects.filter(username__in=named)} if named else {}
    return [
        {
            "text": one.get("text", ""), "step": one.get("step", ""), "who": people.get(one.get("who", "")),
            "due": date.fromisoformat(one["due"]) if one.get("due") else None,
        }
        for one in visit.problems
    ]  # fmt: skip
