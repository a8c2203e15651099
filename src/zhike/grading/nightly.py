"""What happens to grades by themselves: when their day comes, the customers carry them."""

from __future__ import annotations

from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from zhike.grading.evaluations import tell_overdue
from zhike.grading.events import note_events
from zhike.grading.taking_effect import settle_grades, settle_recent
from zhike.jobs.registry import every, job
from zhike.jobs.running import Run


@job("settle_grades", title=_("Grades of the day"), quick=True)
def grades_of_the_day(run: Run) -> dict[str, Any]:
    """Let the customers carry the grades of the day. Safe to run at any time, any number of times."""
    return {"changed": settle_recent(day=timezone.localtime(run.at).date())}


@job("rebuild_grades", title=_("Grades of all customers"))
def rebuild_grades(run: Run) -> dict[str, Any]:
    """Look at every customer: the copy of the grade is rebuilt from the history."""
    return {"changed": settle_grades(day=timezone.localtime(run.at).date())}


@job("watch_grades", title=_("Events and evaluations"))
def watch_grades(run: Run) -> dict[str, Any]:
    """Find events that call for a new grade, and tell of overdue evaluations. Safe to run twice."""
    return {**note_events(at=run.at), "told": tell_overdue(at=run.at)}


every("watching_grades", kind="watch_grades", daily="02:10")
every("grades_of_the_day", kind="settle_grades", minutes=20)
every("grades_of_all", kind="rebuild_grades", daily="00:40")
