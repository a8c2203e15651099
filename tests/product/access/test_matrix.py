"""Every address × method × role × relation to the customer: who may not, gets nothing and changes nothing.

The addresses come from the resolver, so a new page or operation is in the matrix as soon as it is routed. What is not
allowed must be refused with the right status, tell no word of a customer that the person does not see, and write
nothing but the record of the refusal. What is allowed must not fail. See parameters.py for new parameters.
"""

from __future__ import annotations

import logging
import re
from dataclasses import dataclass
from typing import Any

import pytest
from django.core.handlers.base import BaseHandler
from django.db import connection, transaction
from django.test import Client, RequestFactory

from tests.product.access.parameters import OF_CUSTOMER, address, furnish, kind_of, names
from tests.product.cast import CANARY, PEOPLE, UNSIGNED
from zhike.config.checks import routes
from zhike.customers.models import Customer, CustomerQuerySet
from zhike.people.doors import Rule, rule_of

SEARCHED = re.compile(r"customers/|search/|api/v1/\w+$")
"""Addresses that are also asked for the words of customers that the person does not see."""
WRITES = re.compile(
    r'\s*(?:insert|update|delete|replace)\b.*?["`]?\b(?P<table>(?:zhike|mfa|account|socialaccount|django|usersessions)_\w+)',
    re.IGNORECASE | re.DOTALL,
)
RECORDS = {"zhike_denial", "zhike_cache", "django_session", "usersessions_usersession"}
"""What a refusal may write: its own record, and the session."""
NOBODY = "nobody"
WHO = [NOBODY, *PEOPLE]


@dataclass(frozen=True)
class Route:
    """An address with its rule; the rule of the API is its own, so it is None there."""

    where: str
    rule: Rule | None
    api: bool


def all_routes() -> list[Route]:
    found = {}
    for where, view in routes():
        found[where] = Route(where, rule_of(view), where.startswith("api/"))
    return list(found.values())


class Writes:
    """Watches what is written."""

    def __init__(self) -> None:
        self.tables: set[str] = set()

    def __call__(self, execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        found = WRITES.match(sql)
        if found and not context["cursor"].db.needs_rollback:
            self.tables.add(found["table"].lower())
        return execute(sql, params, many, context)


def test_every_route_has_a_rule():
    assert [route.where for route in all_routes() if route.rule is None and not route.api] == []


def expected(route: Route, name: str, person: Any, visible: set[str], code: str) -> set[int] | None:
    """The statuses of a refusal, or None where the person may come in."""
    inside = person is not None and person.is_active
    if route.rule is not None and route.rule.everyone:
        return None
    if not inside and route.api:
        return None if route.where.endswith(("openapi.json", "v1/")) else {401, 405}
    if not inside:
        return {302}
    foreign = bool(OF_CUSTOMER & set(names(route.where))) and code not in visible
    if route.api:
        data = not route.where.endswith(("openapi.json", "/me", "v1/"))
        return {403, 404, 405, 422} if foreign else {403, 405, 422} if data and name in UNSIGNED else None
    if route.rule.verb and route.rule.verb not in person.access.verbs:
        return {403}
    if route.rule.customer_data and name in UNSIGNED:
        return {403}
    return {404, 405} if foreign else None


def leaks(body: bytes, visible: set[str]) -> list[str]:
    return [word for code, word in CANARY.items() if code not in visible and word.encode() in body]


OPENERS = {"idle", "root", "hana"}
"""Who also opens the pages without customers' data that they may open: everybody's, the administrator's, the staff's."""


def not_of_customers(route: Route) -> bool:
    return not route.api and route.rule is not None and not route.rule.customer_data


class Visitor:
    """Asks as a person who has signed in, without the bookkeeping of Django's test client."""

    handler = BaseHandler()

    def __init__(self, client: Client) -> None:
        self.factory = RequestFactory()
        self.factory.cookies = client.cookies
        if not hasattr(self.handler, "_middleware_chain") or self.handler._middleware_chain is None:
            self.handler.load_middleware()

    def ask(self, method: str, path: str, *, short: bool) -> tuple[int, bytes]:
        """The status and body of an answer; `short` asks for refusals as JSON."""
        headers = {"Accept": "application/json"} if short else {}
        kind = "application/json" if path.startswith("/api/") else "application/x-www-form-urlencoded"
        request = self.factory.generic(method, path, content_type=kind, headers=headers)
        request._dont_enforce_csrf_checks = True
        response = self.handler.get_response(request)
        body = b"".join(response.streaming_content) if response.streaming else response.content
        for close in response._resource_closers:
            close()
        return response.status_code, body


@pytest.fixture
def _quiet():
    logging.disable(logging.CRITICAL)
    yield
    logging.disable(logging.NOTSET)


@pytest.mark.clause("SEC-01")
@pytest.mark.usefixtures("_quiet")
@pytest.mark.parametrize("name", WHO)
def test_nobody_gets_past_a_door_that_is_closed_to_them(cast, client_for, name):
    furnish(cast)
    person = None if name == NOBODY else getattr(cast.people, name)
    visible = visible_codes(person) if name not in {NOBODY, *UNSIGNED} else set()
    visitor = Visitor(client_for(person if person and person.is_active else None))
    faults, cells = [], 0
    first = min(visible, default="A")
    for route in all_routes():
        for customer in vars(cast.customers).values():
            if customer.code != first and not OF_CUSTOMER & set(names(route.where)):
                continue
            path = address(route.where, cast, customer)
            refusal = expected(route, name, person, visible, customer.code)
            if refusal is None and (
                customer.code != first or (not_of_customers(route) and name not in OPENERS)
            ):
                continue  # what is allowed is asked once
            for method, target in asked_of(route, path, visible):
                cells += 1
                fault = one_cell(visitor, method, target, refusal, visible)
                if fault:
                    faults.append(f"{method} {target}: {fault}")
    assert not faults, "\n".join([f"{len(faults)} of {cells} cells as {name}:", *faults])


@pytest.mark.usefixtures("_quiet")
def test_a_record_of_another_customer_does_not_exist_under_ones_own(cast, client_for):
    furnish(cast)
    visitor = Visitor(client_for(cast.people.head))
    faults = []
    for route in [route for route in all_routes() if kind_of(route.where)]:
        path = address(route.where, cast, cast.customers.A, record_of=cast.customers.C)
        for method in ("GET", "POST"):
            fault = one_cell(visitor, method, path, {404, 405, 403}, {"A"})
            faults += [f"{method} {path}: {fault}"] if fault else []
    assert not faults, "\n".join(faults)


def asked_of(route: Any, path: str, visible: set[str]) -> list[tuple[str, str]]:
    """The requests of a cell; a search also asks for the words of archives that the visitor does not see."""
    asked = [("GET", path), ("POST", path), *([("PATCH", path)] if route.api else [])]
    if not names(route.where) and SEARCHED.match(route.where):
        asked += [("GET", f"{path}?q={word.lower()}") for code, word in CANARY.items() if code not in visible]
    return asked


def visible_codes(person: Any) -> set[str]:
    return set(Customer.objects.visible_to(person).values_list("code", flat=True))


def one_cell(visitor: Visitor, method: str, path: str, refusal: set[int] | None, visible: set[str]) -> str:
    """Ask once, undo it, and tell what is wrong with the answer."""
    writes = Writes()
    with transaction.atomic():
        with connection.execute_wrapper(writes):
            status, body = visitor.ask(method, path, short=refusal is not None)
        transaction.set_rollback(True)
    said = leaks(body, visible)
    if said:
        return f"tells {said}"
    if refusal is None:
        return f"fails with {status}" if status >= 500 else ""
    if status not in refusal:
        return f"answers {status}, not {sorted(refusal)}"
    return f"writes {sorted(writes.tables - RECORDS)}" if writes.tables - RECORDS else ""


def test_the_matrix_notices_a_list_that_shows_too_much(cast, client_for, monkeypatch):
    monkeypatch.setattr(CustomerQuerySet, "visible_to", lambda rows, person: rows)
    fault = one_cell(Visitor(client_for(cast.people.ming)), "GET", "/customers/", None, {"A"})
    assert fault == "tells ['BBBRAVO', 'CCCHARLIE']"


def test_the_matrix_notices_a_refusal_that_writes(cast, client_for):
    fault = one_cell(Visitor(client_for(cast.people.ming)), "POST", "/people/profile/edit/?", {200}, set())
    assert "answers 422" in fault
    given = {"phone": "1", "language": "en"}
    writes = Writes()
    with connection.execute_wrapper(writes):
        client_for(cast.people.ming).post("/people/profile/edit/", given)
    assert {"zhike_person", "zhike_journal"} <= writes.tables
