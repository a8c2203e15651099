"""Spans of twelve months up to a day, and the SQL that counts in them; every figure is a sum over records one can reach."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db import connection
from django.db.models import QuerySet

from zhike.customers.models import Customer
from zhike.facts.figures import company_currency, day, rate_of, times_rate
from zhike.people.models import Person
from zhike_engine.plan.windows import add_months

SPANS = 3
MOST_SPANS = 6


@dataclass(frozen=True)
class Span:
    """Twelve months in a row; `end` is the first day after them."""

    first: date
    end: date

    @property
    def last(self) -> date:
        """The last day."""
        return self.end - timedelta(days=1)

    @property
    def key(self) -> str:
        """The span in an address."""
        return self.last.isoformat()

    def __str__(self) -> str:
        return f"{self.first:%Y-%m} – {self.last:%Y-%m}"


def span_until(last: date) -> Span:
    """The twelve months that end with a day."""
    end = last + timedelta(days=1)
    return Span(add_months(end, -12), end)


def spans(day_: date, number: int = SPANS) -> list[Span]:
    """So many spans up to a day, the oldest first."""
    end = day_ + timedelta(days=1)
    return [Span(add_months(end, -12 * (i + 1)), add_months(end, -12 * i)) for i in reversed(range(number))]


def seen(person: Person) -> QuerySet[Customer]:
    """The customers that an analysis of a person is about."""
    return Customer.objects.visible_to(person).living()


class Scope:
    """Which customers' rows a statement reads, as SQL: all of them, or those that a person sees."""

    def __init__(self, person: Person) -> None:
        self.sql, self.values = "", []
        if "all" not in person.access.scopes:
            inner, values = seen(person).order_by().values("pk").query.sql_with_params()
            self.sql, self.values = f" and %s.customer_id in ({inner})", list(values)

    def of(self, table: str) -> str:
        """The condition on a table's customers."""
        return self.sql.replace("%s.customer_id", f"{table}.customer_id", 1)


def orders_between(first: date, end: date, as_of: date, scope: Scope) -> tuple[str, list[Any]]:
    """Orders of a time with their rate `r`, cancelled ones left out: the same that count in every figure of customers."""
    sql = f"""select t.*, {rate_of("t", "t.ordered_on")} as r from zhike_order t
        where t.status <> 'cancelled' and t.ordered_on >= %s and t.ordered_on < %s
          and (t.known_on is null or t.known_on <= %s){scope.of("t")}"""
    return sql, [company_currency(), first, end, as_of, *scope.values]


def worth(column: str) -> str:
    """The SQL of an order's amount or profit in the company's currency; `f` are the orders."""
    return times_rate(f"f.{column}", "f.r")


def rows(sql: str, values: list[Any]) -> list[tuple[Any, ...]]:
    """The rows of a statement."""
    with connection.cursor() as cursor:
        cursor.execute(sql, [day(each) for each in values])
        return list(cursor.fetchall())
