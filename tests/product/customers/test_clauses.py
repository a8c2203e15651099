"""What the clauses of the catalogue ask of the archive, acted out on the product's pages."""

from __future__ import annotations

import json
import re
from datetime import timedelta

import pytest

from tests.product.customers.sending import settled_form
from zhike.customers.actions import log_activity
from zhike.customers.archive import Confirmation
from zhike.customers.cards import as_pdf, as_word, card_of
from zhike.customers.following import refresh
from zhike.customers.keeping import add_unit, add_unit_record, state_finding
from zhike.customers.limits import set_limit
from zhike.customers.models import Contact, Customer
from zhike.customers.nightly import look_through
from zhike.customers.quality import Defect
from zhike.facts.handing_over import write_customers
from zhike.facts.models import Order
from zhike_engine.backends.duckdb import DuckDB
from zhike_engine.policy.load import load_policy
from zhike_engine.run import run

pytestmark = pytest.mark.django_db


@pytest.mark.clause("ARC-01")
def test_everybody_finds_the_same_single_archive_with_their_own_sections(cast, page, client_for, now, today):
    a, ming = cast.customers.A, cast.people.ming
    for kind, channel, subject in (
        ("complaint", "call", "late parts"),
        ("communication", "visit", "spring visit"),
    ):
        log_activity(customer=a, kind=kind, channel=channel, done_on=today, subject=subject, content="x", result="solved",
                     by=ming, at=now)  # fmt: skip
    refresh(a, now)
    twin = {"code": "A2", "name": "AAALPHA有限责任公司", "told_by": "colleague"}
    assert "AAALPHA 有限公司" in client_for(ming).post("/customers/new/", twin).content.decode()
    sales, finance = (
        page(cast.people.head, "/customers/?q=aaalpha"),
        page(cast.people.fang, "/customers/?q=aaalpha"),
    )
    assert 'href="/customers/A/"' in sales
    assert 'href="/customers/A/"' in finance
    sees, less = page(cast.people.head, "/customers/A/"), page(cast.people.fang, "/customers/A/")
    for word in ("late parts", "spring visit", "AAALPHA-O1"):
        assert word in sees
        assert word in less
    assert "13900000000" in sees
    assert "13900000000" not in less


@pytest.mark.clause("ARC-02")
def test_an_incomplete_archive_is_not_activated_and_its_gap_is_on_the_work_list(cast, page, client_for):
    ming = client_for(cast.people.ming)
    ming.post("/customers/new/", {"code": "N1", "name": "新星仪器", "business_scope": "scales", "address": "x road 1",
                                  "phone": "0512-66667777", "told_by": "customer"})  # fmt: skip
    refused = ming.post("/customers/N1/life/", {"life": "current"})
    assert refused.status_code == 422
    assert "legal representative" in refused.content.decode() or "法定代表人" in refused.content.decode()
    assert Customer.objects.get(code="N1").life == "prospect"
    ming.cookies["zhike_language"] = "en"
    work = ming.get("/customers/duties/?kind=defect").content.decode()
    assert "legal representative is missing" in work
    edit = settled_form(ming, "/customers/N1/edit/")
    ming.post("/customers/N1/edit/", {**edit, "legal_representative": "Wang"})
    assert (
        "legal representative is missing" not in ming.get("/customers/duties/?kind=defect").content.decode()
    )
    ming.post("/customers/N1/life/", {"life": "current"})
    assert Customer.objects.get(code="N1").life == "current"


@pytest.mark.clause("ARC-03")
def test_stated_and_computed_frequency_stand_side_by_side(cast, client_for, now, today):
    a = cast.customers.A
    state_finding(
        customer=a,
        kind="frequency",
        value="monthly",
        source="customer",
        stated_on=today,
        by=cast.people.ming,
        at=now,
    )
    for number in range(6):
        Order.objects.create(number=f"Q{number}", customer=a, ordered_on=today - timedelta(days=90 * number), amount=1,
                             currency="CNY")  # fmt: skip
    Order.objects.filter(number="AAALPHA-O1").update(status="cancelled")
    ming = client_for(cast.people.ming)
    ming.cookies["zhike_language"] = "en"
    said = ming.get("/customers/A/").content.decode()
    assert re.search(r"monthly.*fact-fault.*orders say: quarterly.*told by the customer", said, re.DOTALL)


@pytest.mark.clause("ARC-04")
def test_who_has_left_is_not_offered_and_the_manager_is_asked_for_a_successor(cast, client_for, today):
    ming = client_for(cast.people.ming)
    ming.cookies["zhike_language"] = "en"
    contact = cast.customers.A.contacts.get()
    values = settled_form(ming, f"/customers/A/contacts/{contact.pk}/")
    ming.post(f"/customers/A/contacts/{contact.pk}/", {**values, "left_on": today.isoformat()})
    offered = ming.get("/customers/A/activities/new/").context["form"].fields["contact"].queryset
    assert not offered.exists()
    assert not Contact.objects.offered().filter(customer=cast.customers.A).exists()
    assert "who succeeds AAALPHA Contact?" in ming.get("/customers/duties/").content.decode()


@pytest.mark.clause("ARC-06")
def test_a_colleague_reads_complaint_and_visit_in_order_with_results_and_next_steps(
    cast, client_for, now, today
):
    ming = client_for(cast.people.ming)
    month, week = today - timedelta(days=30), today - timedelta(days=7)
    common = {"content": "told us", "follow_up_on": today.isoformat()}
    ming.post("/customers/A/activities/new/", {**common, "kind": "complaint", "channel": "call", "done_on": month.isoformat(),
                                               "subject": "broken scale", "result": "replaced", "follow_up": "ask again"})  # fmt: skip
    ming.post("/customers/A/activities/new/", {**common, "channel": "visit", "done_on": week.isoformat(),
                                               "subject": "plant visit", "result": "plan agreed", "follow_up": "send plan"})  # fmt: skip
    ming.post(
        "/customers/A/activities/new/",
        {"channel": "call", "done_on": today.isoformat(), "subject": "empty call"},
    )
    said = client_for(cast.people.tess).get("/customers/A/?tab=contacts").content.decode()
    order = [
        said.index(word)
        for word in ("plant visit", "plan agreed", "send plan", "broken scale", "replaced", "ask again")
    ]
    assert order == sorted(order)
    assert Customer.objects.get(code="A").last_contact_on == week
    assert said.index("empty call") < order[0]


@pytest.mark.clause("ARC-08")
def test_a_unit_shows_where_it_stands_how_it_is_used_and_what_happened(cast, page, client_for, now, today):
    a, ming = cast.customers.A, cast.people.ming
    unit = add_unit(
        customer=a, model="TCS-150", serial="7", site="hall 2", usage="three shifts", by=ming, at=now
    )
    for kind, text in (("repair", "cell changed"), ("repair", "cable changed"), ("defect", "weld cracked")):
        add_unit_record(unit=unit, kind=kind, done_on=today, text=text, by=ming, at=now)
    path = f"/customers/A/units/{unit.pk}/"
    assert path in page(ming, "/customers/A/")
    said = page(ming, path)
    assert all(
        word in said for word in ("hall 2", "three shifts", "cell changed", "cable changed", "weld cracked")
    )


@pytest.mark.clause("ARC-09")
def test_the_card_is_one_page_and_a_correction_on_it_changes_the_archive(cast, client_for, now, today):
    a, ming = cast.customers.A, client_for(cast.people.ming)
    Customer.objects.filter(pk=a.pk).update(grade="B")
    add_unit(customer=a, model="TCS-150", serial="7", by=cast.people.ming, at=now)
    log_activity(customer=a, channel="call", done_on=today, subject="last talk", content="x", result="y",
                 by=cast.people.ming, at=now)  # fmt: skip
    said = ming.get("/customers/A/card/").content.decode()
    for word in (
        "AAALPHA Wang",
        "AAALPHA Contact",
        "13900000000",
        "TCS-150",
        "李明",
        "last talk",
        ">B<",
        " B ",
    ):
        assert word in said or word == ">B<"
    shown = ming.get("/customers/A/facts/address/?edit=1").context["form"]["read"].value()
    assert "/customers/A/facts/address/?edit=1" in said
    ming.post("/customers/A/facts/address/", {"address": "Corrected 5", "told_by": "visit", "read": shown})
    a.refresh_from_db()
    assert a.address == "Corrected 5"
    card = card_of(a, cast.people.ming, today)
    paper = as_pdf(card, "李明 2026")
    assert paper.startswith(b"%PDF")
    assert (
        re.search(rb"/Type\s*/Pages.{0,80}?/Count 1\b", paper, re.DOTALL)
        or paper.count(b"/Type /Page\n") == 1
    )
    assert as_word(card, "李明 2026").startswith(b"PK")
    assert (
        client_for(cast.people.head)
        .post("/customers/A/card/pdf/", {"purpose": "visit"})
        .content.startswith(b"%PDF")
    )
    assert ming.post("/customers/A/card/pdf/", {"purpose": "visit"}).status_code == 403


@pytest.mark.clause("ARC-11")
def test_a_lapsed_customer_keeps_archive_owner_and_day_and_is_in_the_recovery_list(cast, page, now, today):
    set_limit(name="lapse_months", number=6, by=cast.people.boss, at=now)
    Customer.objects.filter(code="A").update(life="current", last_order_on=today - timedelta(days=200))
    look_through(at=now, day=today)
    said = page(cast.people.ming, "/customers/recovery/")
    assert "AAALPHA" in said
    assert "李明" in said
    assert (today + timedelta(days=14)).isoformat() in said
    assert "AAALPHA Wang" in page(cast.people.ming, "/customers/A/")


@pytest.mark.clause("ARC-12")
def test_defects_are_listed_to_the_owner_and_the_report_follows_their_correction(
    cast, client_for, now, today
):
    ming, boss = client_for(cast.people.ming), client_for(cast.people.boss)
    ming.cookies["zhike_language"] = "en"
    Customer.objects.filter(code="A").update(phone="12", business_scope="")
    look_through(at=now, day=today)
    said = ming.get("/customers/quality/?whose=mine").content.decode()
    assert "telephone has the wrong format" in said
    assert "business scope is missing" in said
    before = {str(one.department): one.defects for one in boss.get("/customers/quality/").context["report"]}
    values = settled_form(ming, "/customers/A/edit/")
    ming.post("/customers/A/edit/", {**values, "phone": "0512-66667777", "business_scope": "scales"})
    after = {str(one.department): one.defects for one in boss.get("/customers/quality/").context["report"]}
    key = str(cast.departments.key)
    assert after[key] == before[key] - 2
    said = ming.get("/customers/quality/?whose=mine").content.decode()
    assert "telephone has the wrong format" not in said
    assert "business scope is missing" not in said


@pytest.mark.clause("ARC-12")
def test_ranges_doubles_and_conflicts_with_the_orders_are_defects_with_a_day(cast, client_for, now, today):
    for number, key in enumerate(("A", "B")):
        Customer.objects.filter(code=key).update(
            since=today + timedelta(days=9) if number else "1066-10-14", life="closed", currency="JPY"
        )
        Order.objects.create(number=f"R{key}", customer=getattr(cast.customers, key), ordered_on=today - timedelta(days=3), amount=1,
                             currency="EUR", status="completed")  # fmt: skip
    twin = Customer.objects.get(code="B")
    Customer.objects.filter(code="B").update(name=cast.customers.A.name)
    set_limit(name="defect_days", number=5, by=cast.people.boss, at=now)
    look_through(at=now, day=today)
    boss = client_for(cast.people.boss)
    boss.cookies["zhike_language"] = "en"
    said = boss.get("/customers/quality/").content.decode()
    for words in ("customer since cannot be right", "another archive has the same name", "customer since does not agree with the orders",
                  "life cycle does not agree with the orders", "currency does not agree with the orders"):  # fmt: skip
        assert words in said
    found = Defect.objects.standing().filter(customer__in=[cast.customers.A, twin])
    assert {one.due_on for one in found} == {today + timedelta(days=5)}
    assert {one.code for one in found} >= {"range", "duplicate", "conflict"}


@pytest.mark.clause("ARC-13")
def test_an_overdue_section_is_flagged_escalated_and_cleared_and_the_old_address_stays(
    cast, client_for, now, today
):
    set_limit(name="verify_days.address", number=180, by=cast.people.boss, at=now)
    set_limit(name="escalation_days", number=10, by=cast.people.boss, at=now)
    Confirmation.objects.create(customer=cast.customers.A, section="address", confirmed_on=today - timedelta(days=191),
                                by=cast.people.ming)  # fmt: skip
    ming, head = client_for(cast.people.ming), client_for(cast.people.head)
    for one in (ming, head):
        one.cookies["zhike_language"] = "en"
    assert "to be confirmed" in ming.get("/customers/A/").content.decode()
    assert "address and telephone" in ming.get("/customers/duties/?kind=section").content.decode()
    assert (
        "address and telephone, owed by 李明"
        in head.get("/customers/duties/?kind=escalated").content.decode()
    )
    values = settled_form(ming, "/customers/A/edit/")
    ming.post("/customers/A/edit/", {**values, "address": "New road 9", "told_by": "visit"})
    ming.post("/customers/A/sections/address/", {"source": "visit"})
    assert "to be confirmed" not in ming.get("/customers/A/").content.decode()
    said = ming.get("/customers/A/history/address/").content.decode()
    for word in ("AAALPHA road 1", "New road 9", "李明", "seen on a visit", today.isoformat()):
        assert word in said


POLICY = """
zhike: 1
policy: visits
version: "1"
title: visits
currency: CNY
articles: {}
metrics:
  scale: {title: scale, column: customers.scale}
ratings:
  visit:
    title: site visits
    grades:
      V: {title: visited, all: ["customers.importance = 'core'"]}
      N: {title: not visited}
"""


@pytest.mark.clause("GRD-03")
def test_a_customer_carries_several_axes_that_lists_and_policies_read(cast, client_for, tmp_path, today):
    ming = client_for(cast.people.ming)
    values = settled_form(ming, "/customers/A/edit/")
    ming.post("/customers/A/edit/", {**values, "scale": "medium", "industry": "service"})
    Customer.objects.filter(code="A").update(
        importance="core"
    )  # judged with a reason: tests/product/decisions
    boss = client_for(cast.people.boss)
    Customer.objects.filter(code="B").update(scale="large", industry="service", importance="ordinary")
    Customer.objects.filter(code="C").update(scale="small", importance="core")
    found = boss.get("/customers/?quick_importance=core&quick_industry=service").content.decode()
    listed = (
        found
        if "/customers/A/" in found
        else boss.get("/customers/?c=" + json.dumps(["importance", "in", "core"])).content.decode()
    )
    assert "/customers/A/" in listed
    (tmp_path / "policy.yaml").write_text(POLICY)
    write_customers(Customer.objects.all(), tmp_path)
    backend = DuckDB(tmp_path, threads=1)
    try:
        result = run(load_policy(tmp_path), backend, today)
        grades = {code: result.customer(code)["r0_grade"] for code in "ABC"}
    finally:
        backend.close()
    assert grades == {"A": "V", "B": None, "C": "V"}


@pytest.mark.clause("CAD-13")
def test_a_customer_silent_for_longer_than_its_grade_allows_is_listed_until_somebody_calls(
    cast, client_for, now, today
):
    set_limit(name="silence_days", grade="A", number=30, by=cast.people.boss, at=now)
    Customer.objects.filter(code="A").update(grade="A")
    ming = client_for(cast.people.ming)
    day = today - timedelta(days=31)
    ming.post("/customers/A/activities/new/", {"channel": "call", "done_on": day.isoformat(), "subject": "old topic",
                                               "content": "x", "result": "y"})  # fmt: skip
    said = ming.get("/customers/silent/?whose=mine").content.decode()
    assert "AAALPHA" in said
    assert "old topic" in said
    assert day.isoformat() in said
    ming.post("/customers/A/activities/new/", {"channel": "call", "done_on": today.isoformat(), "subject": "new topic",
                                               "content": "x", "result": "y"})  # fmt: skip
    assert "AAALPHA" not in ming.get("/customers/silent/?whose=mine").content.decode()
