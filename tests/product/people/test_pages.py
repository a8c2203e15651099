"""The pages of people: each opens for who may, in both languages, and says what it should."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from django.urls import reverse

from zhike.jobs.registry import PERIODIC
from zhike.kernel.journal import SENTENCES
from zhike.kernel.refusals import Conflict
from zhike.people.actions import change_person, change_role, close_account, grant_role
from zhike.people.models import Grant, Person, Role
from zhike_engine.plan.windows import add_months

NOW = datetime(2026, 6, 30, 4, tzinfo=UTC)
OPEN = [
    ("people", "idle"), ("departments", "idle"), ("regions", "idle"), ("roles", "idle"), ("matrix", "idle"), ("absences", "idle"),
    ("roster", "idle"), ("profile", "idle"), ("agreement", "nina"), ("name_delegate", "idle"), ("edit_profile", "idle"),
    ("usersessions_list", "idle"), ("mfa_index", "idle"), ("account_change_password", "idle"), ("add_person", "root"),
    ("add_department", "root"), ("add_region", "root"), ("grants", "root"), ("company_limits", "root"), ("add_responsibility", "root"),
    ("give_duty", "hana"), ("certificates", "hana"), ("record_certificate", "hana"), ("agreements", "hana"),
    ("publish_agreement", "hana"), ("file_signature", "hana"),
]  # fmt: skip


@pytest.mark.parametrize("language", ["en", "zh-hans"])
@pytest.mark.parametrize(("name", "who"), OPEN)
def test_a_page_opens_for_who_may(cast, client_for, name, who, language):
    client = client_for(getattr(cast.people, who))
    client.cookies["zhike_language"] = language
    response = client.get(reverse(name))
    assert response.status_code == 200
    assert response.headers["Content-Language"] == language


@pytest.mark.parametrize(
    "name", ["person", "edit_person", "grant_role", "close_account", "give_password", "reset_factor"]
)
def test_the_pages_of_a_person_open_for_the_administrator(cast, client_for, name):
    assert client_for(cast.people.root).get(reverse(name, args=[cast.people.ming.pk])).status_code == 200


def test_a_person_is_added_gets_a_role_and_signs_in(cast, client_for):
    root = client_for(cast.people.root)
    given = {
        "username": "nova",
        "display_name": "新同事",
        "password": "seven green bottles",
        "department": cast.departments.key.pk,
    }
    assert root.post(reverse("add_person"), given).status_code == 302
    nova = Person.objects.get(username="nova")
    assert nova.pinyin.startswith("xintongshi")
    weak = {**given, "username": "weak", "password": "1234567890"}
    assert root.post(reverse("add_person"), weak).status_code == 422
    taken = root.post(reverse("add_person"), {**given, "username": "NOVA"})
    assert taken.status_code == 422
    role = {"role": cast.roles.salesperson.pk, "from_on": "2020-01-01", "until_on": "", "review_on": ""}
    assert root.post(reverse("grant_role", args=[nova.pk]), role).status_code == 422
    assert (
        root.post(reverse("grant_role", args=[nova.pk]), {**role, "review_on": "2099-01-01"}).status_code
        == 302
    )
    assert [str(grant.role.code) for grant in nova.grants.all()] == ["salesperson"]
    signed_in = client_for(None).post(
        reverse("account_login"), {"login": "nova", "password": "seven green bottles"}
    )
    assert signed_in.status_code == 302
    assert signed_in.headers["Location"] == "/"


def test_nobody_grants_themselves_and_nobody_becomes_administrator_and_auditor(cast, client_for):
    root = client_for(cast.people.root)
    role = {"role": cast.roles.management.pk, "from_on": "2020-01-01", "until_on": "2099-01-01"}
    assert root.post(reverse("grant_role", args=[cast.people.root.pk]), role).status_code == 403
    assert root.post(reverse("grant_role", args=[cast.people.audit.pk]), role).status_code == 422
    assert Grant.objects.filter(role=cast.roles.management).count() == 1


def test_the_list_of_people_finds_by_pinyin_in_as_many_queries_whatever_its_length(
    cast, client_for, django_assert_max_num_queries
):
    Person.objects.bulk_create(
        Person(username=f"p{number}", display_name=f"某某{number}", pinyin=f"moumou{number}", joined_at=cast.people.ming.joined_at)
        for number in range(1000)
    )  # fmt: skip
    client = client_for(cast.people.idle)
    client.get(reverse("people"))
    with django_assert_max_num_queries(8):
        page = client.get(reverse("people"), {"q": "moumou99"})
    assert page.content.count("某某".encode()) > 5
    assert b"moumou1" not in client.get(reverse("people"), {"q": "mou 997"}).content


def test_the_matrix_shows_gaps_first(cast, client_for):
    page = client_for(cast.people.root).get(reverse("matrix")).content.decode()
    assert page.index("assess the credit") < page.index("<table")


def test_what_people_register_is_there_from_the_start():
    assert {"signed_in", "agreement_signed", "duty_given"} <= set(SENTENCES)
    assert "warn_of_agreements" in PERIODIC


def test_roles_that_stay_apart_stay_apart_on_every_day(cast):
    later = {"until_on": None, "review_on": date(2099, 1, 1), "by": cast.people.root, "at": NOW}
    grant_role(person=cast.people.nina, role=cast.roles.management, from_on=date(2027, 1, 1), **later)
    with pytest.raises(Conflict):
        grant_role(person=cast.people.nina, role=cast.roles.administrator, from_on=date(2026, 1, 1), **later)
    ended = {**later, "until_on": date(2026, 12, 31)}
    grant_role(person=cast.people.nina, role=cast.roles.administrator, from_on=date(2026, 1, 1), **ended)


def test_a_change_writes_nothing_that_somebody_else_has_changed_meanwhile(cast):
    ming, role = Person.objects.get(username="ming"), cast.roles.finance
    close_account(person=cast.people.ming, by=cast.people.root, at=NOW)
    change_role(role=Role.objects.get(pk=role.pk), sees=["basic"], by=cast.people.root, at=NOW)
    change_person(
        person=ming, language="en" if ming.language != "en" else "zh-hans", by=cast.people.root, at=NOW
    )
    change_role(role=role, name_en="Money", by=cast.people.root, at=NOW)
    ming.refresh_from_db()
    role.refresh_from_db()
    assert (ming.is_active, role.sees, role.name_en) == (False, ["basic"], "Money")


def test_a_role_is_offered_with_a_review_in_a_year(cast, client_for):
    form = client_for(cast.people.root).get(f"/people/person/{cast.people.ming.pk}/grant/").context["form"]
    assert form["review_on"].value() == add_months(form["from_on"].value(), 12)


@pytest.mark.parametrize("code", ["华东", "sales east"])
def test_a_code_that_cannot_be_one_is_told_in_plain_words(cast, client_for, code):
    client = client_for(cast.people.root)
    client.cookies["zhike_language"] = "zh-hans"
    answer = client.post(reverse("add_department"), {"code": code, "name_zh": "华东"})
    assert answer.status_code == 422
    assert "只能用拉丁字母" in answer.content.decode()
