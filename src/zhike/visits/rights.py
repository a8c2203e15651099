"""Who may write the form of a visit, and who may check it: a second person wherever there is one."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from django.db.models import Q

from zhike.customers.owners import Chain
from zhike.people.models import Grant, Person, Role
from zhike.people.rules import can
from zhike.visits.models import Visit

CHECK = "check_visits"
MOST = 50
"""How many holders of the right are looked through for one who sees the customer."""


def may_write(visit: Visit, person: Person) -> bool:
    """Whether a person may write and submit the form: whoever answers for it or goes along."""
    return can(person, "log_activity") and (
        visit.owner_id == person.pk or visit.people.filter(pk=person.pk).exists()
    )


def may_arrange(visit: Visit, person: Person) -> bool:
    """Whether a person may change the plan: its owner, whoever entered it, and whoever may check."""
    return can(person, "log_activity") and (
        person.pk in {visit.owner_id, visit.added_by_id} or can(person, CHECK)
    )


def checker_for(visit: Visit, submitter: Person, day: date, chain: Chain | None = None) -> Person | None:
    """Who is asked to check a form: the account manager, else the submitter's superior, the head of the customer's department,
    else anybody with the right. Never the submitter; None where there is nobody else."""
    for person in _candidates(visit, submitter, day, chain or Chain()):
        if person.pk != submitter.pk and can(person, CHECK) and visit.customer.is_visible_to(person):
            return person
    return None


def _candidates(visit: Visit, submitter: Person, day: date, chain: Chain) -> Iterator[Person]:
    manager = chain.people.get(visit.customer.manager_id or 0)
    near = (manager, chain.superior(submitter), chain.head(visit.customer.department_id))
    yield from (one for one in near if one is not None and one.is_active)
    roles = [one.pk for one in Role.objects.filter(closed_on__isnull=True) if CHECK in one.verbs]
    running = Grant.objects.filter(
        Q(until_on__isnull=True) | Q(until_on__gte=day), role__in=roles, from_on__lte=day, withdrawn_at__isnull=True
    )  # fmt: skip
    rest = Person.objects.active().filter(pk__in=running.values("person_id"))
    yield from rest.exclude(pk=submitter.pk).order_by("pk")[:MOST]


def may_check(visit: Visit, person: Person, day: date) -> bool:
    """Whether a person may check a form: with the right, and not the own form while another can."""
    if not can(person, CHECK):
        return False
    if visit.submitted_by_id != person.pk:
        return True
    asked = visit.checker
    if asked is not None and can(asked, CHECK) and visit.customer.is_visible_to(asked):
        return False
    return checker_for(visit, person, day) is None
