"""Which customers of a file whoever imports it will not see afterwards, and who will: asked of the access rule itself.

New customers of one manager, department and region are seen by the same people, so one probe stands for all of them; a changed
customer is asked for itself. Probes and changes are written and taken back in one transaction.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import uuid4

from django.db import transaction
from django.db.models import Q

from zhike.customers.models import Assignment, Customer
from zhike.imports.judging import Verdict
from zhike.imports.judging_archive import CustomerJudge
from zhike.people.models import Person

PLACING = ("manager_id", "department_id", "region_id")
"""What of a customer decides who sees it."""
FIRST = 5
NAMED = 8
ASKED = 300
"""So many people at most are asked for: the teams first, then those whose roles reach beyond their own customers."""
BATCH = 500

Place = tuple[tuple[str, Any], ...]


@dataclass
class Rows:
    """How many rows, and the numbers of the first."""

    count: int = 0
    first: list[int] = field(default_factory=list)

    def add(self, other: Rows) -> None:
        """Take other rows in."""
        self.count += other.count
        self.first = sorted([*self.first, *other.first])[:FIRST]


class Sight:
    """Collects what rows would do to customers, and tells what their importer would lose sight of."""

    def __init__(self, judge: CustomerJudge) -> None:
        self.judge, self.by = judge, judge.by
        self.added: dict[Place, Rows] = {}
        self.moved: dict[Place, dict[int, int]] = {}

    def take(self, verdicts: Iterable[Verdict]) -> None:
        """Look at one batch; for whoever sees every customer there is nothing to look at."""
        if "all" in self.by.access.scopes:
            return
        for one in verdicts:
            place = tuple((name, one.after[name]) for name in PLACING if name in one.after)
            if one.outcome == "created":
                self.added.setdefault(place, Rows()).add(Rows(1, [one.row.number]))
            elif one.outcome == "updated" and place:
                self.moved.setdefault(place, {})[one.record.pk] = one.row.number

    def lost(self, at: datetime) -> dict[str, Any]:
        """How many rows their importer will not see, the first of them, and who will; empty where all stay in sight."""
        if not self.added and not self.moved:
            return {}
        with transaction.atomic():
            rows = self._try(at)
            seen = self._seen(self.by, rows)
            hidden = {pk: some for pk, some in rows.items() if pk not in seen}
            people, more = self._who(set(hidden)) if hidden else ([], False)
            transaction.set_rollback(True)
        together = Rows()
        for some in hidden.values():
            together.add(some)
        return (
            {"count": together.count, "first": together.first, "people": people, "more": more}
            if hidden
            else {}
        )

    def _try(self, at: datetime) -> dict[int, Rows]:
        """Write the probes and the changes; key of a customer -> the rows that it stands for."""
        found: dict[int, Rows] = {}
        for place, numbers in self.moved.items():
            keys = list(numbers)
            for start in range(0, len(keys), BATCH):
                Customer.objects.filter(pk__in=keys[start : start + BATCH]).update(**dict(place))
            found |= {pk: Rows(1, [number]) for pk, number in numbers.items()}
        drafts = self.judge.drafts([{**dict(place), "code": uuid4().hex} for place in self.added], at)
        self.judge.add(drafts, at)
        return found | {one.pk: rows for one, rows in zip(drafts, self.added.values(), strict=True)}

    def _seen(self, person: Person, keys: Iterable[int]) -> set[int]:
        """Those of some customers that a person sees."""
        some, found = list(keys), set()
        for start in range(0, len(some), BATCH):
            rows = Customer.objects.visible_to(person).filter(pk__in=some[start : start + BATCH])
            found |= set(rows.values_list("pk", flat=True))
        return found

    def _who(self, hidden: set[int]) -> tuple[list[str], bool]:
        """The names of who sees some of them without seeing every customer; whether there are more."""
        some = list(hidden)[:BATCH]
        team = set(Assignment.objects.current().filter(customer__in=some).values_list("person_id", flat=True))
        wide = Q(grants__role__scope__in=("department", "region"))
        likely = Person.objects.active().filter(Q(pk__in=team) | wide).distinct()
        people = sorted(likely, key=lambda one: one.pk not in team)
        names: list[str] = []
        for one in people[:ASKED]:
            if "all" in one.access.scopes:
                continue
            if Customer.objects.visible_to(one).filter(pk__in=some).exists():
                names.append(str(one))
            if len(names) > NAMED:
                return names[:NAMED], True
        return names, False
