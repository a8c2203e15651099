"""Forms by person and month of the visit: in time, late, missing; counted from the visits, whoever asks and whenever."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Count, Q
from django.utils.translation import gettext as _

from zhike.people.agreements import add_months
from zhike.people.models import Person
from zhike.submissions.ledger import next_month
from zhike.visits.models import OPEN, Visit

MONTHS = 12
"""Months that can be chosen."""


@dataclass(frozen=True)
class Tally:
    """The forms that a person owed for the visits of a month; missing ones are late and not there."""

    pk: int
    person: Person
    month: date
    owed: int
    in_time: int
    late: int
    missing: int

    @property
    def share(self) -> float | None:
        """The part that came in time, from 0 to 1; None where nothing was owed."""
        return self.in_time / self.owed if self.owed else None


def tallies(person: Person, month: date, day: date) -> list[Tally]:
    """By owner, over the visits of a month that the person sees, whose form has come or is late; the most missing first."""
    rows = Visit.objects.visible_to(person).filter(
        day__gte=month, day__lt=next_month(month), cancelled_at__isnull=True
    )
    owed = rows.filter(Q(submitted_at__isnull=False) | Q(due_on__lt=day))
    counted = owed.order_by().values("owner").annotate(
        owed=Count("pk"), intime=Count("pk", filter=Q(in_time=True)), late=Count("pk", filter=Q(in_time=False)),
        missing=Count("pk", filter=OPEN),
    )  # fmt: skip
    found = list(counted)
    people = Person.objects.select_related("department").in_bulk([one["owner"] for one in found])
    made = [
        Tally(one["owner"], people[one["owner"]], month, one["owed"], one["intime"], one["late"], one["missing"])
        for one in found
    ]  # fmt: skip
    return sorted(made, key=lambda one: (-one.missing, -one.late, one.person.pinyin, one.pk))


def months(day: date) -> list[date]:
    """This month and those before."""
    return [add_months(day.replace(day=1), -back) for back in range(MONTHS)]


def lines(made: list[Tally]) -> Iterator[list[Any]]:
    """The rows of the file."""
    for one in made:
        department = str(one.person.department or "")
        yield [
            str(one.person),
            department,
            f"{one.month:%Y-%m}",
            one.owed,
            one.in_time,
            one.late,
            one.missing,
        ]


def heads() -> list[str]:
    """The headings of the file."""
    return [
        _("Person"),
        _("Department"),
        _("Month"),
        _("Forms owed"),
        _("In time"),
        _("Submitted late"),
        _("Missing"),
    ]
