"""The portal opened to contacts of the cast's customers, and browsers that enter it by the code of a mail."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, timedelta
from types import SimpleNamespace

import pytest
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from tests.product.access.parameters import furnish
from tests.product.cast import CANARY, EARLY, Cast
from zhike.accesses.actions import open_access
from zhike.accesses.models import PARTS, PortalAccess
from zhike.customers.models import Contact
from zhike.grading.models import Grade
from zhike.jobs.running import run_due
from zhike.letters.models import Letter
from zhike.outbox.models import Message
from zhike.people.company import set_limit
from zhike.plans.models import ServicePlan
from zhike.plans.revising import digest_of, text_of

ADDRESS = {"A": "alpha@a.example", "B": "bravo@b.example", "C": "charlie@c.example"}


def letter_of(customer, word: str) -> Letter:
    """A letter that the customer was sent."""
    grade = Grade.objects.create(
        customer=customer, rating="x.value", grade="B", from_on=date(2026, 1, 1), cause="import"
    )
    run = {"text": f"{word} letter", "bold": False, "italic": False}
    blocks = {"head": [], "body": [], "foot": [], "images": {}}
    return Letter.objects.create(
        grade=grade, customer=customer, language="en", state="sent", means="mail", due_on=date(2026, 1, 9), sha256="0" * 64,
        blocks=blocks, token=f"t{customer.pk}", opened_at=EARLY, sent_at=EARLY, sent_by=customer.manager, address=run["text"],
    )  # fmt: skip


def sent_plan(plan: ServicePlan) -> None:
    """Send a plan to its customer: what it says is kept, as `plans.actions.send` keeps it."""
    text = text_of(plan)
    values = {
        "state": "sent",
        "sent_at": EARLY,
        "kept": text,
        "digest": digest_of(text),
        "until_on": date(2099, 1, 1),
    }
    ServicePlan.objects.filter(pk=plan.pk).update(**values)


@pytest.fixture
def portal(cast: Cast, client_for: Callable[..., Client]) -> SimpleNamespace:
    """The portal open, a contact of each customer with access to every part, one record of each kind per customer."""
    cache.clear()
    furnish(cast)
    PortalAccess.objects.all().delete()
    now = timezone.now()
    set_limit(name="portal_open", value=1, by=cast.people.root, at=now)
    accesses = {}
    for code, customer in vars(cast.customers).items():
        Contact.objects.filter(customer=customer).update(email=ADDRESS[code], language="en")
        contact = customer.contacts.get()
        letter_of(customer, CANARY[code])
        sent_plan(customer.plans.get())
        accesses[code] = open_access(
            contact=contact,
            until_on=timezone.localdate() + timedelta(days=30),
            parts=list(PARTS),
            by=cast.people.boss,
            at=now,
        )
    return SimpleNamespace(cast=cast, access=accesses, enter=enter, code_for=code_for, client_for=client_for)


def code_for(page: Client, email: str) -> str | None:
    """Ask for a code in a browser; the code that was mailed, or None."""
    before = Message.objects.filter(kind="portal_code").count()
    assert page.post("/portal/", {"email": email}).headers["Location"] == "/portal/code/"
    run_due(clock=timezone.now)
    found = Message.objects.filter(kind="portal_code").order_by("pk")
    if found.count() == before:
        return None
    return re.search(r"\d{6}", found.last().text)[0]


def enter(code: str) -> Client:
    """A browser in which the contact of a customer has signed in."""
    page = Client()
    typed = code_for(page, ADDRESS[code])
    assert typed, "no code was sent"
    assert page.post("/portal/code/", {"code": typed}).status_code == 302
    return page


def revoked(portal: SimpleNamespace, code: str) -> PortalAccess:
    """The access of a customer's contact, read again."""
    return PortalAccess.objects.get(pk=portal.access[code].pk)
