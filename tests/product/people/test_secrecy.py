"""Consultations, exports, viewings and incidents: who saw what, for what, and how much."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from zhike.customers.consultations import (
    approve_consultation,
    ask_consultation,
    end_consultation,
    refuse_consultation,
    suggested,
)
from zhike.customers.export_right import ExportRecord, allow_export, finish_export, watermark
from zhike.customers.incidents import close_incident, exposures, open_incident, record_measures
from zhike.customers.models import Customer, Viewing
from zhike.customers.viewings import note_viewing, note_viewings, open_archive
from zhike.kernel.journal import Entry
from zhike.kernel.refusals import Conflict, Forbidden, GateClosed, Invalid, TooMany
from zhike.outbox.models import Message
from zhike.people.company import set_limit
from zhike.people.models import Person
from zhike.people.responsibilities import ship_matrix

AT = datetime(2026, 11, 22, 4, tzinfo=UTC)
DAY = date(2026, 11, 22)


def fresh(person):
    """The person as the next request reads them."""
    return Person.objects.get(pk=person.pk)


def codes(person):
    return sorted(Customer.objects.visible_to(fresh(person)).values_list("code", flat=True))


def ask(cast, who="shu", what="A"):
    by = getattr(cast.people, who)
    return ask_consultation(
        asked_for=what,
        purpose="measure the plant",
        from_on=DAY,
        until_on=DAY + timedelta(days=6),
        by=by,
        at=AT,
    )


@pytest.mark.clause("SEC-07")
def test_an_approved_consultation_opens_the_archive_for_seven_days_and_closes_by_itself(cast, clock):
    clock("2026-11-22 04:00")
    asked = ask(cast)
    assert codes(cast.people.shu) == ["C"]
    approve_consultation(
        consultation=asked,
        customer=suggested(asked, cast.people.keep),
        until_on=asked.until_on,
        note="",
        by=cast.people.keep,
        at=AT,
    )
    assert codes(cast.people.shu) == ["A", "C"]
    told = Entry.objects.get(action="consultation_approved")
    assert (told.customer_id, told.by, "measure the plant" in told.sentence()) == (
        cast.customers.A.pk,
        cast.people.keep,
        True,
    )
    assert list(cast.customers.A.consultations.values_list("person__username", "purpose")) == [
        ("shu", "measure the plant")
    ]
    clock("2026-11-28 15:59")
    assert codes(cast.people.shu) == ["A", "C"]
    clock("2026-11-28 16:00")  # midnight in Shanghai: day eight
    assert codes(cast.people.shu) == ["C"]


def test_a_request_says_nothing_about_whether_the_customer_exists(cast):
    assert ask(cast, what="nobody knows this one").customer is None
    assert ask(cast, what="A").customer is None


def test_the_keeper_decides_once_never_on_their_own_and_may_close_early(cast, clock):
    clock("2026-11-22 04:00")
    asked, own = ask(cast), ask(cast, who="keep")
    decision = {"customer": cast.customers.A, "until_on": DAY, "note": "", "at": AT}
    with pytest.raises(Forbidden):
        approve_consultation(consultation=own, by=cast.people.keep, **decision)
    with pytest.raises(Forbidden):
        approve_consultation(consultation=asked, by=cast.people.ming, **decision)
    with pytest.raises(Invalid):
        refuse_consultation(consultation=asked, note=" ", by=cast.people.keep, at=AT)
    approve_consultation(consultation=asked, by=cast.people.keep, **decision)
    with pytest.raises(Conflict):
        refuse_consultation(consultation=asked, note="too late", by=cast.people.keep, at=AT)
    end_consultation(consultation=asked, by=cast.people.shu, at=AT)
    assert codes(cast.people.shu) == ["C"]


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"purpose": "x"}, "purpose"),
        ({"asked_for": " "}, "asked_for"),
        ({"until_on": date(2026, 11, 21)}, "until_on"),
        ({"until_on": date(2026, 12, 22)}, "until_on"),
    ],
)
def test_a_request_has_a_purpose_and_a_short_period(cast, change, field):
    given = {
        "asked_for": "A",
        "purpose": "a visit",
        "from_on": DAY,
        "until_on": DAY,
        "by": cast.people.shu,
        "at": AT,
    }
    with pytest.raises(Invalid) as refusal:
        ask_consultation(**{**given, **change})
    assert set(refusal.value.fields) == {field}


@pytest.mark.clause("SEC-03")
def test_an_export_needs_the_right_and_a_purpose_and_bears_name_and_time(cast):
    given = {"what": "customer list", "at": AT}
    with pytest.raises(Forbidden):
        allow_export(by=cast.people.shu, purpose="a mailing", **given)
    assert not ExportRecord.objects.exists()
    with pytest.raises(Invalid):
        allow_export(by=cast.people.rong, purpose=" ", **given)
    record = allow_export(by=cast.people.rong, purpose="yearly review", **given)
    finish_export(
        record=record, rows=2, customers=[cast.customers.A.pk, cast.customers.B.pk], digest="0" * 64, at=AT
    )
    mark = watermark(record)
    assert "容大海" in mark
    assert "2026-11-22 12:00" in mark
    assert Entry.objects.get(action="export_finished").data["words"]["purpose"] == "yearly review"
    assert Viewing.objects.filter(person=cast.people.rong, way="export").count() == 2


def test_an_export_needs_a_valid_agreement(cast):
    with pytest.raises(Forbidden):
        allow_export(by=cast.people.nina, purpose="a mailing", what="list", at=AT)
    cast.people.keep.signatures.all().delete()
    with pytest.raises(GateClosed):
        allow_export(by=cast.people.keep, purpose="a mailing", what="list", at=AT)


def test_finishing_an_export_twice_counts_once(cast):
    record = allow_export(by=cast.people.rong, purpose="yearly review", what="list", at=AT)
    for rows in (2, 900):
        finish_export(record=record, rows=rows, customers=[cast.customers.A.pk], digest="0" * 64, at=AT)
    record.refresh_from_db()
    assert record.rows == 2
    assert Viewing.objects.get(way="export").times == 1


@pytest.mark.clause("SEC-03")
def test_an_unusual_volume_raises_an_alert(cast):
    ship_matrix()
    set_limit(name="exported_rows", value=100, by=cast.people.root, at=AT)
    for day, rows, unusual in ((0, 60, False), (6, 41, True), (14, 60, False)):
        at = AT + timedelta(days=day)
        record = allow_export(by=cast.people.rong, purpose="yearly review", what="list", at=at)
        assert finish_export(record=record, rows=rows, customers=[], digest="", at=at).unusual is unusual
    assert Entry.objects.filter(action="export_unusual").count() == 1
    assert [one.person for one in Message.objects.filter(kind="export_unusual")] == [cast.people.keep]


def test_looks_are_counted_once_a_day_and_way_in_one_statement(cast, django_assert_num_queries):
    with django_assert_num_queries(2):
        for _again in range(2):
            note_viewing(person=cast.people.ming, customer=cast.customers.A, way="open", at=AT)
    note_viewing(person=cast.people.ming, customer=cast.customers.A, way="open", at=AT + timedelta(hours=12))
    note_viewings(person=cast.people.ming, customers=[cast.customers.A.pk] * 2, way="open", at=AT)
    seen = Viewing.objects.order_by("on").values_list("on", "times")
    assert list(seen) == [(DAY, 3), (date(2026, 11, 23), 1)]


def test_opening_too_many_customers_a_day_is_told_and_then_refused(cast):
    set_limit(name="opened_per_day", value=2, by=cast.people.root, at=AT)
    boss, three = cast.people.boss, cast.customers
    boss.superior = cast.people.audit
    open_archive(person=boss, customer=three.A, at=AT)
    assert not Entry.objects.filter(action="many_opened").exists()
    open_archive(person=boss, customer=three.B, at=AT)
    assert Entry.objects.filter(action="many_opened", record=boss.pk).count() == 1
    assert Message.objects.get(kind="many_opened").person == cast.people.audit
    open_archive(person=boss, customer=three.A, at=AT)
    open_archive(
        person=boss, customer=three.A, at=AT, way="api"
    )  # the same customer by another way is no further one
    for _again in range(2):
        with pytest.raises(TooMany):
            open_archive(person=boss, customer=three.C, at=AT)
    assert Entry.objects.filter(action="too_many_opened").count() == 1
    assert not Viewing.objects.filter(customer=three.C).exists()
    open_archive(person=boss, customer=three.C, at=AT + timedelta(days=1))


@pytest.mark.clause("SEC-06")
def test_an_incident_lists_who_saw_the_archive_and_closes_only_with_measures(cast):
    three = cast.customers
    note_viewing(person=cast.people.ming, customer=three.A, way="open", at=AT)
    note_viewing(person=cast.people.rong, customer=three.A, way="export", at=AT)
    note_viewing(person=cast.people.boss, customer=three.A, way="open", at=AT - timedelta(days=9))
    note_viewing(person=cast.people.gao, customer=three.B, way="open", at=AT)
    given = {"title": "Price list at a competitor", "kind": "leak", "customer": three.A, "description": "seen at a fair",
             "from_on": DAY - timedelta(days=3), "until_on": DAY, "at": AT}  # fmt: skip
    with pytest.raises(Forbidden):
        open_incident(by=cast.people.ming, **given)
    incident = open_incident(by=cast.people.audit, **given)
    assert [(one.person.username, one.way, one.times) for one in exposures(incident)] == [
        ("ming", "open", 1),
        ("rong", "export", 1),
    ]
    with pytest.raises(Invalid) as refusal:
        close_incident(incident=incident, by=cast.people.audit, at=AT)
    assert set(refusal.value.fields) == {"measures", "notify"}
    record_measures(
        incident=incident, measures="rights withdrawn", notify="not_needed", notify_why="no personal data", by=cast.people.audit, at=AT
    )  # fmt: skip
    assert close_incident(incident=incident, by=cast.people.audit, at=AT).closed_by == cast.people.audit
    with pytest.raises(Conflict):
        close_incident(incident=incident, by=cast.people.audit, at=AT)
