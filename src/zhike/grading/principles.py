"""Do the principles hold? Fairness: the same facts lead to the same grade. Tilt: effort leans towards value (GOV-06, ANA-07)."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from functools import lru_cache
from itertools import pairwise
from typing import Any

from django.db.models import Count, Q, Sum

from zhike.customers.models import Activity, Assignment, Customer
from zhike.grading.models import Grade, GradingResult, GradingRun
from zhike.grading.schemes import Scheme, schemes_of
from zhike.people.models import Person
from zhike.policies.models import PolicyVersion
from zhike.ui import grid

BY_HAND = {"override", "floor", "ceiling", "designation", "protection", "hysteresis", "movement", "manual"}
"""Steps that may give another grade than the same facts gave somebody else, each on record."""


@dataclass(frozen=True)
class Twins:
    """Customers with the same facts and different grades."""

    keys: tuple[int, ...]
    grades: tuple[str, ...]
    explained: bool


@dataclass(frozen=True)
class Fairness:
    """What the last run of a policy shows: compared customers, groups with the same facts, and those treated differently."""

    run: GradingRun
    compared: int
    same: int
    twins: tuple[Twins, ...]


def fairness(run: GradingRun) -> Fairness:
    """Whether customers with the same facts got the same grade in a run."""
    finished = run.finished_at.isoformat() if run.finished_at else ""
    compared, same, twins = _compared(run.pk, f"{run.started_at.isoformat()} {finished}")
    return Fairness(run, compared, same, twins)


@lru_cache(maxsize=16)
def _compared(key: int, stamp: str) -> tuple[int, int, tuple[Twins, ...]]:
    groups: dict[tuple[str, bytes], list[tuple[int, str, str]]] = {}
    rows = GradingResult.objects.filter(run=key).exclude(state="not_rated").order_by()
    count = 0
    for customer, rating, grade, step, metrics in rows.values_list(
        "customer", "rating", "grade", "decided_by", "metrics"
    ).iterator(chunk_size=5000):
        facts = {name: value for name, value in metrics.items() if name != "!"}
        if facts:
            count += 1
            text = json.dumps(facts, sort_keys=True, separators=(",", ":"))
            place = (rating, hashlib.blake2b(text.encode(), digest_size=16).digest())
            groups.setdefault(place, []).append((customer, grade, step))
    shared = [group for group in groups.values() if len(group) > 1]
    split = [group for group in shared if len({grade for _key, grade, _step in group}) > 1]
    twins = tuple(
        Twins(
            tuple(key for key, _grade, _step in group[:20]), tuple(sorted({grade for _key, grade, _step in group})),
            any(step.partition(":")[0] in BY_HAND for _key, _grade, step in group),
        )
        for group in split[:50]
    )  # fmt: skip
    return count, len(shared), twins


@dataclass(frozen=True)
class Effort:
    """A grade: how many customers, and what is done for each of them on average."""

    code: str
    word: str
    title: str
    rank: int
    customers: int
    share: float | None
    contacts: Decimal
    visits: Decimal
    team: Decimal

    @property
    def chip(self) -> str:
        """The chip of the grade."""
        return grid.grade(self.word, self.rank)


@dataclass(frozen=True)
class Tilt:
    """A rating: effort by grade, and whether it falls from the best grade to the lowest."""

    scheme: Scheme
    rows: tuple[Effort, ...]

    @property
    def holds(self) -> bool:
        """Whether no lower grade gets more contacts per customer than the grade above it."""
        there = [row.contacts for row in self.rows if row.customers]
        return all(first >= second for first, second in pairwise(there))


def tilts(by: Person, day: date) -> list[Tilt]:
    """Effort by grade under every policy in force, over twelve months; a constant number of queries per policy."""
    found = []
    for version in PolicyVersion.objects.in_force(day).select_related("policy"):
        scheme = schemes_of(version)[0]
        held = Grade.objects.on(day).filter(rating=scheme.key)
        if held.exists():
            found.append(Tilt(scheme, tuple(_efforts(scheme, held, by, day))))
    return found


def _efforts(scheme: Scheme, held: Any, by: Person, day: date) -> list[Effort]:
    seen = Customer.objects.visible_to(by).living()
    keys = {
        one.code: seen.filter(pk__in=held.filter(grade=one.code).values("customer")) for one in scheme.grades
    }
    since = day - timedelta(days=365)
    rows, whole = [], Decimal(0)
    for one in scheme.grades:
        some = keys[one.code].order_by()
        sums = some.aggregate(count=Count("pk"), amount=Sum("amount_12m"))
        done = Activity.objects.filter(
            customer__in=some.values("pk"), done_on__gt=since, done_on__lte=day
        ).aggregate(all=Count("pk"), visits=Count("pk", filter=Q(channel="visit")))
        team = Assignment.objects.current().filter(customer__in=some.values("pk")).count()
        whole += sums["amount"] or Decimal(0)
        rows.append((one, sums["count"], sums["amount"] or Decimal(0), done, team))
    return [
        Effort(
            one.code, one.word, str(one), one.rank, count, float(amount / whole) if whole else None, _each(done["all"], count),
            _each(done["visits"], count), _each(team, count),
        )
        for one, count, amount, done, team in rows
    ]  # fmt: skip


def _each(number: int, count: int) -> Decimal:
    return (Decimal(number) / count).quantize(Decimal("0.1")) if count else Decimal(0)


def last_runs(day: date) -> list[GradingRun]:
    """The last complete run of every policy."""
    found: dict[int, GradingRun] = {}
    rows = GradingRun.objects.filter(state__in=["ready", "submitted", "closed"], only=[], as_of__lte=day)
    for run in rows.select_related("version__policy").defer("board", "manifest").order_by("pk"):
        found[run.version.policy_id] = run
    return list(found.values())
