"""Every change of a customer's team (ORG-04, ORG-05)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from zhike.customers.following import refresh
from zhike.customers.life import POSTS
from zhike.customers.models import Assignment, Customer
from zhike.customers.owners import Gap, close_gaps
from zhike.kernel.journal import journal, sentences
from zhike.kernel.refusals import Invalid
from zhike.people.models import Person
from zhike.people.rules import allow

sentences({
    "post_assigned": gettext_lazy("%(who)s made %(person)s %(post)s"),
    "post_ended": gettext_lazy("%(who)s ended the post of %(person)s as %(post)s"),
})  # fmt: skip

PASSED: list[Callable[[Customer, Person | None, Person, datetime], object]] = []
"""What follows in higher layers when a customer has another account manager: (customer, former, receiver, moment)."""


@transaction.atomic
def assign_post(
    *, customer: Customer, person: Person, post: str, senior: bool, by: Person, at: datetime
) -> Assignment:
    """Give somebody a post in the customer's team. The account manager's is given when it is free; else it is handed over."""
    allow(by, "assign_customer", customer)
    if post not in POSTS:
        raise Invalid(_("Unknown post."), fields={"post": _("unknown")})
    if not person.is_active:
        raise Invalid(_("%(name)s has left.") % {"name": person}, fields={"person": _("has left")})
    held = Assignment.objects.current().filter(customer=customer, post=post).select_related("person")
    same = held.filter(person=person).first()
    if same is not None and same.senior == senior:
        return same
    former = held.first() if post == "manager" else same
    if former is not None and post == "manager" and former.person.is_active and former.person_id != person.pk:
        raise Invalid(
            _("%(name)s is the account manager: hand over instead.") % {"name": former.person},
            fields={"person": _("hand over instead")},
        )
    made = pass_post(customer, person, post, at=at, senior=senior, old=former.person if former else None)
    journal(made, "post_assigned", by=by, at=at, person=str(person), post=POSTS[post])
    return made


def pass_post(
    customer: Customer,
    person: Person,
    post: str,
    *,
    at: datetime,
    senior: bool = False,
    old: Person | None = None,
) -> Assignment:
    """End the post of `old`, if anybody, and give it to a person; the account manager stands in the archive too."""
    current = Assignment.objects.current().filter(customer=customer, post=post)
    held = current.filter(person=old).first() if old else None
    former = customer.manager
    if post == "manager":
        current.update(ended_at=at)
        Customer.objects.filter(pk=customer.pk).update(
            manager=person,
            department_id=person.department_id or customer.department_id,
            version=F("version") + 1,
        )
        customer.refresh_from_db()
        close_gaps(Gap.objects.standing().filter(customer=customer).select_related("customer"), at)
    elif held is not None:
        current.filter(pk=held.pk).update(ended_at=at)
    made = Assignment.objects.create(
        customer=customer, person=person, post=post, senior=senior or bool(held and held.senior and old != person),
        from_on=timezone.localtime(at).date(),
    )  # fmt: skip
    if post == "manager":
        refresh(customer, at)
        for follow in PASSED:
            follow(customer, former, person, at)
    return made


@transaction.atomic
def end_post(*, assignment: Assignment, by: Person, at: datetime) -> None:
    """End a post; the account manager's post ends only by handing over."""
    allow(by, "assign_customer", assignment.customer)
    if assignment.post == "manager":
        raise Invalid(_("A customer always has an account manager: hand over instead."))
    if Assignment.objects.filter(pk=assignment.pk, ended_at__isnull=True).update(ended_at=at):
        journal(
            assignment,
            "post_ended",
            by=by,
            at=at,
            person=str(assignment.person),
            post=POSTS[assignment.post],
        )
