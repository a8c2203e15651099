"""The frame around pages: who sees which place, languages, themes, refusals, and nothing that the policy forbids."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import pytest
from django.test import RequestFactory
from django.urls import reverse

from zhike.people.models import Person
from zhike.people.rules import can
from zhike.ui.context import Shell
from zhike.ui.nav import NAV
from zhike.ui.views import csrf_failed, failed

LANGUAGES = ["zh-hans", "en"]


class Elements(HTMLParser):
    """The elements of a page, with their attributes."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))


def shell(person=None, **headers):
    request = RequestFactory().get("/", headers=headers)
    request.user = person
    return Shell(request)


def test_everybody_sees_the_places_that_their_verbs_open_and_no_other(cast):
    for person in (cast.people.ming, cast.people.root, cast.people.idle):
        fresh = Person.objects.get(pk=person.pk)
        expected = [
            link.to for section in NAV for link in section.links if not link.verb or can(fresh, link.verb)
        ]
        assert [link.to for link in shell(fresh).links] == expected


def test_every_place_has_an_address():
    assert all(reverse(link.to) for section in NAV for link in section.links)


def test_a_page_is_at_the_place_that_holds_it(cast):
    request = RequestFactory().get("/customers/A/edit/")
    request.user = Person.objects.get(pk=cast.people.ming.pk)
    assert Shell(request).here.to == "customers"


@pytest.mark.parametrize(
    ("signed_in", "headers", "base"),
    [
        (True, {}, "ui/app.html"),
        (False, {}, "ui/door.html"),
        (True, {"HX-Target": "dialog#dialog"}, "ui/dialog.html"),
    ],
)
def test_a_page_stands_in_its_frame(cast, signed_in, headers, base):
    assert shell(cast.people.ming if signed_in else None, **headers).base == base


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("cookie", "theme"), [("zhike-dark", ' data-theme="zhike-dark"'), ('"><script>', ""), ("", "")]
)
def test_the_theme_chosen_is_there_from_the_first_byte(client, cookie, theme):
    client.cookies["zhike_theme"] = cookie
    page = client.get("/nowhere/").content.decode()
    assert re.search(r"<html[^>]*>", page)[0] == f'<html lang="zh-Hans" data-door{theme}>'


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("back", "lands"),
    [
        ("/customers/?q=1", "/customers/?q=1"),
        ("https://evil.example/", "/"),
        ("//evil.example/", "/"),
        ("", "/"),
    ],
)
def test_choosing_a_language_goes_back_but_never_elsewhere(client, back, lands):
    answer = client.post("/language/", {"language": "en", "next": back})
    assert (answer.status_code, answer.headers["Location"]) == (302, lands)
    assert client.cookies["zhike_language"].value == "en"


@pytest.mark.django_db
def test_a_language_that_nobody_speaks_is_not_kept(client):
    client.post("/language/", {"language": "tlh"})
    assert "zhike_language" not in client.cookies


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("show", ["", "?show=empty", "?show=wrong", "?show=form"])
def test_the_components_keep_to_the_policy(cast, client_for, language, show):
    client = client_for(cast.people.idle)
    client.cookies["zhike_language"] = language
    answer = client.get(f"/components/{show}")
    assert answer.status_code == 200
    elements = Elements(answer.content.decode()).found
    assert not [
        name for _tag, attributes in elements for name in attributes if name.startswith(("on", "hx-on"))
    ]
    assert not [tag for tag, _attributes in elements if tag == "style"]
    assert {attributes.get("type") for tag, attributes in elements if tag == "script"} == {
        "module",
        "application/json",
    }
    sources = [
        attributes.get(name)
        for _tag, attributes in elements
        for name in ("src", "data-src")
        if attributes.get(name)
    ]
    assert all(source.startswith("/") for source in sources)


def test_the_example_form_is_answered_like_every_form(cast, client_for):
    client = client_for(cast.people.idle)
    wrong = client.post(
        "/components/?show=form", {"name": ""}, headers={"HX-Request": "true", "HX-Target": "dialog#dialog"}
    )
    assert wrong.status_code == 422
    assert b'aria-invalid="true"' in wrong.content
    right = client.post("/components/?show=form", {"name": "Acme"})
    assert right.status_code == 204
    assert set(right.headers) >= {"HX-Trigger"}


@pytest.mark.parametrize(("language", "said"), [("en", "Not found"), ("zh-hans", "未找到")])
def test_an_address_that_leads_nowhere_says_so(cast, client_for, language, said):
    client = client_for(cast.people.ming)
    client.cookies["zhike_language"] = language
    answer = client.get("/nowhere/")
    assert answer.status_code == 404
    assert said in answer.content.decode()
    assert "data-refusal" in answer.content.decode()


def test_before_sign_in_an_unknown_address_shows_no_navigation(client, db):
    page = client.get("/nowhere/").content.decode()
    assert "data-refusal" in page
    assert "side-nav" not in page


def test_a_form_that_was_open_too_long_is_refused_with_a_way_out(cast):
    request = RequestFactory().post("/")
    request.user = Person.objects.get(pk=cast.people.ming.pk)
    request.session = {}
    answer = csrf_failed(request)
    assert answer.status_code == 403
    assert b"data-refusal" in answer.content


def test_when_everything_fails_a_page_still_says_so_in_both_languages():
    answer = failed(RequestFactory().get("/"))
    page = answer.content.decode()
    assert answer.status_code == 500
    assert "服务器出现错误" in page
    assert "The server met an error" in page
