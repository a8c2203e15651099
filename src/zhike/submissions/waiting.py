"""What monthly figures ask of a person: months to submit, figures to explain, to verify, and what is late below them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Count, Q
from django.urls import reverse
from django.utils.translation import gettext as _

from zhike.people.models import Person
from zhike.people.rules import can
from zhike.submissions.chasing import owing
from zhike.submissions.models import Chase, Submission, departments_of


@dataclass(frozen=True)
class Task:
    """One line on the page of today."""

    text: str
    note: str
    href: str
    due_on: date | None
    late: bool


def tasks(person: Person, day: date) -> list[Task]:
    """What waits for a person, late ones first."""
    found: list[Task] = []
    if can(person, "submit_figures") or Chase.objects.filter(person=person).exists():
        found += _to_submit(person, day)
    if can(person, "submit_figures"):
        found += _returned(person)
    if can(person, "verify_figures"):
        found += _to_verify(person)
    return sorted(found, key=lambda one: (not one.late, one.due_on or date.max))


def _to_submit(person: Person, day: date) -> Iterator[Task]:
    """Months that are over and not submitted: of own departments, and those that were escalated to the person."""
    mine = (
        set(departments_of(person).values_list("pk", flat=True)) if can(person, "submit_figures") else set()
    )
    if "all" in person.access.scopes:
        mine = set()
    told = set(Chase.objects.filter(person=person).values_list("department_id", "month"))
    for one in owing(day):
        for month in one.months(day):
            escalated = (one.department.pk, month.month) in told
            if month.state in ("late", "missing") and (one.department.pk in mine or escalated):
                late = month.days_late(day)
                note = _("%(days)s days late") % {"days": late} if late else _("to be submitted")
                href = reverse("new_submission") if one.department.pk in mine else reverse("submissions")
                query = (
                    f"?department={one.department.code}&month={month.month:%Y-%m}"
                    if one.department.pk in mine
                    else ""
                )
                yield Task(
                    _("Figures of %(department)s for %(month)s") % {"department": one.department, "month": f"{month.month:%Y-%m}"},
                    note, href + query, month.due_on, late > 0,
                )  # fmt: skip


def _returned(person: Person) -> Iterator[Task]:
    rows: Any = Submission.objects.filter(state="returned", submitted_by=person).select_related("department")
    standing = set(
        Submission.objects.standing()
        .filter(month__in=rows.values("month"))
        .values_list("department_id", "month")
    )
    for one in rows[:50]:
        if (one.department_id, one.month) not in standing:
            yield Task(
                _("Returned: %(what)s") % {"what": one}, one.comment, one.get_absolute_url(), None, True
            )
    open_ = Count("lines", filter=~Q(lines__differs="") & Q(lines__explanation=""))
    waiting: Any = Submission.objects.filter(state="submitted", submitted_by=person).select_related(
        "department"
    )
    for one in waiting.annotate(unexplained=open_).filter(unexplained__gt=0)[:50]:
        note = _("%(count)s differences to explain") % {"count": one.unexplained}
        yield Task(str(one), note, one.get_absolute_url(), None, False)


def _to_verify(person: Person) -> Iterator[Task]:
    rows: Any = Submission.objects.visible_to(person).filter(state="submitted").exclude(submitted_by=person)
    for one in rows.select_related("department", "submitted_by").order_by("submitted_at")[:50]:
        note = _("%(who)s · %(count)s differences") % {"who": one.submitted_by, "count": one.differences}
        yield Task(_("To verify: %(what)s") % {"what": one}, note, one.get_absolute_url(), None, False)
