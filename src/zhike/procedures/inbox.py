"""Who may decide at a step, asked from both sides: what waits for a person, and whom a step waits for.

One condition answers both: `held_by(seat, day)`, the open steps of a seat. Somebody decides from their own seat, or from that
of a person they stand in for. A step about a customer waits only for seats that see the customer.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.db.models import Exists, F, OuterRef, Q, QuerySet

from zhike.customers.models import Customer
from zhike.people.delegations import Delegation
from zhike.people.models import Department, Grant, Person, Role
from zhike.people.responsibilities import present
from zhike.procedures.models import ProcedureStep, StepDecision, StepPerson

OPEN = Q(state="open")
__all__ = ["asked", "held_by", "holders", "may_hold", "seats_of", "standing_in", "waiting_for"]


def waiting_for(person: Person, day: date) -> QuerySet[ProcedureStep]:
    """The open steps at which a person may decide on a day, for themselves or for whom they stand in; first what is due first."""
    if not person.is_active:
        return ProcedureStep.objects.none()
    found = Q(pk__in=[])
    for seat in seats_of(person, day):
        decided = StepDecision.objects.filter(step=OuterRef("pk"), seat=seat)
        barred = StepPerson.objects.filter(
            step=OuterRef("pk"), part="barred", person__in={seat.pk, person.pk}
        )
        found |= held_by(seat, day) & ~Exists(decided) & ~Exists(barred)
    lasting = Q(ends_on__isnull=True) | Q(ends_on__gte=day)
    return ProcedureStep.objects.filter(OPEN, lasting, found).order_by(F("due_on").asc(nulls_last=True), "id")


def seats_of(person: Person, day: date) -> list[Person]:
    """The person, and those they stand in for on a day; nobody who has left."""
    if not person.is_active:
        return []
    running = Delegation.objects.running(day).filter(delegate=person, person__is_active=True)
    return [
        person,
        *(one.person for one in running.select_related("person__department").order_by("person_id")),
    ]


def standing_in(person: Person, day: date) -> list[Person]:
    """Those a person stands in for on a day."""
    return seats_of(person, day)[1:]


def held_by(seat: Person, day: date) -> Q:
    """The condition on steps that wait for a seat: by the rule, as added signer, or because they were escalated to it."""
    roles = list(seat.roles_on(day).values_list("pk", flat=True))
    places = _path(seat.department)
    named = Q(committee__isnull=True) & (
        Q(person=seat)
        | Q(role__in=roles) & (Q(department__isnull=True) | Q(department__in=places))
        | Q(role__isnull=True, department__head=seat)
    )
    signs = Exists(StepPerson.objects.filter(step=OuterRef("pk"), part="signer", person=seat))
    held = named | signs | Q(committee__chair=seat) | _escalated(seat, roles, day)
    return held & (Q(procedure__customer__isnull=True) | Q(procedure__customer__in=_customers(seat)))


def may_hold(person: Person, step: ProcedureStep, day: date) -> bool:
    """Whether a person, or one they stand in for, has the right to a step on a day, whatever has become of the step."""
    return any(
        ProcedureStep.objects.filter(held_by(seat, day), pk=step.pk).exists()
        for seat in seats_of(person, day)
    )


def _customers(seat: Person) -> Any:
    return Customer.objects.visible_to(seat).order_by().values("pk")


def _path(department: Department | None) -> list[int]:
    """The department and those above it."""
    return [int(key) for key in department.path.split("/") if key] if department is not None else []


def _escalated(seat: Person, roles: list[int], day: date) -> Q:
    """Steps past their day, or at which nobody can decide: those of the role or committee to escalate to, else of superiors."""
    late = Q(due_on__lt=day) | Q(stuck_at__isnull=False)
    return late & (
        Q(escalate_role__in=roles)
        | Q(escalate_committee__chair=seat)
        | Q(escalate_role__isnull=True, escalate_committee__isnull=True) & _below(seat, day)
    )


def _below(seat: Person, day: date) -> Q:
    """Steps held by somebody whose superior the seat is, or whose department it heads."""
    below = Person.objects.filter(Q(superior=seat) | Q(department__head=seat), is_active=True).exclude(
        pk=seat.pk
    )
    grants = Grant.objects.running(day).filter(
        role=OuterRef("role"), person__in=below.order_by().values("pk")
    )
    narrowed = grants.filter(person__department__path__startswith=OuterRef("department__path"))
    return (
        Q(person__in=below.order_by().values("pk"))
        | Q(department__isnull=True) & Exists(grants)
        | Q(department__isnull=False, role__isnull=False) & Exists(narrowed)
        | Q(role__isnull=True, department__head__in=below.order_by().values("pk"))
        | Q(role__isnull=True, department__parent__head=seat)
    )


def holders(step: ProcedureStep, day: date) -> list[Person]:
    """The seats that decide at a step by its rule on a day: there, seeing the customer, not barred."""
    return _able(step, _named(step, day))


def escalation(step: ProcedureStep, day: date) -> list[Person]:
    """The seats to which a step escalates."""
    if step.escalate_committee is not None:
        return [step.escalate_committee.chair] if step.escalate_committee.chair else []
    if step.escalate_role is not None:
        return _able(step, with_role(step.escalate_role, None, day))
    people = _named(step, day)
    if step.role is None and step.department is not None:
        parent = Department.objects.filter(children=step.department).select_related("head").first()
        above = parent.head if parent is not None else None
        people = [*people, *([step.department.head] if step.department.head else [])]
        found: list[Person | None] = [above]
    else:
        found = []
    for one in people:
        head = one.department.head if one.department else None
        found += [one.superior, head if head is not None and head.pk != one.pk else None]
    return _able(step, {one.pk: one for one in found if one is not None and one.is_active}.values())


def asked(step: ProcedureStep, day: date) -> list[Person]:
    """Everybody who may decide at a step now, delegates in the place of whoever is away; those who have decided are left out."""
    late = (step.due_on is not None and step.due_on < day) or step.stuck_at is not None
    seats = [*holders(step, day), *signers(step), *(escalation(step, day) if late else [])]
    decided = set(step.decisions.values_list("seat_id", flat=True))
    found = {one.pk: one for seat in seats if seat.pk not in decided for one in present(seat, day)}
    return [one for one in found.values() if one.pk not in barred_from(step)]


def signers(step: ProcedureStep) -> list[Person]:
    """Those who were added to a step and are still there."""
    rows = step.named.filter(part="signer", person__is_active=True).select_related("person__department")
    return [one.person for one in rows]


def barred_from(step: ProcedureStep) -> set[int]:
    """The keys of those who may not decide at a step, because they took part in another."""
    return set(step.named.filter(part="barred").values_list("person_id", flat=True))


def _named(step: ProcedureStep, day: date) -> list[Person]:
    if step.committee is not None:
        return [step.committee.chair] if step.committee.chair is not None else []
    if step.person is not None:
        return [step.person]
    if step.role is not None:
        return with_role(step.role, step.department, day)
    return [step.department.head] if step.department and step.department.head else []


def with_role(role: Role, department: Department | None, day: date) -> list[Person]:
    """The holders of a role on a day, in a department and those below it where one is given."""
    if role.closed_on is not None:
        return []
    grants = Grant.objects.running(day).filter(role=role)
    people = (
        Person.objects.active()
        .filter(pk__in=grants.values("person"))
        .select_related("department__head", "superior")
    )
    if department is not None:
        people = people.filter(department__path__startswith=department.path)
    return list(people.order_by("pk"))


def _able(step: ProcedureStep, people: Iterable[Person]) -> list[Person]:
    barred, customer = barred_from(step), step.procedure.customer
    return [
        one
        for one in people
        if one.is_active and one.pk not in barred and (customer is None or customer.is_visible_to(one))
    ]
