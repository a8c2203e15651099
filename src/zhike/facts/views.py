"""Pages of orders and receivables, and the orders behind a customer's annual amount."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from zhike.customers.models import Customer
from zhike.facts.annual import SHOWN, annual
from zhike.facts.models import STATUS
from zhike.facts.trade_lists import LISTS, fields_for, page, read
from zhike.lists.screen import chips, columns_of
from zhike.people.doors import door, me
from zhike.people.rules import can, sees
from zhike.ui import grid
from zhike.ui.answers import wants_table


def trade_page(request: HttpRequest, code: str) -> HttpResponse:
    """One of the lists; only its table when htmx asks."""
    person, trade = me(request), LISTS[code]
    if not sees(person, trade.needs):
        raise Http404
    fields = fields_for(trade, person)
    asked = read(trade, person, request.GET)
    titles = {"orders": _("Orders"), "receivables": _("Receivables")}
    table = grid.Table(
        [field.as_column() for field in columns_of(person, code, asked, fields)], page(trade, person, asked), request.GET,
        key=lambda row: row.pk, sort=asked.sort, path=reverse(code), caption=titles[code], filtered=asked.is_filtered,
        empty=_("Nothing here yet."), hint=_("Orders and receivables come in by import."),
    )  # fmt: skip
    if wants_table(request):
        return render(request, "ui/_grid.html", {"table": table})
    shown: dict[str, Any] = {
        "table": table, "asked": asked, "title": titles[code], "path": reverse(code), "chips": chips(person, asked, fields, ("status",)),
        "states": [{"value": value, "words": words, "chosen": asked.value_of("status") == value} for value, words in STATUS.items()]
        if code == "orders" else [],
        "may_import": can(person, "import_data"), "code": code,
    }  # fmt: skip
    return render(request, "facts/trade.html", shown)


@door("see_orders", customer_data=True)
@require_GET
def orders(request: HttpRequest) -> HttpResponse:
    """The list of orders."""
    return trade_page(request, "orders")


@door("see_orders", customer_data=True)
@require_GET
def receivables(request: HttpRequest) -> HttpResponse:
    """The list of receivables."""
    return trade_page(request, "receivables")


@door("see_orders", customer_data=True)
@require_GET
def annual_orders(request: HttpRequest, code: str) -> HttpResponse:
    """The orders that add up to a customer's annual amount."""
    person = me(request)
    customer = get_object_or_404(Customer.objects.visible_to(person), code=code)
    if not sees(person, "price"):
        raise Http404
    found = annual(customer, timezone.localdate())
    rows = grid.rows(
        [
            grid.Column(
                "number", _("Order"), lambda row: f"<b>{grid.text(row.order.number)}</b>", phone="title"
            ),
            grid.Column("day", _("Ordered on"), lambda row: grid.day(row.order.ordered_on), phone="meta"),
            grid.Column("status", _("Status"), lambda row: grid.tag(STATUS[row.order.status]), phone="aside"),
            grid.Column(
                "amount",
                _("Amount"),
                lambda row: grid.money(row.order.amount, row.order.currency, 2),
                css="r",
                phone="more",
            ),
            grid.Column(
                "rate",
                _("Rate"),
                lambda row: grid.text("—" if row.rate is None else f"{row.rate.normalize():f}"),
                css="r",
            ),
            grid.Column(
                "worth",
                _("Counts as"),
                lambda row: grid.money(row.worth, found.currency, 4),
                css="r",
                phone="more",
            ),
        ],
        found.rows,
    )
    shown = {
        "customer": customer,
        "annual": found,
        "rows": rows,
        "most": SHOWN,
        "more": found.number - len(found.rows),
    }
    return render(request, "facts/annual.html", shown)
