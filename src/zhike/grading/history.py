"""Grades over time: which grade held on a day (GRD-24)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from zhike.customers.models import Customer
from zhike.grading.models import Grade


def grade_on(customer: Customer, rating: str, day: date) -> Grade | None:
    """The grade of a customer in a rating (`<policy>.<rating>`; empty: the one that stood on the customer) on a day."""
    rows = Grade.objects.on(day).filter(customer=customer)
    rows = rows.filter(rating=rating) if rating else rows.filter(main=True)
    return rows.order_by("-from_on", "-id").first()


class Past:
    """The main grades of some customers over all days, read once: for lists with a day in every row."""

    def __init__(self, customers: Iterable[int]) -> None:
        self.rows: dict[int, list[Grade]] = {}
        found = Grade.objects.held().filter(customer__in=set(customers), main=True)
        for row in found.order_by("-from_on", "-id"):
            self.rows.setdefault(row.customer_id, []).append(row)

    def on(self, customer: int, day: date) -> Grade | None:
        """The grade that stood on a customer on a day."""
        for row in self.rows.get(customer, []):
            if row.from_on <= day and (row.until_on is None or row.until_on > day):
                return row
        return None
