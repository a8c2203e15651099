"""The page about the API: every call on it, in its order, works."""

from __future__ import annotations

import json
import re
import shlex
from urllib.parse import urlsplit

import pytest
from django.test import Client
from django.utils import timezone

from tests.house.sources import ROOT
from tests.product.cast import Cast
from zhike.api.actions import make_token
from zhike.customers.models import Customer

pytestmark = pytest.mark.django_db
PAGES = ("docs/howto/use-the-api.md", "docs/howto/use-the-api.zh.md")


def calls(page: str) -> list[list[str]]:
    found = re.findall(r"^curl .*$", (ROOT / page).read_text("utf-8"), re.MULTILINE)
    return [shlex.split(one)[1:] for one in found]


def sent(words: list[str], token: str) -> int:
    """The status of one call, made as curl would make it."""
    *options, address = words
    given = list(zip(options[::2], options[1::2], strict=True))
    headers = dict(text.split(": ", 1) for option, text in given if option == "-H")
    headers = {name: text.replace("$TOKEN", token) for name, text in headers.items()}
    body = next((text for option, text in given if option == "-d"), "")
    method = next((text for option, text in given if option == "-X"), "POST" if body else "GET")
    kind = headers.pop("Content-Type", "application/octet-stream")
    parts = urlsplit(address.replace("$ZHIKE", "http://testserver"))
    path = f"{parts.path}?{parts.query}" if parts.query else parts.path
    answer = Client().generic(method, path, body, content_type=kind, headers=headers)
    assert answer.status_code < 300, json.loads(answer.content)
    return answer.status_code


@pytest.mark.parametrize("page", PAGES)
def test_every_call_of_the_page_works(page: str, cast: Cast) -> None:
    now, person = timezone.now(), cast.people.ming
    verbs = sorted(person.access.verbs - {"use_api"})
    _token, secret = make_token(
        name="test", verbs=verbs, until_on=timezone.localdate(now), networks=[], by=person, at=now
    )
    assert [sent(words, secret) for words in calls(page)] == [200, 200, 201, 200, 200]
    assert Customer.objects.get(code="N-1").city == "Ningbo"
