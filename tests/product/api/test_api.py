"""The API: the same nouns, verbs and rights as the pages."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from tests.house.sources import ROOT
from tests.product.cast import Cast
from zhike.api.actions import make_token, revoke_token
from zhike.api.models import Token
from zhike.api.shapes import CustomerChange
from zhike.customers.models import Assignment, Customer, Viewing
from zhike.kernel.journal import Entry
from zhike.people.company import set_limit
from zhike.people.models import Person

pytestmark = pytest.mark.django_db
Call = Callable[..., Any]


@pytest.fixture
def call() -> Call:
    """`call(person, "GET", "/customers")`: the status and the body, asked with a token that may all that the person may."""
    secrets: dict[int, str] = {}

    def ask(
        person: Person, method: str, path: str, body: Any = None, key: str = "", secret: str = ""
    ) -> tuple[int, Any]:
        person = Person.objects.get(pk=person.pk)
        if not secret and person.pk not in secrets:
            now = timezone.now()
            _token, secrets[person.pk] = make_token(
                name="test",
                verbs=sorted(person.access.verbs),
                until_on=timezone.localdate(now),
                networks=[],
                by=person,
                at=now,
            )
        headers = {
            "Authorization": f"Bearer {secret or secrets[person.pk]}",
            **({"Idempotency-Key": key} if key else {}),
        }
        content = json.dumps(body) if body is not None else ""
        answer = Client().generic(
            method, f"/api/v1{path}", content, content_type="application/json", headers=headers
        )
        return answer.status_code, json.loads(answer.content)

    return ask


def test_a_list_holds_what_the_person_sees(cast: Cast, call: Call) -> None:
    status, body = call(cast.people.ming, "GET", "/customers")
    assert status == 200
    assert [row["code"] for row in body["rows"]] == ["A"]


def test_the_customer_of_another_does_not_exist(cast: Cast, call: Call) -> None:
    status, body = call(cast.people.ming, "GET", "/customers/B")
    assert (status, body["code"]) == (404, "not_found")


def test_hidden_fields_are_null(cast: Cast, call: Call) -> None:
    Person.objects.filter(pk=cast.people.ming.pk).update(settings={})
    role = cast.roles.account_manager
    role.sees = ["basic"]
    role.save()
    _status, body = call(cast.people.ming, "GET", "/customers/A")
    assert (body["amount_12m"], body["phone"], body["receivable"]) == (None, None, None)


def test_a_key_sent_twice_has_one_effect_and_one_answer(cast: Cast, call: Call) -> None:
    new = {"code": "N1", "name": "宁波新客户有限公司"}
    first = call(cast.people.ming, "POST", "/customers", new, key="k1")
    second = call(cast.people.ming, "POST", "/customers", new, key="k1")
    assert first == second
    assert first[0] == 201
    assert Customer.objects.filter(code="N1").count() == 1
    assert call(cast.people.ming, "POST", "/customers", {**new, "code": "N2"}, key="k1")[0] == 422


def test_refusals_are_told_in_the_language_of_the_request(cast: Cast) -> None:
    """The codes stay; the person of the token reads English."""
    _token, secret = make_token(
        name="t", verbs=["see_customers", "use_api"], until_on=timezone.localdate(), networks=[], by=cast.people.ming,
        at=timezone.now(),
    )  # fmt: skip
    key = {"Authorization": f"Bearer {secret}"}

    def ask(method: str, path: str, language: str = "", body: Any = None, **headers: str) -> Any:
        wish = {"Accept-Language": language} if language else {}
        browser = Client(enforce_csrf_checks=True, raise_request_exception=False)
        return browser.generic(
            method, f"/api/v1{path}", json.dumps(body), "application/json", headers={**wish, **key, **headers}
        )

    told = {
        language: ask("GET", "/customers/B", language) for language in ("", "zh-CN,en;q=0.5", "en-US", "fr")
    }
    assert [one.headers["Content-Language"] for one in told.values()] == ["en", "zh-hans", "en", "en"]
    assert {one.json()["code"] for one in told.values()} == {"not_found"}
    assert [one.json()["message"] for one in told.values()] == [
        "There is no such customer.", "没有这个客户。", "There is no such customer.", "There is no such customer.",
    ]  # fmt: skip
    refused = ask("POST", "/customers", "zh", {"code": "N9", "name": "x"})
    assert (refused.status_code, refused.json()["code"]) == (403, "forbidden")
    assert "权限" in refused.json()["message"] or "角色" in refused.json()["message"]
    wrong = ask("GET", "/customers?limit=1000&q=" + "x" * 61, "zh").json()
    assert wrong["fields"] == {"limit": "不得大于 100", "q": "最多 60 个字符"}
    assert ask("GET", "/customers?limit=1000").json()["fields"] == {"limit": "must be at most 100"}
    assert ask("GET", "/nothing", "zh").json()["code"] == "not_found"
    assert ask("DELETE", "/me", "zh").json() == {
        "code": "not_allowed",
        "message": "该地址不接受这种请求方法。",
        "fields": {},
    }
    unknown = ask("POST", "/customers", "zh", {"code": "N9", "name": "x"}, Authorization="Bearer zk_old")
    assert (unknown.status_code, unknown.json()["code"]) == (401, "unauthenticated")


@pytest.mark.parametrize("lost", ["the verb", "the customer", "the class"])
def test_an_answer_that_was_kept_is_no_right(cast: Cast, call: Call, lost: str) -> None:
    """Sent again by who has lost a right since, a request is refused, or answered without what is hidden now."""
    role, new = cast.roles.account_manager, {"code": "N1", "name": "宁波", "phone": "021-5550"}
    assert call(cast.people.ming, "POST", "/customers", new, key="k")[0] == 201
    change = {"version": Customer.objects.get(code="N1").version, "address": "江南路"}
    assert call(cast.people.ming, "PATCH", "/customers/N1", change, key="c")[1]["amount_12m"] == "0"
    if lost == "the verb":
        role.verbs = [one for one in role.verbs if one not in ("add_customer", "change_customer")]
        role.save()
        expected = [(403, "forbidden")] * 2
    elif lost == "the customer":
        Assignment.objects.filter(customer__code="N1").delete()
        Customer.objects.filter(code="N1").update(manager=cast.people.gao, department=None, region=None)
        expected = [(404, "not_found")] * 2
    else:
        role.sees = ["basic"]
        role.save()
        expected = [(201, None), (200, None)]
    answers = [
        call(cast.people.ming, "POST", "/customers", new, key="k"),
        call(cast.people.ming, "PATCH", "/customers/N1", change, key="c"),
    ]
    assert [(status, body.get("code") if status > 399 else None) for status, body in answers] == expected
    for status, body in answers:
        if status < 400:
            assert body["address"] in ("", "江南路")
            hidden = ("phone", "email", "amount_12m", "receivable", "overdue")
            assert [body[name] for name in hidden] == [None] * 5


def test_a_change_names_the_version_it_was_read_at(cast: Cast, call: Call) -> None:
    version = Customer.objects.get(code="A").version
    assert (
        call(cast.people.ming, "PATCH", "/customers/A", {"version": version, "address": "江南路 1 号"})[0]
        == 200
    )
    status, body = call(
        cast.people.ming, "PATCH", "/customers/A", {"version": version, "address": "江南路 2 号"}
    )
    assert (status, body["code"]) == (409, "conflict")
    assert body["fields"]["address"]["now"] == "江南路 1 号"


def test_a_misspelt_field_is_refused(cast: Cast, call: Call) -> None:
    status, body = call(cast.people.ming, "POST", "/customers", {"code": "N3", "name": "n", "adress": "x"})
    assert status == 422
    assert any("adress" in name for name in body["fields"])


@pytest.mark.parametrize("since", [0, 0.0, 1719705600, "20240630", "1719705600", "-1"])
def test_a_bare_number_is_no_day(cast: Cast, call: Call, since: Any) -> None:
    """It would be read as seconds since 1970."""
    status, said = call(cast.people.ming, "POST", "/customers", {"code": "N1", "name": "新", "since": since})
    assert (status, said["fields"]) == (422, {"body.since": "must be a day such as 2026-01-31"})
    assert call(cast.people.ming, "GET", f"/customers/A/grades?on={since}")[0] == 422
    assert not Customer.objects.filter(code="N1").exists()


def test_a_control_character_is_in_no_text(cast: Cast, call: Call, client_for: Callable[..., Client]) -> None:
    """A program is told; what a person pasted is taken without it."""
    status, said = call(cast.people.ming, "POST", "/customers", {"code": "N1", "name": "a\x0bb"})
    assert (status, said["fields"]) == (422, {"body.name": "holds characters that no text has"})
    page = client_for(cast.people.ming)
    page.post(
        "/customers/new/",
        {"code": "N\x1b2", "name": "新\x00\x0b客户\x1f", "currency": "CNY", "told_by": "colleague"},
    )
    assert Customer.objects.get(code="N2").name == "新客户"


def test_pages_by_cursor_hold_every_row_once(cast: Cast, call: Call) -> None:
    at = timezone.now()
    Customer.objects.bulk_create(
        Customer(code=f"P{n}", name=f"p{n}", added_at=at, changed_at=at) for n in range(7)
    )
    role = cast.roles.keeper
    role.verbs = [*role.verbs, "use_api"]
    role.save()
    seen: list[str] = []
    address = "/customers?limit=3"
    while address:
        status, body = call(cast.people.keep, "GET", address)
        assert status == 200
        seen += [row["code"] for row in body["rows"]]
        address = f"/customers?limit=3&after={body['next']}" if body["next"] else ""
    assert sorted(seen) == ["A", "B", "C", *(f"P{n}" for n in range(7))]


@pytest.mark.parametrize("how", ["revoked", "left", "unsigned", "none"])
def test_a_closed_door_stays_closed(cast: Cast, call: Call, how: str) -> None:
    now = timezone.now()
    person = cast.people.nina if how == "unsigned" else cast.people.ming
    token, secret = make_token(
        name="t",
        verbs=["see_customers"],
        until_on=timezone.localdate(now),
        networks=[],
        by=person,
        at=now,
    )
    if how == "revoked":
        revoke_token(token=token, by=person, at=now)
    if how == "left":
        Person.objects.filter(pk=person.pk).update(is_active=False)
    status, body = call(person, "GET", "/customers", secret="zk_wrong" if how == "none" else secret)
    assert status == (403 if how == "unsigned" else 401)
    assert "AAALPHA" not in json.dumps(body)


def test_a_refusal_writes_nothing(cast: Cast, call: Call) -> None:
    entries = Entry.objects.count()
    person = cast.people.tess
    role = cast.roles.salesperson
    role.verbs = ["see_customers", "use_api"]
    role.save()
    status, _body = call(person, "POST", "/customers", {"code": "N9", "name": "x"})
    assert status == 403
    assert not Customer.objects.filter(code="N9").exists()
    assert Entry.objects.count() == entries + 1  # the token alone


def test_a_token_is_made_and_ended_on_its_page(
    cast: Cast, client_for: Callable[[Person | None], Client]
) -> None:
    client = client_for(cast.people.ming)
    day = timezone.localdate().isoformat()
    shown = client.post(
        "/tokens/new/", {"name": "ERP", "verbs": ["see_customers"], "until_on": day, "networks": ""}
    )
    secret = shown.content.decode().split('value="zk_')[1].split('"')[0]
    headers = {"Authorization": f"Bearer zk_{secret}"}
    assert Client().get("/api/v1/customers", headers=headers).status_code == 200
    assert secret not in client.get("/tokens/").content.decode()
    client.post(f"/tokens/{Token.objects.get().pk}/revocation/")
    assert Client().get("/api/v1/customers", headers=headers).status_code == 401


def test_a_token_may_no_more_than_its_person(
    cast: Cast, client_for: Callable[[Person | None], Client]
) -> None:
    answer = client_for(cast.people.ming).post(
        "/tokens/new/", {"name": "x", "verbs": ["manage_people"], "until_on": "2026-12-01"}
    )
    assert (answer.status_code, Token.objects.count()) == (422, 0)


def test_what_the_api_reads_stands_in_the_access_log(cast: Cast, call: Call) -> None:
    call(cast.people.ming, "GET", "/customers/A")
    call(cast.people.ming, "GET", "/customers/A/contacts")
    call(cast.people.ming, "GET", "/customers")
    call(cast.people.ming, "GET", "/customers/B")
    seen = Viewing.objects.values_list("person__username", "customer__code", "way", "times")
    assert list(seen) == [("ming", "A", "api", 3)]


def test_the_limit_of_a_day_holds_for_the_api_too(cast: Cast, call: Call) -> None:
    set_limit(name="opened_per_day", value=2, by=cast.people.root, at=timezone.now())
    role = cast.roles.keeper
    role.verbs = [*role.verbs, "use_api"]
    role.save()
    status, body = call(cast.people.keep, "GET", "/customers?limit=100")
    assert (status, body["code"]) == (429, "too_many")
    assert not Viewing.objects.exists()
    statuses = [call(cast.people.keep, "GET", f"/customers/{code}")[0] for code in ("A", "A", "B", "C", "A")]
    assert statuses == [200, 200, 200, 429, 200]
    assert call(cast.people.keep, "GET", "/customers?limit=1")[0] == 429
    assert Entry.objects.filter(action="too_many_opened").count() == 1


def test_the_guide_asks_what_the_api_takes() -> None:
    for name in ("use-the-api.md", "use-the-api.zh.md"):
        text = (ROOT / "docs" / "howto" / name).read_text("utf-8")
        changes = [json.loads(body) for body in re.findall(r"PATCH .* -d '(\{.*?\})'", text)]
        assert changes
        assert [CustomerChange(**body).version for body in changes] == [1]
