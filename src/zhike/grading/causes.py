"""Why a grade was given or proposed: codes and their names, one list for history, reports and events."""

from __future__ import annotations

import json
from typing import Any

from django.conf import settings
from django.utils.translation import gettext, override
from django.utils.translation import gettext_lazy as _

EVENTS: dict[str, Any] = {
    "order_drop": _("orders dropped"),
    "late_payment": _("a payment is late"),
    "dispute": _("a dispute"),
    "large_order": _("a large new order"),
    "market_change": _("the market changed"),
    "reclassified": _("a class of the customer changed"),
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


def say(message: str, **words: Any) -> str:
    """A sentence as it is kept: its English and its words, to be told in the reader's language.

    >>> detail_text(say("%(number)s was due", number="R-1"))
    'R-1 was due'
    """
    return json.dumps([message, {name: str(word) for name, word in words.items()}], ensure_ascii=False)


def detail_text(kept: str) -> str:
    """A kept sentence in the reader's language; a plain text as it is."""
    if not kept.startswith('["'):
        return kept
    try:
        message, words = json.loads(kept)
    except ValueError:
        return kept
    return str(gettext(message) % words)


def company_text(kept: str) -> str:
    """A kept sentence in the company's language, for what is written down for good."""
    with override(settings.LANGUAGE_CODE):
        return detail_text(kept)
