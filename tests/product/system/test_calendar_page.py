"""The calendar is read by all and changed by those who manage it; notices are one's own."""

from __future__ import annotations

from datetime import date

import pytest

from zhike.calendars.models import SpecialDay, company_calendar
from zhike.kernel.journal import Entry
from zhike.outbox import kinds
from zhike.outbox.models import Message, Silence

pytestmark = pytest.mark.django_db


def test_working_hours_have_several_ranges_a_day_and_are_changed_by_those_who_may(cast, client_for):
    browser = client_for(cast.people.hana)
    assert browser.get("/calendar/?year=2026").status_code == 200
    week = {f"day{number}": "08:30-12:00, 13:00-17:30" if number < 5 else "" for number in range(7)}
    assert browser.post("/calendar/", {"version": 1, **week}).status_code == 302
    assert company_calendar().week[0] == [[510, 720], [780, 1050]]
    assert browser.post("/calendar/", {"version": 1, **week}).status_code == 409
    assert browser.post("/calendar/", {"version": 2, **week, "day0": "12:00-08:00"}).status_code == 422
    assert client_for(cast.people.ming).get("/calendar/").status_code == 200
    assert client_for(cast.people.ming).post("/calendar/", {"version": 2, **week}).status_code == 403
    assert Entry.objects.get().action == "hours_changed"


def test_a_day_is_marked_and_cleared(cast, client_for):
    browser = client_for(cast.people.hana)
    browser.get("/calendar/")
    day = {"day": "2026-08-08", "kind": "work", "name": "盘点"}
    assert browser.post("/calendar/days/", day).status_code == 302
    special = SpecialDay.objects.get(day=date(2026, 8, 8))
    assert company_calendar().hours().is_working(special.day)
    assert browser.post(f"/calendar/days/{special.pk}/").status_code == 302
    assert not company_calendar().hours().is_working(special.day)
    assert client_for(cast.people.ming).post("/calendar/days/", day).status_code == 403
    refused = browser.post("/calendar/days/", {**day, "kind": "party"})
    assert (refused.status_code, "<nav" in refused.content.decode()) == (422, True)
    assert browser.get("/calendar/?year=" + "9" * 5000).status_code == 200


def test_people_choose_what_they_hear(cast, client_for, monkeypatch):
    monkeypatch.setattr(kinds, "KINDS", known := {})
    monkeypatch.setattr("zhike.outbox.actions.KINDS", known)
    monkeypatch.setattr("zhike.system.notice_views.KINDS", known)
    kinds.notice("handover", about="Handovers", subject="s", text="t")
    browser = client_for(cast.people.ming)
    assert "Handovers" in browser.get("/people/me/notices/").content.decode()
    browser.post("/people/me/notices/", {})
    assert Silence.objects.get().person == cast.people.ming
    browser.post("/people/me/notices/", {"kind": "handover"})
    assert not Silence.objects.exists()


def test_failed_messages_are_shown_and_sent_again(cast, client_for):
    from django.utils import timezone

    now = timezone.now()
    message = Message.objects.create(
        kind="x", key="x", channel="mail", person=cast.people.ming, subject="Handover", text="t", state="failed",
        error="no mail server is set", next_at=now, written_at=now,
    )  # fmt: skip
    browser = client_for(cast.people.root)
    assert "no mail server is set" in browser.get("/messages/").content.decode()
    browser.post(f"/messages/{message.pk}/another-try/")
    message.refresh_from_db()
    assert message.state == "waiting"
    assert client_for(cast.people.ming).get("/messages/").status_code == 403


@pytest.mark.parametrize(
    ("who", "path"), [("root", "/messages/"), ("root", "/jobs/"), ("audit", "/journal/")]
)
def test_paging_puts_the_table_alone_into_the_table(cast, client_for, who, path):
    page = client_for(getattr(cast.people, who)).get(
        path, headers={"HX-Request": "true", "HX-Target": "div#table"}
    )
    assert page.status_code == 200
    assert "<html" not in page.content.decode()
