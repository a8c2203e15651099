"""The list of evaluations is counted in groups; it says the same as going through every grade, on every page and tab."""

from __future__ import annotations

from datetime import date
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.product.decisions.conftest import AT, KEY, crowd
from zhike.customers.models import Customer
from zhike.grading.evaluations import dues, rows_for
from zhike.grading.models import Grade
from zhike.grading.records import Evaluation

pytestmark = pytest.mark.django_db
DAY = date(2027, 11, 20)
PAGE = 50


def graded(world: SimpleNamespace, count: int) -> list[Grade]:
    """Customers of two grades from three days, many of them alike."""
    starts = (date(2026, 1, 1), date(2026, 1, 1), date(2026, 7, 1), date(2027, 3, 9))
    return Grade.objects.bulk_create(
        Grade(customer=one, rating=KEY, grade="CD"[number % 3 == 0], main=True, from_on=starts[number % 4], version=world.version,
              cause="run") for number, one in enumerate(crowd(world, count))
    )  # fmt: skip


def record(one: Grade, first: date, last: date, done_on: date, by: Any) -> None:
    Evaluation.objects.create(
        grade=one, customer_id=one.customer_id, period_from=first, period_until=last, done_on=done_on, result="steady",
        next_actions="visit", by=by, at=AT,
    )  # fmt: skip


def test_every_tab_says_what_going_through_all_grades_says(
    world: SimpleNamespace, client_for: Any, clock: Any
) -> None:
    clock("2027-11-20 09:00")
    ming = world.people.ming
    made = graded(world, 70)
    plain = list(dues(rows_for(DAY, ming).select_related("customer"), DAY))
    assert len(plain) > 3 * PAGE
    for one in plain[::7]:
        record(one.grade, one.first, one.last, one.last, ming)
    for one in plain[3::11]:
        if not Evaluation.objects.filter(grade=one.grade, period_from=one.first).exists():
            record(one.grade, one.first, one.last, max(DAY, one.last), ming)
    Customer.objects.filter(pk=made[5].customer_id).update(life="lapsed")
    Customer.objects.filter(pk=made[6].customer_id).update(merged_into=made[7].customer_id)

    told = list(dues(rows_for(DAY, ming).select_related("customer"), DAY))
    wanted = {(one.grade.pk, one.first): one.state(DAY) for one in told}
    client = client_for(ming)
    for tab, states in {
        "waiting": {"overdue", "open"}, "overdue": {"overdue"}, "open": {"open"}, "done": {"done"}, "late": {"late"},
        "all": {"overdue", "open", "done", "late"},
    }.items():  # fmt: skip
        shown: list[Any] = []
        for number in range(1, 9):
            page = client.get(f"/grading/evaluations/?state={tab}&page={number}").context
            if page["page"].number != number:
                break
            shown += [row[0] for row in page["rows"]]
        found = {(one.grade.pk, one.first): one.state(DAY) for one in shown}
        assert len(found) == len(shown), tab
        assert found == {key: state for key, state in wanted.items() if state in states}, tab
        order = [(one.record is not None, one.last) for one in shown]
        assert order == sorted(order), tab
        for state in ("overdue", "open", "done", "late"):
            assert page["count"][state] == list(wanted.values()).count(state), (tab, state)
    assert client_for(world.people.shu).get("/grading/evaluations/?state=all").context["page"].count == 0


def test_the_list_takes_as_many_queries_whatever_it_holds(
    world: SimpleNamespace, client_for: Any, clock: Any
) -> None:
    """Also where each grade began on another day, so that no two are alike."""
    clock("2027-11-20 09:00")
    client, taken = client_for(world.people.ming), []
    graded(world, 10)
    for _round in range(2):
        with CaptureQueriesContext(connection) as found:
            client.get("/grading/evaluations/?state=all&page=2")
        taken.append(len(found))
        for number, one in enumerate(Grade.objects.order_by("pk")):
            one.from_on = date.fromordinal(date(2026, 1, 1).toordinal() + number)
            one.save()
    assert taken[1] <= taken[0] + 2, taken
