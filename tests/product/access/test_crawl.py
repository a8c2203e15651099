"""Whoever is led somewhere may go there: no link, menu entry or button of a page ends in a refusal for the person who was offered it."""

from __future__ import annotations

import pytest
from django.test import Client

from tests.product.access.crawling import Offer, Offers, crawl, shape
from tests.product.access.parameters import furnish
from tests.product.access.test_matrix import leaks, visible_codes
from tests.product.cast import EARLY, Cast
from zhike.customers.limits import Limit
from zhike.customers.models import Customer
from zhike.people.models import Person
from zhike.procedures.committees import Committee, Paper, Session

WALKED = ("tess", "audit", "root", "idle")
"""Sells, only reads, runs the system, may nothing."""


def found_by(client: Client, visible: set[str], told: list[str]) -> object:
    """Asks as a person; what is told of customers that the person does not see is kept in `told`."""

    def ask(method: str, path: str) -> tuple[int, str, str]:
        answer = client.generic(method, path, content_type="application/x-www-form-urlencoded")
        body = b"" if answer.streaming else answer.content
        told.extend(f"{method} {path} tells {word}" for word in leaks(body, visible))
        to = answer.headers.get("Location", "")
        return answer.status_code, body.decode(errors="replace"), to if to.startswith("/") else ""

    return ask


@pytest.fixture
def company(cast: Cast) -> Cast:
    """The cast with a record of every kind, core customers without a reason, silent ones, and a paper in effect."""
    furnish(cast)
    Customer.objects.update(importance="core")
    Limit.objects.create(name="silence_days", number=30)
    board = Committee.objects.create(code="board", name_zh="委员会", name_en="Board", chair=cast.people.boss)
    held = Session.objects.create(
        committee=board, number=1, held_on=EARLY.date(), called_by=cast.people.boss, called_at=EARLY
    )
    Paper.objects.create(
        committee=board, kind="strategy", title="Paper", state="effective", effective_on=EARLY.date(), written_by=cast.people.boss,
        written_at=EARLY, session=held,
    )  # fmt: skip
    return cast


@pytest.mark.parametrize("name", WALKED)
def test_nobody_is_led_to_a_refusal(company: Cast, client_for, name: str) -> None:
    person: Person = getattr(company.people, name)
    told: list[str] = []
    walk = crawl(found_by(client_for(person), visible_codes(person), told), ["/"])
    assert (walk.faults, told) == ([], [])
    assert len(walk.pages) > (15 if name == "idle" else 40), walk.pages


@pytest.mark.django_db
def test_the_walk_notices_what_is_offered_in_vain() -> None:
    pages = {
        "/": '<a href="/gone/">x</a><form method="post" action="/shut/"><button>Do</button></form><a href="/a/1/">',
        "/a/1/": "<p>",
    }

    def ask(method: str, path: str) -> tuple[int, str, str]:
        return (200, pages[path], "") if path in pages else (403 if method == "POST" else 404, "", "")

    walk = crawl(ask, ["/"])
    assert walk.faults == ["GET /gone/ answers 404, offered on /", "POST /shut/ answers 403, offered on /"]
    assert shape(Offer("GET", "/a/17/?page=2&tab=all")) == ("GET", "/a/…/?page&tab=all")
    reader = Offers("/here/")
    reader.feed(
        '<form method="post"><button disabled>A</button></form><form><button hx-post="?b=1">B</button></form>'
    )
    assert reader.found == [Offer("POST", "/here/?b=1"), Offer("GET", "/here/")]
