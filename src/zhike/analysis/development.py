"""Development: orders, growth, customers and movements over the years, by the grade that customers carry today (ANA-01)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Count, F, Min, Q, QuerySet

from zhike.analysis.spans import Scope, Span, orders_between, rows, seen, worth
from zhike.customers.models import Customer
from zhike.facts.models import Order
from zhike.grading.models import Grade
from zhike.kernel.amounts import amount
from zhike.people.models import Person


@dataclass(frozen=True)
class Year:
    """What the customers of a grade did in a span. `buying` have an order in it, `fresh` their first one."""

    amount: Decimal = Decimal(0)
    profit: Decimal = Decimal(0)
    orders: int = 0
    buying: int = 0
    fresh: int = 0
    up: int = 0
    down: int = 0

    def __add__(self, other: Year) -> Year:
        return Year(*(getattr(self, name) + getattr(other, name) for name in FIELDS))

    def growth(self, before: Year | None) -> Decimal | None:
        """Growth of the amount against the span before; None where there is no base."""
        return self.amount / before.amount - 1 if before is not None and before.amount > 0 else None


FIELDS = ("amount", "profit", "orders", "buying", "fresh", "up", "down")


@dataclass(frozen=True)
class Development:
    """Grade -> one Year per span; customers and their life cycle today."""

    spans: Sequence[Span]
    years: dict[str, list[Year]]
    customers: dict[str, dict[str, int]]

    def of(self, grade: str | None) -> list[Year]:
        """The years of a grade, or of all customers together."""
        if grade is not None:
            return self.years.get(grade) or [Year()] * len(self.spans)
        return [sum((years[i] for years in self.years.values()), Year()) for i in range(len(self.spans))]


def development(person: Person, spans: Sequence[Span], as_of: date) -> Development:
    """The development of the customers that a person sees; five statements however many there are."""
    scope = Scope(person)
    found: dict[tuple[str, int], dict[str, Any]] = {}

    def cell(grade: str, place: int) -> dict[str, Any]:
        return found.setdefault((grade, place), {})

    inner, values = orders_between(spans[0].first, spans[-1].end, as_of, scope)
    place, marks = _place("f.ordered_on", spans)
    per_customer = f"""
        select f.customer_id as id, {place} as place, sum({worth("amount")}) as amount, sum({worth("profit")}) as profit,
            sum(case when f.status = 'completed' then 1 else 0 end) as orders
        from ({inner}) f group by f.customer_id, {place}"""
    sql = f"""select c.grade, w.place, sum(w.amount), sum(w.profit), sum(w.orders), sum(case when w.orders > 0 then 1 else 0 end)
        from ({per_customer}) w join zhike_customer c on c.id = w.id group by c.grade, w.place"""
    for grade, number, bought, gained, orders, buying in rows(sql, [*marks, *values, *marks]):
        cell(grade, int(number)).update(
            amount=amount(int(bought or 0)),
            profit=amount(int(gained or 0)),
            orders=int(orders or 0),
            buying=int(buying or 0),
        )
    for grade, number, count in _fresh(spans, as_of, scope):
        cell(grade, int(number))["fresh"] = int(count)
    for row in (
        movements(person, spans[0].first, spans[-1].end)
        .order_by()
        .values_list("customer__grade", "from_on", "moved")
    ):
        grade, on, moved = row
        number = next(i for i, span in enumerate(spans) if on < span.end)
        name = "up" if moved > 0 else "down"
        cell(grade, number)[name] = cell(grade, number).get(name, 0) + 1
    customers: dict[str, dict[str, int]] = {}
    for grade, life, count in (
        seen(person).order_by().values_list("grade", "life").annotate(count=Count("pk"))
    ):
        customers.setdefault(grade, {})[life] = count
    grades = {grade for grade, _place_ in found} | set(customers)
    years = {grade: [Year(**found.get((grade, i), {})) for i in range(len(spans))] for grade in grades}
    return Development(spans, years, customers)


def _place(column: str, spans: Sequence[Span]) -> tuple[str, list[Any]]:
    """The SQL of the span's number that a day lies in."""
    cases = " ".join(f"when {column} < %s then {i}" for i in range(len(spans)))
    return f"case {cases} end", [span.end for span in spans]


def _fresh(spans: Sequence[Span], as_of: date, scope: Scope) -> list[tuple[Any, ...]]:
    """(grade, span, customers) whose first completed order lies in the span."""
    place, marks = _place("w.first_on", spans)
    sql = f"""select c.grade, {place}, count(*) from (
            select t.customer_id as id, min(t.ordered_on) as first_on from zhike_order t
            where t.status = 'completed' and (t.known_on is null or t.known_on <= %s){scope.of("t")} group by t.customer_id
        ) w join zhike_customer c on c.id = w.id where w.first_on >= %s and w.first_on < %s group by c.grade, {place}"""
    return rows(sql, [*marks, as_of, *scope.values, spans[0].first, spans[-1].end, *marks])


def first_order_on(person: Person) -> date | None:
    """The day of the first order; who first bought in the span where orders begin is not known to be new."""
    found = Order.objects.filter(customer__in=seen(person)).aggregate(first=Min("ordered_on"))["first"]
    return found if isinstance(found, date) else None


def movements(person: Person, first: date, end: date) -> QuerySet[Grade]:
    """The movements of main grades in a time; grades that never held are none."""
    found = Grade.objects.filter(customer__in=seen(person), main=True, from_on__gte=first, from_on__lt=end)
    return found.exclude(moved=0).exclude(until_on=F("from_on"))


def buyers(person: Person, grade: str | None, span: Span) -> QuerySet[Customer]:
    """The customers with a completed order in a span."""
    found = seen(person).filter(
        pk__in=Customer.objects.filter(
            Q(orders__status="completed"), orders__ordered_on__gte=span.first, orders__ordered_on__lt=span.end
        ).values("pk")
    )
    return found if grade is None else found.filter(grade=grade)
