"""Figures beside the orders: every difference is found here, listed, and explained before anybody signs (GRD-18)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext_lazy as _

from zhike.customers.models import Customer
from zhike.people.company import limits
from zhike.people.models import Department
from zhike.submissions import ledger
from zhike.submissions.ledger import NOTHING, Sums
from zhike.submissions.models import Submission, SubmissionLine

DIFFERENCES: dict[str, Any] = {
    "amount": _("the amount is not that of the orders"),
    "orders": _("the number is not that of the orders"),
    "profit": _("the profit is not that of the orders"),
    "missing": _("has orders, but no figures"),
    "unknown": _("no customer is called like this"),
    "foreign": _("belongs to another department"),
    "outlier": _("far from this customer's usual month"),
    "unpriced": _("orders in a currency without a rate do not count"),
}
"""Code of a difference -> what it says."""


@dataclass(frozen=True)
class Given:
    """A row of a sheet: figures of a customer, or of a name that no customer bears (`customer` None)."""

    row: int
    label: str
    customer: int | None
    amount: Decimal
    orders: int
    profit: Decimal | None
    explanation: str = ""


@dataclass(frozen=True)
class Bounds:
    """What the company tolerates."""

    tolerance: Decimal
    outlier: Decimal

    @classmethod
    def read(cls) -> Bounds:
        """The company's numbers."""
        found = limits()
        return cls(Decimal(found["figures_tolerance"]) / 100, Decimal(found["figures_outlier"]))

    def apart(self, one: Decimal | None, other: Decimal | None) -> bool:
        """Whether two sums do not agree; one that is unknown agrees with everything."""
        return one is not None and other is not None and abs(one - other) > self.tolerance

    def is_odd(self, amount: Decimal, usual: Decimal | None) -> bool:
        """Whether an amount lies far from an ordinary month."""
        return usual is not None and (amount > usual * self.outlier or amount * self.outlier < usual)


def reconcile(
    department: Department, month: date, given: Sequence[Given] | None
) -> tuple[list[SubmissionLine], int]:
    """The lines of a submission, not yet saved, and how many differ. Without `given` the orders speak for themselves."""
    sums, usual = ledger.month_of(department, month), ledger.usual(department, month)
    bounds = Bounds.read()
    if given is None:
        lines = [
            line_of(Given(0, "", key, one.amount, one.orders, one.profit), one, usual.get(key), bounds)
            for key, one in sorted(sums.items())
        ]
    else:
        named = {one.customer for one in given if one.customer is not None}
        strangers = foreign(department, named - set(sums))
        lines = [
            line_of(one, sums.get(one.customer or 0, NOTHING), usual.get(one.customer or 0), bounds, foreign=one.customer in strangers)
            for one in given
        ]  # fmt: skip
        lines += [
            line_of(None, one, usual.get(key), bounds, customer=key)
            for key, one in sorted(sums.items())
            if key not in named
        ]
    return lines, sum(1 for line in lines if line.differs)


def foreign(department: Department, keys: Iterable[int]) -> set[int]:
    """Those of some customers that belong to another department."""
    rows = Customer.objects.filter(pk__in=list(keys))
    return set(rows.exclude(department__path__startswith=department.path).values_list("pk", flat=True))


def line_of(
    given: Given | None,
    sums: Sums,
    usual: Decimal | None,
    bounds: Bounds,
    *,
    customer: int | None = None,
    foreign: bool = False,
) -> SubmissionLine:
    """One line with what does not agree."""
    line = SubmissionLine(
        customer_id=given.customer if given else customer, label=given.label if given else "", row=given.row if given else 0,
        amount=given.amount if given else None, orders=given.orders if given else None, profit=given.profit if given else None,
        explanation=given.explanation[:300] if given else "", usual=usual,
    )  # fmt: skip
    settle(line, sums, bounds, foreign=foreign)
    return line


def settle(line: SubmissionLine, sums: Sums, bounds: Bounds, *, foreign: bool = False) -> None:
    """Put the orders' sums beside a line's figures and note what does not agree; an explanation without cause goes."""
    line.ledger_amount, line.ledger_orders, line.ledger_profit = sums.amount, sums.orders, sums.profit
    found: list[str] = []
    if line.customer_id is None:
        found.append("unknown")
    elif foreign:
        found.append("foreign")
    elif line.amount is None:
        found.append("missing")
    else:
        if bounds.apart(line.amount, sums.amount):
            found.append("amount")
        if line.orders != sums.orders:
            found.append("orders")
        if bounds.apart(line.profit, sums.profit):
            found.append("profit")
        if bounds.is_odd(line.amount, line.usual):
            found.append("outlier")
    if sums.unpriced:
        found.append("unpriced")
    line.differs = ",".join(found)
    if not found:
        line.explanation = ""


@dataclass(frozen=True)
class Drifted:
    """A customer whose orders of the month have changed since the submission."""

    customer: int
    before: Sums
    now: Sums


def drift_of(submission: Submission, now: dict[int, Sums] | None = None) -> list[Drifted]:
    """What has changed in the orders of the month since the submission. `now` saves the statement where it is at hand."""
    rows = SubmissionLine.objects.filter(submission=submission, customer__isnull=False)
    rows = rows.only("customer", "ledger_amount", "ledger_orders", "ledger_profit", "submission")
    lines = {line.customer_id: line for line in rows}
    own = {key for key in lines if key is not None}
    if now is None:
        moved = foreign(submission.department, own)
        end = ledger.next_month(submission.month)
        now = ledger.sums(submission.department, submission.month, end, only=moved).get(submission.month, {})
    elsewhere = _elsewhere(submission, set(now) - own)
    found = []
    for key in sorted(own | (set(now) - elsewhere)):
        line, sums = lines.get(key), now.get(key, NOTHING)
        before = Sums(line.ledger_amount, line.ledger_orders, line.ledger_profit) if line else NOTHING
        same = (before.amount, before.orders) == (sums.amount, sums.orders)
        if not same or _profit(before) != _profit(sums):
            found.append(Drifted(key, before, sums))
    return found


def _profit(one: Sums) -> Decimal | None:
    return one.profit if one.orders or one.amount else Decimal(0)


def _elsewhere(submission: Submission, keys: set[int]) -> set[int]:
    """Those of some customers whose month another department has submitted: they came to this one later."""
    if not keys:
        return set()
    others = (
        Submission.objects.standing().filter(month=submission.month).exclude(department=submission.department)
    )
    rows = SubmissionLine.objects.filter(submission__in=others, customer__in=list(keys), amount__isnull=False)
    return {key for key in rows.values_list("customer_id", flat=True) if key is not None}
