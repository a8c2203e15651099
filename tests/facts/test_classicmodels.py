"""The ClassicModels sample through its shipped mapping, against a second computation in plain Python."""

from __future__ import annotations

import csv
from collections import defaultdict
from decimal import Decimal

import pytest

pytestmark = pytest.mark.real_data


@pytest.fixture(scope="module")
def table(real_data):
    def read(name):
        with (real_data("classicmodels") / f"{name}.csv").open(encoding="utf-8", newline="") as stream:
            return list(csv.DictReader(stream))

    return read


@pytest.fixture(scope="module")
def done(imported):
    return imported("classicmodels")


def test_the_published_totals_come_out(done):
    """9,604,190.61 of order lines and 8,853,839.23 of payments are the sums that the sample is known by."""
    assert sum(amount for _, amount in done.rows("orders", '"order", amount')) == Decimal("9604190.61")
    assert sum(amount for _, amount in done.rows("payments", "payment, amount")) == Decimal("8853839.23")


def test_every_customers_amount_and_profit_is_right_to_the_cent(done, table):
    cost = {product["productCode"]: Decimal(product["buyPrice"]) for product in table("products")}
    customer = {order["orderNumber"]: order["customerNumber"] for order in table("orders")}
    expected = defaultdict(lambda: [Decimal(0), Decimal(0)])
    for line in table("orderdetails"):
        n, price = Decimal(line["quantityOrdered"]), Decimal(line["priceEach"])
        sums = expected[customer[line["orderNumber"]]]
        sums[0] += n * price
        sums[1] += n * (price - cost[line["productCode"]])
    found = defaultdict(lambda: [Decimal(0), Decimal(0)])
    for who, amount, profit in done.rows("orders", "customer, amount, profit"):
        found[who][0] += amount
        found[who][1] += profit
    assert len(expected) == 98
    assert found == expected


def test_statuses_disputes_and_customers_come_over_whole(done, table):
    cancelled = [order["orderNumber"] for order in table("orders") if order["status"] == "Cancelled"]
    assert [
        order for order, status in done.rows("orders", '"order", status') if status == "cancelled"
    ] == cancelled
    disputed = {f"D-{o['orderNumber']}" for o in table("orders") if o["status"] in ("Disputed", "Resolved")}
    assert {row[0] for row in done.rows("complaints")} == disputed
    assert len(done.rows("customers")) == len(table("customers")) == 122
    assert len({country for _, country in done.rows("customers", "customer, country")}) == 27


def test_the_report_tells_the_known_quirks_and_nothing_is_dropped(done):
    listed = done.listed("customers")
    assert [(row, value) for row, _, reason, value in listed if reason == "trimmed"] == [
        (21, "Norway  "), (63, "Norway  "), (71, "Auckland  "), (123, "Auckland  "),
    ]  # fmt: skip
    assert done.done.quality["rows"]["dropped"] == 0
    assert done.counts("order_lines") == (2996, 2996, 0, 0, 0)
    assert done.counts("complaints") == (326, 7, 0, 0, 319)
