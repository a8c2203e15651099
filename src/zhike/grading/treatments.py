"""What a grade opens and what of the former one it ends: service, team, response limits (GRD-23).

The names of obligations come from the versions of the two grades. The next layers pick the treatments up by `on_taken`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from zhike.customers.models import Customer
from zhike.grading.effects import on_taken
from zhike.grading.history import grade_on
from zhike.grading.models import Grade
from zhike.grading.records import Treatment
from zhike.grading.schemes import Scheme, Schemes, said, scheme_of
from zhike.kernel.journal import journal, sentences
from zhike.kernel.refusals import Conflict, Invalid
from zhike.people.models import Person
from zhike.people.rules import allow
from zhike.policies.models import PolicyVersion
from zhike_engine.plan.clocks import limits_of
from zhike_engine.plan.parameters import resolve

sentences(
    {"treatment_confirmed": gettext_lazy("%(who)s confirmed what becomes of the open items of %(what)s")}
)
ANSWERS: dict[str, Any] = {
    "ended": gettext_lazy("ends with the former grade"),
    "completed": gettext_lazy("is completed first"),
    "continues": gettext_lazy("goes on by agreement"),
}
"""What becomes of an item that ends -> its name."""


@dataclass(frozen=True)
class Duty:
    """An obligation or entitlement as the policy words it."""

    code: str
    title: str
    owner: str
    rhythm: str
    article: str


RHYTHMS: dict[str, Any] = {
    "week": gettext_lazy("per week"), "month": gettext_lazy("per month"), "quarter": gettext_lazy("per quarter"),
    "half_year": gettext_lazy("per half-year"), "year": gettext_lazy("per year"),
}  # fmt: skip
"""Period of an obligation -> how it is said."""


def duty_of(scheme: Scheme, code: str) -> Duty:
    """An obligation of a policy in the reader's language."""
    spec = scheme.document.obligations.get(code)
    if spec is None:
        return Duty(code, code, "", "", "")
    rhythm = f"{spec.times or 1} × {RHYTHMS[spec.per]}" if spec.per else ""
    return Duty(code, said(spec.title), said(spec.owner), rhythm, spec.article)


def hours_of(version: PolicyVersion, scheme: Scheme, grade: str, day: date) -> Decimal | None:
    """The shortest time in which a request of this grade is answered, by the clocks of the policy; None where unset."""
    known = resolve(scheme.document, day, version.values)
    limits = limits_of(scheme.document, known, scheme.key.partition(".")[2], grade)
    return min((one.hours for one in limits if one.hours is not None), default=None)


@on_taken
def open_treatments(grades: Sequence[Grade], *, by: Person | None, at: datetime) -> None:
    """Write down, for every new grade, what opens, ends and stays."""
    schemes = Schemes()
    schemes.fetch({one.version_id for one in grades if one.version_id})
    former = _former(grades)
    schemes.fetch({one.version_id for one in former.values() if one.version_id})
    owed = _Owed(schemes)
    rows = [_treatment(one, former.get(one.pk), owed) for one in grades]
    Treatment.objects.bulk_create(rows, batch_size=500)


def _former(grades: Sequence[Grade]) -> dict[int, Grade]:
    """Key of a new grade -> the grade that ends on its first day."""
    new = {(one.customer_id, one.rating): one for one in grades}
    found: dict[int, Grade] = {}
    keys = sorted({one.customer_id for one in grades})
    for start in range(0, len(keys), 500):
        rows = Grade.objects.held().filter(customer__in=keys[start : start + 500], until_on=grades[0].from_on)
        for row in rows.order_by("pk"):
            mine = new.get((row.customer_id, row.rating))
            if mine is not None and row.pk != mine.pk:
                found[mine.pk] = row
    return found


class _Owed:
    """What grades of a decision owe, worked out once for all that are alike."""

    def __init__(self, schemes: Schemes) -> None:
        self.schemes = schemes
        self.known: dict[tuple[Any, ...], tuple[tuple[str, ...], Decimal | None]] = {}

    def of(self, grade: Grade) -> tuple[tuple[str, ...], Decimal | None]:
        """Obligations and the hours within which a request is answered."""
        key = (grade.version_id, grade.rating, grade.grade, grade.from_on)
        if key not in self.known:
            self.known[key] = _owed(grade, self.schemes)
        return self.known[key]


def _treatment(grade: Grade, former: Grade | None, owed: _Owed) -> Treatment:
    after, hours = owed.of(grade)
    before, hours_before = owed.of(former) if former is not None else ((), None)
    ends = [code for code in before if code not in after]
    return Treatment(
        grade=grade, customer_id=grade.customer_id, former=former, from_on=grade.from_on,
        opens=[code for code in after if code not in before], ends=ends, stays=[code for code in after if code in before],
        has_ends=bool(ends), hours=hours, hours_before=hours_before,
    )  # fmt: skip


def _owed(grade: Grade, schemes: Schemes) -> tuple[tuple[str, ...], Decimal | None]:
    scheme = schemes.of(grade.version_id, grade.rating)
    spec = scheme.of(grade.grade) if scheme else None
    if scheme is None or spec is None:
        return (), None
    version = schemes.versions.get(grade.version_id or 0)
    return spec.owes, hours_of(version, scheme, grade.grade, grade.from_on) if version else None


@transaction.atomic
def confirm_treatment(
    *, treatment: Treatment, answers: Mapping[str, str], note: str = "", by: Person, at: datetime
) -> Treatment:
    """The manager says what becomes of every item that ends."""
    allow(by, "change_customer", treatment.customer)
    missing = [code for code in treatment.ends if answers.get(code) not in ANSWERS]
    if missing:
        raise Invalid(_("Say what becomes of every item."), fields={one: _("choose one") for one in missing})
    given = {code: answers[code] for code in treatment.ends}
    claimed = Treatment.objects.filter(pk=treatment.pk, confirmed_at__isnull=True).update(
        answers=given, note=note.strip(), confirmed_by=by, confirmed_at=at
    )
    if not claimed:
        raise Conflict(_("Somebody has confirmed this already."))
    treatment.refresh_from_db()
    journal(treatment, "treatment_confirmed", by=by, at=at, after=given, note=note)
    return treatment


def entitled(customer: Customer, at: datetime) -> list[Duty]:
    """What the customer's grade of a moment carries, as its policy words it."""
    grade = grade_on(customer, "", timezone.localtime(at).date())
    if grade is None or grade.version_id is None:
        return []
    version = PolicyVersion.objects.select_related("policy").get(pk=grade.version_id)
    scheme = scheme_of(version, grade.rating)
    spec = scheme.of(grade.grade) if scheme else None
    return [duty_of(scheme, code) for code in spec.owes] if scheme and spec else []


def duties_of(treatment: Treatment) -> dict[str, list[Duty]]:
    """What opens, ends and stays, as the policies word it."""
    schemes = Schemes()
    after = schemes.of(treatment.grade.version_id, treatment.grade.rating)
    former = treatment.former
    before = schemes.of(former.version_id, former.rating) if former else None
    return {
        "opens": [duty_of(after, code) for code in treatment.opens] if after else [],
        "ends": [duty_of(before, code) for code in treatment.ends] if before else [],
        "stays": [duty_of(after, code) for code in treatment.stays] if after else [],
    }
