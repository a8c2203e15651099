"""The responsibility matrix: who is responsible, approves, is consulted and informed at each step of each process (ORG-01)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import models, transaction
from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from zhike.kernel.journal import journal, sentences
from zhike.kernel.refusals import Conflict, Invalid
from zhike.people.delegations import delegates_of
from zhike.people.models import Department, Grant, Person, Role
from zhike.people.rules import allow

sentences({
    "responsibility_set": gettext_lazy("%(who)s entered in the responsibility matrix: %(what)s"),
    "responsibility_removed": gettext_lazy("%(who)s took from the responsibility matrix: %(what)s"),
})  # fmt: skip

KINDS: dict[str, Any] = {
    "responsible": gettext_lazy("responsible"),
    "approves": gettext_lazy("approves"),
    "consulted": gettext_lazy("consulted"),
    "informed": gettext_lazy("informed"),
}
"""Part in a step -> its name."""

PROCESSES: dict[str, Any] = {
    "archive": gettext_lazy("Customer archive"),
    "admission": gettext_lazy("Admission of customers"),
    "grading": gettext_lazy("Grading"),
    "credit": gettext_lazy("Credit"),
    "service": gettext_lazy("Service and complaints"),
    "data": gettext_lazy("Data and secrecy"),
}
"""Process -> its name."""

STEPS: dict[str, Any] = {
    "archive.open": gettext_lazy("open the archive"),
    "archive.review": gettext_lazy("review the archive"),
    "archive.merge": gettext_lazy("merge duplicates"),
    "archive.consult": gettext_lazy("decide on consultations"),
    "admission.enquire": gettext_lazy("enquire about the customer"),
    "admission.credit": gettext_lazy("assess the credit"),
    "admission.decide": gettext_lazy("decide on the admission"),
    "grading.prepare": gettext_lazy("prepare the grading"),
    "grading.decide": gettext_lazy("decide on the grades"),
    "credit.limit": gettext_lazy("set the credit limit"),
    "credit.collect": gettext_lazy("collect what is overdue"),
    "service.receive": gettext_lazy("receive calls, letters and visits"),
    "service.complaint": gettext_lazy("handle complaints"),
    "data.import": gettext_lazy("bring in the company's data"),
    "data.incident": gettext_lazy("handle incidents of leaked data"),
}
"""Code of a step, `process.step` -> its name."""


class Responsibility(models.Model):
    """A role, a role within a department, or a person takes a part in a step."""

    step = models.CharField(gettext_lazy("step"), max_length=40)
    kind = models.CharField(gettext_lazy("part"), max_length=12)
    role = models.ForeignKey(
        Role, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=gettext_lazy("role")
    )
    department = models.ForeignKey(
        Department, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=gettext_lazy("department"),
    )  # fmt: skip
    person = models.ForeignKey(
        Person, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=gettext_lazy("person")
    )

    class Meta:
        db_table = "zhike_responsibility"
        ordering = ["step", "kind", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(role__isnull=False) | Q(person__isnull=False), name="responsibility_has_a_holder"
            )
        ]

    def __str__(self) -> str:
        return " · ".join(
            str(part) for part in (STEPS[self.step], KINDS[self.kind], self.person or self.role, self.department) if part
        )  # fmt: skip


@dataclass(frozen=True)
class Holders:
    """Who takes a part in a step; `fallback` says that the matrix named nobody who is there."""

    people: tuple[Person, ...]
    fallback: bool


@dataclass(frozen=True)
class Gap:
    """A step that nobody is responsible for, and whom its cases go to instead."""

    step: str
    name: Any
    fallback: tuple[Person, ...]


def holders(step: str, kind: str, day: date, customer: Any = None) -> Holders:
    """Who takes a part in a step on a day, for a customer: the matrix, else the fallback; delegates stand in.

    A role that is entered without a department is narrowed to its holders in the customer's department where there are any.
    The fallback is the head of the customer's department, of those above it, else the administrators.
    """
    if step not in STEPS or kind not in KINDS:
        raise ValueError(f"unknown step or part: `{step}`, `{kind}`")
    rows = Responsibility.objects.filter(step=step, kind=kind).select_related("person", "department", "role")
    found = _named(rows, day, getattr(customer, "department", None))
    if found:
        return Holders(tuple(found), fallback=False)
    return Holders(fallback_for(getattr(customer, "department", None), day), fallback=True)


def _named(rows: Iterable[Responsibility], day: date, department: Department | None) -> list[Person]:
    found: dict[int, Person] = {}
    for row in rows:
        people = [row.person] if row.person is not None else _with_role(row, day, department)
        for person in people:
            for one in present(person, day):
                found[one.pk] = one
    return list(found.values())


def _with_role(row: Responsibility, day: date, department: Department | None) -> list[Person]:
    grants = Grant.objects.running(day).filter(
        role=row.role, person__is_active=True, role__closed_on__isnull=True
    )
    people = Person.objects.filter(pk__in=grants.values("person")).select_related("department")
    if row.department is not None:
        return list(people.filter(department__path__startswith=row.department.path))
    near = (
        people.filter(department__path__startswith=department.path)
        if department is not None
        else people.none()
    )
    return list(near) or list(people)


def present(person: Person, day: date) -> list[Person]:
    """The person, or whoever acts for them on a day; nobody when they have left."""
    if not person.is_active:
        return []
    return delegates_of(person, day) or [person]


def fallback_for(department: Department | None, day: date) -> tuple[Person, ...]:
    """The head of a department or of the nearest one above that has a head, else the administrators."""
    while department is not None:
        if department.head is not None and department.head.is_active:
            return tuple(present(department.head, day))
        above = department.parent_id
        department = Department.objects.get(pk=above) if above else None
    grants = Grant.objects.running(day).filter(role__code="administrator", person__is_active=True)
    return tuple(Person.objects.filter(pk__in=grants.values("person")))


def gaps(day: date) -> list[Gap]:
    """The steps that nobody is responsible for on a day: nobody is entered, or whoever is has left or lost the role."""
    rows: dict[str, list[Responsibility]] = {}
    for row in Responsibility.objects.filter(kind="responsible").select_related(
        "person", "department", "role"
    ):
        rows.setdefault(row.step, []).append(row)
    return [
        Gap(step, name, fallback_for(None, day))
        for step, name in STEPS.items()
        if not _named(rows.get(step, ()), day, None)
    ]


@transaction.atomic
def set_responsibility(
    *, step: str, kind: str, by: Person, at: datetime, role: Role | None = None,
    department: Department | None = None, person: Person | None = None,
) -> Responsibility:  # fmt: skip
    """Enter a role or a person at a step."""
    allow(by, "manage_people")
    if step not in STEPS or kind not in KINDS:
        raise Invalid(_("Unknown step or part."), fields={"step": _("unknown")})
    if (role is None) == (person is None):
        raise Invalid(_("Either a role or a person."), fields={"role": _("or a person")})
    if person is not None and not person.is_active:
        raise Invalid(_("%(name)s has left.") % {"name": person}, fields={"person": _("has left")})
    made, new = Responsibility.objects.get_or_create(
        step=step, kind=kind, role=role, person=person, department=department if role is not None else None
    )
    if not new:
        raise Conflict(_("This is in the matrix already."))
    journal(made, "responsibility_set", by=by, at=at)
    return made


@transaction.atomic
def remove_responsibility(*, responsibility: Responsibility, by: Person, at: datetime) -> None:
    """Take an entry out of the matrix; the journal keeps it."""
    allow(by, "manage_people")
    journal(responsibility, "responsibility_removed", by=by, at=at)
    responsibility.delete()


SHIPPED = {
    "archive.open": ("account_manager", "supervisor", "keeper", "department_head"),
    "archive.review": ("account_manager", "supervisor", "", "keeper"),
    "archive.merge": ("keeper", "", "account_manager", ""),
    "archive.consult": ("keeper", "keeper", "account_manager", "department_head"),
    "admission.enquire": ("account_manager", "department_head", "finance", ""),
    "admission.credit": ("finance", "management", "account_manager", ""),
    "admission.decide": ("department_head", "management", "finance", "account_manager"),
    "grading.prepare": ("analyst", "department_head", "account_manager", ""),
    "grading.decide": ("department_head", "management", "analyst", "account_manager"),
    "credit.limit": ("finance", "management", "account_manager", "salesperson"),
    "credit.collect": ("account_manager", "finance", "", "department_head"),
    "service.receive": ("reception", "", "service", ""),
    "service.complaint": ("service", "department_head", "account_manager", ""),
    "data.import": ("keeper", "", "analyst", ""),
    "data.incident": ("supervising", "management", "keeper", ""),
}
"""Step -> shipped roles: responsible, approves, consulted, informed."""


@transaction.atomic
def ship_matrix() -> int:
    """Bring in the shipped matrix where it is empty; a company's own stays. How many entries were made."""
    if Responsibility.objects.exists():
        return 0
    roles = {role.code: role for role in Role.objects.all()}
    rows = [
        Responsibility(step=step, kind=kind, role=roles[code])
        for step, codes in SHIPPED.items()
        for kind, code in zip(KINDS, codes, strict=True)
        if code in roles
    ]
    return len(Responsibility.objects.bulk_create(rows))
