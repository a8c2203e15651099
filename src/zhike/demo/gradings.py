"""The gradings of the demo company: the yearly one of the last year is closed and in force, one of today is ready for review."""

from __future__ import annotations

from datetime import date, timedelta

from zhike.customers.models import Customer
from zhike.demo.staff import Staff, moment
from zhike.grading.models import Grade, GradingRun
from zhike.grading.running import do_now, start_run
from zhike.grading.taking_effect import settle_grades
from zhike.policies.models import PolicyVersion
from zhike.policies.reading import rating_key, ratings_of

POLICY = "foreign-trade"
NOTE = {"yearly": "年度评级", "today": "四季度预评"}


def settle_gradings(staff: Staff, as_of: date, given: dict[str, str]) -> None:
    """Keep the grades of the archives as history, and grade the foreign-trade customers twice.

    `given` is policy -> the rating whose grade stands in the archive.
    """
    versions = {
        one.policy.code: one for one in PolicyVersion.objects.in_force(as_of).select_related("policy")
    }
    year_end = date(as_of.year - 1, 12, 31)
    _history(versions, given, year_end)
    version = versions.get(POLICY)
    if version is None:
        return
    closed = _run(version, year_end, year_end + timedelta(days=9), NOTE["yearly"], staff)
    if closed.state == "ready":
        _take(closed, year_end + timedelta(days=20), staff)
    settle_grades(day=as_of)
    _run(version, as_of, as_of, NOTE["today"], staff)


def _history(versions: dict[str, PolicyVersion], given: dict[str, str], year_end: date) -> None:
    """The grades that the archives carry, as they were before the product graded."""
    rows = Customer.objects.exclude(grade="").values_list("pk", "grade", "grade_since", "department__code")
    of = {code: f"{code}.{rating}" for code, rating in given.items() if rating}
    keys = {
        "foreign_trade": of.get(POLICY),
        "key_account": of.get("key-account"),
        "domestic": of.get("weighing-equipment"),
    }
    long_ago = year_end - timedelta(days=345)
    Grade.objects.bulk_create(
        (
            Grade(
                customer_id=pk, rating=keys[department] or "", grade=grade, main=True,
                from_on=long_ago if department == "foreign_trade" or since is None else since,
                version=versions.get((keys[department] or "").partition(".")[0]),
            )
            for pk, grade, since, department in rows
            if keys.get(department)
        ),
        batch_size=500,
    )  # fmt: skip


def _run(version: PolicyVersion, as_of: date, on: date, note: str, staff: Staff) -> GradingRun:
    at = moment(on, 8)
    run = start_run(version=version, as_of=as_of, by=staff.people["dulan"], at=at, note=note)
    return do_now(run, lambda: at)


def _take(run: GradingRun, on: date, staff: Staff) -> None:
    """The results of a run as grades that management approved."""
    key = rating_key(run.version, ratings_of(run.version)[0])
    found = run.results.exclude(grade="").filter(rating=key.rpartition(".")[2])
    Grade.objects.filter(rating=key, until_on__isnull=True, customer__in=found.values("customer")).update(
        until_on=on
    )
    Grade.objects.bulk_create(
        (
            Grade(
                customer_id=one.customer_id, rating=key, grade=one.grade, before=one.previous, moved=one.moved, main=True,
                from_on=on, version=run.version, run=run, cause="run", approved_by=staff.people["yanlu"], approved_at=moment(on),
            )
            for one in found
        ),
        batch_size=500,
    )  # fmt: skip
    GradingRun.objects.filter(pk=run.pk).update(state="closed")
