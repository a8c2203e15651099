"""What a person may not see shows nowhere: names of strangers' customers, amounts, ways to reach people."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django.utils import timezone

from zhike.customers.actions import change_customer
from zhike.customers.handovers import open_handover
from zhike.customers.models import Customer
from zhike.people.models import Grant, Person, Role

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 20, 9, tzinfo=UTC)


@pytest.fixture
def roled(cast):
    """`roled(verbs, sees)` is Idle with a role of its own that sees every customer."""

    def made(verbs, sees, scope="all"):
        role = Role.objects.create(
            code="special",
            name_zh="x",
            name_en="x",
            scope=scope,
            verbs=["see_customers", *verbs],
            sees=["basic", *sees],
        )
        idle = cast.people.idle
        Grant.objects.create(
            person=idle, role=role, from_on=date(2020, 1, 1), until_on=date(2099, 1, 1), granted_at=NOW
        )
        return Person.objects.get(pk=idle.pk)

    return made


def test_the_parent_company_of_a_stranger_has_no_name(cast, client_for, page):
    a, c, keep = cast.customers.A, cast.customers.C, cast.people.keep
    change_customer(customer=a, version=a.version, by=keep, at=timezone.now(), parent=c)
    a.refresh_from_db()
    change_customer(customer=a, version=a.version, by=keep, at=timezone.now(), parent=None)
    for path in ("/customers/A/", "/customers/A/?tab=changes", "/customers/A/history/parent/"):
        assert "CCCHARLIE" not in page(cast.people.ming, path), path
        assert "CCCHARLIE" in page(keep, path), path
    Customer.objects.filter(pk=a.pk).update(parent=c)
    for path in (
        "/customers/A/",
        "/customers/A/edit/",
        "/customers/A/card/",
        "/customers/A/facts/parent/",
    ):
        assert "CCCHARLIE" not in page(cast.people.ming, path), path
    assert client_for(cast.people.ming).get("/customers/A/facts/parent/?edit=1").status_code == 404


def test_a_parent_that_one_does_not_see_survives_ones_changes(cast, client_for):
    a, c = cast.customers.A, cast.customers.C
    Customer.objects.filter(pk=a.pk).update(parent=c)
    ming = client_for(cast.people.ming)
    form = ming.get("/customers/A/edit/").context["form"]
    values = {name: ("" if (value := form[name].value()) is None else value) for name in form.fields} | {
        "city": "Wuxi"
    }
    assert ming.post("/customers/A/edit/", values).status_code == 302
    a.refresh_from_db()
    assert (a.city, a.parent_id) == ("Wuxi", c.pk)


def test_items_of_a_handover_hide_amounts_from_who_does_not_see_credit(cast, page):
    handover = open_handover(customer=cast.customers.B, receiver=cast.people.shu, by=cast.people.rong, at=NOW)
    path = handover.get_absolute_url()
    assert "BBBRAVO-R1" in page(cast.people.gao, path)
    assert "500.00" in page(cast.people.gao, path)
    assert "500.00" not in page(cast.people.shu, path)


def test_a_merge_shows_no_values_of_classes_that_one_does_not_see(cast, client_for, roled):
    some = client_for(roled(["merge_customers"], []))
    said = some.get("/customers/A/merge/?gone=B").content.decode()
    assert "BBBRAVO Limited" in said
    assert "info@bbbravo" not in said
    assert some.post("/customers/A/merge/", {"gone": "B", "take_email": "gone"}).status_code == 302
    assert Customer.objects.get(code="A").email == "info@aaalpha.example"


def test_the_order_of_hits_tells_nothing_of_amounts(cast, client_for, roled):
    Customer.objects.update(name="同名有限公司", search=" 同名有限公司 ")
    from zhike.customers.actions import settle

    for code, amount in (("A", 1), ("B", 5), ("C", 9)):
        one = Customer.objects.get(code=code)
        one.amount_12m = Decimal(amount)
        settle(one)
        one.save()
    client = client_for(roled([], []))

    def order():
        said = client.get("/search/palette/?q=同名").content.decode()
        return sorted("ABC", key=lambda code: said.index(f"/customers/{code}/"))

    first = order()
    Customer.objects.filter(code="A").update(amount_12m=100)
    Customer.objects.filter(code="C").update(amount_12m=1)
    assert order() == first


def test_lists_without_amounts_have_an_order_of_their_own(cast, client_for, roled):
    some = client_for(roled([], []))
    for path in (
        "/customers/?sort=-amount",
        "/customers/?sort=-overdue",
        "/customers/?c=amount:ge:1",
        "/customers/?columns=name,amount,phone,receivable",
        "/customers/?group=amount",
        "/customers/?new_field=phone&new_operator=has&new_value=5555",
    ):
        said = some.get(path).content.decode()
        assert said.count("data-key=") == 3, path
        assert "1,000" not in said.split("<tbody")[1], path
        assert "5555" not in said.split("<tbody")[1], path
