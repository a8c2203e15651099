"""A letter opens for each grade that is decided, where the policy has customers told (GRD-22)."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from zhike.customers.models import Customer
from zhike.grading.effects import on_taken
from zhike.grading.models import Grade
from zhike.grading.taking_effect import chunks
from zhike.letters.grounds import notice_of, rating_of
from zhike.letters.making import letterhead
from zhike.letters.models import UNTOLD, Letter
from zhike.people.models import Person
from zhike.policies.models import PolicyVersion


@on_taken
@transaction.atomic
def open_letters(grades: Sequence[Grade], *, by: Person | None, at: datetime) -> list[Letter]:
    """One letter per grade that is to be told, due after the policy's days, else the company's; its owner is the manager.

    A letter about an earlier grade of the same rating that nobody has sent yet is overtaken: the customer hears once.
    """
    versions = PolicyVersion.objects.select_related("policy").in_bulk(
        {one.version_id for one in grades if one.version_id}
    )
    usual = letterhead().notice_days
    days = {}
    for one in grades:
        key = (one.version_id, one.rating, one.grade)
        if one.version_id and key not in days:
            is_told, within = notice_of(versions[one.version_id], rating_of(one), one.grade)
            days[key] = (usual if within is None else within) if is_told else None
    to_tell = [one for one in grades if days.get((one.version_id, one.rating, one.grade)) is not None]
    managers: dict[int, int | None] = {}
    for part in chunks(sorted({one.customer_id for one in to_tell})):
        managers |= dict(Customer.objects.filter(pk__in=part).values_list("pk", "manager_id"))
    letters = []
    for one in to_tell:
        start = timezone.localtime(one.approved_at or at).date()
        within = days[one.version_id, one.rating, one.grade] or 0
        letters.append(
            Letter(
                grade=one, customer_id=one.customer_id, due_on=start + timedelta(days=within), opened_at=at,
                owner_id=managers.get(one.customer_id), token=secrets.token_urlsafe(24),
            )
        )  # fmt: skip
    for rating in {one.rating for one in to_tell}:
        for place in range(0, len(to_tell), 500):
            _overtake([one for one in to_tell[place : place + 500] if one.rating == rating], rating)
    return Letter.objects.bulk_create(letters, batch_size=500)


def _overtake(grades: Sequence[Grade], rating: str) -> None:
    waiting = [state for state in UNTOLD if state != "queued"]
    Letter.objects.filter(
        customer__in=[one.customer_id for one in grades], grade__rating=rating, state__in=waiting
    ).exclude(grade__in=[one.pk for one in grades]).update(state="replaced")
