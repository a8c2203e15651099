"""Limits that the company sets for itself; each has a default, and every change is in the journal."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import models, transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from zhike.kernel.journal import journal, sentences
from zhike.kernel.refusals import Invalid
from zhike.people.models import Person
from zhike.people.rules import allow

sentences({"limit_changed": gettext_lazy("%(who)s set “%(label)s” from %(old)s to %(new)s")})


@dataclass(frozen=True)
class Limit:
    """A whole number that the company sets, between `least` and `most`."""

    label: Any
    default: int
    least: int
    most: int

    @property
    def is_switch(self) -> bool:
        """Whether it is a yes or no."""
        return (self.least, self.most) == (0, 1)


LIMITS = {
    "idle_minutes": Limit(gettext_lazy("minutes until an idle session ends"), 30, 5, 720),
    "session_hours": Limit(gettext_lazy("hours until every session ends"), 12, 1, 24),
    "opened_per_day": Limit(gettext_lazy("customers that one person may open a day"), 200, 1, 100_000),
    "warn_percent": Limit(gettext_lazy("percent of the daily limit at which the superior is told"), 80, 1, 100),
    "exported_rows": Limit(gettext_lazy("rows exported in seven days that count as unusual"), 2_000, 1, 10_000_000),
    "consultation_days": Limit(gettext_lazy("days that a consultation may last"), 30, 1, 366),
    "portal_open": Limit(gettext_lazy("the customer portal is open"), 0, 0, 1),
    "portal_days": Limit(gettext_lazy("days that a contact's portal access lasts at most"), 365, 1, 1_830),
    "portal_idle_minutes": Limit(gettext_lazy("minutes until an idle visit to the portal ends"), 30, 5, 720),
}  # fmt: skip
"""Name -> limit."""


class CompanyLimit(models.Model):
    """A limit that differs from its default."""

    name = models.CharField(max_length=40, primary_key=True)
    value = models.PositiveIntegerField()

    class Meta:
        db_table = "zhike_company_limit"

    def __str__(self) -> str:
        return self.name


def limit(name: str) -> int:
    """The value in force."""
    kept = CompanyLimit.objects.filter(pk=name).values_list("value", flat=True).first()
    return LIMITS[name].default if kept is None else kept


def limits() -> dict[str, int]:
    """Every value in force, in one query."""
    kept = dict(CompanyLimit.objects.values_list("name", "value"))
    return {name: kept.get(name, one.default) for name, one in LIMITS.items()}


@transaction.atomic
def set_limit(*, name: str, value: int, by: Person, at: datetime) -> int:
    """Set a limit."""
    allow(by, "manage_people")
    known = LIMITS[name]
    if not known.least <= value <= known.most:
        raise Invalid(
            _("Between %(least)s and %(most)s.") % {"least": known.least, "most": known.most},
            fields={name: _("out of range")},
        )
    old = limit(name)
    if old != value:
        CompanyLimit.objects.update_or_create(name=name, defaults={"value": value})
        journal(by, "limit_changed", by=by, at=at, before={name: old}, after={name: value},
                label=known.label, old=old, new=value)  # fmt: skip
    return value
