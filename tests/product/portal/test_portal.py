"""Access and sign-in of the portal: opened by staff, entered by a code, ended by the archive; requests and what staff answers."""

from __future__ import annotations

import re
from datetime import timedelta
from io import BytesIO
from types import SimpleNamespace

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone, translation

from tests.product.portal.conftest import ADDRESS, code_for, enter
from zhike.accesses.actions import renew_access
from zhike.accesses.models import PortalAccess
from zhike.customers.merging import merge_customers
from zhike.customers.models import Contact
from zhike.facts.models import Order
from zhike.jobs.running import run_due
from zhike.kernel.journal import Entry
from zhike.letters.models import Letter
from zhike.outbox.actions import send_waiting
from zhike.outbox.models import Message
from zhike.people.company import set_limit
from zhike.people.models import Denial
from zhike.portal.models import PortalCode, PortalVisit
from zhike.requests.models import ServiceRequest

pytestmark = pytest.mark.django_db
HOME = "/portal/start/"


def test_a_manager_opens_renews_and_revokes_and_the_contact_is_in_and_out(portal: SimpleNamespace) -> None:
    """The whole line through pages: opened, told by mail, entered by a code, seen on the list, renewed, revoked."""
    PortalAccess.objects.all().delete()
    ming, people = portal.client_for(portal.cast.people.ming), portal.cast.people
    contact = portal.cast.customers.A.contacts.get()
    last = timezone.localdate() + timedelta(days=90)
    form = {"contact": contact.pk, "until_on": last.isoformat(), "parts": ["orders", "requests"]}
    assert ming.post("/customers/A/accesses/new/", form).status_code == 302
    told = Message.objects.filter(kind="portal_opened", address=ADDRESS["A"], state="waiting").latest("pk")
    assert [
        last.isoformat() in told.text,
        "/portal/" in told.text,
        people.ming.display_name in told.text,
    ] == [True] * 3
    page = enter("A")
    home = page.get(HOME).content.decode()
    asked = portal.cast.customers.A.requests.get().pk
    assert ["AAALPHA-O1" in home, f"/portal/requests/{asked}/" in home, people.ming.display_name in home] == [
        True
    ] * 3
    assert "AAALPHA request" not in home  # staff typed it
    assert page.get("/portal/letters/").status_code == 404  # its part is not open
    access = PortalAccess.objects.get()
    shown = ming.get("/accesses/").content.decode()
    assert [contact.name in shown, ADDRESS["A"] in shown, "never" not in shown] == [True] * 3
    assert contact.name in ming.get("/customers/A/").content.decode()
    renewal = {
        "version": access.version,
        "until_on": last.isoformat(),
        "parts": ["orders", "requests", "letters"],
    }
    assert ming.post(f"/customers/A/accesses/{access.pk}/renew/", renewal).status_code == 302
    assert (
        ming.post(f"/customers/A/accesses/{access.pk}/renew/", renewal).status_code == 409
    )  # read before the change
    assert page.get("/portal/letters/").status_code == 200
    assert ming.post(f"/customers/A/accesses/{access.pk}/revoke/").status_code == 302
    assert page.get(HOME).headers["Location"] == "/portal/"
    said = (
        Entry.objects.filter(noun="portalaccess")
        .order_by("pk")
        .values_list("action", "by__username", "customer_id")
    )
    own = portal.cast.customers.A.pk
    acts = ["portal_opened", "portal_entered", "portal_renewed", "portal_revoked"]
    assert list(said)[-4:] == [(act, None if act == "portal_entered" else "ming", own) for act in acts]


def test_who_may_open_and_what_cannot_be_opened(portal: SimpleNamespace) -> None:
    """Another's customer is not there; without the verb it is refused; no e-mail, left, too long, closed portal: said so."""
    people, last = portal.cast.people, timezone.localdate() + timedelta(days=30)
    contact = Contact.objects.create(
        customer=portal.cast.customers.A, name="Second", email="second@a.example"
    )
    form = {"contact": contact.pk, "until_on": last.isoformat(), "parts": ["orders"]}
    assert portal.client_for(people.gao).post("/customers/A/accesses/new/", form).status_code == 404
    assert portal.client_for(people.tess).post("/customers/A/accesses/new/", form).status_code == 403
    ming = portal.client_for(people.ming)
    far = {**form, "until_on": (last + timedelta(days=4000)).isoformat()}
    assert ming.post("/customers/A/accesses/new/", far).status_code == 422
    foreign = {**form, "contact": portal.cast.customers.B.contacts.get().pk}
    assert ming.post("/customers/A/accesses/new/", foreign).status_code == 422
    Contact.objects.filter(pk=contact.pk).update(left_on=timezone.localdate())
    assert ming.post("/customers/A/accesses/new/", form).status_code == 422
    set_limit(name="portal_open", value=0, by=people.root, at=timezone.now())
    Contact.objects.filter(pk=contact.pk).update(left_on=None)
    assert "closed" in ming.post("/customers/A/accesses/new/", form).content.decode()
    assert portal.access["A"].contact.accesses.count() == 1


def test_an_unknown_address_gets_the_same_answer_and_no_mail(portal: SimpleNamespace) -> None:
    """Known, unknown and revoked addresses: the same page, the same number of statements; only the first gets a mail."""
    PortalAccess.objects.filter(pk=portal.access["B"].pk).update(revoked_at=timezone.now())
    answers = []
    for address in (ADDRESS["A"], "nobody@x.example", ADDRESS["B"]):
        page = Client()
        page.get("/portal/")
        with CaptureQueriesContext(connection) as asked:
            answer = page.post("/portal/", {"email": address})
        body = re.sub(r'value="[^"]*"', "", page.get("/portal/code/").content.decode())
        answers.append((answer.status_code, answer.headers["Location"], len(asked), body))
    assert answers[0] == answers[1] == answers[2]
    run_due(clock=timezone.now)
    codes = [code_for(Client(), address) for address in ("nobody@x.example", ADDRESS["B"])]
    assert codes == [None, None]
    assert set(Message.objects.filter(kind="portal_code").values_list("address", flat=True)) == {ADDRESS["A"]}


def test_a_code_is_for_one_browser_once_for_ten_minutes_and_five_tries(
    portal: SimpleNamespace, clock
) -> None:
    """Not elsewhere, not twice, not late, not after five wrong ones; each wrong one is recorded with the contact."""
    clock("2026-11-22 09:00")
    PortalAccess.objects.update(until_on="2027-01-01")
    page = Client()
    typed = code_for(page, ADDRESS["A"])
    assert Client().post("/portal/code/", {"code": typed}).status_code == 422
    assert page.post("/portal/code/", {"code": typed}).status_code == 302
    page.cookies["portal-asked"] = page.cookies["portal-asked"].value
    assert page.post("/portal/code/", {"code": typed}).status_code == 422
    late = Client()
    typed = code_for(late, ADDRESS["A"])
    clock("2026-11-22 09:11")
    assert late.post("/portal/code/", {"code": typed}).status_code == 422
    guesser = Client()
    typed = code_for(guesser, ADDRESS["A"])
    wrong = f"{(int(typed) + 1) % 10**6:06d}"
    for _try in range(5):
        assert guesser.post("/portal/code/", {"code": wrong}).status_code == 422
    assert guesser.post("/portal/code/", {"code": typed}).status_code == 422
    tried = Denial.objects.filter(verb="portal_sign_in", contact_id=portal.access["A"].contact_id)
    assert tried.count() >= 6
    assert typed not in str(list(PortalCode.objects.values())), "codes are kept hashed"


def test_the_outbox_forgets_the_code_and_address_limits_are_silent(
    portal: SimpleNamespace, monkeypatch
) -> None:
    """Once the mail is out its text is gone; an address that is asked for again and again gets no more mails, and no other answer."""
    monkeypatch.setattr("zhike.outbox.actions.send", lambda message, handing: None)
    page = Client()
    page.post("/portal/", {"email": ADDRESS["A"]})
    run_due(clock=timezone.now)
    send_waiting(at=timezone.now())
    sent = Message.objects.get(kind="portal_code")
    assert (sent.state, sent.text, re.search(r"\d", sent.subject)) == ("sent", "", None)
    for _more in range(8):
        assert Client().post("/portal/", {"email": ADDRESS["A"]}).status_code == 302
    run_due(clock=timezone.now)
    assert Message.objects.filter(kind="portal_code").count() == 5


@pytest.mark.parametrize("cause", ["revoked", "left", "closed", "ended", "moved", "merged", "off", "idle"])
def test_an_access_ends_by_itself_at_the_next_request(portal: SimpleNamespace, cause: str) -> None:
    """No job runs: the contact's, the customer's and the company's records are asked each time."""
    page, one = enter("A"), portal.access["A"]
    assert page.get(HOME).status_code == 200
    now = timezone.now()
    if cause == "revoked":
        PortalAccess.objects.filter(pk=one.pk).update(revoked_at=now)
    elif cause == "left":
        Contact.objects.filter(pk=one.contact_id).update(left_on=timezone.localdate())
    elif cause == "closed":
        type(one.customer).objects.filter(pk=one.customer_id).update(life="closed")
    elif cause == "merged":
        merge_customers(kept=portal.cast.customers.B, gone=one.customer, by=portal.cast.people.keep, at=now)
    elif cause == "ended":
        PortalAccess.objects.filter(pk=one.pk).update(until_on=timezone.localdate() - timedelta(days=1))
    elif cause == "moved":
        Contact.objects.filter(pk=one.contact_id).update(email="new@a.example")
    elif cause == "off":
        set_limit(name="portal_open", value=0, by=portal.cast.people.root, at=now)
    else:
        PortalVisit.objects.update(seen_at=now - timedelta(minutes=31))
    answer = page.get(HOME)
    assert answer.status_code == (404 if cause == "off" else 302)
    assert [word in answer.content for word in (b"AAALPHA", b"BBBRAVO")] == [False, False]
    if cause not in ("off", "idle"):
        assert code_for(Client(), ADDRESS["A"]) is None


def test_sessions_of_staff_and_contacts_are_nothing_to_each_other(portal: SimpleNamespace) -> None:
    """A contact is nobody on the company's pages; a signed-in person is nobody in the portal; leaving ends the visit."""
    page = enter("A")
    assert page.get("/customers/").status_code == 302
    assert page.get("/customers/").headers["Location"].startswith("/accounts/login/")
    assert page.get("/api/v1/customers").status_code == 401
    assert page.cookies["portal"]["path"] == "/portal/"
    assert page.cookies["portal"]["httponly"]
    boss = portal.client_for(portal.cast.people.boss)
    assert boss.get(HOME).headers["Location"] == "/portal/"
    kept = page.cookies["portal"].value
    assert page.post("/portal/leave/").status_code == 302
    page.cookies["portal"] = kept
    assert page.get(HOME).headers["Location"] == "/portal/"


def test_a_contact_of_two_customers_sees_one_at_a_time(portal: SimpleNamespace) -> None:
    """The same address at A and B: a choice, then only the one that was chosen; another's access cannot be chosen."""
    Contact.objects.filter(customer=portal.cast.customers.B).update(email=ADDRESS["A"])
    other = PortalAccess.objects.select_related("contact__customer").get(pk=portal.access["B"].pk)
    renew_access(access=other, version=other.version, until_on=other.until_on, parts=other.parts,
                 by=portal.cast.people.gao, at=timezone.now())  # fmt: skip
    page = Client()
    page.post("/portal/code/", {"code": code_for(page, ADDRESS["A"])})
    assert page.get(HOME).headers["Location"] == "/portal/choose/"
    choice = page.get("/portal/choose/").content.decode()
    assert ["AAALPHA" in choice, "BBBRAVO" in choice, "CCCHARLIE" in choice] == [True, True, False]
    assert page.post("/portal/choose/", {"access": portal.access["C"].pk}).status_code == 404
    for code, word, missing in (("A", b"AAALPHA", b"BBBRAVO"), ("B", b"BBBRAVO", b"AAALPHA")):
        page.post("/portal/choose/", {"access": portal.access[code].pk})
        home = page.get(HOME).content
        assert word in home
        assert missing not in home


def test_a_contact_asks_and_reads_only_what_was_written_for_the_customer(portal: SimpleNamespace) -> None:
    """The request runs on the same clocks with the contact as asker; staff answers; the note stays, the reply is read."""
    page, people = enter("A"), portal.cast.people
    form = {"kind": "technical", "subject": "Scale drifts", "text": "Since Monday."}
    answer = page.post("/portal/requests/new/", form)
    assert (
        page.post("/portal/requests/new/", form).headers["Location"] == answer.headers["Location"]
    )  # pressed twice
    one = ServiceRequest.objects.latest("id")
    assert (one.channel, one.recorded_by, one.contact_id, one.owner) == (
        "portal",
        None,
        portal.access["A"].contact_id,
        people.ming,
    )
    assert Message.objects.filter(kind="request_asked", person=people.ming).exists()
    said = Entry.objects.get(action="request_asked")
    assert (said.by, said.customer_id) == (None, portal.cast.customers.A.pk)
    with translation.override("en"):
        assert said.sentence().startswith("The contact AAALPHA Contact asked “Scale drifts” in the portal")
    ming = portal.client_for(people.ming)
    assert "by the contact, in the portal" in ming.get(one.get_absolute_url()).content.decode()
    without = {
        "answered_at": timezone.localtime().strftime("%Y-%m-%dT%H:%M"),
        "answer": "SECRET: their cells are old",
    }
    assert ming.post(f"{one.get_absolute_url()}answer/", without).status_code == 422
    assert (
        ming.post(f"{one.get_absolute_url()}answer/", {**without, "reply": "We come on Friday."}).status_code
        == 302
    )
    shown = page.get(f"/portal/requests/{one.pk}/").content.decode()
    assert ["We come on Friday." in shown, "SECRET" in shown] == [True, False]
    assert Message.objects.get(kind="portal_answer").address == ADDRESS["A"]
    assert page.post("/portal/requests/new/", {**form, "subject": "x" * 161}).status_code == 422
    with_file = page.post("/portal/requests/new/", {**form, "file": BytesIO(b"x")})
    assert with_file.status_code == 415


def test_a_letter_is_read_and_its_receipt_confirmed_with_the_contacts_name(portal: SimpleNamespace) -> None:
    """Waits on the first page until it is confirmed; the journal names the contact."""
    page, one = enter("A"), Letter.objects.get(customer=portal.cast.customers.A)
    assert f"/portal/letters/{one.pk}/" in page.get(HOME).content.decode()
    assert page.get(f"/portal/letters/{one.pk}/").status_code == 200
    assert page.post(f"/portal/letters/{one.pk}/").status_code == 302
    one.refresh_from_db()
    assert (one.state, one.received_by) == ("received", "AAALPHA Contact")
    assert Entry.objects.get(action="letter_received").sentence().startswith("AAALPHA Contact ")
    assert f"/portal/letters/{one.pk}/" not in page.get(HOME).content.decode()


def test_a_plan_is_confirmed_as_it_was_read_or_a_change_is_asked_for(portal: SimpleNamespace) -> None:
    """Waits on the first page; only the text in view can be confirmed; once; another contact's customer asks for a change."""
    page, one = enter("A"), portal.cast.customers.A.plans.get()
    here = f"/portal/plans/{one.pk}/"
    assert [one.title in page.get(path).content.decode() for path in (HOME, "/portal/plans/", here)] == [
        True
    ] * 3
    assert [page.post(here, {"digest": text}).status_code for text in ("", "0" * 64)] == [409, 409]
    assert [page.post(here, {"digest": one.digest}).status_code for _twice in range(2)] == [302, 409]
    one.refresh_from_db()
    assert (one.state, one.confirmed_name, one.confirmed_way, one.confirmed_by) == (
        "confirmed",
        "AAALPHA Contact",
        "portal",
        None,
    )
    assert one.confirmed_contact_id == portal.access["A"].contact_id
    assert "AAALPHA Contact" in Entry.objects.get(action="plan_confirmed").sentence()
    assert "AAALPHA Contact" in page.get(here).content.decode()
    other, plan = enter("B"), portal.cast.customers.B.plans.get()
    assert other.post(f"/portal/plans/{plan.pk}/change/", {"text": " "}).status_code == 422
    assert other.post(f"/portal/plans/{plan.pk}/change/", {"text": "Twice a year, please"}).status_code == 302
    drafts = portal.cast.customers.B.plans.exclude(pk=plan.pk)
    assert [(made.state, made.change_text, made.change_name) for made in drafts] == [
        ("draft", "Twice a year, please", "BBBRAVO Contact")
    ]
    assert other.get(f"/portal/plans/{drafts.get().pk}/").status_code == 404  # a draft was not sent


def test_headers_look_and_no_way_out(portal: SimpleNamespace) -> None:
    """No script, not kept, not found by search; language and theme go back into the portal only."""
    page = enter("A")
    for path in ("/portal/", HOME, "/portal/orders/", "/portal/orders/0/"):
        answer = page.get(path)
        policy = answer.headers["Content-Security-Policy"]
        assert ["default-src 'none'" in policy, "script-src" in policy, "unsafe" in policy] == [
            True,
            False,
            False,
        ]
        assert answer.headers["Cache-Control"] == "no-store, private"
        assert "noindex" in answer.headers["X-Robots-Tag"]
        assert b"<script" not in answer.content
    for back in (
        "https://evil.example/",
        "//evil.example/",
        "/portal//evil.example",
        "/customers/",
        "/portal/../customers/",
    ):
        assert (
            page.post("/portal/look/", {"portal-language": "en", "back": back}).headers["Location"]
            == "/portal/"
        )
    page.post("/portal/look/", {"portal-language": "zh-hans", "back": HOME})
    assert "客户门户" in page.get(HOME).content.decode()


def test_pages_take_the_same_queries_however_much_there_is(portal: SimpleNamespace) -> None:
    """Three orders or three hundred."""
    page, customer = enter("A"), portal.cast.customers.A
    numbers = []
    for some in (3, 300):
        for made in range(Order.objects.filter(customer=customer).count(), some):
            Order.objects.create(
                number=f"N{made}", customer=customer, ordered_on="2026-05-01", amount=made + 1, currency="CNY"
            )
        page.get(HOME)  # the first page of a visit notes that somebody is there
        counted = []
        for path in (
            HOME,
            "/portal/orders/",
            "/portal/orders/?q=N1&status=completed",
            "/portal/requests/",
            "/portal/letters/",
        ):
            with CaptureQueriesContext(connection) as asked:
                assert page.get(path).status_code == 200
            counted.append(len(asked))
        numbers.append(counted)
    assert numbers[0] == numbers[1]
    assert max(numbers[0]) < 25


def test_programs_list_open_and_revoke_accesses(portal: SimpleNamespace) -> None:
    """The same verbs and rights as the pages; another's contact does not exist."""
    people, own = portal.cast.people, portal.cast.customers
    boss, gao = portal.client_for(people.boss), portal.client_for(people.gao)
    listed = boss.get("/api/v1/portal-accesses").json()["rows"]
    assert [(one["customer"], one["state"]) for one in listed] == [
        ("C", "open"),
        ("B", "open"),
        ("A", "open"),
    ]
    assert [one["customer"] for one in gao.get("/api/v1/portal-accesses").json()["rows"]] == ["B"]
    first = portal.access["A"]
    assert gao.post(f"/api/v1/portal-accesses/{first.pk}/revoke").status_code == 404
    assert boss.post(f"/api/v1/portal-accesses/{first.pk}/revoke").json()["state"] == "revoked"
    body = {"customer": "A", "contact": first.contact_id, "parts": ["orders"]}
    made = boss.post("/api/v1/portal-accesses", body, content_type="application/json")
    assert (made.status_code, made.json()["state"], made.json()["parts"]) == (201, "open", ["orders"])
    assert boss.post("/api/v1/portal-accesses", body, content_type="application/json").status_code == 409
    foreign = {**body, "contact": own.B.contacts.get().pk}
    assert boss.post("/api/v1/portal-accesses", foreign, content_type="application/json").status_code == 404
