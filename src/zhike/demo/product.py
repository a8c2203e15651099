"""Loads the demo company into an empty installation."""

from __future__ import annotations

import csv
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path

from django.db import connection, transaction
from django.utils import timezone

from zhike.customers.duplicates import mark
from zhike.customers.limits import set_limit
from zhike.customers.models import Customer
from zhike.demo.archive import settle_archives
from zhike.demo.committee import settle_committee
from zhike.demo.company import generate
from zhike.demo.grades import settle_decisions, settle_evaluations, settle_given_grades
from zhike.demo.gradings import grade_today, grade_year
from zhike.demo.history import settle_history
from zhike.demo.letters import settle_letters
from zhike.demo.market import settle_market
from zhike.demo.monthly import settle_figures
from zhike.demo.needs import settle_needs
from zhike.demo.plans import settle_plans
from zhike.demo.portal import settle_portal
from zhike.demo.requests import settle_requests
from zhike.demo.rows import Facts
from zhike.demo.sizes import AS_PRODUCT, SEED
from zhike.demo.staff import Staff, moment, settle_staff
from zhike.demo.visits import settle_visits
from zhike.kernel.journal import seal
from zhike.people.agreements import add_months
from zhike.people.models import Person
from zhike.policies.models import Acknowledgement, PolicyVersion
from zhike.policies.shipping import begin_amendment, ship_policies
from zhike.policies.telling import people_in_scope

RATINGS = {"foreign-trade": "value", "key-account": "value", "weighing-equipment": "segment"}
"""Policy -> the rating whose grade stands in the archive; the last grading of each customer's own department counts."""


@dataclass(frozen=True)
class Loaded:
    """What was loaded."""

    customers: int
    orders: int


def is_empty() -> bool:
    """Whether nobody and no customer is there yet."""
    return not Person.objects.exists() and not Customer.objects.exists()


def load(
    *,
    as_of: date,
    customers: int = AS_PRODUCT,
    seed: int = SEED,
    tell: Callable[[str], None] = lambda _step: None,
) -> Loaded:
    """Fill an empty installation with the demo company, all or nothing. The same arguments give the same company."""
    with tempfile.TemporaryDirectory() as scratch:
        tell("company")
        generate(Path(scratch), seed=seed, customers=customers, as_of=as_of)
        facts = Facts(Path(scratch), as_of)
        try:
            with transaction.atomic():
                tell("staff")
                staff = settle_staff(as_of)
                tell("archives")
                count = settle_archives(facts, staff, last_grades(Path(scratch)), seed, as_of)
                tell("history")
                orders = settle_history(facts, as_of)
                settle_limits(as_of)
                settle_policies(staff, as_of)
                tell("grades")
                settle_given_grades(Path(scratch), as_of)
                settle_figures(staff, as_of)
                settle_market(staff, as_of)
                settle_committee(staff, as_of)
                tell("gradings")
                grade_year(staff, as_of)
                settle_decisions(staff, as_of, grade_today)
                settle_evaluations(as_of)
                settle_letters(staff, as_of)
                settle_requests(staff, as_of)
                settle_needs(as_of)
                settle_plans(staff, as_of)
                settle_visits(staff, as_of)
                settle_portal(as_of)
                mark(Customer.objects.all())
        finally:
            facts.close()
    seal()
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    return Loaded(count, orders)


LIMITS = {
    "silence_days": {"": 120, "A": 30, "B": 60, "C": 90}, "lapse_months": {"": 12}, "recovery_days": {"": 14}, "need_days": {"": 30},
    "plan_days": {"A": 30}, "plan_confirm_days": {"": 10},
    "handover_days": {"": 7}, "unmanaged_days": {"": 5}, "defect_days": {"": 14}, "escalation_days": {"": 14}, "completeness": {"": 85},
    "visit_form_days": {"": 2},
}  # fmt: skip
"""The numbers that the demo company has set; a company sets its own."""


def settle_limits(as_of: date) -> None:
    """Set the company's numbers."""
    at = timezone.make_aware(datetime.combine(as_of, time(8)))
    for name, by_grade in LIMITS.items():
        for grade, number in by_grade.items():
            set_limit(name=name, grade=grade, number=number, by=None, at=at)


def settle_policies(staff: Staff, as_of: date) -> None:
    """Put the shipped policies in force two years ago, and leave an amendment on a desk."""
    people = staff.people
    begun = moment(add_months(as_of, -24).replace(day=1))
    made = ship_policies(
        begun, drafted_by=people["hezhou"], reviewed_by=people["jianlan"], approved_by=people["guanyuan"]
    )
    acknowledged(made, begun)
    begin_amendment(made["key-account"], moment(as_of), {"a_visit_days": "20"}, people["hezhou"])


def acknowledged(made: Mapping[str, PolicyVersion], begun: datetime) -> None:
    """Most of those whom the policies bind have read them; every sixth has not."""
    for version in made.values():
        if version.state == "published":
            Acknowledgement.objects.bulk_create(
                Acknowledgement(
                    version=version,
                    person=person,
                    asked_at=begun,
                    reminded_at=None if number % 6 else begun + timedelta(days=3),
                    given_at=begun + timedelta(days=1 + number % 4) if number % 6 else None,
                )
                for number, person in enumerate(people_in_scope(version).order_by("pk"), 1)
            )


def last_grades(folder: Path) -> dict[str, tuple[str, date]]:
    """Customer -> grade and its day, from the last grading by the shipped policies."""
    found: dict[str, tuple[str, date]] = {}
    for policy, rating in RATINGS.items():
        file = folder / "previous" / f"{policy}.csv"
        if file.is_file():
            with file.open(encoding="utf-8", newline="") as lines:
                for row in csv.DictReader(lines):
                    if row["rating"] == rating and row["customer"] not in found:
                        found[row["customer"]] = (row["grade"], date.fromisoformat(row["since"]))
    return found
