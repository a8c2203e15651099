"""Judges of trade: orders, receivables, exchange rates."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from zhike.facts.models import Order, Rate, Receivable
from zhike.imports.judging import Judge, Key, Row, by_key, locked


class OfCustomerJudge(Judge):
    """Facts of customers, found by their number; one of a customer that the person does not see is taken."""

    journals_each = False

    def find(self, rows: list[Row], *, lock: bool) -> dict[Key, Any]:
        numbers = {row.values["number"] for row in rows if row.values.get("number")}
        kind: Any = self.model
        found = by_key(locked(kind.objects.filter(number__in=numbers), lock), lambda one: (one.number,))
        keys = {one.pk for one in found.values()}
        self.seen = set(kind.objects.visible_to(self.by).filter(pk__in=keys).values_list("pk", flat=True))
        return found

    def is_mine(self, record: Any) -> bool:
        return record.pk in self.seen


class OrderJudge(OfCustomerJudge):
    """Orders. An amount below zero without a state is a return."""

    model = Order
    added, changed = "orders_imported", "order_changed_by_import"

    def check(self, row: Row) -> None:
        amount, status = row.values.get("amount"), row.values.get("status")
        if amount is None:
            return
        if status == "returned" and amount > 0 and self.options.get("returns") == "negate":
            for code in ("amount", "profit"):
                row.values[code] = -row.values[code] if row.values.get(code) is not None else None
        elif status == "returned" and amount > 0:
            row.refuse("amount", "positive_return")
        elif status is None and "status" not in self.mapped and amount < 0:
            row.values["status"] = "returned"

    def new_values(self, row: Row) -> dict[str, Any]:
        return {"status": row.values.get("status") or "completed", **super().new_values(row)}


class ReceivableJudge(OfCustomerJudge):
    """Receivables, with the order where it is named."""

    model = Receivable
    added, changed = "receivables_imported", "receivable_changed_by_import"


class RateJudge(Judge):
    """Rates of the company."""

    model = Rate
    added, changed = "rates_imported", "rate_changed_by_import"
    journals_each = False

    def check(self, row: Row) -> None:
        rate = row.values.get("rate")
        if rate is not None and rate <= 0:
            row.refuse("rate", "not_positive")

    def find(self, rows: list[Row], *, lock: bool) -> dict[Key, Any]:
        days = {row.values["rate_on"] for row in rows if row.values.get("rate_on")}
        currencies = {row.values["currency"] for row in rows if row.values.get("currency")}
        found = Rate.objects.filter(rate_on__in=days, currency__in=currencies)
        return by_key(locked(found, lock), lambda one: (one.currency, one.rate_on))

    def stamps(self, at: datetime) -> dict[str, Any]:
        return {}
