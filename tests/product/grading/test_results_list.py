"""The list of a run's results: one rating of one run, old links, what a view holds, what a reader may ask, its file."""

from __future__ import annotations

import csv
from datetime import date
from io import StringIO
from typing import Any

import pytest
from django.utils import timezone

from tests.house.sources import ROOT
from zhike.customers.export_right import ExportRecord
from zhike.customers.models import Customer
from zhike.grading.models import GradingResult, GradingRun
from zhike.jobs.running import run_due
from zhike.lists.models import View
from zhike.policies.models import Policy, PolicyVersion

pytestmark = pytest.mark.django_db
GRADES = [
    {"code": code, "title": {"zh": f"{code}级", "en": code}, "rank": at} for at, code in enumerate("AB", 1)
]


def made(cast: Any, *ratings: str, grade: str = "A") -> GradingRun:
    """A run in which every customer has a grade in each rating; the first one is to be looked at."""
    policy, _new = Policy.objects.get_or_create(
        code="lists", defaults={"title_en": "Lists", "added_at": timezone.now()}
    )
    text = (ROOT / "policies" / "foreign-trade" / "policy.yaml").read_text("utf-8")
    version, _new = PolicyVersion.objects.get_or_create(
        policy=policy, number=1, defaults={"text": text, "drafted_on": date(2026, 1, 1)}
    )
    board = {"grades": GRADES, "conditions": {}}
    boards = {one: {**board, "title": {"zh": one, "en": one}} for one in ratings}
    run = GradingRun.objects.create(
        version=version,
        as_of=date(2026, 6, 1),
        state="ready",
        board={"ratings": boards},
        started_at=timezone.now(),
    )
    for number, customer in enumerate(Customer.objects.order_by("pk")):
        for rating in ratings:
            GradingResult.objects.create(
                run=run, customer=customer, rating=rating, grade=grade if number else "B", state="graded", amount=number,
                mark="" if number else "p0",
            )  # fmt: skip
    return run


def shown(client: Any, run: GradingRun, question: str = "") -> list[tuple[str, str, str]]:
    """Rating, grade and customer of each row on the page."""
    rows = client.get(f"/grading/runs/{run.pk}/results/?{question}").context["table"].page.object_list
    return [(one.rating, one.grade, one.customer.code) for one in rows]


def test_a_page_shows_one_rating_of_one_run_and_old_links_hold(cast, client_for):
    run, other, boss = made(cast, "value", "loyalty"), made(cast, "value"), client_for(cast.people.boss)
    number = Customer.objects.count()
    assert {one[0] for one in shown(boss, run)} == {"value"}
    assert len(shown(boss, run)) == len(shown(boss, other)) == number
    assert {one[0] for one in shown(boss, run, "rating=loyalty")} == {"loyalty"}
    assert {one[0] for one in shown(boss, run, "quick_rating=loyalty")} == {"loyalty"}
    assert {one[0] for one in shown(boss, run, "rating=nonsense")} == {"value"}
    assert [one[1] for one in shown(boss, run, "grade=B")] == ["B"]
    assert len(shown(boss, run, "kind=review")) == len(shown(boss, run, "tab=review")) == 1
    both = shown(boss, run, "c=rating:in:loyalty&c=grade:in:B&c=region:filled&any=1")
    assert {one[0] for one in both} == {"loyalty"}, "the rating always holds"
    assert boss.get("/grading/runs/999999/results/").status_code == 404
    title = (
        boss.get(f"/grading/runs/{run.pk}/results/")
        .content.decode()
        .partition("<title>")[2]
        .partition("</title>")[0]
    )
    assert "2026-06-01" in title
    assert "<" not in title


def test_a_view_belongs_to_the_results_of_every_run(cast, client_for):
    first, second, boss = made(cast, "value"), made(cast, "value", grade="B"), client_for(cast.people.boss)
    saved = boss.post(
        f"/grading/runs/{first.pk}/results/views/", {"name": "the best", "query": "c=grade:in:A"}
    )
    view = View.objects.get()
    assert saved["Location"].startswith(f"/grading/runs/{first.pk}/results/?")
    assert "the best" in boss.get(f"/grading/runs/{second.pk}/results/").content.decode()
    assert len(shown(boss, first, f"{view.query}&view={view.pk}")) == Customer.objects.count() - 1
    assert shown(boss, second, f"{view.query}&view={view.pk}") == []
    assert boss.post(f"/grading/runs/{second.pk}/results/views/{view.pk}/").status_code == 302
    assert not View.objects.exists()


def test_who_does_not_see_prices_can_not_ask_for_amounts(cast, client_for):
    run = made(cast, "value")
    role = cast.roles.management
    role.sees = ["basic"]
    role.save()
    answer = client_for(cast.people.boss).get(
        f"/grading/runs/{run.pk}/results/?sort=-amount&c=amount:ge:1&columns=customer,amount"
    )
    asked = answer.context["asked"]
    assert (asked.sort, asked.conditions, asked.columns) == ("", (), ("customer",))


def test_a_file_holds_the_results_of_its_run(cast, client_for, data_dir):
    run, boss = made(cast, "value"), client_for(cast.people.boss)
    made(cast, "value", grade="B")
    asked = {"purpose": "for the meeting", "form": "csv", "query": "columns=customer,code,grade"}
    assert boss.post(f"/grading/runs/{run.pk}/results/export/", asked).status_code == 302
    run_due(clock=timezone.now)
    record = ExportRecord.objects.get()
    got = boss.get(f"/customers/exports/{record.pk}/")
    rows = list(csv.reader(StringIO(b"".join(got.streaming_content).decode("utf-8-sig"))))
    assert sorted(row[2] for row in rows[1:-1]) == [*"A" * (Customer.objects.count() - 1), "B"]
