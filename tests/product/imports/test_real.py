"""Public data sets through the wizard, as a person would bring them; they are never part of this repository."""

from __future__ import annotations

import csv
import gzip
from collections import defaultdict
from datetime import date
from decimal import Decimal

import pytest

from tests.product.grading.world import whole_cycle
from tests.product.imports.conftest import counts
from zhike.customers.models import Customer
from zhike.facts.models import Order

pytestmark = [pytest.mark.django_db, pytest.mark.real_data, pytest.mark.slow]


def test_classicmodels_customers_and_orders(cast, desk, real_data):
    folder = real_data("classicmodels")
    owner = desk.bring("customers", (folder / "customers.csv").read_bytes(), "customers.csv")
    columns = owner.options["columns"]
    assert {code: columns.get(code) for code in ("code", "name", "phone", "address", "city", "province", "country")} == {
        "code": "customerNumber", "name": "customerName", "phone": "phone", "address": "addressLine1", "city": "city",
        "province": "state", "country": "country",
    }  # fmt: skip
    assert counts(desk.run(desk.check(owner))) == (122, 0, 0, 0)
    assert Customer.objects.get(code="112").country == "US"

    lines = defaultdict(Decimal)
    with (folder / "orderdetails.csv").open(encoding="utf-8") as stream:
        for row in csv.DictReader(stream):
            lines[row["orderNumber"]] += int(row["quantityOrdered"]) * Decimal(row["priceEach"])
    with (folder / "orders.csv").open(encoding="utf-8", newline="") as stream:
        rows = [{**row, "total": lines[row["orderNumber"]]} for row in csv.DictReader(stream)]
    book = desk.book([list(rows[0]), *[[str(cell) for cell in row.values()] for row in rows]])
    owner = desk.bring("orders", book, "orders.xlsx")
    assert owner.options["columns"]["ordered_on"] == "orderDate"
    columns = {**owner.options["columns"], "customer": "customerNumber"}
    done = desk.run(desk.check(owner, columns=columns, defaults={"currency": "USD"}))
    assert counts(done) == (326, 0, 0, 0)
    assert sum(Order.objects.filter(currency="USD").values_list("amount", flat=True)) == sum(lines.values())
    assert whole_cycle(cast, date(2004, 12, 31), ("USD", "8.28")) == (
        {"B": 3, "C": 101, "D": 19},
        {"printed": 2},
        [],
    )


def test_online_retail_invoices_are_added_up(cast, desk, real_data):
    with gzip.open(
        real_data("online_retail") / "online_retail_2010_2011.csv.gz", "rt", encoding="utf-8", newline=""
    ) as stream:
        reader = csv.reader(stream)
        head = next(reader)
        rows = [row for row, _ in zip(reader, range(20_000), strict=False)]
    text = "\n".join(",".join('"' + cell.replace('"', '""') + '"' for cell in row) for row in [head, *rows])
    names = dict(zip(("invoice", "quantity", "day", "price", "customer"), (0, 3, 4, 5, 6), strict=True))
    known = sorted({row[names["customer"]] for row in rows if row[names["customer"]]})
    desk.take("customers", "code,name\n" + "".join(f"{code},Customer {code}\n" for code in known))

    owner = desk.bring("orders", text, "online_retail.csv")
    columns = {
        "number": head[names["invoice"]], "customer": head[names["customer"]], "ordered_on": head[names["day"]],
        "amount": f"=[{head[names['quantity']]}] * [{head[names['price']]}]",
    }  # fmt: skip
    done = desk.run(desk.check(owner, columns=columns, defaults={"currency": "GBP"}, repeats="sum"))
    sums = defaultdict(Decimal)
    for row in rows:
        sums[row[names["invoice"]]] += Decimal(row[names["quantity"]]) * Decimal(row[names["price"]])
    kept = {row[names["invoice"]] for row in rows if row[names["customer"]]}
    assert done.created == len(kept)
    assert dict(Order.objects.filter(currency="GBP").values_list("number", "amount")) == {
        number: total.quantize(Decimal("0.0001")) for number, total in sums.items() if number in kept
    }
    assert (
        counts(
            desk.run(
                desk.check(
                    desk.bring("orders", text), columns=columns, defaults={"currency": "GBP"}, repeats="sum"
                )
            )
        )[0]
        == 0
    )
    assert whole_cycle(cast, date(2010, 12, 31), ("GBP", "10.22")) == ({"C": 560}, {"printed": 2}, [])
