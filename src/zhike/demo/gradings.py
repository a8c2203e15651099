"""The gradings of the demo company: foreign-trade customers as of the end of last year, and as of today."""

from __future__ import annotations

from datetime import date, timedelta

from zhike.demo.staff import Staff, moment
from zhike.grading.models import GradingRun
from zhike.grading.running import do_now, start_run
from zhike.kernel.refusals import Invalid
from zhike.policies.models import PolicyVersion

POLICY = "foreign-trade"


def grade_year(staff: Staff, as_of: date) -> GradingRun | None:
    """The yearly run of the last year-end."""
    year_end = date(as_of.year - 1, 12, 31)
    return _grade(staff, year_end, year_end + timedelta(days=9), "年度评级")


def grade_today(staff: Staff, as_of: date) -> GradingRun | None:
    """A run of today, for management to decide on; of the last month that is signed off where a later one is not."""
    day = as_of
    for _month in range(4):
        run = _grade(staff, day, as_of, "四季度预评")
        if run is not None:
            return run
        day = day.replace(day=1) - timedelta(days=1)
    return None


def _grade(staff: Staff, as_of: date, on: date, note: str) -> GradingRun | None:
    version = PolicyVersion.objects.in_force(on).filter(policy__code=POLICY).select_related("policy").first()
    if version is None:
        return None
    at = moment(on, 8)
    try:
        run = start_run(version=version, as_of=as_of, by=staff.people["dulan"], at=at, note=note)
    except Invalid:  # such as a month that nobody has signed off
        return None
    return do_now(run, lambda: at)
