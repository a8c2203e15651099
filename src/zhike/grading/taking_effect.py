"""Grades take effect: all of a decision in one transaction, on one day (GRD-23, GRD-24).

What holds on a day follows from the rows of `Grade` alone. `Customer.grade` and `grade_since` are a copy of the newest
main grade, for lists; `settle_grades` brings it up to the day, as often as one likes, and can rebuild all of it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import islice
from typing import Any

from django.db import transaction
from django.db.models import F, OuterRef, Q, Subquery, Value
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext_lazy

from zhike.customers.models import Customer
from zhike.grading.effects import taken
from zhike.grading.models import Grade
from zhike.kernel.journal import entry_for, journal_all, sentences
from zhike.people.models import Person
from zhike.policies.models import PolicyVersion

sentences({
    "grade_taken": gettext_lazy("%(who)s gave %(what)s from %(day)s on (before: %(before)s)"),
    "grade_ended": gettext_lazy("%(who)s ended the grade %(what)s on %(day)s"),
})  # fmt: skip
CHUNK = 500
RECENT = timedelta(days=45)
"""How far back the frequent settling looks; the nightly one looks at everybody."""


SHORT = Customer.objects.only("code", "name", "short_name")
"""Customers as their names need them."""


@dataclass(frozen=True)
class Taking:
    """One grade that is to be written."""

    customer: int
    rating: str
    grade: str
    main: bool
    moved: int = 0
    version: int | None = None
    run: int | None = None
    proposal: int | None = None
    cause: str = ""
    ground: str = ""
    manual: bool = False


def chunks(some: Iterable[Any], size: int = CHUNK) -> Iterator[list[Any]]:
    """Lists of at most so many."""
    rows = iter(some)
    while part := list(islice(rows, size)):
        yield part


@transaction.atomic
def take_effect(
    *, takings: Sequence[Taking], from_on: date, by: Person | None, at: datetime, quiet: bool = False
) -> list[Grade]:
    """Write grades that hold from a day on. What held ends on that day; what was to come later never holds.

    Who keeps a grade keeps its row. `quiet` writes history without journal and effects: for taking over from before.
    """
    made: list[Grade] = []
    for rating in sorted({one.rating for one in takings}):
        wanted = {one.customer: one for one in takings if one.rating == rating}
        for part in chunks(sorted(wanted)):
            made += _write_chunk(rating, {key: wanted[key] for key in part}, from_on, by, at)
    if made and not quiet:
        versions = PolicyVersion.objects.in_bulk({one.version_id for one in made if one.version_id})
        for one in made:
            one.version = versions.get(one.version_id)  # it names the grade, and stands there once
        journal_all([
            entry_for(one, "grade_taken", by=by, at=at, after={"grade": one.grade, "from_on": one.from_on, "ground": one.ground},
                      before={"grade": one.before}, day=one.from_on, rating=one.rating, cause=one.cause or "run")
            for one in made
        ])  # fmt: skip
    if from_on <= timezone.localtime(at).date():
        settle_grades(day=timezone.localtime(at).date(), customers=[one.customer_id for one in made])
    if made and not quiet:
        taken(made, by=by, at=at)
    return made


def _write_chunk(
    rating: str, wanted: dict[int, Taking], from_on: date, by: Person | None, at: datetime
) -> list[Grade]:
    """Up to some hundred customers of one rating."""
    customers = {one.pk: one for one in SHORT.select_for_update().filter(pk__in=wanted).order_by("pk")}
    standing = Grade.objects.filter(rating=rating, customer__in=wanted)
    now = dict(
        standing.on(from_on - timedelta(days=1)).order_by("from_on", "id").values_list("customer", "grade")
    )
    later = set(standing.filter(from_on__gte=from_on).held().values_list("customer", flat=True))
    lasting = dict(
        standing.filter(until_on__isnull=True, from_on__lt=from_on).values_list("customer", "grade")
    )
    kept = {key for key, one in wanted.items() if lasting.get(key) == one.grade and key not in later}
    moving = [key for key in wanted if key not in kept]
    ending = Grade.objects.filter(rating=rating, customer__in=moving)
    ending.filter(from_on__gte=from_on).update(until_on=F("from_on"))
    ending.filter(from_on__lt=from_on).filter(Q(until_on__isnull=True) | Q(until_on__gt=from_on)).update(
        until_on=from_on
    )
    rows = [
        Grade(
            customer=customers[key], rating=rating, grade=one.grade, before=now.get(key, ""), moved=one.moved, main=one.main,
            manual=one.manual, from_on=from_on, version_id=one.version, run_id=one.run, proposal_id=one.proposal,
            cause=one.cause, ground=one.ground, approved_by=by, approved_at=at,
        )
        for key, one in ((key, wanted[key]) for key in moving)
    ]  # fmt: skip
    return Grade.objects.bulk_create(rows, batch_size=CHUNK)


@transaction.atomic
def end_grades(*, customer: Customer, on: date, by: Person | None, at: datetime) -> int:
    """A customer leaves: every grade ends on a day, what was to come never holds."""
    rows = list(Grade.objects.filter(customer=customer).filter(Q(until_on__isnull=True) | Q(until_on__gt=on)))
    for one in rows:
        one.until_on = max(on, one.from_on) if one.from_on < on else one.from_on
        one.save(update_fields=["until_on"])
    journal_all([entry_for(one, "grade_ended", by=by, at=at, day=one.until_on) for one in rows])
    settle_grades(day=timezone.localtime(at).date(), customers=[customer.pk])
    return len(rows)


def settle_grades(*, day: date, customers: Iterable[int] | None = None) -> int:
    """Let the customers carry the grade of the day; how many changed. Without `customers`, all that ever had one."""
    if customers is not None:
        return sum(_settle(Customer.objects.filter(pk__in=part), day) for part in chunks(customers))
    return _settle(Customer.objects.filter(pk__in=Grade.objects.filter(main=True).values("customer")), day)


def settle_recent(*, day: date) -> int:
    """Settle those whose grade began or ended in the last weeks: what has to be done when a day comes."""
    near = Grade.objects.filter(main=True).filter(
        Q(from_on__range=(day - RECENT, day)) | Q(until_on__range=(day - RECENT, day))
    )
    return settle_grades(
        day=day, customers=list(near.order_by().values_list("customer", flat=True).distinct())
    )


def _settle(rows: Any, day: date) -> int:
    held = Grade.objects.on(day).filter(customer=OuterRef("pk"), main=True).order_by("-from_on", "-id")
    right = rows.annotate(
        right=Coalesce(Subquery(held.values("grade")[:1]), Value("")),
        right_since=Subquery(held.values("from_on")[:1]),
    )
    wrong = right.exclude(grade=F("right"), grade_since=F("right_since")).exclude(
        grade="", right="", grade_since__isnull=True, right_since__isnull=True
    )
    alike: dict[tuple[str, date | None], list[int]] = {}
    for key, grade, since in wrong.order_by("pk").values_list("pk", "right", "right_since"):
        alike.setdefault((grade, since), []).append(key)
    return sum(
        Customer.objects.filter(pk__in=part).update(grade=grade, grade_since=since)
        for (grade, since), keys in alike.items()
        for part in chunks(keys)
    )
