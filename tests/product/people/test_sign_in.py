"""Signing in: one answer for every failure, limits, a second factor, sessions that end."""

from __future__ import annotations

import re
import threading

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value, yield_hotp_counters_from_time
from allauth.usersessions.models import UserSession
from django.core import mail
from django.core.cache import cache
from django.core.mail.backends.locmem import EmailBackend
from django.test import Client
from django.urls import NoReverseMatch, get_resolver, reverse

from tests.product.cast import PASSWORD
from zhike.kernel.journal import Entry
from zhike.kernel.refusals import Forbidden
from zhike.people.actions import change_role, close_account, give_password, reset_factor
from zhike.people.company import set_limit
from zhike.people.models import Denial

LOGIN = "/accounts/login/"


@pytest.fixture(autouse=True)
def _no_failures_of_other_tests(db):
    cache.clear()


def sign_in(name, password, client=None, address="10.0.0.1"):
    client = client or Client(REMOTE_ADDR=address)
    return client, client.post(LOGIN, {"login": name, "password": password}, REMOTE_ADDR=address)


def totp(secret):
    return format_hotp_value(hotp_value(secret, next(iter(yield_hotp_counters_from_time()))))


def test_name_or_e_mail_and_password_open_the_product(cast):
    for name in ("ming", "MING", "ming@example.com"):
        client, response = sign_in(name, PASSWORD)
        assert (response.status_code, response.headers["Location"]) == (302, "/")
        assert client.get("/people/").status_code == 200
    assert Entry.objects.filter(action="signed_in", by=cast.people.ming).count() == 3


def test_an_unknown_name_a_wrong_password_and_a_closed_account_get_the_same_answer(cast):
    pages = [sign_in(name, "wrong password")[1] for name in ("nobody", "ming", "old")]
    pages.append(sign_in("old", PASSWORD)[1])
    bodies = {re.sub(rb'value="[^"]*"|(csrf-token|nonce)[^>]*', b"", page.content) for page in pages}
    assert len(bodies) == 1
    assert {page.status_code for page in pages} == {200}
    assert b"The name or the password is wrong" in pages[0].content or "密码".encode() in pages[0].content
    assert Denial.objects.filter(verb="sign_in").count() == 4


def test_after_five_failures_a_name_waits_at_that_address_only(cast):
    for _attempt in range(5):
        sign_in("ming", "wrong password")
    client, response = sign_in("ming", PASSWORD)
    assert response.status_code == 200
    assert client.get("/people/").status_code == 302
    assert sign_in("ming", PASSWORD, address="10.0.0.2")[1].status_code == 302
    assert sign_in("tess", PASSWORD)[1].status_code == 302


def test_a_hundred_failures_of_a_name_a_day_close_it_everywhere(cast, settings, monkeypatch):
    from zhike.people import adapter

    monkeypatch.setitem(adapter.FAILURES, "login_failed_today", "7/d/key")
    for number in range(7):
        sign_in("ming", "wrong password", address=f"10.0.1.{number}")
    assert sign_in("ming", PASSWORD, address="10.0.2.1")[1].status_code == 200
    assert adapter.FAILURES["login_failed"] == "5/15m/key"


def test_signing_in_often_does_not_count_as_failing(cast):
    assert {sign_in("ming", PASSWORD)[1].status_code for _time in range(7)} == {302}


@pytest.mark.parametrize(
    "name",
    ["account_signup", "account_email", "account_set_password", "socialaccount_signup", "socialaccount_connections", "mfa_add_webauthn"],
)  # fmt: skip
def test_what_has_no_page_of_ours_has_no_address(name):
    with pytest.raises(NoReverseMatch):
        reverse(name)


def test_every_page_of_the_library_has_a_template_of_ours(cast, client_for):
    from django.template.loader import get_template

    routed = {name for name in get_resolver().reverse_dict if isinstance(name, str)}
    assert "account_login" in routed
    for name in ("account/login", "account/logout", "account/password_change", "account/password_reset", "account/password_reset_done",
                 "account/password_reset_from_key", "account/password_reset_from_key_done", "account/reauthenticate",
                 "account/signup_closed",
                 "account/account_inactive", "mfa/index", "mfa/authenticate", "mfa/reauthenticate", "mfa/totp/activate_form",
                 "mfa/totp/deactivate_form", "mfa/recovery_codes/index", "mfa/recovery_codes/generate", "socialaccount/login",
                 "socialaccount/login_cancelled", "socialaccount/authentication_error"):  # fmt: skip
        assert "zhike/people" in get_template(f"{name}.html").origin.name


def test_a_role_can_ask_for_a_second_factor_and_nothing_opens_before(
    cast, clock, django_capture_on_commit_callbacks
):
    change_role(
        role=cast.roles.account_manager, second_factor=True, by=cast.people.root, at=clock("2026-11-22 04:00")
    )
    client, _response = sign_in("ming", PASSWORD)
    for path in ("/", "/people/", "/customers/"):
        answer = client.get(path)
        assert (answer.status_code, answer.headers["Location"]) == (302, "/accounts/2fa/totp/activate/")
    page = client.get("/accounts/2fa/totp/activate/")
    assert b"data:image/svg" in page.content
    assert b"Six-digit code" in page.content
    assert b'placeholder="Code"' not in page.content
    secret = page.context["form"].secret
    for path in ("2fa/totp/activate/", "reauthenticate/"):  # or the secret just scanned would be lost
        beside = {"HX-Request": "true", "HX-Current-URL": f"http://testserver/accounts/{path}"}
        assert client.get("/inbox/count/", headers=beside).status_code == 204
    elsewhere = client.get("/inbox/count/", headers={"HX-Request": "true"})
    assert elsewhere.headers["HX-Redirect"] == "/accounts/2fa/totp/activate/"
    wrong = client.post("/accounts/2fa/totp/activate/", {"code": "000000"})
    assert b"Enter the one that the app shows now" in wrong.content
    with django_capture_on_commit_callbacks(execute=True):
        done = client.post("/accounts/2fa/totp/activate/", {"code": totp(secret)})
    assert (done.status_code, done.headers["Location"]) == (302, "/accounts/2fa/recovery-codes/")
    assert client.get("/accounts/2fa/recovery-codes/").status_code == 200
    assert client.get("/people/").status_code == 200
    kept = Authenticator.objects.get(user=cast.people.ming, type="totp")
    assert secret not in str(kept.data)
    assert Entry.objects.filter(action="factor_changed", by=cast.people.ming).exists()
    client.post("/accounts/2fa/totp/deactivate/")
    assert Authenticator.objects.filter(user=cast.people.ming, type="totp").exists()


def with_factor(cast, client_for):
    client = client_for(cast.people.ming)
    client.post("/accounts/reauthenticate/", {"password": PASSWORD})
    secret = client.get("/accounts/2fa/totp/activate/").context["form"].secret
    assert client.post("/accounts/2fa/totp/activate/", {"code": totp(secret)}).status_code == 302
    return secret


def test_who_has_a_second_factor_is_asked_for_it_at_sign_in(cast, client_for):
    secret = with_factor(cast, client_for)
    cache.clear()  # a code works once
    client, response = sign_in("ming", PASSWORD)
    assert response.headers["Location"] == "/accounts/2fa/authenticate/"
    assert client.get("/people/").status_code == 302
    assert client.get("/accounts/2fa/authenticate/").status_code == 200
    assert client.post("/accounts/2fa/authenticate/", {"code": "000000"}).status_code == 200
    assert client.post("/accounts/2fa/authenticate/", {"code": totp(secret)}).status_code == 302
    assert client.get("/people/").status_code == 200


def test_a_recovery_code_works_once(cast, client_for):
    with_factor(cast, client_for)
    codes = Authenticator.objects.get(user=cast.people.ming, type="recovery_codes").wrap().get_unused_codes()
    answers = []
    for _time in range(2):
        client, _response = sign_in("ming", PASSWORD)
        answers.append(client.post("/accounts/2fa/authenticate/", {"code": codes[0]}).status_code)
    assert answers == [302, 200]


def test_an_administrator_removes_a_lost_factor_but_not_the_own(cast, client_for, clock):
    with_factor(cast, client_for)
    at = clock("2026-11-22 04:00")
    reset_factor(person=cast.people.ming, by=cast.people.root, at=at)
    assert sign_in("ming", PASSWORD)[1].headers["Location"] == "/"
    with pytest.raises(Forbidden):
        reset_factor(person=cast.people.root, by=cast.people.root, at=at)


@pytest.mark.clause("SEC-01")
def test_a_closed_account_and_a_new_password_end_sessions_with_the_next_request(cast, clock):
    at = clock("2026-11-22 04:00")
    for act in (
        lambda: give_password(
            person=cast.people.ming, password="nine blue lanterns", by=cast.people.root, at=at
        ),
        lambda: close_account(person=cast.people.tess, by=cast.people.root, at=at),
    ):
        clients = [sign_in(name, PASSWORD)[0] for name in ("ming", "tess")]
        act()
    assert [client.get("/people/").status_code for client in clients] == [302, 302]
    assert sign_in("tess", PASSWORD)[1].status_code == 200
    assert not UserSession.objects.filter(user=cast.people.tess).exists()


def test_changing_the_own_password_ends_the_other_sessions(cast):
    here, _response = sign_in("ming", PASSWORD)
    there, _response = sign_in("ming", PASSWORD)
    fresh = {"oldpassword": PASSWORD, "password1": "nine blue lanterns", "password2": "nine blue lanterns"}
    assert here.post("/accounts/password/change/", {**fresh, "oldpassword": "wrong"}).status_code == 200
    assert here.post("/accounts/password/change/", fresh).headers["Location"] == "/people/profile/"
    assert (here.get("/people/").status_code, there.get("/people/").status_code) == (200, 302)
    assert Entry.objects.filter(action="password_changed", by=cast.people.ming).exists()


def test_a_session_ends_when_idle_and_after_the_longest_time(cast, clock):
    clock("2026-11-22 01:00")
    client, _response = sign_in("ming", PASSWORD)
    assert client.get("/people/").status_code == 200
    for moment, status in (("01:30", 200), ("02:00", 200), ("02:30", 200), ("03:01", 302)):
        clock(f"2026-11-22 {moment}")
        assert client.get("/people/").status_code == status, moment
    client, _response = sign_in("ming", PASSWORD)
    client.get("/people/")
    for step in range(1, 25):
        minutes = 3 * 60 + 1 + 30 * step
        clock(f"2026-11-22 {minutes // 60:02}:{minutes % 60:02}")
        assert client.get("/people/").status_code == 200
    clock("2026-11-22 15:02")
    assert client.get("/people/").status_code == 302
    assert not UserSession.objects.filter(user=cast.people.ming).exists()


def test_the_company_sets_how_long_a_session_may_be_idle(cast, clock):
    at = clock("2026-11-22 01:00")
    set_limit(name="idle_minutes", value=5, by=cast.people.root, at=at)
    client, _response = sign_in("ming", PASSWORD)
    client.get("/people/")
    clock("2026-11-22 01:06")
    answer = client.get("/people/", headers={"HX-Request": "true"})
    assert (answer.status_code, answer.headers["HX-Redirect"]) == (200, "/accounts/login/?next=/")


def test_one_sees_the_own_sessions_and_ends_them_but_no_one_elses(cast):
    here, _response = sign_in("ming", PASSWORD)
    there, _response = sign_in("ming", PASSWORD)
    other, _response = sign_in("tess", PASSWORD)
    assert here.get("/accounts/sessions/").content.count(b"10.0.0.1") == 2
    foreign = UserSession.objects.get(user=cast.people.tess)
    here.post("/accounts/sessions/end/", {"session": foreign.pk})
    here.post("/accounts/sessions/end/")
    assert [one.get("/people/").status_code for one in (here, there, other)] == [200, 302, 200]


def test_a_forgotten_password_is_reset_by_mail_with_the_same_answer_for_unknown_addresses(cast):
    answers = [
        Client().post("/accounts/password/reset/", {"email": email})
        for email in ("ming@example.com", "nobody@example.com")
    ]
    assert {(one.status_code, one.headers["Location"]) for one in answers} == {
        (302, "/accounts/password/reset/done/")
    }
    posted()
    [message] = mail.outbox
    assert message.to == ["ming@example.com"]
    link = re.search(r"http://testserver(/accounts/password/reset/key/\S+)", message.body)
    client = Client()
    form = client.get(link[1], follow=True)
    path = form.redirect_chain[-1][0]
    assert (
        client.post(path, {"password1": "nine blue lanterns", "password2": "nine blue lanterns"}).status_code
        == 302
    )
    assert sign_in("ming", "nine blue lanterns")[1].status_code == 302
    assert Client().get(link[1], follow=True).context["token_fail"]


def test_a_mail_server_that_is_down_does_not_tell_which_addresses_are_known(cast, monkeypatch, caplog):
    def refuse(*_given):
        raise ConnectionRefusedError

    monkeypatch.setattr(EmailBackend, "send_messages", refuse)
    known, unknown = (
        Client().post("/accounts/password/reset/", {"email": email})
        for email in ("ming@example.com", "nobody@example.com")
    )
    posted()
    assert known.status_code == unknown.status_code == 302
    assert "did not go out" in caplog.text


def posted() -> None:
    """Until mails that are sent beside an answer are gone."""
    for thread in threading.enumerate():
        if thread.name == "mail":
            thread.join(10)


def test_an_answer_for_somebody_signed_in_is_never_stored(cast, client_for):
    assert client_for(cast.people.ming).get("/people/").headers["Cache-Control"] == "no-store, private"
