"""The lists of orders and receivables: their fields, what may be asked of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from zhike.customers.around import CUSTOMER, grades_worn, searching, shown_too, with_customers
from zhike.customers.grid import codes_of
from zhike.facts.models import STATUS, TONES, Order, Receivable
from zhike.lists.fields import Field
from zhike.lists.listing import Listing, Looking, Tab, listed
from zhike.people.rules import can
from zhike.ui import grid

CURRENCY = Field(
    "currency",
    _("Currency"),
    "text",
    "currency",
    lambda row: grid.text(row.currency),
    sort=False,
    phone="aside",
)

ORDERS = (
    Field("number", _("Order"), "text", "number", lambda row: f"<b>{grid.text(row.number)}</b>", css="stick", phone="title"),
    CUSTOMER,
    Field("grade", _("Grade then"), "text", "customer__grade", lambda row: getattr(row, "grade_then", "") or grid.text(""),
          plain=lambda row: getattr(row, "grade_then_word", ""), sort=False, filter=False, phone="aside"),
    Field("ordered_on", _("Ordered on"), "day", "ordered_on", lambda row: grid.day(row.ordered_on), phone="meta"),
    Field("status", _("Status"), "choice", "status", lambda row: grid.tag(STATUS[row.status], TONES[row.status]), choices=codes_of(STATUS),
          phone="aside"),
    Field("product", _("Product"), "text", "product", lambda row: grid.text(row.product), sort=False),
    Field("amount", _("Amount"), "amount", "amount", lambda row: grid.money(row.amount, row.currency, 2),
        field_class="price", css="r", phone="more"),
    Field("profit", _("Profit"), "amount", "profit", lambda row: grid.money(row.profit, row.currency, 2), field_class="profit", css="r"),
    CURRENCY,
    *shown_too(),
)  # fmt: skip
RECEIVABLES = (
    Field("number", _("Receivable"), "text", "number", lambda row: f"<b>{grid.text(row.number)}</b>", css="stick", phone="title"),
    CUSTOMER,
    Field("order", _("Order"), "text", "order__number", lambda row: grid.text(row.order or ""),
        plain=lambda row: str(row.order or ""), sort=False),
    Field("issued_on", _("Issued on"), "day", "issued_on", lambda row: grid.day(row.issued_on), shown=False),
    Field("due_on", _("Due on"), "day", "due_on", lambda row: grid.day(row.due_on), phone="meta"),
    Field("paid_on", _("Paid on"), "day", "paid_on", lambda row: grid.day(row.paid_on), phone="aside"),
    Field("amount", _("Amount"), "amount", "amount", lambda row: grid.money(row.amount, row.currency, 2),
        field_class="credit", css="r", phone="more"),
    CURRENCY,
    *shown_too(),
)  # fmt: skip


def _orders(looking: Looking) -> QuerySet[Order]:
    return with_customers(Order.objects.all())


def _receivables(looking: Looking) -> QuerySet[Receivable]:
    return with_customers(Receivable.objects.select_related("order"))


def _dress(rows: Sequence[Any], looking: Looking) -> None:
    grades_worn(rows, looking)


def _beside(looking: Looking) -> dict[str, Any]:
    return {"may_import": can(looking.person, "import_data")}


def _unpaid(rows: Any, looking: Looking) -> Any:
    return rows.filter(paid_on__isnull=True)


def _overdue(rows: Any, looking: Looking) -> Any:
    return rows.filter(paid_on__isnull=True, due_on__lt=looking.day)


OF_ORDERS = listed(Listing(
    "orders", "orders", _("Orders"), Order, ORDERS, _("Number or customer"), _orders, verb="see_orders", search=searching("number"),
    sort="-ordered_on", tab_field="status", quick=("grade_now", "region", "manager"), dress=_dress, beside=_beside,
    template="facts/trade.html", empty=_("Nothing here yet."), hint=_("Orders and receivables come in by import."),
))  # fmt: skip
OF_RECEIVABLES = listed(Listing(
    "receivables", "receivables", _("Receivables"), Receivable, RECEIVABLES, _("Number or customer"), _receivables, verb="see_orders",
    needs="credit", search=searching("number"), sort="-due_on",
    tabs=(
        Tab("all", _("All"), counted=False), Tab("unpaid", _("unpaid"), _unpaid, counted=False),
        Tab("overdue", _("overdue"), _overdue, counted=False),
    ),
    quick=("grade_now", "region", "manager"), dress=_dress, beside=_beside, template="facts/trade.html",
    empty=_("Nothing here yet."), hint=_("Orders and receivables come in by import."),
))  # fmt: skip
