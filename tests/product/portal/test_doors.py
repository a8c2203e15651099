"""The doors of the portal beyond signing in: what nobody answers, one visit at a time, one code in the same moment."""

from __future__ import annotations

import threading
from types import SimpleNamespace

import pytest
from django.db import connections
from django.test import Client
from django.utils import timezone

from tests.product.portal.conftest import ADDRESS, code_for, enter
from zhike.kernel.journal import Entry
from zhike.portal.entering import WrongCode, try_code
from zhike.portal.models import PortalVisit

pytestmark = pytest.mark.django_db
HOME = "/portal/start/"


def test_what_nobody_answers_is_answered_by_the_portal(portal: SimpleNamespace) -> None:
    """No address and no form of the portal ends on a page of the company's own people: neither one that is not there nor a stale one."""
    wary = Client(enforce_csrf_checks=True)
    for answer, status in (
        (wary.post("/portal/", {"email": ADDRESS["A"]}), 403),
        (wary.get("/portal/nothing/"), 404),
        (enter("A").get("/portal/letters/../nothing/"), 404),
    ):
        assert answer.status_code == status
        assert answer.headers["Cache-Control"] == "no-store, private"
        assert "script-src" not in answer.headers["Content-Security-Policy"]
        assert b'href="/portal/' in answer.content
        assert b'href="/"' not in answer.content
    assert "Cache-Control" not in wary.get("/nothing/").headers


def test_signing_in_again_ends_the_visit_before_and_choosing_the_same_is_no_entry(
    portal: SimpleNamespace,
) -> None:
    """A cookie that was read off a browser is worth nothing once its owner has signed in there anew."""
    page = enter("A")
    former, entered = page.cookies["portal"].value, Entry.objects.filter(action="portal_entered")
    assert page.post("/portal/code/", {"code": code_for(page, ADDRESS["A"])}).status_code == 302
    thief = Client()
    thief.cookies["portal"] = former
    assert thief.get(HOME).headers["Location"] == "/portal/"
    assert page.get(HOME).status_code == 200
    before = entered.count()
    for _again in "123":
        assert page.post("/portal/choose/", {"access": portal.access["A"].pk}).status_code == 302
    assert entered.count() == before == 2


@pytest.mark.django_db(transaction=True)
def test_of_many_who_use_a_code_at_once_one_is_in(portal: SimpleNamespace) -> None:
    """The same code in the same moment: one visit, one entry; the others read that it was used."""
    page = Client()
    typed = code_for(page, ADDRESS["A"])
    token, came = page.cookies["portal-asked"].value, []
    start = threading.Barrier(4)

    def use() -> None:
        start.wait()
        try:
            came.append(bool(try_code(token=token, typed=typed, at=timezone.now())))
        except WrongCode:
            came.append(False)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=use) for _one in range(4)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert sorted(came) == [False, False, False, True]
    assert (PortalVisit.objects.count(), Entry.objects.filter(action="portal_entered").count()) == (1, 1)
