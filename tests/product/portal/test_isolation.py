"""Whoever is in the portal gets nothing of another customer, and nothing that is written for the company's own eyes (SEC-08).

The addresses come from the resolver, so a new page of the portal is here as soon as it is routed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import models
from django.test import Client
from django.utils import timezone

from tests.product.cast import CANARY
from tests.product.portal.conftest import ADDRESS, code_for, enter
from zhike.accesses.models import PortalAccess
from zhike.config.checks import routes
from zhike.customers.models import Activity, Contact, Customer
from zhike.facts.models import Order, Receivable
from zhike.grading.models import Grade
from zhike.letters.models import Letter
from zhike.outbox.models import Message
from zhike.people.models import Denial
from zhike.plans.models import ServicePlan
from zhike.portal.fields import FIELDS
from zhike.requests.models import ServiceRequest

pytestmark = pytest.mark.django_db
PAGES = sorted(where for where, _view in routes() if where.startswith("portal/"))
OF_RECORD = [where for where in PAGES if "<int:key>" in where]
RECORDS: dict[str, Any] = {
    "orders": Order,
    "requests": ServiceRequest,
    "letters": Letter,
    "plans": ServicePlan,
}
"""Part of the portal -> whose rows its numbers name."""
WHO = ("A", "B", "revoked", "left", "ended", "staff", "nobody")


def record(where: str, customer: Customer) -> int:
    """The number of the customer's record of the kind that an address names."""
    return int(RECORDS[where.split("/")[1]].objects.filter(customer=customer).values_list("pk", flat=True)[0])


def visitor(portal: SimpleNamespace, who: str) -> tuple[Client, str]:
    """A browser of somebody, and whose customer's records it may show (empty: nobody's)."""
    if who in ("A", "B"):
        return enter(who), who
    if who == "staff":
        return portal.client_for(portal.cast.people.boss), ""
    if who == "nobody":
        return Client(), ""
    page, one = enter("A"), portal.access["A"]
    yesterday = timezone.localdate() - timedelta(days=1)
    if who == "left":
        Contact.objects.filter(pk=one.contact_id).update(left_on=yesterday)
    else:
        values = {"revoked_at": timezone.now()} if who == "revoked" else {"until_on": yesterday}
        PortalAccess.objects.filter(pk=one.pk).update(**values)
    return page, ""


def asked(where: str, portal: SimpleNamespace) -> Iterator[tuple[str, str]]:
    """The paths of an address, each with the customer whose record it names (empty: no record)."""
    if where not in OF_RECORD:
        yield f"/{where}", ""
        return
    for code, customer in vars(portal.cast.customers).items():
        yield f"/{where.replace('<int:key>', str(record(where, customer)))}", code


def bare(body: bytes) -> str:
    """A page without the tokens of its forms and its own address."""
    return re.sub(r'value="[^"]*"', "", body.decode())


def expected(method: str, path: str, of: str, own: str) -> set[int]:
    """How an address answers: `of` is whose record it names, `own` whose records the visitor may see."""
    if not of:
        return {200, 302, 405, 422}
    if not own:
        return {302}
    if method == "post":  # a page that nobody posts to says so, whatever the number
        return {404, 405} if of != own else {302, 405, 409, 422}
    return {200} if of == own and "pdf" not in path else {404}


def fault(page: Client, method: str, path: str, of: str, own: str) -> str:
    """Ask once; what is wrong with the answer."""
    answer = getattr(page, method)(path)
    body = b"".join(answer.streaming_content) if answer.streaming else answer.content
    told = [word for code, word in CANARY.items() if code != own and word.encode() in body]
    if told:
        return f"{method} {path} tells {told}"
    right = answer.status_code in expected(method, path, of, own)
    return "" if right else f"{method} {path} answers {answer.status_code}"


@pytest.mark.clause("SEC-08")
@pytest.mark.parametrize("who", WHO)
def test_no_page_tells_anything_of_another_customer(portal: SimpleNamespace, who: str) -> None:
    """Every address × method × record of every customer: own pages or nothing."""
    page, own = visitor(portal, who)
    kept = [
        where for where in PAGES if where not in ("portal/leave/", "portal/choose/")
    ]  # these change who is there
    cells = [
        (method, path, of)
        for where in kept
        for path, of in asked(where, portal)
        for method in ("get", "post")
    ]
    faults = [said for method, path, of in cells if (said := fault(page, method, path, of, own))]
    assert not faults, "\n".join([f"{len(faults)} of {len(cells)} cells as {who}:", *faults])
    assert len(cells) >= 40


def test_the_cells_notice_a_page_that_shows_too_much(
    portal: SimpleNamespace, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The control of the test above: queries that forget the customer are found out."""
    page = enter("A")
    monkeypatch.setattr("zhike.portal.own.orders", lambda customer: Order.objects.all())
    foreign = f"/portal/orders/{record('portal/orders/', portal.cast.customers.B)}/"
    said = [fault(page, "get", path, of, "A") for path, of in (("/portal/orders/", ""), (foreign, "B"))]
    assert ["tells ['BBBRAVO', 'CCCHARLIE']" in said[0], "tells ['BBBRAVO']" in said[1]] == [True, True]


@pytest.mark.clause("SEC-08")
def test_another_record_number_returns_nothing_and_is_logged(portal: SimpleNamespace, clock) -> None:
    """Two users of different customers; one changes the number in the address: the same 404 as for no record, and staff reads of it."""
    page, own = enter("A"), portal.cast.customers
    paths = []
    for where in OF_RECORD:
        foreign, none = (where.replace("<int:key>", str(key)) for key in (record(where, own.B), 999_999))
        answers = [page.get(f"/{path}") for path in (foreign, none)]
        assert [answer.status_code for answer in answers] == [404, 404]
        assert bare(answers[0].content).replace(foreign, "") == bare(answers[1].content).replace(none, "")
        assert b"BBBRAVO" not in answers[0].content
        paths.append(f"/{foreign}")
    query = f"/portal/requests/new/?order={record('portal/orders/', own.B)}"
    assert page.get(query).status_code == 404
    assert b"AAALPHA-O1" in page.get(f"/portal/requests/new/?order={record('portal/orders/', own.A)}").content
    logged = Denial.objects.filter(verb="portal", contact_id=portal.access["A"].contact_id)
    assert set(paths) <= set(logged.values_list("path", flat=True))
    assert {(one.who, one.customer_id, one.person) for one in logged} == {("AAALPHA Contact", own.A.pk, None)}
    for name, sees in (("boss", True), ("head", True), ("audit", True)):
        shown = portal.client_for(getattr(portal.cast.people, name)).get("/access/refused/").content.decode()
        assert ("AAALPHA Contact" in shown, paths[0] in shown) == (sees, sees)
    assert b"AAALPHA Contact" not in enter("B").get("/portal/start/").content


@pytest.mark.clause("SEC-08")
def test_no_page_shows_a_field_that_is_not_on_the_list(portal: SimpleNamespace) -> None:
    """Every text of the customer's records is marked with its name; of the marks only those of allowed fields are read."""
    customer = portal.cast.customers.A
    Customer.objects.filter(pk=customer.pk).update(parent=portal.cast.customers.B)
    kinds = {"company": [customer], "order": Order.objects.filter(customer=customer), "letter": Letter.objects.filter(customer=customer),
             "request": ServiceRequest.objects.filter(customer=customer), "self": customer.contacts.all(),
             "grade": Grade.objects.filter(customer=customer), "activity": Activity.objects.filter(customer=customer),
             "plan": ServicePlan.objects.filter(customer=customer), "receivable": Receivable.objects.filter(customer=customer)}  # fmt: skip
    for kind, rows in kinds.items():
        for one in rows:
            mark(kind, one)
    kept = {"title": "MARK-plan.kept", "kind": "recover", "mode": "standard", "grade": "MARK-plan.grade_kept", "goal": "", "items": [
        {"component": "other", "content": "MARK-plan.kept", "due": "2026-01-01", "note": "MARK-plan.note_kept"}]}  # fmt: skip
    ServicePlan.objects.filter(customer=customer).update(kept=kept)
    page = entered_marked(portal)
    ServiceRequest.objects.filter(customer=customer).update(answered_at=timezone.now())
    allowed = {f"{kind}.{name}" for kind, names in FIELDS.items() for name in names} - {
        "request.text",
        "request.subject",
    }  # staff typed this one
    seen: set[str] = set()
    for where in PAGES:
        path = (
            f"/{where.replace('<int:key>', str(record(where, customer)))}"
            if where in OF_RECORD
            else f"/{where}"
        )
        answer = page.get(path)
        if answer.status_code == 200 and not answer.streaming:
            seen |= {
                found.lower()
                for found in re.findall(r"MARK-([a-z_0-9]+\.[a-z_0-9]+)", answer.content.decode())
            }
            assert b"BBBRAVO" not in answer.content  # nor the parent company's name
    assert seen - allowed == set()
    assert {
        "order.number",
        "plan.kept",
        "request.reply",
        "company.address",
        "self.name",
    } <= seen


LEFT_ALONE = {"state", "language", "status", "currency", "channel", "kind", "life", "email", "code", "country", "sha256", "token", "means",
              "word_sha256", "rating", "due", "clock", "reason"}  # fmt: skip
"""Codes and addresses by which the pages work: they are not texts that somebody wrote."""


def mark(kind: str, one: Any) -> None:
    """Fill every text of a record with its own name."""
    fields = [
        found for found in one._meta.concrete_fields if isinstance(found, models.CharField | models.TextField)
    ]
    values = {found.name: f"MARK-{kind}.{found.name}" for found in fields if found.name not in LEFT_ALONE}
    values = {name: text[: one._meta.get_field(name).max_length or 200] for name, text in values.items()}
    type(one).objects.filter(pk=one.pk).update(**values)


def entered_marked(portal: SimpleNamespace) -> Client:
    """A browser of the contact of A."""
    page = Client()
    typed = code_for(page, ADDRESS["A"])
    page.post("/portal/code/", {"code": typed})
    assert Message.objects.filter(kind="portal_code").exists()
    return page
