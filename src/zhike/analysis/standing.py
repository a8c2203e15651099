"""What each customer brings and gets in twelve months: one row per customer, read by one statement.

Amount and profit as in every figure of customers. Effort: the minutes of contacts that count (content and result), and how
many contacts there were; one without a stated time counts as none. Cost: what was booked on budgets for the customer.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cached_property

import pyarrow.parquet as pq

from zhike.analysis.spans import Scope, Span, orders_between, rows, worth
from zhike.grading.frozen import folder_of
from zhike.grading.models import GradingRun
from zhike.grading.outlooks import file_of
from zhike.people.models import Person
from zhike_engine.forecast import EXPECTED_AMOUNT

RUNS = ("ready", "submitted", "closed")


@dataclass(frozen=True, slots=True)
class Line:
    """One customer; amounts are whole numbers of 10^-4."""

    pk: int
    grade: str
    amount: int
    profit: int
    before: int
    minutes: int
    contacts: int
    cost: int


class Standing:
    """The customers with a grade, or with orders in the span, that a person sees."""

    def __init__(self, person: Person, span: Span, before: Span, as_of: date) -> None:
        self.span, self.before = span, before
        self.lines = _lines(person, span, before, as_of)

    @cached_property
    def graded(self) -> list[Line]:
        """Those with a grade."""
        return [one for one in self.lines if one.grade]

    @cached_property
    def effort(self) -> str:
        """What effort is measured by: the minutes where any were stated, else the number of contacts."""
        return "minutes" if any(one.minutes for one in self.lines) else "contacts"

    def ordered(self, name: str, lines: Sequence[Line] | None = None) -> list[Line]:
        """The lines by a figure, the largest first; equal ones by their keys."""
        return sorted(
            self.lines if lines is None else lines, key=lambda one: (-int(getattr(one, name)), one.pk)
        )


def total(lines: Iterable[Line], name: str) -> int:
    """The sum of a figure."""
    return sum(int(getattr(one, name)) for one in lines)


def share(part: int | Decimal, whole: int | Decimal) -> float | None:
    """A part of a whole; None where the whole is not above zero."""
    return float(Decimal(part) / Decimal(whole)) if whole > 0 else None


def _lines(person: Person, span: Span, before: Span, as_of: date) -> list[Line]:
    scope = Scope(person)
    orders, values = orders_between(before.first, span.end, as_of, scope)
    sql = f"""
        with w as (
            select f.customer_id as id, sum(case when f.ordered_on >= %s then {worth("amount")} else 0 end) as amount,
                sum(case when f.ordered_on >= %s then {worth("profit")} else 0 end) as profit,
                sum(case when f.ordered_on < %s then {worth("amount")} else 0 end) as before
            from ({orders}) f group by f.customer_id
        ), e as (
            select t.customer_id as id, sum(coalesce(t.minutes, 0)) as minutes, count(*) as contacts from zhike_activity t
            where t.done_on >= %s and t.done_on < %s and t.content <> '' and t.result <> ''{scope.of("t")} group by t.customer_id
        ), b as (
            select t.customer_id as id, sum(t.amount) as cost from zhike_booking t
            where t.spent_on >= %s and t.spent_on < %s and t.state in ('booked', 'approved'){scope.of("t")} group by t.customer_id
        )
        select t.id, t.grade, coalesce(w.amount, 0), coalesce(w.profit, 0), coalesce(w.before, 0), coalesce(e.minutes, 0),
            coalesce(e.contacts, 0), coalesce(b.cost, 0)
        from (select c.*, c.id as customer_id from zhike_customer c) t left join w on w.id = t.id left join e on e.id = t.id
            left join b on b.id = t.id
        where t.merged_into_id is null and (t.grade <> '' or w.amount is not null){scope.of("t")}"""
    given = [span.first, span.first, span.first, *values, span.first, span.end, *scope.values, span.first, span.end, *scope.values,
             *scope.values]  # fmt: skip
    return [
        Line(int(key), grade, int(bought), int(gained), int(earlier), int(minutes), int(contacts), int(cost))
        for key, grade, bought, gained, earlier, minutes, contacts, cost in rows(sql, given)
    ]


def potentials(day: date) -> dict[int, Decimal]:
    """Customer -> the amount that the last run of each policy expects of the next twelve months."""
    found: dict[int, Decimal] = {}
    last: dict[int, GradingRun] = {}
    for run in (
        GradingRun.objects.filter(state__in=RUNS, as_of__lte=day)
        .select_related("version")
        .order_by("as_of", "pk")
    ):
        last[run.version.policy_id] = run
    for run in last.values():
        file = file_of(folder_of(run))
        if file.is_file():
            table = pq.read_table(
                file, columns=["customer", "value"], filters=[("forecast", "=", EXPECTED_AMOUNT)]
            )
            for customer, value in zip(*(column.to_pylist() for column in table.columns), strict=True):
                if str(customer).isdigit():
                    found[int(customer)] = Decimal(value)
    return found
