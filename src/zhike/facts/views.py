"""The orders behind a customer's annual amount."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from zhike.customers.models import Customer
from zhike.facts.annual import SHOWN, annual
from zhike.facts.models import STATUS
from zhike.people.doors import door, me
from zhike.people.rules import sees
from zhike.ui import grid


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
