"""What the orders themselves say of a month: amount, number and profit by customer, in the company's currency.

Each order counts at the latest rate on or before its day, rounded half up once to 10^-4, as in the figures of customers;
returns reduce the amount but are no orders, cancelled ones count nowhere. Profit is unknown where one order lacks it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from statistics import median

from django.db import connection

from zhike.facts.figures import company_currency, day, rate_of, times_rate
from zhike.kernel.amounts import amount
from zhike.people.models import Department
from zhike_engine.plan.windows import add_months

HISTORY = 24
"""Months before, that an ordinary month is taken from."""
LEAST = 3
"""Months with orders without which no month is ordinary."""


@dataclass(frozen=True)
class Sums:
    """The orders of one customer in one month; `unpriced` of them are in a currency without a rate."""

    amount: Decimal = Decimal(0)
    orders: int = 0
    profit: Decimal | None = None
    unpriced: int = 0


NOTHING = Sums(profit=Decimal(0))
Months = dict[date, dict[int, Sums]]


def first_of(month: date) -> date:
    """The first day of a month."""
    return month.replace(day=1)


def next_month(month: date) -> date:
    """The first day of the month after."""
    return add_months(first_of(month), 1)


def sums(department: Department, first: date, end: date, *, only: Iterable[int] | None = None) -> Months:
    """Month -> customer -> sums, over the orders from `first` to the day before `end`, in one statement.

    The customers are those that belong to the department now, or below it, and those named in `only`.
    """
    month = (
        "substr(o.ordered_on, 1, 7)" if connection.vendor == "sqlite" else "to_char(o.ordered_on, 'YYYY-MM')"
    )
    keys = sorted(set(only or ()))
    own = company_currency()
    marks = f" or o.customer_id in ({', '.join(['%s'] * len(keys))})" if keys else ""
    worth, profit = times_rate("p.amount", "p.r"), times_rate("p.profit", "p.r")
    sql = f"""
        select p.m, p.customer_id, sum({worth}), sum(case when p.status = 'completed' then 1 else 0 end),
            sum({profit}), sum(case when p.profit is null or p.r is null then 1 else 0 end),
            sum(case when p.r is null then 1 else 0 end)
        from (select o.amount, o.profit, o.status, o.customer_id, {month} as m, {rate_of("o", "o.ordered_on")} as r
            from zhike_order o join zhike_customer c on c.id = o.customer_id
            where o.ordered_on >= %s and o.ordered_on < %s and o.status <> 'cancelled'
                and (c.department_id in (select d.id from zhike_department d where d.path like %s){marks})) p
        group by p.m, p.customer_id"""
    found: Months = {}
    with connection.cursor() as cursor:
        cursor.execute(sql, [own, day(first), day(end), f"{department.path}%", *keys])
        for name, customer, worth_, number, profit_, unknown, unpriced in cursor.fetchall():
            of = Sums(
                amount(int(worth_)), int(number), None if unknown else amount(int(profit_)), int(unpriced)
            )
            found.setdefault(date.fromisoformat(f"{name}-01"), {})[customer] = of
    return found


def month_of(department: Department, month: date) -> dict[int, Sums]:
    """Customer -> sums of one month."""
    first = first_of(month)
    return sums(department, first, next_month(first)).get(first, {})


def usual(department: Department, month: date) -> dict[int, Decimal]:
    """Customer -> the amount of an ordinary month, from the two years before."""
    first = first_of(month)
    return ordinary(sums(department, add_months(first, -HISTORY), first))


def ordinary(months: Months) -> dict[int, Decimal]:
    """Customer -> the median of the months with orders, where there are enough of them."""
    by_customer: dict[int, list[Decimal]] = {}
    for rows in months.values():
        for customer, one in rows.items():
            if one.amount > 0:
                by_customer.setdefault(customer, []).append(one.amount)
    return {
        customer: Decimal(median(several)).quantize(Decimal("0.0001"))
        for customer, several in by_customer.items()
        if len(several) >= LEAST
    }
