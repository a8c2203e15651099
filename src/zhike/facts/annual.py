"""The annual amount of a customer, down to the orders that make it up: the sum of the rows is the figure (ARC-05)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import connection

from zhike.customers.models import Customer
from zhike.facts.figures import company_currency, day, rate_of, times_rate, window
from zhike.facts.models import Order
from zhike.kernel.amounts import amount

SHOWN = 1000


@dataclass(frozen=True)
class Counted:
    """An order with its worth in the company's currency; without a rate it counts as nothing, and says so."""

    order: Order
    worth: Decimal
    rate: Decimal | None


@dataclass(frozen=True)
class Annual:
    """The orders of the twelve months up to a day, the newest first, with their sum over all, shown or not."""

    first: date
    last: date
    currency: str
    total: Decimal
    number: int
    unpriced: int
    rows: list[Counted]


def annual(customer: Customer, as_of: date) -> Annual:
    """The orders behind `amount_12m`, by the same SQL that computes it."""
    first, end = window(as_of)
    own = company_currency()
    sql = f"""
        select f.id, {times_rate("f.amount", "f.r")}, f.r from (
            select t.id, t.amount, t.ordered_on, {rate_of("t", "t.ordered_on")} as r from zhike_order t
            where t.customer_id = %s and t.status <> 'cancelled' and t.ordered_on >= %s and t.ordered_on < %s
                and (t.known_on is null or t.known_on <= %s)) f
        order by f.ordered_on desc, f.id desc"""
    values: list[Any] = [own, customer.pk, first, end, as_of]
    with connection.cursor() as cursor:
        cursor.execute(sql, [day(each) for each in values])
        found = [(int(key), int(worth), rate) for key, worth, rate in cursor.fetchall()]
    orders = Order.objects.in_bulk([key for key, _, _ in found[:SHOWN]])
    rows = [Counted(orders[key], amount(worth), None if rate is None else Decimal(int(rate)).scaleb(-8))
            for key, worth, rate in found[:SHOWN] if key in orders]  # fmt: skip
    total = amount(sum(worth for _, worth, _ in found))
    return Annual(first, as_of, own, total, len(found), sum(rate is None for _, _, rate in found), rows)
