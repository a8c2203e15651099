"""Whatever stands in an address or a form is answered, never with an error of ours."""

from __future__ import annotations

import pytest

from zhike.customers.limits import Limits
from zhike.customers.models import Customer
from zhike.people.models import Denial

pytestmark = pytest.mark.django_db
HUGE = "9" * 30
ANSWERS = {200, 302, 400, 404, 405, 409, 422}
QUERIES = [
    "page=HUGE",
    "page=-1",
    "page=%00",
    "page=²",
    "sort=%00",
    "sort=--name",
    "sort=-",
    "c=::",
    "c=grade",
    "c=amount:ge:1e999999",
    "c=amount:ge:NaN",
    "c=amount:is:-0",
    "c=amount:le:99999999999999.99999",
    "c=completeness:is:HUGE",
    "c=completeness:is:999999999999999",
    "c=last_order:ge:0000-00-00",
    "c=last_order:ge:9999-12-31",
    "c=ordered_on:is:2026-W01",
    "c=name:has:%00",
    "c=name:has:%25_%5C",
    "c=manager:in:HUGE",
    "c=manager:in:99999999999999",
    "q=%00",
    "q=%22%20OR%20*",
    "q=%27%3B--",
    "q=*",
    "q=^a",
    "q=-",
    "q=NEAR(",
    "q=%F0%9F%98%80",
    "q=a%20a%20a%20a%20a%20a%20a%20a",
    "columns=,,%00",
    "group=%00",
    "group=name",
    "view=%00",
    "view=²",
    "new_field=amount&new_operator=ge&new_value=x",
    "new_field=%00&new_operator=%00&new_value=%00",
    "quick_region=%00",
    "any=1&c=grade:in:,,,",
    "c=grade:empty:",
    "c=amount:ge:HUGEHUGEHUGEHUGE",
    "c=status:in:nothing",
    "c=amount:ge:900000000000001",
    "c=amount:ge:0.00001",
]
PLACES = [
    "?before=0001-01-01T00:00:00%2B14:00~1~1",
    "?before=9999-12-31T23:59:59-12:00~1~1",
    "?before=9999-12-31T23:59:59Z~1~1",
    "?before=2026-01-01T00:00:00Z~HUGE~HUGE",
    "?before=2026-13-01T00:00:00Z~1~1",
    "?before=~~",
    "?before=%00",
    "?before=2026-01-01~1~1",
    "?tab=%00&said=%00&channel=%00&person=HUGE",
    "?tab=orders&said=%00&person=²",
    "?person=-1",
    "contacts/HUGE/",
    "cell/%00/",
    "history/%00/",
    "merge/?gone=%00",
    "activities/new/?channel=%00&contact=%00",
    "team/new/?post=%00",
    "handovers/new/?post=%00",
]
ELSEWHERE = [
    "/customers/%00/",
    "/customers/%F0%9F%98%80/",
    "/customers/A%2FB/",
    "/customers/likeness/?name=%00&phone=%00",
    "/customers/likeness/?phone=HUGEHUGE",
    "/customers/new/?name=%00",
    "/customers/budgets/?year=0000",
    "/customers/budgets/?year=9999",
    "/customers/budgets/?year=²²²²",
    "/customers/duties/?page=HUGE&kind=%00",
    "/customers/silent/?page=HUGE",
    "/customers/merges/HUGE/undo/",
    "/access/seen/?person=²&customer=%00",
    "/access/seen/?person=HUGE",
    "/search/palette/?q=%00%00",
    "/search/palette/?q=%F0%9F%98%80",
    "/customers/export/?q=%00",
    "/orders/of/%00/annual/",
    "/customers/recovery/HUGE/",
]
ADDRESSES = [
    address.replace("HUGE", HUGE)
    for address in (
        *(f"/{place}/?{query}" for place in ("customers", "orders", "receivables") for query in QUERIES),
        *(f"/customers/A/{place}" for place in PLACES),
        *ELSEWHERE,
    )
]


@pytest.fixture
def all_doors(cast, client_for):
    """Somebody who may everything with customers."""
    role = cast.roles.management
    role.verbs = sorted({verb for one in vars(cast.roles).values() for verb in one.verbs})
    role.save()
    client = client_for(cast.people.boss)
    client.raise_request_exception = False
    return client


def test_every_address_is_answered(all_doors):
    answers = {address: all_doors.get(address).status_code for address in ADDRESSES}
    assert {address: status for address, status in answers.items() if status not in ANSWERS} == {}


POSTS = [
    ("/customers/assign/", {"sent": "1", "pick": ["A"], "person": "abc"}),
    ("/customers/assign/", {"sent": "1", "pick": ["A"], "person": HUGE}),
    ("/customers/assign/", {"sent": "1", "pick": ["\x00"], "person": "1"}),
    ("/customers/assign/", {"sent": "1", "pick": ["A"], "person": "²"}),
    ("/customers/assign/", {"every": "1", "query": "c=%00&q=%00"}),
    ("/customers/many/change/", {"sent": "1", "pick": ["A"], "fact": "region", "region": HUGE}),
    ("/customers/many/change/", {"sent": "1", "pick": ["A"], "fact": "manager", "manager": "1"}),
    ("/customers/limits/team/", {"gone": "²"}),
    ("/customers/limits/team/", {"gone": HUGE}),
    ("/customers/limits/team/", {"grade": "A", "post": "technical", "days": "²"}),
    ("/customers/limits/saved/", {"silence_days@A": "٣"}),
    ("/customers/A/history/city/", {"entry": "²"}),
    ("/customers/A/cell/city/", {"value": "x" * 100, "version": "1"}),
    ("/customers/A/cell/city/", {"value": "a\x00b", "version": "1"}),
    ("/customers/A/cell/phone/", {"value": "x" * 100, "version": "1"}),
    ("/customers/A/cell/city/", {"value": "x", "version": HUGE}),
    ("/customers/A/merge/", {"gone": "\x00"}),
    ("/customers/views/", {"name": "a\x00b", "query": "q=%00"}),
    ("/customers/views/", {"name": " ", "query": ""}),
    ("/customers/columns/", {"column": ["\x00"], "query": "\x00"}),
    ("/customers/new/", {"code": "x\x00", "name": "\x00"}),
    ("/customers/new/", {"code": "x y", "name": "n", "told_by": "colleague"}),
    ("/customers/A/contacts/new/", {"name": "x" * 500}),
    ("/customers/A/edit/", {"name": "n", "read": "[1, 2]", "told_by": "colleague"}),
    ("/customers/A/edit/", {"name": "n", "read": '{"name": {"x": 1}}', "told_by": "colleague"}),
    ("/customers/A/costs/new/", {"what": "x", "amount": "1e30", "spent_on": "2026-01-01"}),
    ("/customers/A/costs/new/", {"what": "x", "amount": "NaN", "spent_on": "0001-01-01"}),
    ("/customers/A/activities/new/", {"channel": "call", "done_on": "9999-12-31", "subject": "x"}),
    ("/customers/A/activities/new/", {"channel": "call", "done_on": "0001-01-01", "subject": "x", "contact": HUGE}),
    ("/customers/A/units/new/", {"model": "m", "serial": "s", "installed_on": "0001-01-01", "condition": "running"}),
    ("/customers/A/units/new/", {"model": "m", "serial": "s", "version": HUGE, "condition": "running"}),
    ("/customers/export/", {"purpose": "for a test", "form": "exe", "query": "q=%00"}),
    ("/customers/budgets/year/?year=0000", {"amount": "1", "currency": "CNY"}),
    ("/customers/A/life/", {"life": "nothing"}),
]  # fmt: skip


def test_every_form_is_answered(all_doors):
    answers = [(address, values, all_doors.post(address, values).status_code) for address, values in POSTS]
    assert [one for one in answers if one[2] not in ANSWERS] == []


@pytest.mark.parametrize(("field", "value"), [("city", "x" * 61), ("phone", "1" * 61)])
def test_a_cell_takes_no_more_than_its_field(all_doors, field, value):
    assert all_doors.post(f"/customers/A/cell/{field}/", {"value": value, "version": "1"}).status_code == 422
    assert getattr(Customer.objects.get(code="A"), field) != value


def test_a_wrong_number_among_limits_saves_none(all_doors):
    before = [(one, Limits().of(one)) for one in ("silence_days", "need_days")]
    answer = all_doors.post("/customers/limits/saved/", {"silence_days@": "77", "need_days@": "seven"})
    assert answer.status_code == 422
    assert [(one, Limits().of(one)) for one in ("silence_days", "need_days")] == before


def test_a_character_that_no_text_holds_is_no_customer(cast, client_for):
    page = client_for(cast.people.ming).get("/customers/A%00/")
    assert page.status_code == 404
    assert "\0" not in Denial.objects.get().path
