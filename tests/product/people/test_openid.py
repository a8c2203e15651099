"""Signing in by the company's own sign-in, spoken with by OpenID Connect."""

from __future__ import annotations

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

import jwt
import pytest
from django.core.cache import cache
from django.test import Client

from zhike.people.models import Person


class Provider:
    """A stub that answers as a provider does; `claims` say who signs in."""

    def __init__(self):
        provider = self

        class Answers(BaseHTTPRequestHandler):
            def do_GET(self):
                self.answer(provider.document(self.path))

            def do_POST(self):
                self.rfile.read(int(self.headers["Content-Length"]))
                token = jwt.encode(
                    {**provider.claims, "iss": provider.url, "aud": "zhike", "exp": 4e9, "iat": 1}, "k" * 32
                )
                self.answer({"access_token": "opaque", "token_type": "Bearer", "id_token": token})

            def answer(self, body):
                data = json.dumps(body).encode()
                self.send_response(200)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)

            def log_message(self, *_given):
                pass

        self.claims = {}
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Answers)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        self.thread = threading.Thread(
            target=self.server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True
        )

    def document(self, path):
        if path.startswith("/.well-known"):
            return {
                "issuer": self.url, "authorization_endpoint": f"{self.url}/authorize", "token_endpoint": f"{self.url}/token",
                "userinfo_endpoint": f"{self.url}/userinfo", "jwks_uri": f"{self.url}/keys",
            }  # fmt: skip
        return self.claims


@pytest.fixture
def provider(settings):
    stub = Provider()
    stub.thread.start()
    app = {
        "provider_id": "company",
        "name": "Company",
        "client_id": "zhike",
        "secret": "s",
        "settings": {"server_url": stub.url},
    }
    settings.SOCIALACCOUNT_PROVIDERS = {"openid_connect": {"OAUTH_PKCE_ENABLED": True, "APPS": [app]}}
    cache.clear()
    yield stub
    stub.server.shutdown()
    stub.server.server_close()
    stub.thread.join()


def sign_in(provider, **claims):
    provider.claims = {"sub": "77", "name": "Li Ming", **claims}
    client = Client()
    asked = client.post("/accounts/oidc/company/login/")
    sent = parse_qs(urlsplit(asked.headers["Location"]).query)
    assert sent["code_challenge_method"] == ["S256"]
    back = {"code": "abc", "state": sent["state"][0]}
    return client, client.get("/accounts/oidc/company/login/callback/", back)


def test_a_known_e_mail_opens_the_account_that_has_it(cast, provider):
    for _time in range(2):
        client, response = sign_in(provider, email="ming@example.com", email_verified=True)
        assert (response.status_code, response.headers["Location"]) == (302, "/")
        assert client.get("/people/profile/").context["person"] == cast.people.ming


@pytest.mark.parametrize(
    "claims",
    [
        {"email": "stranger@example.com", "email_verified": True},
        {"email": "ming@example.com", "email_verified": False},
        {"email": "old@example.com", "email_verified": True},
        {},
    ],
)
def test_nobody_else_comes_in_and_no_account_is_made(cast, provider, claims):
    before = Person.objects.count()
    client, _response = sign_in(provider, **claims)
    assert client.get("/people/").status_code == 302
    assert Person.objects.count() == before


def test_the_sign_in_page_offers_the_company_and_a_forged_answer_is_refused(cast, provider):
    assert b"Company" in Client().get("/accounts/login/").content
    client = Client()
    answer = client.get("/accounts/oidc/company/login/callback/", {"code": "abc", "state": "forged"})
    assert client.get("/people/").status_code == 302
    assert answer.status_code in (200, 401, 403)


def test_another_provider_does_not_exist(cast, provider):
    assert Client().get("/accounts/oidc/other/login/").status_code == 404
