"""What the page of a month's figures shows, in a number of queries that does not depend on the rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Count, Q, QuerySet, Sum
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from zhike.customers.models import Customer
from zhike.people.models import Person
from zhike.people.rules import HIDDEN, can, sees
from zhike.submissions.board import editions
from zhike.submissions.models import SOURCES, STATES, Submission, SubmissionLine
from zhike.submissions.reconciling import DIFFERENCES, Drifted, drift_of
from zhike.submissions.rights import may_submit, may_verify
from zhike.ui import grid

TONES = {"submitted": "info", "returned": "warning", "signed": "success", "replaced": "quiet"}
PAGE = 50
SHOWN_DRIFT = 100


@dataclass(frozen=True)
class Compared:
    """A figure beside what the orders say."""

    label: str
    given: str
    orders: str
    apart: bool


def light(rows: QuerySet[SubmissionLine]) -> QuerySet[SubmissionLine]:
    """Lines with their customers, without what only searches need."""
    return rows.select_related("customer", "explained_by").defer(
        "customer__search", "customer__channels", "customer__tokens", "customer__business_scope"
    )


class Difference:
    """A line that differs, as people read it."""

    def __init__(self, line: SubmissionLine, by: Person) -> None:
        self.line = line
        self.codes = line.differs.split(",")
        self.said = [str(DIFFERENCES[code]) for code in self.codes]
        self.name = line.customer.name if line.customer else line.label
        self.code = line.customer.code if line.customer else ""
        self.href = line.customer.get_absolute_url() if line.customer else ""
        self.compared = list(self._compared(by))

    def _compared(self, by: Person) -> Any:
        line, price, profit = self.line, sees(by, "price"), sees(by, "profit")
        yield Compared(
            _("amount"), amount(line.amount, price), amount(line.ledger_amount, price), "amount" in self.codes or line.amount is None
        )  # fmt: skip
        number = "—" if line.orders is None else str(line.orders)
        yield Compared(_("orders"), number, str(line.ledger_orders), "orders" in self.codes)
        yield Compared(
            _("profit"),
            amount(line.profit, profit),
            amount(line.ledger_profit, profit),
            "profit" in self.codes,
        )
        if "outlier" in self.codes:
            yield Compared(_("usual month"), amount(line.usual, price), "", True)


def amount(value: Decimal | None, seen: bool) -> str:
    """An amount to the last digit that counts, or dots for whoever may not see it."""
    if not seen:
        return HIDDEN
    if value is None:
        return "—"
    places = 4 if value != value.quantize(Decimal("0.01")) else 2
    return str(grid.money(value, "", places))


class Page:
    """Everything on the page of a submission, for one person on one day."""

    def __init__(self, one: Submission, by: Person, day: date) -> None:
        self.one, self.by = one, by
        self.state, self.tone = str(STATES[one.state]), TONES[one.state]
        self.source = str(SOURCES[one.source])
        self.waits = one.state == "submitted"
        self.is_signed = one.state == "signed"
        self.editions = [(each, str(STATES[each.state]), TONES[each.state]) for each in editions(one)]
        self.sums: dict[str, Any] = SubmissionLine.objects.filter(submission=one).aggregate(
            ledger=Sum("ledger_amount"), profit=Sum("profit"), orders=Sum("orders"), ledger_orders=Sum("ledger_orders"),
            open=Count("pk", filter=~Q(differs="") & Q(explanation="")),
        )  # fmt: skip
        self.unexplained: int = self.sums["open"]
        submits = may_submit(by, one.department)
        self.may_explain = self.waits and submits
        self.may_correct = self.is_signed and submits
        self.may_verify = self.waits and may_verify(by, one, day)
        self.may_compare = self.waits and (self.may_verify or one.submitted_by_id == by.pk)
        self.own = self.waits and not self.may_verify and can(by, "verify_figures")
        self.may_open_file = bool(one.sha256) and sees(by, "price") and sees(by, "profit")
        self.drift: list[Drifted] = drift_of(one) if one.state in ("submitted", "signed") else []

    @property
    def total(self) -> str:
        """The sum of the figures, without decimals."""
        return str(grid.money(self.one.amount, "", 0)) if sees(self.by, "price") else HIDDEN

    @property
    def by_orders(self) -> str:
        """The sum of the orders."""
        return amount(self.sums["ledger"] or Decimal(0), sees(self.by, "price"))

    @property
    def apart(self) -> bool:
        """Whether the two sums differ."""
        return bool(self.one.amount != (self.sums["ledger"] or Decimal(0)))

    @property
    def drifted(self) -> list[dict[str, Any]]:
        """The customers whose orders have changed since, with both sums."""
        shown = self.drift[:SHOWN_DRIFT]
        names = Customer.objects.only("pk", "code", "name", "short_name").in_bulk(
            [one.customer for one in shown]
        )
        price = sees(self.by, "price")
        return [
            {
                "customer": names[one.customer], "before": amount(one.before.amount, price), "now": amount(one.now.amount, price),
                "orders_before": one.before.orders, "orders_now": one.now.orders,
            }
            for one in shown
        ]  # fmt: skip

    @property
    def steps(self) -> list[tuple[str, bool, bool]]:
        """The way of the figures: name, done, current."""
        explained = self.unexplained == 0
        ended = self.one.state in ("signed", "replaced", "returned")
        last = _("verified and signed") if ended else _("verify and sign")
        if self.one.state == "returned":
            last = pgettext("figures", "returned")
        middle = _("differences explained") if explained else _("explain the differences")
        return [
            (pgettext("figures", "submitted"), True, False),
            (middle, explained, not explained and not ended),
            (last, ended, explained and not ended),
        ]


def columns(by: Person) -> Sequence[grid.Column]:
    """The columns of all lines; what the orders say stands under a figure that is not theirs."""
    price, profit = sees(by, "price"), sees(by, "profit")

    def beside(code: str, given: str, orders: str, line: SubmissionLine) -> str:
        apart = code in line.differs.split(",") or line.amount is None or line.customer_id is None
        under = _("orders: %(sum)s") % {"sum": orders}
        return f'{given}<small class="under">{grid.text(under)}</small>' if apart else given

    return [
        grid.Column("customer", _("Customer"), _name, css="stick", phone="title"),
        grid.Column("amount", _("Amount"), css="r", phone="aside",
                    cell=lambda line: beside("amount", amount(line.amount, price), amount(line.ledger_amount, price), line)),
        grid.Column("orders", _("Orders"), lambda line: beside("orders", grid.text(line.orders), str(line.ledger_orders), line), css="r",
                    phone="more"),
        grid.Column("profit", _("Profit"), css="r", phone="more",
                    cell=lambda line: beside("profit", amount(line.profit, profit), amount(line.ledger_profit, profit), line)),
        grid.Column("differs", _("Differences"), _differs, phone="meta"),
    ]  # fmt: skip


def _name(line: SubmissionLine) -> str:
    if line.customer is None:
        return grid.text(line.label)
    return grid.name(line.customer.name, line.customer.code, line.customer.get_absolute_url())


def _differs(line: SubmissionLine) -> str:
    if not line.differs:
        return grid.tag(_("agrees"), "success")
    names = {"amount": _("amount"), "orders": _("orders"), "profit": _("profit"), "missing": _("missing"), "unknown": _("unknown"),
             "foreign": _("other department"), "outlier": _("unusual"), "unpriced": _("no rate")}  # fmt: skip
    said = ", ".join(names[code] for code in line.differs.split(","))
    return grid.tag(said, "quiet" if line.explanation else "warning")
