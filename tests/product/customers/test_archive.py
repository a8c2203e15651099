"""What an archive holds, and how it changes."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from zhike.customers.actions import (
    add_contact,
    add_customer,
    change_contact,
    change_customer,
    name_successor,
    restore_fact,
)
from zhike.customers.archive import FactSource, Finding, Need
from zhike.customers.duplicates import core, find_duplicates
from zhike.customers.formats import check_character, phone_fault, registration_fault
from zhike.customers.keeping import (
    add_need,
    add_unit,
    add_unit_record,
    answer_need,
    change_unit,
    confirm_section,
    state_finding,
)
from zhike.customers.limits import set_limit
from zhike.customers.models import Contact, Customer
from zhike.customers.quality import Defect, quality
from zhike.kernel.journal import Entry
from zhike.kernel.refusals import Conflict, Forbidden, Invalid

NOW = datetime(2026, 11, 20, 9, tzinfo=UTC)
DAY = date(2026, 11, 20)


def test_a_change_keeps_old_value_new_value_person_and_source(cast):
    a = cast.customers.A
    change_customer(customer=a, version=1, by=cast.people.ming, at=NOW, told_by="visit", address="New road 9")
    entry = Entry.objects.get(action="customer_changed")
    assert entry.data["before"] == {"address": "AAALPHA road 1"}
    assert entry.data["after"] == {"address": "New road 9"}
    assert (entry.by, entry.at, entry.data["words"]["source"]) == (cast.people.ming, NOW, "visit")
    source = FactSource.objects.get(customer=a, fact="address")
    assert (source.source, source.verified_on, source.by) == ("visit", DAY, cast.people.ming)


def test_an_earlier_value_is_restored_from_the_journal(cast):
    a = cast.customers.A
    now = change_customer(
        customer=a, version=1, by=cast.people.ming, at=NOW, region=cast.regions.south, address="x"
    )
    entry = Entry.objects.get(action="customer_changed")
    restore_fact(customer=now, fact="region", entry=entry, by=cast.people.ming, at=NOW)
    restore_fact(customer=now, fact="address", entry=entry, by=cast.people.ming, at=NOW)
    a.refresh_from_db()
    assert (a.region, a.address, a.version) == (cast.regions.east, "AAALPHA road 1", 4)
    with pytest.raises(Invalid):
        restore_fact(customer=cast.customers.B, fact="address", entry=entry, by=cast.people.gao, at=NOW)


def test_two_people_editing_meet_a_conflict_that_names_each_field(cast):
    a = cast.customers.A
    change_customer(customer=a, version=1, by=cast.people.ming, at=NOW, city="Suzhou")
    with pytest.raises(Conflict) as met:
        change_customer(customer=a, version=1, by=cast.people.head, at=NOW, city="Wuxi")
    assert met.value.fields == {"city": {"read": "", "now": "Suzhou", "mine": "Wuxi"}}


def test_only_who_may_change_a_customer_does(cast):
    with pytest.raises(Forbidden):
        change_customer(customer=cast.customers.A, version=1, by=cast.people.gao, at=NOW, city="x")
    assert not Entry.objects.exists()


@pytest.mark.parametrize(
    ("number", "country", "wrong"),
    [("021-55550000", "CN", False), ("13900000000", "CN", False), ("12345", "CN", True), ("+33 1 42 68 53 00", "CN", False),
     ("01 42 68 53 00", "FR", False), ("call me", "CN", True), ("021-55550000 / 13900000000", "CN", False), ("", "CN", False)],
)  # fmt: skip
def test_phones_are_read_by_their_country(number, country, wrong):
    assert (phone_fault(number, country) is not None) == wrong


@pytest.mark.parametrize(
    ("code", "country", "wrong"),
    [("91350100M000100Y43", "CN", False), ("91350100M000100Y44", "CN", True), ("91350100M000100I43", "CN", True),
     ("123", "CN", True), ("123", "FR", False), ("", "CN", False)],
)  # fmt: skip
def test_the_check_character_of_a_credit_code_is_computed(code, country, wrong):
    assert (registration_fault(code, country) is not None) == wrong
    assert check_character("91350100M000100Y4") == "3"


def test_a_later_statement_takes_the_place_of_the_earlier(cast):
    common = {"customer": cast.customers.A, "by": cast.people.ming, "source": "customer", "stated_on": DAY}
    state_finding(kind="frequency", value="monthly", at=NOW, **common)
    state_finding(kind="frequency", value="quarterly", at=NOW, **common)
    current = Finding.objects.get(replaced_at__isnull=True)
    assert current.value == "quarterly"
    assert Finding.objects.count() == 2
    with pytest.raises(Invalid):
        state_finding(kind="frequency", value="often", at=NOW, **common)


def test_a_need_waits_for_an_answer_until_it_has_one(cast):
    set_limit(name="need_days", number=30, by=cast.people.boss, at=NOW)
    need = add_need(
        customer=cast.customers.A, kind="service", text="a second technician", source="visit", stated_on=DAY,
        by=cast.people.ming, at=NOW,
    )  # fmt: skip
    assert (need.answer_by, need.is_late(date(2026, 12, 20)), need.is_late(date(2026, 12, 21))) == (
        date(2026, 12, 20),
        False,
        True,
    )
    answer_need(need=need, answer="from January", by=cast.people.ming, at=NOW)
    assert not Need.objects.unanswered().exists()
    with pytest.raises(Conflict):
        answer_need(need=need, answer="again", by=cast.people.ming, at=NOW)


def test_units_have_one_serial_number_and_keep_their_records(cast):
    unit = add_unit(
        customer=cast.customers.A, by=cast.people.ming, at=NOW, model="TCS-150", serial="7781", site="hall 2"
    )
    with pytest.raises(Conflict):
        add_unit(customer=cast.customers.A, by=cast.people.ming, at=NOW, model="TCS-150", serial="7781")
    add_unit_record(unit=unit, kind="repair", done_on=DAY, text="cell changed", by=cast.people.ming, at=NOW)
    now = change_unit(unit=unit, version=1, by=cast.people.ming, at=NOW, condition="limited")
    assert (now.condition, now.version, now.records.count()) == ("limited", 2, 1)
    with pytest.raises(Conflict):
        change_unit(unit=unit, version=1, by=cast.people.ming, at=NOW, condition="down")


def test_a_section_is_confirmed_with_every_fact_in_it(cast):
    confirm_section(customer=cast.customers.A, section="address", source="visit", by=cast.people.ming, at=NOW)
    confirmed = set(FactSource.objects.filter(verified_on=DAY).values_list("fact", flat=True))
    assert confirmed == {"country", "address", "phone", "email"}


def test_who_leaves_is_not_offered_and_a_successor_is_asked_for(cast):
    contact = cast.customers.A.contacts.get()
    change_contact(contact=contact, version=1, by=cast.people.ming, at=NOW, left_on=DAY)
    contact.refresh_from_db()
    assert contact.awaits_successor
    assert not cast.customers.A.contacts.offered().exists()
    heir = add_contact(customer=cast.customers.A, by=cast.people.ming, at=NOW, name="New", decides="decides")
    with pytest.raises(Invalid):
        name_successor(
            contact=contact, successor=cast.customers.B.contacts.get(), by=cast.people.ming, at=NOW
        )
    name_successor(contact=contact, successor=heir, by=cast.people.ming, at=NOW)
    assert not Contact.objects.filter(awaits_successor=True).exists()


def test_names_are_compared_without_legal_form():
    assert core("苏州三江智能装备有限公司") == core("苏州三江智能装备（集团）股份有限公司")
    assert core("Siam Nord Machinery Co., Ltd.") == core("SIAM NORD MACHINERY CO LTD")
    assert core("有限公司")


def test_duplicates_are_found_and_foreign_ones_stay_nameless(cast):
    boss, ming = cast.people.boss, cast.people.ming
    made = add_customer(
        code="D", name="东方机电有限公司", phone="0512-66667777", email="a@dongfang.example", by=ming, at=NOW
    )
    found = find_duplicates({"name": "东方机电（集团）有限责任公司", "phone": "+86 512 6666 7777"}, by=boss)
    assert [(one.customer, one.kinds) for one in found] == [(made, ("name", "phone"))]
    found = find_duplicates(
        {"name": "other", "email": "b@dongfang.example", "phone": "0512 66667777"}, by=boss
    )
    assert [(one.customer, one.kinds, one.is_certain) for one in found] == [
        (made, ("phone", "domain"), False)
    ]
    made.manager = None
    made.save()
    assert find_duplicates({"name": "东方机电"}, by=cast.people.shu)[0].customer is None
    assert find_duplicates({"name": "东方机电"}, by=boss, apart_from=made.pk) == []
    assert find_duplicates({"email": "me@163.com"}, by=boss) == []


def test_defects_come_and_go_with_the_archive(cast):
    ming = cast.people.ming
    made = add_customer(
        code="D",
        name="东方机电",
        phone="12",
        address="x",
        legal_representative="w",
        manager=ming,
        by=ming,
        at=NOW,
    )
    standing = set(Defect.objects.standing().filter(customer=made).values_list("code", "field"))
    assert {("format", "phone"), ("missing", "business_scope")} <= standing
    assert ("missing", "manager") not in standing
    before = {one.department: one.defects for one in quality(cast.people.boss, DAY)}
    made.refresh_from_db()
    change_customer(
        customer=made, version=made.version, by=ming, at=NOW, phone="0512-66667777", business_scope="motors"
    )
    after = {one.department: one.defects for one in quality(cast.people.boss, DAY)}
    assert after[cast.departments.key] == before[cast.departments.key] - 2
    assert Customer.objects.get(code="D").completeness > made.completeness
