"""Late figures: the head of the department is told after the due day, then whoever stands above; derived from days (GRD-17)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from zhike.jobs.registry import every, job
from zhike.jobs.running import Run
from zhike.kernel.journal import journal, sentences
from zhike.outbox.actions import tell
from zhike.outbox.kinds import notice
from zhike.people.company import limits
from zhike.people.models import Department, Person
from zhike.submissions import ledger
from zhike.submissions.models import Chase, Submission, SubmissionLine
from zhike.submissions.months import Month, began, departments_for, due_days, in_force, months_of
from zhike.submissions.reconciling import drift_of, foreign
from zhike_engine.plan.windows import add_months

ABOUT = _("Monthly figures")
sentences({
    "figures_late": _("%(person)s was told that the figures of %(what)s for %(months)s are late"),
    "figures_escalated": _("%(person)s was told that the figures of %(what)s for %(months)s are still missing"),
})  # fmt: skip
notice(
    "figures_late", about=ABOUT, must=True, subject=_("Late: monthly figures of %(department)s"),
    text=_(
        "The figures of %(department)s for %(months)s were due on %(due)s and are not submitted."
        " Evaluations of these months are incomplete. %(link)s"
    ),
)  # fmt: skip
notice(
    "figures_escalated", about=ABOUT, must=True, subject=_("Still missing: monthly figures of %(department)s"),
    text=_(
        "The figures of %(department)s for %(months)s were due on %(due)s; the head of the department was told"
        " and they are still not submitted. %(link)s"
    ),
)  # fmt: skip
STAGES = {"head": "figures_late", "above": "figures_escalated"}
WATCHED = 36
"""Months back that are looked at for changed orders."""


@dataclass(frozen=True)
class Owing:
    """A department that owes figures: from which month on, and how many days after each."""

    department: Department
    begins: date
    days: int

    def months(self, day: date) -> list[Month]:
        """Its months that are over on a day."""
        return months_of(self.department, self.begins, day, self.days)


def owing(day: date) -> list[Owing]:
    """The departments that owe figures: those that policies in force name, and all that have begun to submit."""
    versions = list(in_force(day))
    found: dict[int, Owing] = {}
    for version in versions:
        for department in departments_for([version]):
            one = Owing(department, began(department, version), due_days(version))
            known = found.get(department.pk)
            found[department.pk] = one if known is None or one.days < known.days else known
    keys = Submission.objects.order_by().values("department").distinct()
    for department in Department.objects.filter(pk__in=keys, closed_on__isnull=True).exclude(pk__in=found):
        found[department.pk] = Owing(department, began(department), due_days(None))
    return sorted(found.values(), key=lambda one: one.department.path)


def chase(at: datetime, day: date) -> int:
    """Tell whoever answers for figures that are late, once per month and stage; how many were told. Safe to run twice."""
    patience = limits()["figures_escalation_days"]
    told = 0
    for one in owing(day):
        late = [
            month for month in one.months(day) if month.state in ("late", "returned") and month.days_late(day)
        ]
        told += _tell(one.department, "head", late, at, day)
        told += _tell(
            one.department, "above", [month for month in late if month.days_late(day) >= patience], at, day
        )
    return told


@transaction.atomic
def _tell(department: Department, stage: str, late: list[Month], at: datetime, day: date) -> int:
    known = set(Chase.objects.filter(department=department, stage=stage).values_list("month", flat=True))
    fresh = [month for month in late if month.month not in known]
    if not fresh:
        return 0
    person = next(answering(department, stage), None)
    Chase.objects.bulk_create(
        [Chase(department=department, month=one.month, stage=stage, person=person, day=day) for one in fresh],
        ignore_conflicts=True,
    )
    months = ", ".join(f"{one.month:%Y-%m}" for one in fresh)
    journal(department, STAGES[stage], by=None, at=at, person=person or "—", months=months)
    if person is None:
        return 0
    words: dict[str, Any] = {
        "department": department,
        "months": months,
        "due": fresh[-1].due_on,
        "link": "/submissions/",
    }
    return tell(kind=STAGES[stage], key=f"{department.pk} {months}", to=person, at=at, **words) is not None


def answering(department: Department, stage: str) -> Iterator[Person]:
    """Who answers: the heads from the department upwards; above the first one, its superior comes first."""
    heads: list[Person] = []
    keys = [int(part) for part in department.path.strip("/").split("/") if part]
    by_key = Department.objects.select_related("head", "head__superior").in_bulk(keys)
    for key in reversed(keys):
        head = by_key[key].head if key in by_key else None
        if head is not None and head.is_active and head not in heads:
            heads.append(head)
    if stage == "head":
        yield from heads
        return
    first = heads[0] if heads else None
    if first is not None and first.superior is not None and first.superior.is_active:
        yield first.superior
    yield from heads[1:]


def watch_drift(at: datetime, day: date) -> int:
    """Note for every month that is signed, or waits, how many customers' orders have changed since; how many months differ."""
    found = 0
    since = add_months(ledger.first_of(day), -WATCHED)
    rows = Submission.objects.standing().filter(month__gte=since).select_related("department")
    by_department: dict[Department, list[Submission]] = {}
    for one in rows:
        by_department.setdefault(one.department, []).append(one)
    for department, several in by_department.items():
        lines = SubmissionLine.objects.filter(submission__in=several, customer__isnull=False)
        moved = foreign(department, set(lines.values_list("customer_id", flat=True).distinct()))
        first, last = min(one.month for one in several), max(one.month for one in several)
        sums = ledger.sums(department, first, ledger.next_month(last), only=moved)
        for one in several:
            count = len(drift_of(one, sums.get(one.month, {})))
            found += bool(count)
            Submission.objects.filter(pk=one.pk).update(drift=count, drift_at=at)
    return found


def watch(at: datetime, day: date) -> dict[str, int]:
    """Chase what is late and note what has changed."""
    return {"told": chase(at, day), "changed": watch_drift(at, day)}


@job("figures_watch", title=_("Watch over monthly figures"))
def watch_figures(run: Run) -> dict[str, Any]:
    """The job."""
    return dict(watch(run.at, timezone.localtime(run.at).date()))


every("figures_watch", kind="figures_watch", daily="06:40")
