"""Analyses: figures that add up to the records behind them, mismatches by name, 80/20 beside the service that went there."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from django.db import connection

from tests.product.cast import EARLY
from zhike.customers.models import Activity, Customer
from zhike.facts.models import Order
from zhike.policies.shipping import ship_policies

TODAY = date(2026, 11, 20)
AT = datetime(2026, 11, 20, 4, tzinfo=UTC)


@pytest.fixture
def world(cast, clock):
    """A hundred customers with three years of orders: twenty bring most, the first of them is a C, B gets no service."""
    clock("2026-11-20 04:00")
    ship_policies(AT, effective_on=date(2026, 1, 1))
    Customer.objects.filter(code__in="ABC").update(grade="")
    grades = ["C"] + ["A"] * 9 + ["B"] * 10 + ["C"] * 40 + ["D"] * 40
    customers = Customer.objects.bulk_create(
        Customer(code=f"K{i:03d}", name=f"客户{i:03d}", grade=grade, life="current", manager=cast.people.ming,
                 department=cast.departments.key, region=cast.regions.east, country="CN", currency="CNY",
                 added_at=EARLY, changed_at=EARLY)
        for i, grade in enumerate(grades)
    )  # fmt: skip
    orders, contacts = [], []
    for i, one in enumerate(customers):
        for years in range(3):
            worth = (Decimal(1000 - i) * 100 if i < 20 else Decimal(100 - i) + 1) * (3 - years)
            orders.append(Order(number=f"O{i}-{years}", customer=one, ordered_on=TODAY - timedelta(days=10 + 366 * years),
                                amount=worth + Decimal("0.0001"), profit=worth / 10, currency="CNY"))  # fmt: skip
        if one.grade != "B":
            contacts.append(Activity(customer=one, channel="visit", done_on=TODAY - timedelta(days=5), person=cast.people.ming,
                                     subject="Visit", content="a", result="b", minutes=60, added_at=EARLY))  # fmt: skip
    Order.objects.bulk_create(orders)
    Activity.objects.bulk_create(contacts)
    return customers


class Statements:
    """Counts statements."""

    count = 0

    def __call__(self, execute, sql, params, many, context):
        self.count += 1
        return execute(sql, params, many, context)


@pytest.mark.parametrize("path", ["development/", "value/", "fit/", "orders/?until=2026-11-20"])
def test_the_number_of_statements_does_not_grow(path, world, cast, client_for):
    browser = client_for(cast.people.boss)

    def asked() -> int:
        counted = Statements()
        with connection.execute_wrapper(counted):
            assert browser.get(f"/analysis/{path}").status_code == 200
        return counted.count

    browser.get(f"/analysis/{path}")
    assert browser.get(f"/analysis/{path.partition('?')[0]}?until=9999-12-31").status_code in (200, 404)
    many = asked()
    Activity.objects.filter(customer__code__gt="K009").delete()
    Order.objects.filter(customer__code__gt="K009").delete()
    assert many <= asked() + 1


@pytest.mark.clause("ANA-01")
def test_development_adds_up_to_the_records(world, cast, client_for):
    browser = client_for(cast.people.boss)
    answer = browser.get("/analysis/development/?grade=A")
    years = answer.context["years"]
    assert [row["year"].orders for row in years] == [9, 9, 9]
    assert years[2]["growth"] == years[2]["year"].amount / years[1]["year"].amount - 1
    for row in years:
        records = browser.get(f"/analysis/orders/?until={row['span'].key}&grade=A").context
        assert records["amount"] == row["year"].amount
        assert sum(line[1] for line in records["table"].page.object_list) == row["year"].amount
        assert (
            browser.get(f"/analysis/customers/?until={row['span'].key}&grade=A").context["count"]
            == row["year"].buying
        )
        assert (
            browser.get(f"/analysis/movements/?until={row['span'].key}&grade=A").context["count"]
            == row["year"].up + row["year"].down
        )
    whole = browser.get("/analysis/development/").context["years"][-1]["year"].amount
    parts = [row["last"].amount for row in browser.get("/analysis/development/").context["groups"]]
    assert whole == sum(parts)


@pytest.mark.clause("ANA-02")
def test_a_c_customer_in_the_top_tenth_of_profit_is_named_with_its_figures(world, cast, client_for):
    browser = client_for(cast.people.boss)
    page = browser.get("/analysis/value/")
    [low] = [kind for kind in page.context["wrong"] if kind["kind"] == "graded_low"]
    [row] = low["rows"]
    assert (row["customer"].code, row["row"].line.grade, row["row"].value_place) == ("K000", "C", 1)
    assert row["value"] == Decimal(30000)
    assert "客户000" in page.content.decode()
    assert page.context["rows"][0]["customer"].code == "K000"
    hidden = client_for(
        cast.people.head
    )  # sees profit; the regional manager does not, and not these customers
    assert hidden.get("/analysis/value/?by=industry&sort=amount").status_code == 200
    other = client_for(cast.people.rong).get("/analysis/value/").content.decode()
    assert "客户000" in other
    assert "Profit" not in other
    file = browser.post("/analysis/export/?of=value", {"purpose": "meeting of the management"})
    assert file.content[:2] == b"PK"


@pytest.mark.clause("ANA-07")
def test_the_share_of_the_top_fifth_stands_beside_the_service_that_it_got(world, cast, client_for):
    page = client_for(cast.people.boss).get("/analysis/fit/")
    found = page.context["fit"]
    assert found.customers >= 100
    fifth = found.fifth
    assert fifth.profit > 0.9
    assert fifth.minutes == pytest.approx(0.11, abs=0.02)
    flags = {row["tilt"].grade: row["tilt"].flag for row in page.context["grades"]}
    assert flags["B"] == "little_effort"
    assert "high value, little effort" in page.content.decode()
