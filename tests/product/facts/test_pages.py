"""Pages of orders and receivables: what each role sees, in a constant number of queries."""

from __future__ import annotations

import re
from datetime import timedelta
from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from zhike.facts.models import Order, Rate
from zhike.imports.models import Import
from zhike.jobs.running import run_due

pytestmark = pytest.mark.django_db


def texts(client, path):
    answer = client.get(path)
    assert answer.status_code == 200
    return answer.content.decode()


@pytest.mark.clause("ARC-05")
def test_an_imported_file_adds_up_to_the_annual_amount_that_lists_its_orders(cast, client_for, data_dir):
    today = timezone.localdate()
    Order.objects.all().update(status="cancelled")
    Rate.objects.create(currency="USD", rate_on=today - timedelta(days=300), rate=Decimal("7.1234"))
    rows = [
        (f"P{n}", today - timedelta(days=7 * n), Decimal(n) + Decimal("0.35"), "USD" if n % 3 else "CNY")
        for n in range(60)
    ]
    file = "订单号,客户,日期,金额,币种\n" + "".join(
        f"{number},A,{day},{amount},{currency}\n" for number, day, amount, currency in rows
    )
    client = client_for(cast.people.ming)
    client.post(
        "/imports/new/", {"target": "orders", "upload": SimpleUploadedFile("orders.csv", file.encode())}
    )
    owner = Import.objects.get()
    form = {
        f"c-{code}": ["订单号", "客户", "日期", "金额", "币种"].index(name)
        for code, name in owner.options["columns"].items()
    }
    client.post(
        f"/imports/{owner.key}/match/", {**form, "mode": "both", "match": "number", "repeats": "reject"}
    )
    run_due(clock=timezone.now)
    client.post(f"/imports/{owner.key}/begin/")
    run_due(clock=timezone.now)

    cast.customers.A.refresh_from_db()
    page = texts(client, "/customers/A/")
    assert "/orders/of/A/annual/" in page
    answer = client.get("/orders/of/A/annual/")
    annual = answer.context["annual"]
    listed = {row.order.number for row in annual.rows}
    first = annual.first
    expected = {
        number
        for number, day, _, currency in rows
        if day >= first and (currency == "CNY" or day >= today - timedelta(days=300))
    }
    assert {row.order.number for row in annual.rows if row.rate is not None} == expected
    assert len(listed) == sum(day >= first for _, day, _, _ in rows)
    assert sum(row.worth for row in annual.rows) == annual.total == cast.customers.A.amount_12m > 0
    shown = re.search(r'id="total">\D*([\d,.]+)', answer.content.decode())
    assert Decimal(shown[1].replace(",", "")) == annual.total


@pytest.mark.parametrize(
    ("name", "seen"),
    [("ming", "A"), ("gao", "B"), ("shu", "C"), ("boss", "ABC"), ("fang", "ABC"), ("rong", "AB")],
)
def test_everybody_sees_the_orders_of_their_customers(cast, client_for, name, seen):
    page = texts(client_for(getattr(cast.people, name)), "/orders/")
    words = {"A": "AAALPHA", "B": "BBBRAVO", "C": "CCCHARLIE"}
    assert {code for code, word in words.items() if word in page} == set(seen)


def test_amounts_profit_and_receivables_are_shown_to_those_who_may_see_them(cast, client_for):
    clerk = client_for(cast.people.shu)
    assert 'data-l="Profit"' not in texts(clerk, "/orders/")
    assert clerk.get("/orders/?c=profit:ge:1&sort=-profit").context["asked"].conditions == ()
    assert clerk.get("/receivables/").status_code == 404
    assert "BBBRAVO-R1" in texts(client_for(cast.people.fang), "/receivables/")
    assert client_for(cast.people.keep).get("/orders/").status_code == 403
    assert clerk.get("/orders/of/A/annual/").status_code == 404


@pytest.mark.parametrize(
    "path",
    ["/orders/?sort=-amount&q=aaa", "/orders/?c=status:in:completed&page=3", "/receivables/?sort=due_on"],
)
def test_a_list_takes_as_many_queries_for_a_thousand_rows_as_for_ten(cast, client_for, path):
    client = client_for(cast.people.fang)
    counts = []
    for number in (10, 1000):
        Order.objects.bulk_create(
            Order(
                number=f"{number}-{n}",
                customer=cast.customers.A,
                ordered_on=timezone.localdate(),
                amount=Decimal(n + 1),
                currency="CNY",
            )
            for n in range(number)
        )
        texts(client, path)
        with CaptureQueriesContext(
            connection,
        ) as queries:
            texts(client, path)
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 12
