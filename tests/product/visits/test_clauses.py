"""The visit form: chased when it is late, checked by a second person, its changed data offered to the archive (ARC-10)."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from types import SimpleNamespace

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.product.visits.conftest import filled, planned
from zhike.calendars.actions import ship_calendar
from zhike.customers.archive import FactSource, Need
from zhike.customers.handovers import open_handover, sign_handover
from zhike.customers.limits import set_limit
from zhike.customers.models import Activity, Contact, Customer
from zhike.kernel.journal import Entry
from zhike.outbox.models import Message
from zhike.people.models import Role
from zhike.visits.models import Visit
from zhike.visits.watching import tell_late

pytestmark = pytest.mark.django_db


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.clause("ARC-10")
def test_a_form_that_is_missing_on_wednesday_is_chased_and_then_offers_what_has_changed(
    desk: SimpleNamespace,
) -> None:
    """Monday's visit, two days: after Wednesday salesperson and supervisor are told, once; the submitted form offers the mobile."""
    desk.people.head.language = "zh-hans"
    desk.people.head.save()
    tess = desk.as_("tess")
    visit = planned(tess, desk, "tess")
    assert (visit.days, visit.due_on, visit.is_spontaneous) == (2, date(2026, 3, 11), False)
    assert tell_late(at=at("2026-03-11 15:59")) == 0
    assert [tell_late(at=at("2026-03-11 16:00")) for _twice in "12"] == [1, 0]
    told = Message.objects.filter(kind="visit_late").order_by("person__username")
    assert list(told.values_list("person__username", flat=True)) == ["head", "tess"]
    assert told[1].subject == "Late: form of the visit of AAALPHA 有限公司"
    assert told[0].subject.startswith("逾期")
    desk.clock("2026-03-12 01:00")
    tess, head, ming = (desk.as_(name) for name in ("tess", "head", "ming"))
    pages = [page.get(where).content.decode() for page in (tess, head) for where in ("/", "/inbox/")]
    assert [f"/visits/{visit.pk}/" in page for page in pages] == [True] * 4
    contact = visit.contacts.get()
    form = filled(visit, **{f"contact{contact.pk}_mobile": "13711112222", "fact_address": "AAALPHA road 2"})
    assert tess.post(f"/visits/{visit.pk}/form/", form).status_code == 302
    visit.refresh_from_db()
    assert (visit.in_time, visit.state(date(2026, 3, 12)), visit.checker) == (
        False,
        "submitted",
        desk.people.ming,
    )
    assert Contact.objects.get(pk=contact.pk).mobile == "13900000000"  # nothing moves before the check
    page = ming.get(f"/visits/{visit.pk}/check/").content.decode()
    assert {"13900000000", "13711112222"} <= set(re.findall(r"\d{11}", page))
    mobile, address = visit.changes.get(field="mobile"), visit.changes.get(field="address")
    ticks = {
        "read-0": Customer.objects.get(code="A").version,
        f"read-{contact.pk}": 1,
        f"take-{mobile.pk}": "on",
    }
    assert ming.post(f"/visits/{visit.pk}/check/", ticks).status_code == 422  # the other one needs its reason
    ticks[f"ground-{address.pk}"] = "the invoice still says road 1"
    assert ming.post(f"/visits/{visit.pk}/check/", ticks).status_code == 302
    contact.refresh_from_db()
    assert (contact.mobile, Customer.objects.get(code="A").address) == ("13711112222", "AAALPHA road 1")
    source = FactSource.objects.get(fact=f"contact.{contact.pk}.mobile")
    assert (source.source, source.verified_on) == ("visit", date(2026, 3, 9))
    assert "seen on a visit ·" in tess.get("/customers/A/").content.decode()
    assert "the invoice still says road 1" in tess.get(f"/visits/{visit.pk}/").content.decode()
    counted = head.get("/visits/forms/?month=2026-03").context["made"]
    assert [(one.person.username, one.owed, one.in_time, one.late, one.missing) for one in counted] == [
        ("tess", 1, 0, 1, 0)
    ]


WHOLE = {
    "is_significant": "on", "significant": "they look for a second supplier", "satisfaction": "4", "opinions": "the scales are good",
    "problem1_text": "display too dark", "problem1_step": "send a brighter one", "problem1_who": "ming", "problem1_due": "2026-03-20",
    "need1_kind": "service", "need1_text": "yearly calibration", "person1_name": "Wang Wu", "person1_phone": "021-1",
    "person1_email": "wang@alpha.example", "next_step": "offer calibration", "next_on": "2026-03-16",
}  # fmt: skip


def test_nothing_that_was_typed_is_lost(desk: SimpleNamespace) -> None:
    """A draft as it was typed; a second writer who is told; a bad field, with which the rest is kept."""
    tess, ming = desk.as_("tess"), desk.as_("ming")
    visit = planned(tess, desk, "tess", people=[desk.people.ming.pk])
    where = f"/visits/{visit.pk}/form/"
    typed = {
        "version": visit.version,
        "keep": "1",
        "topics": "half a sen",
        "next_on": "soon",
        "person1_email": "nobody",
    }
    assert tess.post(where, typed).status_code == 302
    page = tess.get(where).content.decode()
    assert all(text in page for text in ("half a sen", 'value="soon"', 'value="nobody"'))
    quiet = tess.post(
        where, {**typed, "keep": "quiet", "topics": "half a sentence"}
    )  # the page by itself, from an older state
    assert (quiet.status_code, quiet.content) == (200, b"Draft saved at 10:00.")
    assert Entry.objects.filter(action="visit_drafted").count() == 1
    assert ming.post(where, {**typed, "keep": "quiet"}).status_code == 409
    second = ming.post(where, {**typed, "topics": "mine"})
    assert (second.status_code, "half a sen" in second.content.decode()) == (409, True)
    bad = tess.post(where, filled(visit, **{**WHOLE, "person1_email": "nobody"}))
    assert (bad.status_code, "they look for a second supplier" in bad.content.decode()) == (422, True)
    visit.refresh_from_db()
    assert (visit.submitted_at, visit.draft["need1_text"]) == (None, "yearly calibration")
    assert set(Message.objects.values_list("kind", "person__username")) == {("visit_given", "ming")}
    assert tess.post(where, filled(visit, **WHOLE)).status_code == 302
    visit.refresh_from_db()
    assert (visit.in_time, visit.draft) == (True, {})
    told = set(Message.objects.exclude(kind="visit_given").values_list("kind", "person__username"))
    assert told == {("visit_to_check", "ming"), ("visit_significant", "head")}


def test_the_content_of_a_form_flows_into_the_archive(desk: SimpleNamespace) -> None:
    """Not where the archive has moved meanwhile; then a leaver, a new person, needs, and problems as promised steps."""
    tess, ming = desk.as_("tess"), desk.as_("ming")
    visit = planned(tess, desk, "tess")
    contact = visit.contacts.get()
    form = filled(visit, **WHOLE, **{f"contact{contact.pk}_left": "on"})
    assert tess.post(f"/visits/{visit.pk}/form/", form).status_code == 302
    here = f"/visits/{visit.pk}/check/"
    ticks = {"read-0": 1, f"read-{contact.pk}": 1, **{f"take-{one.pk}": "on" for one in visit.changes.all()}}
    Contact.objects.filter(pk=contact.pk).update(version=2, post="head of buying")
    moved = ming.post(here, ticks)
    assert (moved.status_code, f'name="read-{contact.pk}" value="2"' in moved.content.decode()) == (409, True)
    assert (Need.objects.count(), Visit.objects.get().checked_at) == (0, None)
    assert ming.post(here, {**ticks, f"read-{contact.pk}": 2, "remark": "well done"}).status_code == 302
    contact.refresh_from_db()
    assert (contact.left_on, contact.awaits_successor) == (date(2026, 3, 9), True)
    assert Contact.objects.get(name="Wang Wu").email == "wang@alpha.example"
    need = Need.objects.get()
    assert (need.source, need.by, need.stated_on) == ("visit", desk.people.tess, date(2026, 3, 9))
    assert str(need.activity) == "visit of A"
    steps = (
        Activity.objects.promised()
        .order_by("follow_up_on")
        .values_list("person__username", "follow_up", "channel")
    )
    assert list(steps) == [
        ("tess", "offer calibration", "visit"),
        ("ming", "send a brighter one (李明)", "meeting"),
    ]
    assert Customer.objects.get(code="A").last_contact_on == date(2026, 3, 9)
    assert ming.post(here, ticks).status_code == 302  # checked already: back to the visit
    done = Entry.objects.filter(noun="visit").order_by("id").values_list("action", flat=True)
    assert [one.removeprefix("visit_") for one in done] == ["planned", "submitted", "checked"]
    assert "yearly calibration" in desk.as_("head").get(f"/visits/{visit.pk}/").content.decode()


def test_who_may_plan_write_and_cancel(desk: SimpleNamespace) -> None:
    """Others' customers do not exist; no stranger writes a form; a visit moves before its day; nobody cancels the own late one."""
    tess, ming, shu, audit, head = (desk.as_(name) for name in ("tess", "ming", "shu", "audit", "head"))
    visit = planned(ming, desk, "ming")
    where = f"/visits/{visit.pk}/"
    assert [page.get(where).status_code for page in (ming, head, shu, audit)] == [200, 200, 404, 200]
    assert [page.get(f"{where}form/").status_code for page in (ming, tess, audit)] == [200, 302, 403]
    foreign = {
        "customer": "A",
        "day": "2026-03-09",
        "kind": "sales",
        "purpose": "x",
        "owner": desk.people.shu.pk,
    }
    assert ming.post("/visits/new/?customer=A", foreign).status_code == 422
    assert ming.post(f"{where}cancel/", {"ground": ""}).status_code == 422
    moved = {"customer": "A", "kind": "return", "purpose": "look again", "owner": desk.people.ming.pk, "version": 1,
             "day": "2026-03-10"}  # fmt: skip
    assert [ming.post(f"{where}edit/", moved).status_code for _twice in "12"] == [302, 409]
    visit.refresh_from_db()
    assert (visit.kind, visit.due_on, visit.state(date(2026, 3, 9))) == (
        "return",
        date(2026, 3, 12),
        "planned",
    )
    assert ming.get(where).context["may_write"] is False  # its day has not come
    assert ming.post(f"{where}form/", filled(visit)).status_code == 422
    desk.clock("2026-03-13 02:00")
    ming, head = desk.as_("ming"), desk.as_("head")
    assert ming.post(f"{where}edit/", {**moved, "version": 2, "day": "2026-03-20"}).status_code == 422
    assert [
        page.post(f"{where}cancel/", {"ground": "they were away"}).status_code for page in (ming, head)
    ] == [403, 302]
    assert Visit.objects.get().state(date(2026, 4, 1)) == "cancelled"


def test_a_second_person_checks_and_a_handover_passes_what_is_planned(desk: SimpleNamespace) -> None:
    """Nobody checks the own form while another can; what the former manager had planned is the receiver's."""
    desk.clock("2026-03-13 02:00")
    ming, head = desk.as_("ming"), desk.as_("head")
    before = planned(ming, desk, "ming", "2026-03-12")
    assert before.is_spontaneous
    assert ming.post(f"/visits/{before.pk}/form/", filled(before)).status_code == 302
    before.refresh_from_db()
    assert before.checker == desk.people.head
    assert ming.post(f"/visits/{before.pk}/check/", {}).status_code == 302
    assert Visit.objects.unchecked().count() == 1
    assert head.post(f"/visits/{before.pk}/check/", {}).status_code == 302
    assert Visit.objects.unchecked().count() == 0
    ahead = planned(ming, desk, "ming", "2026-03-20")
    now = at("2026-03-13 02:00")
    handover = open_handover(customer=ahead.customer, receiver=desk.people.tess, by=desk.people.head, at=now)
    assert {"kind": "visit", "text": "visit of A", "due": "2026-03-22"} in handover.items
    for person in (desk.people.ming, desk.people.tess):
        sign_handover(handover=handover, by=person, at=now)
    ahead.refresh_from_db()
    assert ahead.owner == desk.people.tess


def test_limits_lists_and_counts(desk: SimpleNamespace) -> None:
    """Working days where the company says so; queries that do not grow; months with their late and missing forms, as a file."""
    ship_calendar(year=2026)
    set_limit(name="visit_form_working_days", number=2, by=None, at=at("2026-03-01 00:00"))
    ming, head = desk.as_("ming"), desk.as_("head")
    friday = planned(ming, desk, "ming", "2026-03-06")
    assert (friday.working, friday.due_on) == (True, date(2026, 3, 10))
    desk.clock("2026-03-11 02:00")
    ming, head = desk.as_("ming"), desk.as_("head")
    counts = []
    for _first_few_many in "123":
        asked = 0
        for path in (
            "/visits/?tab=late&q=a&c=kind:in:sales&sort=-due&c=day:ge:2026-03-01&c=owner:in:me",
            "/visits/forms/?month=2026-03",
            f"/visits/{friday.pk}/",
        ):
            with CaptureQueriesContext(connection) as queries:
                assert ming.get(path).status_code == 200
            asked += len(queries)
        counts.append(asked)
        rows = [Visit(customer=friday.customer, kind="sales", day=friday.day, purpose="more", owner=friday.owner, added_by=friday.owner,
                      added_at=friday.added_at, days=2, due_on=friday.due_on) for _more in range(30)]  # fmt: skip
        Visit.objects.bulk_create(rows)
    assert counts[1] == counts[2]  # the first time also asks what is then kept
    assert [(one.owed, one.missing) for one in head.get("/visits/forms/").context["made"]] == [(91, 91)]
    assert head.post("/visits/forms/export/?month=2026-03", {"purpose": ""}).status_code == 422
    file = head.post("/visits/forms/export/?month=2026-03", {"purpose": "monthly meeting"})
    assert (file.status_code, file.content[:2]) == (200, b"PK")
    assert ming.post("/visits/forms/export/", {"purpose": "monthly meeting"}).status_code == 403


def test_programs_plan_visits_and_submit_forms_once(desk: SimpleNamespace) -> None:
    """The same nouns and rights as the pages; a key sent twice has one effect; who does not see a class does not read it."""
    tess, gao, audit = desk.as_("tess"), desk.as_("gao"), desk.as_("audit")
    contact = desk.customers.A.contacts.get()
    send = {"content_type": "application/json", "headers": {"Idempotency-Key": "k"}}
    plan = {
        "customer": "A",
        "kind": "return",
        "day": "2026-03-09",
        "purpose": "second look",
        "contacts": [contact.pk],
    }
    one, again = (tess.post("/api/v1/visits", plan, **send).json() for _twice in "12")
    assert (one, one["state"], one["owner"], one["due_on"]) == (again, "today", "tess", "2026-03-11")
    assert gao.get(f"/api/v1/visits/{one['id']}").status_code == 404
    assert (
        tess.post(
            "/api/v1/visits", {**plan, "contacts": [10**6]}, content_type="application/json"
        ).status_code
        == 422
    )
    form = {
        "met": [contact.pk], "topics": "the line", "findings": "a second shift", "satisfaction": 5,
        "needs": [{"kind": "service", "text": "calibration"}], "problems": [{"text": "dark", "step": "a brighter one", "who": "ming"}],
        "changes": [{"contact": contact.pk, "field": "mobile", "value": "13711112222"}, {"field": "website", "value": "alpha.example"}],
        "new_people": [{"name": "Wang Wu", "email": "wang@alpha.example"}],
    }  # fmt: skip
    where = f"/api/v1/visits/{one['id']}/form"
    wrong = {**form, "new_people": [{"name": "Wang Wu", "email": "nobody"}]}
    assert tess.post(where, wrong, content_type="application/json").status_code == 422
    done, twice = (
        tess.post(where, form, content_type="application/json", headers={"Idempotency-Key": "f"})
        for _twice in "12"
    )
    assert (done.status_code, done.json()["in_time"], twice.json()) == (201, True, done.json())
    assert [row["proposed"] for row in done.json()["changes"]] == ["13711112222", "alpha.example", "Wang Wu"]
    blind = audit.get(f"/api/v1/visits/{one['id']}").json()
    assert [row["proposed"] for row in blind["changes"]] == ["•••", "alpha.example", "Wang Wu"]
    assert "wang@alpha.example" not in str(blind)
    assert tess.post(where, form, content_type="application/json").status_code == 409
    assert [row["id"] for row in tess.get("/api/v1/visits?shown=check").json()["rows"]] == [one["id"]]


def test_a_form_is_checked_by_whoever_sees_what_it_changes(desk: SimpleNamespace) -> None:
    """Only the day of the visit opens the form; a checker without the class of what has changed is refused, and sees no value."""
    ming = desk.as_("ming")
    entered = ming.post("/visits/new/", {"customer": "A", "day": "2026-03-09", "kind": "service", "purpose": "on the spot",
                                         "owner": desk.people.ming.pk})  # fmt: skip
    visit = Visit.objects.get()
    assert entered.headers["Location"] == f"/visits/{visit.pk}/form/"
    contact = desk.customers.A.contacts.get()
    form = filled(visit, **{f"contact{contact.pk}_met": "on", f"contact{contact.pk}_mobile": "13711112222"})
    form |= {"problem1_text": "dark", "problem1_step": "a brighter one"}
    assert ming.post(f"/visits/{visit.pk}/form/", form).status_code == 302
    role = Role.objects.get(code="department_head")
    Role.objects.filter(pk=role.pk).update(sees=["basic"])
    blind = desk.as_("head").get(f"/visits/{visit.pk}/check/").content.decode()
    assert ["13711112222" in blind, "13900000000" in blind, "•••" in blind] == [False, False, True]
    change = visit.changes.get()
    ticks = {"read-0": 1, f"read-{contact.pk}": 1, f"take-{change.pk}": "on"}
    assert desk.as_("head").post(f"/visits/{visit.pk}/check/", ticks).status_code == 403
    Role.objects.filter(pk=role.pk).update(sees=role.sees)
    assert desk.as_("head").post(f"/visits/{visit.pk}/check/", ticks).status_code == 302
    assert Activity.objects.promised().get(kind="feedback").follow_up_on == date(
        2026, 3, 16
    )  # a week after the check
