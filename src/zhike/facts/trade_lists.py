"""The lists of orders and receivables: their fields, what may be asked of them, and a page in a constant number of queries."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import Q
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from zhike.facts.models import STATUS, TONES, Order, Receivable
from zhike.lists.asked import Asked, where
from zhike.lists.dressing import dress
from zhike.lists.fields import Field, seen_by
from zhike.lists.pages import Page, page_of
from zhike.people.models import Person
from zhike.people.rules import sees
from zhike.ui import grid


def _customer(row: Any) -> str:
    return grid.link(str(row.customer), row.customer.get_absolute_url())


def _codes(values: dict[str, Any]) -> Any:
    return lambda person: values


CUSTOMER = Field(
    "customer",
    _("Customer"),
    "text",
    "customer__name",
    _customer,
    plain=lambda row: row.customer.name,
    sort=False,
    phone="meta",
)
CODE = Field("code", _("Customer code"), "text", "customer__code", lambda row: grid.text(row.customer.code),
             plain=lambda row: row.customer.code, sort=False, shown=False)  # fmt: skip
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
    CODE,
    Field("grade", _("Grade then"), "text", "customer__grade", lambda row: getattr(row, "grade_then", "") or grid.text(""),
          plain=lambda row: getattr(row, "grade_then_word", ""), sort=False, filter=False, phone="aside"),
    Field("ordered_on", _("Ordered on"), "day", "ordered_on", lambda row: grid.day(row.ordered_on), phone="meta"),
    Field("status", _("Status"), "choice", "status", lambda row: grid.tag(STATUS[row.status], TONES[row.status]), choices=_codes(STATUS),
          phone="aside"),
    Field("product", _("Product"), "text", "product", lambda row: grid.text(row.product), sort=False),
    Field("amount", _("Amount"), "amount", "amount", lambda row: grid.money(row.amount, row.currency, 2),
        field_class="price", css="r", phone="more"),
    Field("profit", _("Profit"), "amount", "profit", lambda row: grid.money(row.profit, row.currency, 2), field_class="profit", css="r"),
    CURRENCY,
)  # fmt: skip
RECEIVABLES = (
    Field("number", _("Receivable"), "text", "number", lambda row: f"<b>{grid.text(row.number)}</b>", css="stick", phone="title"),
    CUSTOMER,
    CODE,
    Field("order", _("Order"), "text", "order__number", lambda row: grid.text(row.order or ""),
        plain=lambda row: str(row.order or ""), sort=False),
    Field("issued_on", _("Issued on"), "day", "issued_on", lambda row: grid.day(row.issued_on), shown=False),
    Field("due_on", _("Due on"), "day", "due_on", lambda row: grid.day(row.due_on), phone="meta"),
    Field("paid_on", _("Paid on"), "day", "paid_on", lambda row: grid.day(row.paid_on), phone="aside"),
    Field("amount", _("Amount"), "amount", "amount", lambda row: grid.money(row.amount, row.currency, 2),
        field_class="credit", css="r", phone="more"),
    CURRENCY,
)  # fmt: skip


@dataclass(frozen=True)
class Trade:
    """A list: its model, fields, the usual order, and the class of fields without which nobody opens it."""

    code: str
    model: Any
    fields: tuple[Field, ...]
    sort: str
    related: tuple[str, ...]
    needs: str


LISTS = {
    "orders": Trade("orders", Order, ORDERS, "-ordered_on", ("customer",), "basic"),
    "receivables": Trade("receivables", Receivable, RECEIVABLES, "-due_on", ("customer", "order"), "credit"),
}


def fields_for(trade: Trade, person: Person) -> tuple[Field, ...]:
    """The fields that a person sees."""
    return seen_by(person, trade.fields)


def read(trade: Trade, person: Person, query: QueryDict) -> Asked:
    """What a query string asks, as far as the person may ask it."""
    return Asked.read(query, fields_for(trade, person), trade.sort)


def find(trade: Trade, person: Person, asked: Asked) -> Any:
    """The rows asked for, among those that the person sees."""
    rows = trade.model.objects.visible_to(person) if sees(person, trade.needs) else trade.model.objects.none()
    for word in asked.words.split():
        rows = rows.filter(Q(number__icontains=word) | Q(customer__search__contains=word.lower()))
    return rows.filter(where(asked, fields_for(trade, person)))


def page(trade: Trade, person: Person, asked: Asked) -> Page:
    """One page: keys by the index, rows by the keys."""
    field = next(field for field in trade.fields if field.code == asked.sort.lstrip("-"))
    down = "-" if asked.sort.startswith("-") else ""
    keys = find(trade, person, asked).order_by(f"{down}{field.column}", f"{down}id")
    names = ("search", "channels", "tokens", "business_scope")
    rows = trade.model.objects.select_related(*trade.related).defer(*(f"customer__{name}" for name in names))
    found = page_of(keys, rows, asked.page)
    dress(trade.code, found.object_list)
    return found
