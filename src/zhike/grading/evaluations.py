"""Evaluations that a grade asks for at intervals: derived from the history of grades and the policy's cycle (GRD-25, GRD-26).

Periods run from the first day of the grade. A period without a record is overdue from the day after its end, and stays on
record as missed when it is made up later. Periods that ended before the policy was published in the product are not asked
for. In the lowest grade an evaluation ends with a decision by an authorised person; in the others it goes with a talk.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from zhike.customers.models import Customer
from zhike.customers.owners import Chain
from zhike.grading.models import Grade
from zhike.grading.records import Evaluation, Exit
from zhike.grading.schemes import Scheme, Schemes, schemes_of
from zhike.kernel.journal import journal, sentences
from zhike.kernel.refusals import Conflict, Invalid
from zhike.outbox.actions import tell
from zhike.outbox.kinds import notice
from zhike.people.models import Person
from zhike.people.rules import allow
from zhike.policies.models import PolicyVersion
from zhike_engine.plan.windows import add_months

sentences({
    "evaluation_recorded": gettext_lazy("%(who)s evaluated %(what)s"),
    "exit_opened": gettext_lazy("%(who)s decided to end the cooperation with %(what)s: %(ground)s"),
})  # fmt: skip
notice(
    "evaluation_overdue",
    about=gettext_lazy("Evaluations"),
    subject=gettext_lazy("Overdue: evaluation of %(customer)s"),
    text=gettext_lazy("The evaluation of %(customer)s (%(grade)s) was due on %(day)s. Owed by %(owner)s."),
)
MONTHS = {"year": 12, "half_year": 6, "quarter": 3, "month": 1}
DECISIONS: dict[str, Any] = {
    "keep": gettext_lazy("keep investing"),
    "maintain": gettext_lazy("maintain at low cost"),
    "transform": gettext_lazy("transform the cooperation"),
    "end": gettext_lazy("end cooperation"),
}
"""Decision about a customer of the lowest grade -> its name."""


@dataclass(frozen=True)
class Due:
    """One evaluation that a grade asks for."""

    grade: Grade
    first: date
    last: date
    decides: bool
    record: Evaluation | None = None

    def state(self, day: date) -> str:
        """`done`, `late` (made up after the end), `overdue` or `open`."""
        if self.record is not None:
            return "late" if self.record.done_on > self.last else "done"
        return "overdue" if day > self.last else "open"

    @property
    def href(self) -> str:
        """Its page."""
        return f"/grading/evaluations/{self.grade.pk}/{self.first:%Y-%m-%d}/"


def interval(scheme: Scheme | None, grade: str) -> int | None:
    """Months between evaluations of a grade, by the policy's cycle; None where only the run of everybody counts."""
    cycle = scheme.rating.cycle if scheme else None
    return MONTHS[cycle.grades[grade]] if cycle and grade in cycle.grades else None


def decides(scheme: Scheme, grade: str) -> bool:
    """Whether an evaluation of this grade ends with a decision: the lowest grade."""
    return len(scheme.grades) > 1 and scheme.grades[-1].code == grade


def evaluated_grades(day: date) -> dict[str, dict[str, int]]:
    """Rating -> grade -> months, over the policies in force."""
    found: dict[str, dict[str, int]] = {}
    for version in PolicyVersion.objects.in_force(day).select_related("policy"):
        for scheme in schemes_of(version):
            asked = {one.code: months for one in scheme.grades if (months := interval(scheme, one.code))}
            if asked:
                found[scheme.key] = asked
    return found


def rows_for(day: date, by: Person | None = None) -> Any:
    """The grades that ask for evaluations on a day, of customers that a person sees and that are still with us."""
    wanted = Q(pk__in=[])
    for rating, grades in evaluated_grades(day).items():
        wanted |= Q(rating=rating, grade__in=list(grades))
    rows = Grade.objects.on(day).filter(wanted).exclude(customer__life__in=["closed", "lapsed"])
    rows = rows if by is None else rows.visible_to(by)
    return rows.filter(customer__merged_into__isnull=True)


def dues(rows: Iterable[Grade], day: date) -> Iterator[Due]:
    """The periods of some grades up to a day, each with its record. `rows` carry their customers; three queries in all."""
    some = list(rows)
    schemes, since = Schemes(), published_since()
    schemes.fetch({row.version_id for row in some if row.version_id})
    records = records_of(rows)
    known: dict[tuple[Any, ...], tuple[bool, list[tuple[date, date]]]] = {}
    for row in some:
        alike = (row.version_id, row.rating, row.grade, row.from_on)
        if alike not in known:
            scheme = schemes.of(row.version_id, row.rating)
            known[alike] = asked_of(row.rating, row.grade, row.from_on, scheme, since, day)
        last_word, asked = known[alike]
        for first, last in asked:
            yield Due(row, first, last, last_word, records.get((row.pk, first)))


def asked_of(
    rating: str, grade: str, from_on: date, scheme: Scheme | None, since: dict[str, date], day: date
) -> tuple[bool, list[tuple[date, date]]]:
    """Whether the evaluations of a grade end with a decision, and the periods that are asked for; the same for all alike."""
    months = interval(scheme, grade)
    if scheme is None or months is None:
        return False, []
    start = since.get(rating.partition(".")[0], from_on)
    return decides(scheme, grade), [one for one in periods(from_on, months, day) if one[1] >= start]


def records_of(grades: Iterable[Grade]) -> dict[tuple[int, date], Evaluation]:
    """Grade and first day of the period -> what was recorded."""
    rows = Evaluation.objects.filter(grade__in=grades).select_related("by")
    return {(one.grade_id, one.period_from): one for one in rows}


def published_since() -> dict[str, date]:
    """Policy -> the day since which a version of it has been in force in the product."""
    found: dict[str, date] = {}
    rows = PolicyVersion.objects.filter(state="published", effective_on__isnull=False).order_by(
        "effective_on"
    )
    for code, day in rows.values_list("policy__code", "effective_on"):
        if day is not None:
            found.setdefault(code, day)
    return found


def periods(start: date, months: int, day: date) -> Iterator[tuple[date, date]]:
    """(first, last day) of every period up to the one that holds a day.

    >>> [last.isoformat() for _first, last in periods(date(2026, 1, 1), 6, date(2026, 7, 2))]
    ['2026-06-30', '2026-12-31']
    """
    number, first = 1, start
    while first <= day:
        following = add_months(start, months * number)
        yield first, following - timedelta(days=1)
        number, first = number + 1, following


def due_of(grade: Grade, first: date, day: date) -> Due | None:
    """The period of a grade that begins on a day."""
    return next((one for one in dues([grade], max(day, first)) if one.first == first), None)


@transaction.atomic
def record_evaluation(
    *, due: Due, result: str, next_actions: str, done_on: date, talked_on: date | None = None, talked_with: str = "",
    decision: str = "", ground: str = "", by: Person, at: datetime,
) -> Evaluation:  # fmt: skip
    """Write down an evaluation. With a talk where the grade asks for one; in the lowest grade with a decision, which only
    an authorised person takes; ending the cooperation opens the exit checklist."""
    customer = due.grade.customer
    allow(by, "decide_grades" if due.decides else "change_customer", customer)
    faults = {
        name: _("missing")
        for name, text in (("result", result), ("next_actions", next_actions))
        if not text.strip()
    }
    if due.decides and decision not in DECISIONS:
        faults["decision"] = _("decide how to go on")
    if not due.decides and not (talked_on and talked_with.strip()):
        faults["talked_on"] = _("the evaluation goes with a talk")
    if decision == "end" and not ground.strip():
        faults["ground"] = _("missing")
    if done_on > timezone.localtime(at).date():
        faults["done_on"] = _("in the future")
    if faults:
        raise Invalid(_("The evaluation is not complete."), fields=faults)
    try:
        with transaction.atomic():
            made = Evaluation.objects.create(
                grade=due.grade, customer=customer, period_from=due.first, period_until=due.last, done_on=done_on,
                talked_on=talked_on, talked_with=talked_with.strip(), result=result.strip(), next_actions=next_actions.strip(),
                decision=decision if due.decides else "", by=by, at=at,
            )  # fmt: skip
    except IntegrityError as taken:
        raise Conflict(_("This evaluation is recorded already.")) from taken
    journal(made, "evaluation_recorded", by=by, at=at, decision=decision)
    if decision == "end":
        open_exit(made, ground.strip(), by=by, at=at)
    return made


def open_exit(evaluation: Evaluation, ground: str, *, by: Person, at: datetime) -> Exit:
    """Begin the end of cooperation."""
    if Exit.objects.filter(customer=evaluation.customer, closed_at__isnull=True).exists():
        raise Conflict(_("The end of this cooperation is under way already."))
    made = Exit.objects.create(
        customer=evaluation.customer, evaluation=evaluation, ground=ground, opened_by=by, opened_at=at
    )
    journal(made, "exit_opened", by=by, at=at, ground=ground)
    return made


def tell_overdue(*, at: datetime) -> int:
    """Tell the superior of whoever owes an evaluation that is overdue: once for each. How many were told."""
    day, chain, schemes, told = timezone.localtime(at).date(), Chain(), Schemes(), 0
    rows = rows_for(day).select_related("customer__manager").defer("customer__search", "customer__tokens")
    for one in dues(rows, day):
        if one.state(day) != "overdue":
            continue
        customer = one.grade.customer
        for person in informed(customer, chain):
            told += tell(
                kind="evaluation_overdue", key=f"{one.grade.pk} {one.first}", to=person, at=at, customer=customer.name,
                grade=schemes.word(one.grade.version_id, one.grade.rating, one.grade.grade), day=one.last,
                owner=str(customer.manager or "—"),
            ) is not None  # fmt: skip
    return told


def informed(customer: Customer, chain: Chain) -> list[Person]:
    """Who hears of an overdue evaluation: the manager's superior, else the head of the department."""
    above = chain.superior(customer.manager) or chain.head(customer.department_id)
    return [above] if above is not None else []
