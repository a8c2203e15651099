"""When ratings are renewed: the days on which a policy asks for a run, and the runs that are due (GRD-19)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from zhike.grading.models import Grade, GradingRun
from zhike.grading.running import start_run
from zhike.grading.schemes import schemes_of
from zhike.jobs.registry import every, job
from zhike.jobs.running import Run
from zhike.kernel.refusals import Refused
from zhike.policies import reading
from zhike.policies.models import PolicyVersion
from zhike.ui import grid

MONTHS = {"year": 12, "half_year": 6, "quarter": 3, "month": 1}
PERIODS = {
    "year": _("every year"), "half_year": _("every half-year"), "quarter": _("every quarter"), "month": _("every month"),
}  # fmt: skip
GRACE = timedelta(days=45)
"""How long after its day a run may still be made by itself; after that a person starts it."""


@dataclass(frozen=True)
class Due:
    """A run that a policy asks for: of everybody, or of the customers of some grades."""

    version: PolicyVersion
    as_of: date
    periods: tuple[str, ...]
    grades: tuple[str, ...]
    run: GradingRun | None

    @property
    def chips(self) -> list[SafeString]:
        """The grades, as the policy calls them."""
        known = schemes_of(self.version)
        return [
            next((one.chip(code) for one in known if one.of(code)), grid.grade(code)) for code in self.grades
        ]

    @property
    def whole(self) -> bool:
        """Whether everybody is rated."""
        return not self.grades

    @property
    def words(self) -> list[Any]:
        """The periods in words."""
        return [PERIODS[period] for period in self.periods]


def last_end(period: str, day: date) -> date:
    """The last day of the latest period that is over on a day; periods follow the calendar year."""
    months = MONTHS[period]
    first = date(day.year, (day.month - 1) // months * months + 1, 1)
    return first - timedelta(days=1)


def next_end(period: str, day: date) -> date:
    """The last day of the period in which a day lies."""
    last = last_end(period, day)
    month = last.month - 1 + MONTHS[period] + 1
    return date(last.year + month // 12, month % 12 + 1, 1) - timedelta(days=1)


def cycles(version: PolicyVersion) -> dict[str, set[str]]:
    """Period -> the grades it is for; an empty set means everybody."""
    found: dict[str, set[str]] = {}
    for rating in reading.document(version).document.ratings.values():
        if rating.cycle is None:
            continue
        if rating.cycle.every:
            found[rating.cycle.every] = set()
        for grade, period in rating.cycle.grades.items():
            if found.get(period) != set() or period not in found:
                found.setdefault(period, set()).add(grade)
    return found


def due_runs(day: date) -> list[Due]:
    """The last run that each policy in force asks for, by day, and whether it was made; the newest first."""
    versions = PolicyVersion.objects.in_force(day).select_related("policy")
    made: dict[tuple[int, date], GradingRun] = {}
    for run in GradingRun.objects.filter(version__in=versions, cause__in=["schedule", "hand"]).exclude(
        state__in=["withdrawn", "failed"]
    ):
        if not run.only or run.cause == "schedule":
            made.setdefault((run.version_id, run.as_of), run)
    found = []
    for version in versions:
        ends: dict[date, list[tuple[str, set[str]]]] = {}
        for period, grades in cycles(version).items():
            end = last_end(period, day)
            if version.effective_on is None or end >= version.effective_on:
                ends.setdefault(end, []).append((period, grades))
        for end, asked in ends.items():
            everybody = any(not grades for _, grades in asked)
            codes = () if everybody else tuple(sorted({code for _, grades in asked for code in grades}))
            periods = tuple(period for period, _ in asked)
            found.append(Due(version, end, periods, codes, made.get((version.pk, end))))
    return sorted(found, key=lambda one: (one.as_of, one.version.policy.code), reverse=True)


def customers_of(due: Due) -> list[int]:
    """The customers that hold the grades of a due run on its day."""
    keys = [reading.rating_key(due.version, name) for name in reading.document(due.version).document.ratings]
    rows = Grade.objects.on(due.as_of).filter(rating__in=keys, grade__in=due.grades)
    return sorted(set(rows.values_list("customer", flat=True)))


def queue_due(day: date, at: datetime) -> list[GradingRun]:
    """Start the due runs that nobody has made; one that the pre-flight check refuses waits for a person."""
    started = []
    for due in due_runs(day):
        if due.run is not None or day - due.as_of > GRACE:
            continue
        only = [] if due.whole else customers_of(due)
        if not due.whole and not only:
            continue
        try:
            started.append(
                start_run(version=due.version, as_of=due.as_of, by=None, at=at, cause="schedule", only=only)
            )
        except Refused:
            continue
    return started


@job("due_gradings", title=_("Gradings that are due"))
def due_gradings(run: Run) -> dict[str, Any]:
    """Queue the runs that the policies ask for."""
    return {"started": len(queue_due(timezone.localtime(run.at).date(), run.at))}


every("due_gradings", kind="due_gradings", daily="03:10")
