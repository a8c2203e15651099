"""Figures of customers, computed in the database from orders, receivables and rates (ARC-05).

`amount_12m`: orders of the twelve months that end with the as-of day, cancelled ones left out, in the company's currency at
the latest rate on or before the order's day, each order rounded half up once to 10^-4, the sum exact. `receivable` and
`overdue`: what is unpaid on the as-of day, at the rate of that day. Amounts in a currency without a rate do not count;
`unpriced` tells of them.
"""

from __future__ import annotations

import logging
from datetime import date, timedelta
from typing import Any

from django.conf import settings
from django.db import DataError, OperationalError, connection, transaction

from zhike.customers.models import Customer
from zhike.facts.models import RATE_ONE
from zhike_engine.plan.windows import add_months

CHUNK = 500
LOG = logging.getLogger(__name__)


def window(as_of: date) -> tuple[date, date]:
    """First day and end of the twelve months that end with the as-of day; the end itself is outside."""
    end = as_of + timedelta(days=1)
    return add_months(end, -12), end


def company_currency() -> str:
    """The currency that figures are in."""
    return str(settings.COMPANY_CURRENCY)


def recompute_figures(customers: Any, as_of: date, *, progress: Any = None) -> int:
    """Recompute the figures of customers (a query set, or None for all) as of a day; how many were looked at."""
    rows = Customer.objects.all() if customers is None else customers
    keys = list(rows.order_by("pk").values_list("pk", flat=True))
    for start in range(0, len(keys), CHUNK):
        _settle(keys[start : start + CHUNK], as_of)
        if progress:
            progress(min(start + CHUNK, len(keys)), len(keys))
    return len(keys)


def _settle(keys: list[int], as_of: date) -> None:
    """Recompute some customers; one whose amounts add up to more than a column holds keeps its figures, the others do not wait."""
    try:
        with transaction.atomic():
            _recompute(keys, as_of)
    except (OverflowError, DataError, OperationalError) as error:
        if not (isinstance(error, OverflowError | DataError) or "overflow" in str(error)):
            raise
        if len(keys) == 1:
            LOG.error("the amounts of customer %s are too large to add up", keys[0])
            return
        half = len(keys) // 2
        _settle(keys[:half], as_of)
        _settle(keys[half:], as_of)


def _recompute(keys: list[int], as_of: date) -> None:
    """One statement reads the figures that change, one writes them."""
    first, end = window(as_of)
    own = company_currency()
    marks = ", ".join(["%s"] * len(keys))
    worth = times_rate("f.amount", "f.r")
    sql = f"""
        with orders as (
            select f.customer_id as id, sum(case when f.ordered_on >= %s and f.ordered_on < %s then {worth} else 0 end) as amount,
                max(case when f.status = 'completed' and f.ordered_on < %s then f.ordered_on end) as last_on
            from (select t.*, {rate_of("t", "t.ordered_on")} as r from zhike_order t where t.customer_id in ({marks})
                and t.status <> 'cancelled' and (t.known_on is null or t.known_on <= %s)) f group by f.customer_id
        ), debts as (
            select f.customer_id as id, sum({worth}) as owed, sum(case when f.due_on < %s then {worth} else 0 end) as late
            from (select t.*, {rate_of("t", "%s")} as r from zhike_receivable t where t.customer_id in ({marks})
                and (t.paid_on is null or t.paid_on > %s) and (t.issued_on is null or t.issued_on <= %s)
                and (t.known_on is null or t.known_on <= %s)) f group by f.customer_id
        )
        select c.id, coalesce(o.amount, 0), o.last_on, coalesce(d.owed, 0), coalesce(d.late, 0)
        from zhike_customer c left join orders o on o.id = c.id left join debts d on d.id = c.id
        where c.id in ({marks}) and (c.amount_12m <> coalesce(o.amount, 0) or c.receivable <> coalesce(d.owed, 0)
            or c.overdue <> coalesce(d.late, 0) or coalesce(c.last_order_on, %s) <> coalesce(o.last_on, %s))"""
    never = date(1, 1, 1)
    values = [first, end, end, own, *keys, as_of,
              as_of, own, as_of, *keys, as_of, as_of, as_of, *keys, never, never]  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(sql, [day(each) for each in values])
        found = [
            (int(amount), last, int(owed), int(late), pk)
            for pk, amount, last, owed, late in cursor.fetchall()
        ]
        cursor.executemany(
            "update zhike_customer set amount_12m = %s, last_order_on = %s, receivable = %s, overdue = %s where id = %s",
            found,
        )


def day(value: Any) -> Any:
    """A day as the database takes it; anything else as it is."""
    return connection.ops.adapt_datefield_value(value) if isinstance(value, date) else value


def rate_of(table: str, on: str) -> str:
    """The SQL of a row's rate as a whole number of 10^-8, NULL where there is none; one value to give: the company's currency."""
    return (
        f"(case when {table}.currency = %s then {RATE_ONE} else (select r.rate from zhike_rate r where r.currency = {table}.currency"
        f" and r.rate_on <= {on} order by r.rate_on desc limit 1) end)"
    )


def times_rate(amount: str, rate: str) -> str:
    """The SQL of an amount times its rate, rounded half up (away from zero), in whole numbers; 0 without a rate.

    For statements with values: `%` stands doubled.
    """
    if connection.vendor == "postgresql":
        return f"coalesce(round(cast({amount} as numeric) * {rate} / {RATE_ONE}), 0)"
    whole, rest = f"({rate} / {RATE_ONE})", f"({rate} %% {RATE_ONE})"
    size = f"abs({amount})"
    low = f"(({size} %% {RATE_ONE}) * {rest} + {RATE_ONE // 2}) / {RATE_ONE}"
    product = f"({size} * {whole} + ({size} / {RATE_ONE}) * {rest} + {low})"
    return f"coalesce(case when {amount} < 0 then -{product} else {product} end, 0)"
