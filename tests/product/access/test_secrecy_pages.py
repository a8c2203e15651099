"""The pages and the API keep to who may see what: refusals, agreements, consultations, exports, incidents."""

from __future__ import annotations

from datetime import date

import pytest
from django.urls import reverse

from tests.product.cast import PASSWORD
from zhike.customers.models import Consultation, Viewing
from zhike.outbox.models import Message
from zhike.people.actions import change_role
from zhike.people.agreements import Signature
from zhike.people.models import Denial
from zhike.people.warnings import warn


@pytest.mark.clause("SEC-01")
@pytest.mark.parametrize(
    "path", ["/api/v1/customers/C", "/api/v1/customers/C/contacts", "/customers/C/", "/customers/C/edit/"]
)
def test_the_address_of_a_foreign_customer_tells_nothing_and_the_attempt_is_in_the_log(
    cast, client_for, path
):
    response = client_for(cast.people.ming).get(path)
    assert response.status_code == 404
    assert b"CCCHARLIE" not in response.content
    log = client_for(cast.people.boss).get(reverse("denials")).content.decode()
    assert path in log
    assert Denial.objects.get().person == cast.people.ming


@pytest.mark.clause("SEC-02")
@pytest.mark.parametrize("path", ["/customers/", "/customers/A/", "/api/v1/customers", "/api/v1/customers/A"])
def test_an_expired_agreement_closes_customers_data_until_a_new_one_is_filed(cast, client_for, path, clock):
    clock("2026-11-22 04:00")
    Signature.objects.filter(person=cast.people.ming).update(until_on=date(2026, 11, 21))
    ming, hana = client_for(cast.people.ming), client_for(cast.people.hana)
    closed = ming.get(path)
    assert closed.status_code == 403
    assert "has expired" in closed.content.decode()
    assert b"AAALPHA" not in closed.content
    paper = {"person": cast.people.ming.pk, "signed_on": "2026-11-22", "paper": "cabinet 3"}
    assert hana.post(reverse("file_signature"), paper).status_code == 302
    assert ming.get(path).status_code == 200


def test_signing_on_the_page_opens_customers_data(cast, client_for):
    nina = client_for(cast.people.nina)
    assert nina.get("/customers/").status_code == 403
    assert nina.post(reverse("agreement"), {"typed_name": "Someone"}).status_code == 422
    assert nina.post(reverse("agreement"), {"typed_name": "倪新"}).status_code == 302
    assert nina.get("/customers/").status_code == 200


def test_a_new_version_asks_everybody_to_sign_again_and_a_changed_text_is_noticed(cast, client_for):
    hana, ming = client_for(cast.people.hana), client_for(cast.people.ming)
    assert ming.get("/customers/").status_code == 200
    given = {
        "title": "保密协议",
        "text": "新的文本",
        "effective_on": "2026-01-01",
        "valid_months": 12,
        "warn_days": 30,
    }
    assert hana.post(reverse("publish_agreement"), given).status_code == 302
    assert ming.get("/customers/").status_code == 403
    ming.post(reverse("agreement"), {"typed_name": "李明"})
    assert "differs from what was signed" not in hana.get(reverse("agreements")).content.decode()
    type(cast.agreement).objects.filter(number=2).update(text="ein anderer Text")
    assert "differs from what was signed" in hana.get(reverse("agreements")).content.decode()


@pytest.mark.clause("SEC-02")
def test_the_list_shows_who_must_sign_before_it_is_too_late(cast, client_for, clock):
    clock("2026-11-22 04:00")
    Signature.objects.filter(person=cast.people.tess).update(until_on=date(2026, 12, 10))
    page = client_for(cast.people.hana).get(reverse("agreements")).content.decode()
    assert page.index("倪新") < page.index("Tess Berg") < page.index("李明")
    assert "ends soon" in page


@pytest.mark.clause("SEC-02")
def test_the_person_and_the_superior_are_warned_once_before_the_agreement_ends(cast, clock):
    at = clock("2026-11-22 04:00")
    Signature.objects.filter(person=cast.people.tess).update(until_on=date(2026, 12, 10))
    Signature.objects.filter(person=cast.people.ming).update(until_on=date(2026, 12, 30))
    assert (warn(at), warn(at)) == (2, 0)
    assert set(Message.objects.values_list("person__username", "kind")) == {
        ("tess", "agreement_ends"), ("head", "agreement_of_report_ends"),
    }  # fmt: skip
    assert "Tess Berg" in Message.objects.get(person=cast.people.head).subject


@pytest.mark.clause("SEC-07")
def test_an_engineer_consults_another_regions_archive_for_seven_days(cast, client_for, clock):
    clock("2026-11-22 04:00")
    shu, keep = client_for(cast.people.shu), client_for(cast.people.keep)
    assert shu.get("/customers/A/").status_code == 404
    asked = {
        "asked_for": "A",
        "purpose": "measure the plant",
        "from_on": "2026-11-22",
        "until_on": "2026-11-28",
    }
    assert shu.post(reverse("ask_consultation"), asked).status_code == 302
    one = Consultation.objects.get()
    assert "measure the plant" in keep.get(reverse("consultations")).content.decode()
    decision = {"code": "A", "until_on": "2026-11-28", "note": ""}
    assert shu.post(reverse("approve_consultation", args=[one.pk]), decision).status_code == 403
    assert (
        keep.post(reverse("approve_consultation", args=[one.pk]), {**decision, "code": "Z"}).status_code
        == 422
    )
    assert keep.post(reverse("approve_consultation", args=[one.pk]), decision).status_code == 302
    assert shu.get("/customers/A/").status_code == 200
    assert Viewing.objects.get(person=cast.people.shu).customer == cast.customers.A
    clock("2026-11-29 04:00")
    assert client_for(cast.people.shu).get("/customers/A/").status_code == 404
    assert "closed by itself" in client_for(cast.people.keep).get(reverse("consultations")).content.decode()


@pytest.mark.clause("SEC-06")
def test_an_incident_shows_who_saw_the_archive_and_closes_with_measures(cast, client_for, clock):
    clock("2026-11-22 04:00")
    client_for(cast.people.ming).get("/customers/A/")
    audit = client_for(cast.people.audit)
    given = {
        "title": "Leak",
        "kind": "leak",
        "code": "A",
        "from_on": "2026-11-20",
        "until_on": "2026-11-22",
        "description": "seen at a fair",
    }
    assert audit.post(reverse("open_incident"), {**given, "code": "Z"}).status_code == 422
    assert audit.post(reverse("open_incident"), given).status_code == 302
    page = audit.get(reverse("incidents"))
    assert "Leak" in page.content.decode()
    where = reverse("incident", args=[cast.customers.A.incidents.get().pk])
    assert "李明" in audit.get(where).content.decode()
    assert audit.post(f"{where}close/").status_code == 422
    audit.post(
        f"{where}measures/",
        {"measures": "rights withdrawn", "notify": "not_needed", "notify_why": "no personal data"},
    )
    assert audit.post(f"{where}close/").status_code == 302
    assert client_for(cast.people.ming).get(where).status_code == 403


def test_who_lacks_a_second_factor_that_the_role_asks_for_gets_nothing_from_the_api(cast, client_for, clock):
    change_role(
        role=cast.roles.account_manager, second_factor=True, by=cast.people.root, at=clock("2026-11-22 04:00")
    )
    client = client_for(None)
    client.post("/accounts/login/", {"login": "ming", "password": PASSWORD})
    answer = client.get("/api/v1/customers")
    assert (answer.status_code, answer.json()["code"]) == (403, "gate_closed")


@pytest.mark.parametrize("name", ["denials", "viewings", "exports", "consultations", "ask_consultation"])
def test_the_pages_of_secrecy_open_for_management(cast, client_for, name):
    assert client_for(cast.people.boss).get(reverse(name)).status_code == 200
