"""Why a grade was given or proposed: codes and their names, one list for history, reports and events."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

EVENTS: dict[str, Any] = {
    "order_drop": _("orders dropped"),
    "late_payment": _("a payment is late"),
    "dispute": _("a dispute"),
    "large_order": _("a large new order"),
    "market_change": _("the market changed"),
    "record_ended": _("a manual record ended"),
}
"""Event that calls for a new grade -> its name (GRD-24)."""
CAUSES: dict[str, Any] = {
    "run": _("grading run"),
    "import": _("taken over from before"),
    "appeal": _("appeal"),
    "override": _("override"),
    "floor": _("floor"),
    "ceiling": _("ceiling"),
    "designation": _("designation"),
    "exit": _("cooperation ended"),
    **EVENTS,
}
"""Code of a cause -> its name."""


def cause_text(code: str) -> str:
    """A cause in the reader's language."""
    return str(CAUSES.get(code, code))
