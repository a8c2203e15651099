"""The pages of an archive: what they show, to whom, in how many queries."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from zhike.customers.actions import add_contact, change_customer, log_activity
from zhike.customers.archive import Need, Unit
from zhike.customers.documents import Document, add_document
from zhike.customers.handovers import open_handover
from zhike.customers.keeping import add_need, add_unit, state_finding
from zhike.customers.models import Activity, Contact, Customer
from zhike.customers.timeline import Asked, page
from zhike.kernel.journal import Entry

NOW = datetime(2026, 11, 20, 9, tzinfo=UTC)
DAY = date(2026, 11, 20)


@pytest.fixture
def ming(cast, client_for):
    return client_for(cast.people.ming)


@pytest.fixture
def full(cast):
    """Customer A with one of everything."""
    a, ming = cast.customers.A, cast.people.ming
    log_activity(
        customer=a, channel="visit", done_on=DAY, subject="spring plan", content="talked", result="agreed",
        follow_up="send it", follow_up_on=DAY, by=ming, at=NOW,
    )  # fmt: skip
    state_finding(
        customer=a, kind="frequency", value="monthly", source="customer", stated_on=DAY, by=ming, at=NOW
    )
    add_need(customer=a, kind="service", text="spare parts", source="visit", stated_on=DAY, by=ming, at=NOW)
    add_unit(customer=a, model="TCS", serial="1", by=ming, at=NOW)
    change_customer(customer=a, version=1, by=ming, at=NOW, phone="021-55550001", region=cast.regions.south)
    return Customer.objects.get(pk=a.pk)


PLACES = (
    "customer_duties",
    "silent_customers",
    "lapsed_customers",
    "unmanaged_customers",
    "archive_quality",
    "archive_limits",
)
PAGES = ("customer", "edit_customer", "customer_life", "new_contact", "new_activity", "new_need", "new_unit", "new_document",
         "customer_card")  # fmt: skip


@pytest.mark.parametrize("name", PLACES)
def test_every_list_of_duties_opens(full, client_for, cast, name):
    for person in ("ming", "head", "boss", "audit"):
        assert client_for(getattr(cast.people, person)).get(reverse(name)).status_code == 200


@pytest.mark.parametrize("name", PAGES)
def test_every_page_of_an_archive_opens_and_hides_from_strangers(full, ming, client_for, cast, name):
    assert ming.get(reverse(name, args=["A"])).status_code == 200
    assert client_for(cast.people.gao).get(reverse(name, args=["A"])).status_code == 404


def test_the_record_page_shows_everything_to_who_sees_everything(full, ming):
    said = ming.get("/customers/A/").content.decode()
    for word in (
        "AAALPHA Wang",
        "spring plan",
        "send it",
        "monthly",
        "spare parts",
        "TCS 1",
        "13900000000",
        "1,000",
    ):
        assert word in said


def test_classes_that_a_person_does_not_see_are_nowhere_on_the_page(full, client_for, cast):
    said = client_for(cast.people.audit).get("/customers/A/").content.decode()
    assert "AAALPHA Wang" in said
    for word in ("13900000000", "021-5555", "info@aaalpha"):
        assert word not in said
    reads = client_for(cast.people.keep).get("/customers/A/").content.decode()
    assert "13900000000" in reads
    assert "1,000" not in reads


def test_the_number_of_queries_does_not_grow_with_the_archive(
    full, ming, cast, django_assert_max_num_queries
):

    ming.get("/customers/A/")
    with CaptureQueriesContext(connection) as few:
        ming.get("/customers/A/")
    for number in range(30):
        log_activity(customer=full, channel="call", done_on=DAY - timedelta(days=number), subject=f"call {number}",
                     content="x", result="y", by=cast.people.ming, at=NOW)  # fmt: skip
        add_contact(customer=full, by=cast.people.ming, at=NOW, name=f"Person {number}")
        add_need(
            customer=full,
            kind="pain",
            text=f"need {number}",
            source="visit",
            stated_on=DAY,
            by=cast.people.ming,
            at=NOW,
        )
    with CaptureQueriesContext(connection) as many:
        ming.get("/customers/A/")
    assert len(many) <= len(few) <= 50


def test_pages_of_the_timeline_neither_repeat_nor_skip(full, cast):
    for number in range(60):
        log_activity(customer=full, channel="call", done_on=DAY - timedelta(days=number // 7), subject=f"call {number}",
                     content="x", result="y", by=cast.people.ming, at=NOW - timedelta(hours=number))  # fmt: skip
    whole = [one.place for one in page(full, cast.people.ming, Asked(), size=500).events]
    assert len(set(whole)) == len(whole) > 60
    assert whole == sorted(whole, reverse=True)
    got, asked = [], Asked()
    while True:
        part = page(full, cast.people.ming, asked, size=7)
        got += [one.place for one in part.events]
        if not part.more:
            break
        asked = Asked.read({"before": part.more})
    assert got == whole


def test_the_timeline_is_filtered_by_tab_channel_and_words(full, ming):
    assert "spring plan" in ming.get("/customers/A/?tab=contacts").content.decode()
    assert "spring plan</b>" not in ming.get("/customers/A/?tab=documents").content.decode()
    assert "spring plan</b>" not in ming.get("/customers/A/?tab=contacts&channel=call").content.decode()
    assert "spring plan</b>" in ming.get("/customers/A/?said=AGREED").content.decode()
    assert ming.get("/customers/A/?before=nonsense~1~2&person=x").status_code == 200


def test_three_ways_meet_field_by_field(full, ming, client_for, cast):
    form = ming.get("/customers/A/edit/").context["form"]
    mine = {name: form[name].value() or "" for name in form.fields}
    change_customer(
        customer=full, version=full.version, by=cast.people.head, at=NOW, city="Suzhou", address="theirs"
    )
    answer = ming.post("/customers/A/edit/", {**mine, "address": "mine", "website": "www.aaalpha.example"})
    assert answer.status_code == 409
    said = answer.content.decode()
    assert all(word in said for word in ("AAALPHA road 1", "theirs", "mine", "何主任"))
    [choice] = answer.context["choices"]
    assert (choice["name"], choice["raw_now"], choice["raw_mine"]) == ("address", "theirs", "mine")
    kept = dict(answer.context["kept"])
    again = ming.post(
        "/customers/A/edit/", {**kept, "read": answer.context["read"], "told_by": "visit", "address": "mine"}
    )
    assert again.status_code == 302
    full.refresh_from_db()
    assert (full.address, full.city, full.website) == ("mine", "Suzhou", "www.aaalpha.example")


def test_changes_of_different_facts_both_stand(full, ming, cast):
    form = ming.get("/customers/A/edit/").context["form"]
    mine = {name: form[name].value() or "" for name in form.fields}
    change_customer(customer=full, version=full.version, by=cast.people.head, at=NOW, city="Suzhou")
    assert ming.post("/customers/A/edit/", {**mine, "address": "mine"}).status_code == 302
    full.refresh_from_db()
    assert (full.address, full.city) == ("mine", "Suzhou")


def test_a_fact_is_changed_in_place_and_its_history_restores(full, ming):
    shown = ming.get("/customers/A/facts/address/?edit=1", headers={"HX-Request": "true"})
    read = shown.context["form"]["read"].value()
    answer = ming.post(
        "/customers/A/facts/address/",
        {"address": "New road 9", "told_by": "visit", "read": read},
        headers={"HX-Request": "true"},
    )
    assert "New road 9" in answer.content.decode()
    stale = ming.post(
        "/customers/A/facts/address/",
        {"address": "Other", "told_by": "visit", "read": json.dumps({"address": "AAALPHA road 1"})},
        headers={"HX-Request": "true"},
    )
    assert (stale.status_code, "New road 9" in stale.content.decode()) == (422, True)
    said = ming.get("/customers/A/history/address/").content.decode()
    assert "AAALPHA road 1" in said
    assert "seen on a visit" in said
    entry = Entry.objects.filter(action="customer_changed").latest("id")
    ming.post("/customers/A/history/address/", {"entry": entry.pk})
    full.refresh_from_db()
    assert full.address == "AAALPHA road 1"


def test_a_hidden_fact_has_no_page(full, client_for, cast):
    audit = client_for(cast.people.audit)
    assert audit.get("/customers/A/history/phone/").status_code == 404
    assert audit.get("/customers/A/facts/phone/").status_code == 403


def test_duplicates_are_shown_before_adding_and_adding_nevertheless_works(cast, client_for):
    ming = client_for(cast.people.ming)
    first = {"code": "D1", "name": "东方机电有限公司", "told_by": "colleague"}
    assert ming.post("/customers/new/", first).status_code == 302
    again = {**first, "code": "D2"}
    answer = ming.post("/customers/new/", again)
    assert answer.status_code == 422
    assert "D1" in answer.content.decode()
    assert ming.post("/customers/new/", {**again, "anyway": "1"}).status_code == 302
    assert "D1" in ming.get("/customers/likeness/?name=东方机电").content.decode()
    assert ming.post("/customers/new/", {**first, "code": "duties", "name": "x"}).status_code == 422


def test_documents_are_known_by_their_bytes_and_open_in_a_sandbox(full, ming, client_for, cast, data_dir):
    pdf = SimpleUploadedFile("../../evil.html", b"%PDF-1.7 hello", content_type="text/html")
    assert (
        ming.post(
            "/customers/A/documents/new/", {"kind": "contract", "title": "Frame", "file": pdf}
        ).status_code
        == 302
    )
    made = Document.objects.get()
    assert (made.content_type, made.file_name) == ("application/pdf", "evil.html")
    answer = ming.get(f"/customers/A/documents/{made.pk}/")
    assert b"".join(answer.streaming_content) == b"%PDF-1.7 hello"
    assert answer["Content-Disposition"].startswith("attachment")
    assert "sandbox" in answer["Content-Security-Policy"]
    page_of = SimpleUploadedFile("a.pdf", b"<html><script>1</script>", content_type="application/pdf")
    refused = ming.post("/customers/A/documents/new/", {"kind": "contract", "title": "x", "file": page_of})
    assert refused.status_code == 422
    assert client_for(cast.people.gao).get(f"/customers/A/documents/{made.pk}/").status_code == 404
    assert Document.objects.count() == 1


def test_a_document_ends_after_it_begins(full, cast):
    from zhike.kernel.refusals import Invalid

    with pytest.raises(Invalid):
        add_document(customer=full, kind="contract", title="x", signed_on=DAY, until_on=DAY - timedelta(days=1),
                     by=cast.people.ming, at=NOW)  # fmt: skip


def test_forms_write_what_they_say(full, ming):
    ming.post(
        "/customers/A/contacts/new/", {"name": "New Person", "decides": "works", "mobile": "13800000000"}
    )
    contact = Contact.objects.get(name="New Person")
    ming.post(
        f"/customers/A/contacts/{contact.pk}/", {"name": "New Person", "left_on": "2026-11-01", "version": 1}
    )
    ming.post(f"/customers/A/contacts/{contact.pk}/successor/", {"successor": ""})
    contact.refresh_from_db()
    assert (contact.left_on, contact.awaits_successor) == (date(2026, 11, 1), False)
    ming.post(
        "/customers/A/activities/new/", {"channel": "call", "done_on": "2026-11-19", "subject": "short call"}
    )
    activity = Activity.objects.get(subject="short call")
    assert not activity.counts()
    ming.post(f"/customers/A/activities/{activity.pk}/", {"content": "a", "result": "b"})
    activity.refresh_from_db()
    assert activity.counts()
    need = Need.objects.get()
    ming.post(f"/customers/A/needs/{need.pk}/", {"answer": "done"})
    need.refresh_from_db()
    assert need.status == "answered"
    unit = Unit.objects.get()
    ming.post(
        f"/customers/A/units/{unit.pk}/records/",
        {"kind": "repair", "done_on": "2026-11-19", "text": "cell changed"},
    )
    assert "cell changed" in ming.get(f"/customers/A/units/{unit.pk}/").content.decode()
    promised = Activity.objects.get(subject="spring plan")
    ming.post(f"/customers/A/activities/{promised.pk}/done/")
    promised.refresh_from_db()
    assert promised.followed_up_at is not None


def test_a_handover_is_signed_on_its_page(full, client_for, cast):
    head = client_for(cast.people.head)
    head.post("/customers/A/handovers/new/", {"receiver": cast.people.gao.pk, "reason": "new region"})
    handover = full.handovers.get()
    path = handover.get_absolute_url()
    giver, receiver = client_for(cast.people.ming), client_for(cast.people.gao)
    assert "send it" in receiver.get(path).content.decode()
    assert client_for(cast.people.shu).get(path).status_code == 404
    assert head.post(path).status_code == 403
    giver.post(path)
    receiver.post(path)
    full.refresh_from_db()
    assert full.manager == cast.people.gao
    receiver.post(f"{path}told/", {"contact": full.contacts.first().pk, "channel": "call"})
    handover.refresh_from_db()
    assert handover.told_at is not None


def test_a_merge_is_previewed_made_and_taken_back_on_pages(full, client_for, cast):
    keep = client_for(cast.people.keep)
    said = keep.get("/customers/A/merge/?gone=B").content.decode()
    assert "BBBRAVO Limited" in said
    assert keep.post("/customers/A/merge/", {"gone": "B", "take_name_en": "gone"}).status_code == 302
    assert keep.get("/customers/B/").headers["Location"] == "/customers/A/"
    assert "B" in keep.get("/customers/merges/").content.decode()
    full.refresh_from_db()
    assert full.name_en == "BBBRAVO Limited"
    keep.post(f"/customers/merges/{full.merges.get().pk}/undo/")
    assert keep.get("/customers/B/").status_code == 200


def test_taking_a_merge_back_leads_somewhere_that_is_seen(cast, client_for):
    role = cast.roles.department_head
    role.verbs = [*role.verbs, "merge_customers"]
    role.save()
    a, b = cast.customers.A, cast.customers.B
    head, keep = client_for(cast.people.head), client_for(cast.people.keep)
    keep.post("/customers/A/merge/", {"gone": "B"})
    assert head.get("/customers/B/").status_code == 404, "B belongs to another department"
    answer = head.post(f"/customers/merges/{a.merges.get().pk}/undo/", follow=True)
    assert (answer.status_code, answer.redirect_chain) == (200, [("/customers/A/", 302)])
    told = answer.content.decode()
    assert f"{b.name} (B) stands for itself again" in told
    assert "a part of the company that your roles do not show" in told

    keep.post("/customers/A/merge/", {"gone": "B"})
    answer = keep.post(f"/customers/merges/{a.merges.first().pk}/undo/", follow=True)
    assert (answer.status_code, answer.redirect_chain) == (200, [("/customers/B/", 302)])
    assert f"(B) stands for itself again, apart from {a.name} (A)" in answer.content.decode()


def test_taking_a_merge_back_may_move_the_kept_archive_out_of_sight(cast, client_for):
    role = cast.roles.department_head
    role.verbs = [*role.verbs, "merge_customers"]
    role.save()
    a = cast.customers.C
    Customer.objects.filter(pk=a.pk).update(department=None)
    keep, head = client_for(cast.people.keep), client_for(cast.people.head)
    keep.post("/customers/C/merge/", {"gone": "A"})
    assert head.get("/customers/C/").status_code == 200, "the department came from A"
    answer = head.post(f"/customers/merges/{a.merges.get().pk}/undo/", follow=True)
    assert (answer.status_code, answer.redirect_chain) == (200, [("/customers/A/", 302)])


def test_limits_are_set_on_their_page(client_for, cast):
    boss = client_for(cast.people.boss)
    assert (
        boss.post("/customers/limits/saved/", {"silence_days@A": "30", "silence_days@": "90"}).status_code
        == 302
    )
    assert 'value="30"' in boss.get("/customers/limits/").content.decode()
    assert boss.post("/customers/limits/saved/", {"silence_days@A": "-1"}).status_code == 422
    assert (
        client_for(cast.people.ming).post("/customers/limits/saved/", {"silence_days@A": "1"}).status_code
        == 403
    )
    boss.post("/customers/limits/team/", {"grade": "A", "post": "technical", "senior": "1", "days": "5"})
    assert "technical support" in boss.get("/customers/limits/").content.decode()


def test_the_receiver_of_a_handover_reads_it_before_seeing_the_customer(full, client_for, cast):
    open_handover(customer=full, receiver=cast.people.shu, by=cast.people.head, at=NOW)
    shu = client_for(cast.people.shu)
    assert shu.get("/customers/A/").status_code == 404
    assert "Sign the handover of" in shu.get("/inbox/").content.decode()
