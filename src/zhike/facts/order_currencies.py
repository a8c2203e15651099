"""Currencies of the orders, found in their index: a million orders in five currencies take five looks, not a million."""

from __future__ import annotations

from datetime import date

from django.db import connection

FOUND = """
with recursive found(code) as (
  select min(t.currency) from zhike_order t
  union all
  select (select min(t.currency) from zhike_order t where t.currency > found.code) from found where found.code is not null
)
select found.code from found
where exists (select 1 from zhike_order t where t.currency = found.code and t.ordered_on <= %s)
order by found.code
"""
"""From each currency to the next one: databases have no such walk of their own, and read every row for `distinct`."""


def currencies_until(day: date) -> list[str]:
    """The currencies of the orders up to a day."""
    with connection.cursor() as cursor:
        cursor.execute(FOUND, [day])
        return [str(code) for (code,) in cursor.fetchall()]
