"""Every list alike: what may be asked of it, how many queries a page takes, saved views, files."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from datetime import date
from io import StringIO
from typing import Any

import pytest
from django.db import connection
from django.http import QueryDict
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from django.utils.html import escape

from tests.house.sources import ROOT
from tests.product.access.parameters import furnish
from zhike.accesses.models import PortalAccess
from zhike.customers.archive import Need
from zhike.customers.export_right import ExportRecord
from zhike.customers.models import Customer
from zhike.customers.viewings import Viewing
from zhike.facts.models import Order, Receivable
from zhike.grading.models import Grade, GradingResult, GradingRun, Proposal
from zhike.jobs.running import run_due
from zhike.letters.models import Letter
from zhike.lists.listing import LISTINGS, Listing
from zhike.lists.models import View
from zhike.people.models import Person
from zhike.plans.models import ServicePlan
from zhike.policies.models import Policy, PolicyVersion
from zhike.requests.models import ServiceRequest
from zhike.visits.models import Visit

pytestmark = pytest.mark.django_db
FURNISHED: dict[str, tuple[Any, str]] = {
    "requests": (ServiceRequest, ""), "visits": (Visit, ""), "plans": (ServicePlan, "number"), "needs": (Need, ""),
    "orders": (Order, "number"), "receivables": (Receivable, "number"),
}  # fmt: skip
"""List -> the model of its rows, and the column that must be unique."""
FURNISHED |= {
    "letters": (Letter, ""),
    "portal_accesses": (PortalAccess, ""),
    "proposals": (Proposal, "rating"),
    "people": (Person, "username"),
    "grading_results": (GradingResult, ""),
    "run_proposals": (Proposal, "rating"),
}
SINGLE = {"letters": "grade", "portal_accesses": "contact", "grading_results": "customer"}
"""List -> what each of its rows has alone."""
OF_CUSTOMERS = sorted(set(FURNISHED) - {"people"})
every = pytest.mark.parametrize("name", sorted(FURNISHED))
each = pytest.mark.parametrize("name", sorted({*FURNISHED, "customers", "journal", "plans_without"}))


def test_every_list_is_looked_at_here() -> None:
    assert set(LISTINGS) == {*FURNISHED, "customers", "journal", "plans_without"}


def furnished(cast: Any) -> None:
    """A record of every kind for each customer."""
    furnish(cast)
    day = date(2026, 6, 1)
    version = published()
    grades = [
        {"code": code, "title": {"zh": code, "en": code}, "rank": rank} for rank, code in enumerate("AB", 1)
    ]
    board = {"title": {"zh": "评级", "en": "Rating"}, "grades": grades, "conditions": {}}
    run = GradingRun.objects.create(
        version=version,
        as_of=day,
        state="ready",
        board={"ratings": {"r": board, "s": board}},
        started_at=timezone.now(),
    )
    for customer in vars(cast.customers).values():
        GradingResult.objects.create(
            run=run, customer=customer, rating="r", grade="A", state="graded", missing=1
        )
        Proposal.objects.create(
            run=run,
            version=version,
            customer=customer,
            rating="p.r",
            current="A",
            proposed="B",
            moved=-1,
            proposed_at=timezone.now(),
        )
        grade = Grade.objects.create(customer=customer, rating="p.r", grade="A", from_on=day)
        Letter.objects.create(
            grade=grade, customer=customer, due_on=day, token=customer.code, opened_at=timezone.now()
        )


def published() -> PolicyVersion:
    """A version of a policy that proposals go by."""
    policy = Policy.objects.create(code="lists", title_en="Lists", added_at=timezone.now())
    text = (ROOT / "policies" / "foreign-trade" / "policy.yaml").read_text("utf-8")
    return PolicyVersion.objects.create(policy=policy, number=1, text=text, drafted_on=date(2026, 1, 1))


def another(row: Any, name: str, unique: str, number: str) -> None:
    """One more row like this one."""
    row.pk = row._state.adding = None
    if unique:
        setattr(row, unique, number)
    if name == "letters":
        row.token = number
    if name == "people":
        row.email = ""
    if name in SINGLE:
        other = getattr(row, SINGLE[name])
        other.pk = other._state.adding = None
        if name == "grading_results":
            other.code = number  # of a customer, which has one result in a rating
        else:
            other.rating = number  # of a grade, which is one for each rating and day
        other.save(force_insert=True)
        setattr(row, SINGLE[name], other)
    row.save(force_insert=True)


def reader(cast: Any, name: str) -> Person:
    """Who sees all rows of a list."""
    found: Person = (
        cast.people.boss
        if name in {"portal_accesses", "proposals", "run_proposals", "grading_results", "journal"}
        else cast.people.fang
    )
    return found


@pytest.fixture
def desk(cast: Any, client_for: Any, request: pytest.FixtureRequest) -> Any:
    furnished(cast)
    return client_for(reader(cast, request.getfixturevalue("name")))


def about(listing: Listing) -> Any:
    """The run that a list stands within, if it does."""
    return listing.about(GradingRun.objects.get().pk) if listing.about else None


def place(name: str, way: str = "") -> str:
    """The address of a list; of one that stands within a run, in the run that there is."""
    within = [about(LISTINGS[name]).pk] if LISTINGS[name].about else []
    return reverse(f"{name}_{way}" if way else name, args=within)


def questions(listing: Listing, person: Person) -> Iterator[str]:
    """Every order, group and condition that a list offers to somebody."""
    for one in listing.fields_for(person, about(listing)):
        if one.sort:
            yield f"sort={one.code}"
            yield f"sort=-{one.code}"
        if one.groups:
            yield f"group={one.code}"
        if one.filter and one.kind in {"choice", "key"}:
            yield f"c={one.code}:in:{'me' if one.people else '1'}&c={one.code}:not:2&c={one.code}:filled"
        elif one.filter:
            value = {"day": "2026-06-01", "moment": "2026-06-01", "text": "a"}.get(one.kind, "1")
            for operator in ("is", "has") if one.kind == "text" else ("ge", "le", "is"):
                yield f"c={one.code}:{operator}:{value}"
    yield from (f"tab={tab.code}" for tab in listing.tabs if not tab.address)


@each
def test_everything_that_a_list_offers_can_be_asked(cast: Any, desk: Any, name: str) -> None:
    listing = LISTINGS[name]
    for question in questions(listing, reader(cast, name)):
        answer = desk.get(
            f"{place(name)}?{question}", headers={"HX-Request": "true", "HX-Target": "div#table"}
        )
        assert answer.status_code == 200, question
        asked = answer.context["asked"]
        if question.startswith("c="):
            always = len(listing.read(reader(cast, name), QueryDict(""), about(listing)).conditions)
            unknown = "c=rating:" in question and listing.about is not None
            assert len(asked.conditions) == question.count("c=") + (-1 if unknown else always), question


@every
def test_a_page_takes_as_many_queries_for_many_rows(cast: Any, desk: Any, name: str) -> None:
    listing, (model, unique) = LISTINGS[name], FURNISHED[name]
    every_column = ",".join(one.code for one in listing.fields)
    where = f"{place(name)}?tab=all&columns={every_column}"
    desk.get(where)
    counts = []
    for turn in range(2):
        with CaptureQueriesContext(connection) as queries:
            assert desk.get(where).context["table"].total >= 3
        counts.append(len(queries))
        row = model.objects.order_by("-pk").first()
        for number in range(20):
            another(row, name, unique, f"N{turn}-{number}")
    assert counts[0] == counts[1] <= 22


@every
def test_a_view_is_saved_shared_and_opens_by_default(
    cast: Any, client_for: Any, desk: Any, name: str
) -> None:
    here, ming = place(name), client_for(cast.people.audit)
    group, further = ("department", "username") if name == "people" else ("manager", "code")
    kept = f"c=region:filled&group={group}"
    desk.post(f"{here}views/", {"name": "my own", "query": kept, "first": "on"})
    opened = desk.get(desk.get(here)["Location"])
    assert [one.code for one in opened.context["asked"].conditions][:1] == ["region"]
    assert opened.context["asked"].group == group
    view = View.objects.get()
    assert view.noun == LISTINGS[name].code
    assert "my own" not in ming.get(here).content.decode()
    assert desk.post(f"{here}views/{view.pk}/").status_code == 302
    assert not View.objects.exists()
    desk.post(f"{here}columns/", {"column": ["region", further, "nonsense"], "query": ""})
    shown = [head.label for head in desk.get(here).context["table"].heads]
    assert len(shown) == 3


@pytest.mark.parametrize("name", OF_CUSTOMERS)
@pytest.mark.clause("SEC-03")
def test_a_file_holds_what_its_person_sees_and_the_archives_it_shows_are_logged(
    cast: Any, client_for: Any, name: str, data_dir: Any
) -> None:
    furnished(cast)
    where, person = place(name, "export"), cast.people.rong
    if not {"export_data", LISTINGS[name].verb} <= person.access.verbs:
        person = cast.people.boss
    client = client_for(person)
    client.post(
        where, {"purpose": "for the meeting", "form": "csv", "query": "tab=all&columns=code,manager,customer"}
    )
    run_due(clock=timezone.now)
    record = ExportRecord.objects.get()
    got = client.get(f"/customers/exports/{record.pk}/")
    rows = list(csv.reader(StringIO(b"".join(got.streaming_content).decode("utf-8-sig"))))
    seen = set(Customer.objects.visible_to(person).values_list("code", flat=True))
    assert {row[1] for row in rows[1:-1]} == seen
    assert record.number() in rows[-1][0]
    assert record.rows == len(rows) - 2
    logged = Viewing.objects.filter(person=person, way="export").values_list("customer__code", flat=True)
    assert set(logged) == seen


@every
def test_a_file_wants_the_right(cast: Any, client_for: Any, name: str) -> None:
    furnished(cast)
    assert client_for(cast.people.shu).get(place(name, "export")).status_code == 403


def test_what_a_role_does_not_show_can_neither_be_asked_nor_written(cast: Any, client_for: Any) -> None:
    clerk: Any = client_for(cast.people.shu)
    answer = clerk.get("/orders/?c=profit:ge:1&sort=-profit&columns=number,profit&group=profit")
    asked = answer.context["asked"]
    assert (asked.conditions, asked.sort, asked.columns, asked.group) == ((), "-ordered_on", ("number",), "")
    assert "profit" not in {field.code for field, _chosen in answer.context["all_columns"]}
    for way in ("columns/", "views/", "views/1/"):
        assert clerk.post(f"/receivables/{way}", {"name": "x"}).status_code == 404


def test_a_view_that_was_changed_is_saved_again_or_reset(cast, client_for) -> None:
    keep, ming = client_for(cast.people.keep), client_for(cast.people.ming)
    keep.post("/requests/views/", {"name": "等我", "query": "tab=open&c=kind:in:quote", "first": "on"})
    view = View.objects.get()
    same, other = f"/requests/?{view.query}&view={view.pk}", f"/requests/?tab=all&view={view.pk}"
    assert b'form="keep-view"' not in keep.get(same).content
    table = keep.get(other, headers={"HX-Request": "true", "HX-Target": "table"}).content.decode()
    for page in (keep.get(other).content.decode(), table):
        assert 'form="keep-view"' in page
        assert escape(f"/requests/?{view.query}&view={view.pk}") in page
    keep.post("/requests/views/", {"name": "等我", "query": "tab=all", "first": "on"})
    view.refresh_from_db()
    assert (View.objects.count(), view.first, "kind" in view.query) == (1, True, False)
    assert b'form="keep-view"' not in keep.get(f"/requests/?{view.query}&view={view.pk}").content
    View.objects.update(shared=True)
    theirs = ming.get(f"/requests/?tab=open&view={view.pk}").content.decode()
    assert escape(f"&view={view.pk}") in theirs
    assert 'form="keep-view"' not in theirs, "only the owner changes a view"
    assert ming.get("/requests/?tab=open&view=²").status_code == 200


def test_a_shared_view_is_not_changed_by_what_its_reader_may_not_ask(cast, client_for) -> None:
    boss, keep = client_for(cast.people.boss), client_for(cast.people.keep)
    boss.post("/customers/views/", {"name": "大单", "query": "c=amount:ge:1&sort=-amount"})
    View.objects.update(shared=True)
    view = View.objects.get()
    assert "amount" in view.query
    page = keep.get(f"/customers/?{view.query}&view={view.pk}").content.decode()
    assert "大单" in page
    assert (
        escape(f"/customers/?{view.query}&view={view.pk}")
        not in page.split('id="view-changed"')[1].split("</span>")[0]
    )
