"""Numbers that the company sets for its archives, for all grades or for one; what is unset asks nothing yet (GOV-11)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.db import models, transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from zhike.customers.sections import SECTIONS
from zhike.kernel.journal import journal, sentences
from zhike.kernel.refusals import Invalid
from zhike.people.models import Person
from zhike.people.rules import allow

sentences({"limit_set": gettext_lazy("%(who)s set “%(label)s” from %(old)s to %(new)s")})

LIMITS: dict[str, Any] = {
    "silence_days": gettext_lazy("longest silence in days"),
    "lapse_months": gettext_lazy("months without an order until a customer counts as lapsed"),
    "recovery_days": gettext_lazy("days until the first follow-up of a lapsed customer"),
    "need_days": gettext_lazy("days until a need is answered"),
    "handover_days": gettext_lazy("days until a handover is signed"),
    "unmanaged_days": gettext_lazy("days a customer may be without account manager"),
    "defect_days": gettext_lazy("days until a defect of an archive is corrected"),
    "escalation_days": gettext_lazy("days overdue until the superior is told"),
    "completeness": gettext_lazy("target of completeness in percent"),
    **{
        f"verify_days.{code}": gettext_lazy("days until a section is confirmed again")
        for code, section in SECTIONS.items()
        if section.verified
    },
}
"""Name of a number -> what it means."""
LARGEST = 3660


class Limit(models.Model):
    """One number, for every grade (`grade` empty) or for one."""

    name = models.CharField(gettext_lazy("name"), max_length=40)
    grade = models.CharField(gettext_lazy("grade"), max_length=20, blank=True)
    number = models.PositiveIntegerField(gettext_lazy("number"))

    class Meta:
        db_table = "zhike_limit"
        ordering = ["name", "grade"]
        constraints = [models.UniqueConstraint(fields=["name", "grade"], name="limit_once")]

    def __str__(self) -> str:
        return f"{title(self.name)} {self.grade}".strip()


def title(name: str) -> str:
    """What a number is called: the section's name stands behind what all sections share."""
    section = SECTIONS.get(name.removeprefix("verify_days."))
    return f"{LIMITS[name]} · {section.name}" if section else str(LIMITS[name])


class Limits:
    """The numbers in force, read in one query."""

    def __init__(self, rows: Iterable[Limit] | None = None) -> None:
        found = Limit.objects.all() if rows is None else rows
        self.rows = {(row.name, row.grade): row.number for row in found}

    def of(self, name: str, grade: str = "") -> int | None:
        """The number for a grade, or the one for all, or None where nobody has set it."""
        return self.rows.get((name, grade), self.rows.get((name, "")))

    def by_grade(self, name: str) -> dict[str, int]:
        """Grade -> number, for the grades with a number of their own."""
        return {grade: number for (one, grade), number in self.rows.items() if one == name and grade}


@transaction.atomic
def set_limits(numbers: Mapping[tuple[str, str], int | None], *, by: Person, at: datetime) -> None:
    """Set many numbers, all or none: (name, grade) -> number, or None to take it away."""
    for (name, grade), number in numbers.items():
        set_limit(name=name, grade=grade, number=number, by=by, at=at)


@transaction.atomic
def set_limit(
    *, name: str, grade: str = "", number: int | None, by: Person | None, at: datetime
) -> Limit | None:
    """Set a number, or take it away with None; `by` is None only when the demo company is loaded."""
    if by is not None:
        allow(by, "set_limits")
    if name not in LIMITS:
        raise Invalid(_("Unknown limit."), fields={"name": _("unknown")})
    if number is not None and not 0 < number <= LARGEST:
        raise Invalid(
            _("A limit lies between 1 and %(most)s.") % {"most": LARGEST},
            fields={"number": _("out of range")},
        )
    found = Limit.objects.filter(name=name, grade=grade).first()
    old = found.number if found else None
    if old == number:
        return found
    row = found or Limit(name=name, grade=grade, number=number or 0)
    if number is not None:
        row.number = number
        row.save()
    journal(row, "limit_set", by=by, at=at, label=LIMITS[name], grade=grade, old=old, new=number)
    if number is None:
        row.delete()
        return None
    return row
