"""A visit form that its checker sends back, and parallel decisions about one form."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import UTC, date, datetime
from types import SimpleNamespace

import pytest
from django.db import connections

from tests.product.visits.conftest import filled, planned
from zhike.customers.merging import Merge, merge_customers, undo_merge
from zhike.customers.models import Activity, Customer
from zhike.kernel.journal import Entry
from zhike.kernel.refusals import Conflict
from zhike.outbox.models import Message
from zhike.visits.actions import submit_form
from zhike.visits.checking import Decision, check_visit
from zhike.visits.models import Visit, VisitChange
from zhike.visits.returning import return_form
from zhike.visits.sheet import Proposed, Sheet

NOW = datetime(2026, 3, 9, 2, tzinfo=UTC)


@pytest.mark.django_db
def test_a_form_is_sent_back_with_a_reason_and_handed_in_again(desk: SimpleNamespace) -> None:
    """Everything typed stands in it again; it is due anew if it was in time; a check of what was read before finds nothing."""
    tess, ming = desk.as_("tess"), desk.as_("ming")
    visit = planned(tess, desk, "tess")
    contact = visit.contacts.get()
    said = {
        f"contact{contact.pk}_mobile": "13711112222", "fact_address": "Alpha road 2", "person1_name": "Wang Wu", "satisfaction": "4",
        "problem1_text": "dark", "problem1_step": "a brighter one", "need1_text": "calibration", "need1_kind": "service",
        "is_significant": "on", "significant": "a second plant", f"contact{contact.pk}_left": "on", "next_on": "2026-03-20",
    }  # fmt: skip
    where = f"/visits/{visit.pk}"
    assert tess.post(f"{where}/form/", filled(visit, **said)).status_code == 302
    visit.refresh_from_db()
    stale = {"version": visit.version, **{f"take-{one.pk}": "on" for one in visit.changes.all()}}
    assert f"{where}/return/" in ming.get(f"{where}/check/").content.decode()
    desk.clock("2026-03-10 02:00")
    tess, ming = desk.as_("tess"), desk.as_("ming")
    back = {"version": visit.version, "ground": "whose number is that?"}
    for wrong in (" ", "x" * 1001):
        assert ming.post(f"{where}/return/", {**back, "ground": wrong}).status_code == 422
    assert ming.post(f"{where}/return/", back).status_code == 302
    visit.refresh_from_db()
    assert (visit.state(date(2026, 3, 10)), visit.due_on, visit.in_time) == ("due", date(2026, 3, 12), None)
    assert not VisitChange.objects.exists()
    told = Message.objects.get(kind="visit_returned")
    assert (told.person, "whose number is that?" in told.text) == (desk.people.tess, True)
    assert "whose number is that?" in tess.get(f"{where}/").content.decode()
    page = tess.get(f"{where}/form/")
    assert "whose number is that?" in page.content.decode()
    kept = {name: page.context["form"][name].value() for name in said}
    assert {name: str(value) for name, value in kept.items()} == said
    assert tess.post(f"{where}/cancel/", {"ground": "never mind"}).status_code == 403
    assert tess.post(f"{where}/form/", filled(visit, **said)).status_code == 302
    assert ming.post(f"{where}/check/", stale).status_code == 409
    visit.refresh_from_db()
    assert (visit.in_time, visit.changes.count(), visit.checked_at) == (True, 4, None)
    assert "whose number is that?" in ming.get(f"{where}/check/").content.decode()
    assert Entry.objects.filter(action="visit_returned").count() == 1


@pytest.mark.django_db
def test_programs_send_a_form_back_once_at_the_version_they_read(desk: SimpleNamespace) -> None:
    """The right and the reason of the page; a version that has passed is a conflict, and a key sent twice has one effect."""
    tess, ming, people = desk.as_("tess"), desk.as_("ming"), desk.people
    visit = planned(tess, desk, "tess")
    sheet = Sheet(topics="t", findings="f", met=[visit.contacts.get()])
    submit_form(visit=visit, version=visit.version, sheet=sheet, by=people.tess, at=NOW)
    where, body = f"/api/v1/visits/{visit.pk}", {"content_type": "application/json"}
    read = ming.get(where).json()["version"]
    back = {"version": read, "ground": "whose number is that?"}
    assert tess.post(f"{where}/return", back, **body).status_code == 403
    for wrong in ({"ground": "no"}, {**back, "ground": ""}, {**back, "ground": " "}, {**back, "why": "no"}):
        assert ming.post(f"{where}/return", wrong, **body).status_code == 422
    assert ming.post(f"{where}/return", {**back, "version": read - 1}, **body).status_code == 409
    assert ming.get(where).json()["state"] == "submitted"
    send = body | {"headers": {"Idempotency-Key": "r"}}
    sent, twice = (ming.post(f"{where}/return", back, **send) for _twice in "12")
    assert (sent.status_code, sent.json()["returned_for"], twice.json()) == (201, back["ground"], sent.json())
    assert ming.post(f"{where}/return", back, **body).status_code == 409
    form = {"met": [visit.contacts.get().pk], "topics": "t", "findings": "g"}
    mended = tess.post(f"{where}/form", form, **body).json()
    assert [mended[name] for name in ("state", "returned_by", "version")] == ["submitted", "ming", read + 2]
    assert Entry.objects.filter(action="visit_returned").count() == 1


@pytest.mark.django_db
def test_a_late_form_that_is_sent_back_stays_late(desk: SimpleNamespace) -> None:
    """A return is no way to be in time after all, and rows that a program sent beyond those of the page stay in it."""
    tess = desk.as_("tess")
    visit = planned(tess, desk, "tess")
    sheet = Sheet(topics="t", findings="f", met=[visit.contacts.get()],
                  needs=[{"kind": "service", "text": f"need {number}"} for number in range(6)])  # fmt: skip
    late = datetime(2026, 3, 16, 2, tzinfo=UTC)
    submit_form(visit=visit, version=visit.version, sheet=sheet, by=desk.people.tess, at=late)
    return_form(visit=visit, version=visit.version, ground="no", by=desk.people.ming, at=late)
    assert (visit.state(late.date()), visit.due_on) == ("late", date(2026, 3, 11))
    desk.clock("2026-03-16 02:00")
    assert "need 5" in desk.as_("tess").get(f"/visits/{visit.pk}/form/").content.decode()


@pytest.mark.django_db
def test_a_merge_takes_visits_along_and_its_undo_gives_them_back(desk: SimpleNamespace) -> None:
    """Visits go to the archive that stays, and home again; a form handed in meanwhile is not lost."""
    visit = planned(desk.as_("tess"), desk, "tess")
    kept, gone = desk.customers.B, desk.customers.A
    merge: Merge = merge_customers(kept=kept, gone=gone, by=desk.people.keep, at=NOW)
    visit.refresh_from_db()
    assert visit.customer == kept
    assert visit.contacts.get().customer == kept
    undo_merge(merge=merge, by=desk.people.keep, at=NOW)
    visit.refresh_from_db()
    assert visit.customer == Customer.objects.get(pk=gone.pk)


@pytest.mark.django_db(transaction=True)
def test_of_checks_and_returns_at_once_one_counts(desk: SimpleNamespace) -> None:
    """Eight people press at the same moment: one decision, one entry, one contact on the timeline or none."""
    visit = planned(desk.as_("tess"), desk, "tess")
    sheet = Sheet(
        topics="t", findings="f", met=[visit.contacts.get()], changes=[Proposed("website", "alpha.example")]
    )
    handed = _at_once(
        4, lambda one: submit_form(visit=one, version=1, sheet=sheet, by=desk.people.tess, at=NOW), visit.pk
    )
    assert (handed.count("done"), VisitChange.objects.count()) == (1, 1)
    change, version = VisitChange.objects.get(), Visit.objects.get().version
    ticked = {change.pk: Decision(taken=True)}

    def decide(one: Visit) -> None:
        if threading.current_thread().name.endswith("odd"):
            return_form(visit=one, version=version, ground="no", by=desk.people.ming, at=NOW)
        else:
            read = {0: one.customer.version}
            check_visit(visit=one, version=version, decisions=ticked, read=read, by=desk.people.ming, at=NOW)

    decided = _at_once(6, decide, visit.pk)
    assert (decided.count("done"), len(decided)) == (1, 6)
    assert Entry.objects.filter(action__in=["visit_checked", "visit_returned"]).count() == 1
    assert (
        Activity.objects.filter(subject=visit.purpose).count()
        == Entry.objects.filter(action="visit_checked").count()
    )


def _at_once(count: int, act: Callable[[Visit], object], key: int) -> list[str]:
    """Let several threads do the same to one visit, each having read it before; what came of each."""
    outcomes: list[str] = []
    start = threading.Barrier(count)

    def run() -> None:
        one = Visit.objects.select_related("customer", "owner", "checker", "submitted_by").get(pk=key)
        start.wait()
        try:
            act(one)
            outcomes.append("done")
        except Conflict:
            outcomes.append("too late")
        finally:
            connections.close_all()

    threads = [
        threading.Thread(target=run, name=f"{place}{'odd' if place % 2 else 'even'}")
        for place in range(count)
    ]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    return outcomes
