"""Departments and months at a glance: who has submitted what, what is late, what has changed since."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from zhike.people.models import Department, Person
from zhike.people.rules import can
from zhike.submissions.chasing import owing
from zhike.submissions.models import STATES, Chase, Submission, departments_of
from zhike.submissions.months import Month, months_of

TONES = {"signed": "success", "submitted": "info", "returned": "warning", "late": "error", "missing": "quiet"}
"""State of a month -> the tone of its tag."""


def state_name(state: str) -> str:
    """The state of a month in the reader's language."""
    return {"late": _("late"), "missing": _("not yet submitted")}.get(state) or str(STATES[state])


@dataclass(frozen=True)
class Cell:
    """A month of a department."""

    of: Month
    label: str
    tone: str
    late: int
    escalated: bool
    correcting: Submission | None
    may_submit: bool

    @property
    def href(self) -> str:
        """The page of its figures, or of their submission; empty where there is neither."""
        if self.of.submission is not None:
            return self.of.submission.get_absolute_url()
        if self.may_submit:
            return f"/submissions/new/?department={self.of.department.code}&month={self.of.month:%Y-%m}"
        return ""


@dataclass
class Board:
    """Months down, departments across."""

    departments: list[Department] = field(default_factory=list)
    rows: list[tuple[date, list[Cell | None]]] = field(default_factory=list)
    years: list[int] = field(default_factory=list)
    year: int = 0
    late: int = 0
    waiting: int = 0
    returned: int = 0
    drifted: int = 0
    signed: int = 0


def board(by: Person, day: date, year: int | None = None) -> Board:
    """The months of a year (the newest where none is asked for), for the departments that a person sees."""
    seen = set(departments_of(by).values_list("pk", flat=True))
    mine = seen if can(by, "submit_figures") else set()
    owed = [one for one in owing(day) if one.department.pk in seen]
    rows: dict[int, list[Submission]] = {}
    for each in Submission.objects.filter(department__in=[one.department.pk for one in owed]).exclude(
        state="replaced"
    ):
        rows.setdefault(each.department_id, []).append(each)
    told = set(Chase.objects.filter(stage="above").values_list("department_id", "month"))
    found = Board(departments=[one.department for one in owed])
    cells: dict[date, dict[int, Cell]] = {}
    for one in owed:
        own = rows.get(one.department.pk, [])
        waiting = {each.month: each for each in own if each.state == "submitted"}
        for month in months_of(one.department, one.begins, day, one.days, own):
            late = month.days_late(day)
            cell = Cell(
                month, state_name(month.state), TONES[month.state], late, (one.department.pk, month.month) in told and late > 0,
                waiting.get(month.month) if month.state == "signed" else None,
                one.department.pk in mine and month.state in ("late", "missing", "returned"),
            )  # fmt: skip
            cells.setdefault(month.month, {})[one.department.pk] = cell
            found.late += month.state == "late"
            found.waiting += month.month in waiting
            found.returned += month.state == "returned"
            found.signed += month.state == "signed"
            found.drifted += month.drift > 0
    found.years = sorted({month.year for month in cells}, reverse=True)
    found.year = year if year in found.years else (found.years[0] if found.years else day.year)
    found.rows = [
        (month, [cells[month].get(department.pk) for department in found.departments])
        for month in sorted(cells, reverse=True)
        if month.year == found.year
    ]
    return found


def editions(of: Submission) -> list[Submission]:
    """Every edition of a month, newest first."""
    rows: Any = Submission.objects.filter(department=of.department_id, month=of.month)
    return list(rows.select_related("submitted_by", "checked_by").order_by("-number"))
