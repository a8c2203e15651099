"""Figures anew each night, since a day has passed; and where a customer's orders stand, for the record page."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from zhike.customers.merging import FIGURES
from zhike.customers.models import Customer
from zhike.customers.record import ORDERS
from zhike.facts.figures import recompute_figures
from zhike.jobs.registry import every, job
from zhike.jobs.running import Run


@job("figures", title=_("Figures of customers"))
def figures(run: Run) -> dict[str, Any]:
    """Recompute the figures of every customer as of today."""
    return {"customers": recompute_figures(None, timezone.localtime(run.at).date(), progress=run.progress)}


every("figures", kind="figures", daily="00:20")


def orders_of(customer: Customer) -> str:
    """The orders behind the annual amount."""
    return reverse("annual_orders", args=[customer.code])


ORDERS.append(orders_of)
FIGURES.append(recompute_figures)
