"""Which time limit a request gets: grade and policy of the moment it comes in, the strictest clock among them (SLA-01)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.utils import timezone

from zhike.calendars.models import company_calendar
from zhike.customers.models import Customer
from zhike.grading.models import Grade
from zhike.kernel.working import Hours, deadline
from zhike.policies.models import PolicyVersion
from zhike.policies.reading import document, values
from zhike_engine.plan.clocks import Limit, limits_of
from zhike_engine.plan.parameters import ParameterValue, resolve


@dataclass(frozen=True)
class Ruling:
    """What rules a request: a limit with the moment it ends, or the reason why there is none."""

    rating: str = ""
    grade: str = ""
    version: PolicyVersion | None = None
    clock: str = ""
    article: str = ""
    hours: Decimal | None = None
    working: bool = False
    due_at: datetime | None = None
    reason: str = ""

    def facts(self) -> dict[str, Any]:
        """Field of the request -> value."""
        return dict(vars(self))


class Rules:
    """The policies in force on a day, each read once: for many requests of one day."""

    def __init__(self, day: date) -> None:
        found = PolicyVersion.objects.in_force(day).select_related("policy")
        self.day = day
        self.versions = {one.policy.code: one for one in found}
        self.known: dict[int, dict[str, ParameterValue]] = {}
        self._hours: Hours | None = None

    def rule(self, grades: Iterable[Grade], kind: str, at: datetime) -> Ruling:
        """What rules a request of a kind that comes in at a moment, from a customer with these grades."""
        none = Ruling(reason="no_grade")
        ruled: list[Ruling] = []
        for grade in sorted(grades, key=lambda one: (not one.main, one.rating)):
            version = self.versions.get(grade.rating.partition(".")[0])
            held = Ruling(grade.rating, grade.grade, version, reason="no_clock" if version else "no_version")
            if version is not None:
                limits = self.limits(version, grade, kind)
                ruled += [self._ruled(held, limit, at) for limit in limits if limit.hours is not None]
                unset = next((one for one in limits if one.hours is None), None)
                if unset is not None:
                    held = Ruling(
                        grade.rating, grade.grade, version, unset.clock, unset.article, reason="unset"
                    )
            if WORTH[held.reason] > WORTH[none.reason]:
                none = held
        return min(ruled, key=lambda one: one.due_at or at, default=none)

    def limits(self, version: PolicyVersion, grade: Grade, kind: str) -> list[Limit]:
        """What the clocks of a version say of a grade."""
        policy = document(version).document
        if version.pk not in self.known:
            self.known[version.pk] = resolve(policy, self.day, values(version))
        return limits_of(policy, self.known[version.pk], grade.rating.partition(".")[2], grade.grade, kind)

    def _ruled(self, held: Ruling, limit: Limit, at: datetime) -> Ruling:
        assert limit.hours is not None
        due = deadline(at, limit.hours, self.hours() if limit.working else None)
        return Ruling(
            held.rating, held.grade, held.version, limit.clock, limit.article, limit.hours, limit.working, due
        )

    def hours(self) -> Hours:
        """The company's working hours."""
        if self._hours is None:
            self._hours = company_calendar().hours()
        return self._hours


WORTH = {"no_grade": 0, "no_version": 1, "no_clock": 2, "unset": 3}
"""Of several reasons for having no limit the one that comes nearest to one is told."""


def ruling(customer: Customer, kind: str, at: datetime) -> Ruling:
    """What rules a request of a customer that comes in at a moment."""
    day = timezone.localtime(at).date()
    return Rules(day).rule(Grade.objects.on(day).filter(customer=customer), kind, at)
