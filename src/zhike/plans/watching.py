"""Every night: customers without a plan, plans that the customer has not confirmed. Each is told once, of what follows from
the plans and the day."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from zhike.customers.limits import Limits
from zhike.customers.models import Customer
from zhike.customers.owners import Chain
from zhike.jobs.registry import every, job
from zhike.jobs.running import Run
from zhike.kernel.journal import Entry, entry_for, journal, journal_all, sentences
from zhike.lists.grades import word_of, worn
from zhike.outbox.actions import tell
from zhike.people.models import Person
from zhike.plans.missing import due, missing, since
from zhike.plans.models import ServicePlan
from zhike.plans.telling import tell_of
from zhike.ui import figures

sentences({
    "plan_missing": _("%(what)s was to have a service plan in force by %(due)s; %(people)s were told"),
    "plan_unconfirmed": _("“%(what)s” was to be confirmed by the customer by %(due)s; %(people)s were told"),
})  # fmt: skip

NAMED = 10
"""So many customers a message names."""
BATCH = 500


def answering(customer: Customer, chain: Chain) -> list[Person]:
    """Who answers for a customer, and the superior, or the head of the department."""
    owner = chain.owner(customer)
    above = chain.superior(customer.manager) or chain.superior(owner) or chain.head(customer.department_id)
    people = {person.pk: person for person in (owner, above) if person is not None and person.is_active}
    return list(people.values())


def informed(customer: Customer, chain: Chain) -> list[Person]:
    """Those of them who see the customer."""
    return [person for person in answering(customer, chain) if customer.is_visible_to(person)]


def informed_of(rows: Sequence[Any], chain: Chain) -> dict[int, list[Person]]:
    """Customer -> whom to tell, for many customers: what a person sees is asked once for all of theirs."""
    theirs: dict[Person, list[int]] = {}
    for row in rows:
        for person in answering(row, chain):
            theirs.setdefault(person, []).append(row.pk)
    told: dict[int, list[Person]] = {row.pk: [] for row in rows}
    for person, keys in theirs.items():
        for start in range(0, len(keys), BATCH):
            some = Customer.objects.visible_to(person).filter(pk__in=keys[start : start + BATCH])
            for key in some.values_list("pk", flat=True):
                told[key].append(person)
    return told


def tell_missing(*, at: datetime, day: date) -> int:
    """Tell manager and superior of customers that are past their day without a plan; how many are newly told."""
    limits = Limits()
    rows = missing(Customer.objects.all(), day, limits).select_related("manager").order_by("pk")
    late = [row for row in rows.defer("search", "channels", "tokens") if due(row, limits) < day]
    if not late:
        return 0
    entries = Entry.objects.filter(action="plan_missing").values("customer_id").annotate(last=Max("at"))
    told = {one["customer_id"]: timezone.localtime(one["last"]).date() for one in entries}
    fresh = [row for row in late if row.pk not in told or told[row.pk] < since(row)]
    if fresh:
        worn(fresh)
        _tell_missing(fresh, informed_of(fresh, Chain()), limits, at=at, day=day)
    return len(fresh)


@transaction.atomic
def _tell_missing(
    rows: Sequence[Any], told: Mapping[int, list[Person]], limits: Limits, *, at: datetime, day: date
) -> None:
    """One message for each person, about all customers that are new to it, and an entry for each customer."""
    theirs: dict[Person, list[Any]] = {}
    entries = []
    for row in rows:
        for person in told[row.pk]:
            theirs.setdefault(person, []).append(row)
        words: dict[str, Any] = {
            "due": figures.day(due(row, limits)),
            "people": ", ".join(map(str, told[row.pk])),
        }
        entries.append(entry_for(row, "plan_missing", by=None, at=at, **words))
    for person, some in theirs.items():
        named = ", ".join(f"{one.name} ({word_of(one)})" for one in some[:NAMED])
        more = f" … +{len(some) - NAMED}" if len(some) > NAMED else ""
        tell(kind="plan_missing", key=f"{day} {some[0].pk}", to=person, at=at, count=len(some), customers=named + more,
             link="/plans/without/")  # fmt: skip
    journal_all(entries)


def tell_unconfirmed(*, at: datetime, day: date) -> int:
    """Tell manager and superior of plans that the customer was to confirm by now; how many are newly told."""
    rows = ServicePlan.objects.unconfirmed(day).filter(told_at__isnull=True)
    found = list(rows.select_related("customer__manager").order_by("confirm_by", "id"))
    chain = Chain() if found else None
    return sum(_tell_unconfirmed(one, chain, at, day) for one in found if chain is not None)


@transaction.atomic
def _tell_unconfirmed(plan: ServicePlan, chain: Chain, at: datetime, day: date) -> bool:
    """Tell of one plan, unless somebody else has just done so, or the customer has answered."""
    claimed = ServicePlan.objects.unconfirmed(day).filter(pk=plan.pk, told_at__isnull=True)
    if not claimed.update(told_at=at):
        return False
    people = informed(plan.customer, chain)
    for person in people:
        tell_of(plan, "plan_unconfirmed", to=person, by=None, at=at, due=figures.day(plan.confirm_by))
    journal(
        plan,
        "plan_unconfirmed",
        by=None,
        at=at,
        due=figures.day(plan.confirm_by),
        people=", ".join(map(str, people)),
    )
    return True


@job("watch_plans", title=_("Watch over service plans"), quick=True)
def watch_plans(run: Run) -> dict[str, Any]:
    """The job."""
    day = timezone.localtime(run.at).date()
    return {"missing": tell_missing(at=run.at, day=day), "unconfirmed": tell_unconfirmed(at=run.at, day=day)}


every("watching_plans", kind="watch_plans", daily="01:50")
