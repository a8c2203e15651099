"""What the pages of analyses share: who may look, the span asked for, numbers as the charts take them."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from zhike.analysis.spans import MOST_SPANS, SPANS, Span, span_until, spans
from zhike.analysis.standing import Standing
from zhike.customers.pages import now
from zhike.facts.figures import company_currency
from zhike.kernel.amounts import amount
from zhike.kernel.refusals import Forbidden
from zhike.people.models import Person
from zhike.people.rules import sees

PLACES = (
    ("analysis_development", gettext_lazy("Development")),
    ("analysis_value", gettext_lazy("Value of customers")),
    ("analysis_fit", gettext_lazy("80/20 and fit")),
)
"""The analyses, as tabs."""


def look(person: Person) -> None:
    """Refuse whoever sees no amounts: an analysis without them says nothing."""
    if not sees(person, "price"):
        raise Forbidden(_("Your roles do not show amounts."))


def places(request: HttpRequest) -> list[tuple[str, Any, bool]]:
    """(address, name, whether it is this page)."""
    here = request.resolver_match.url_name if request.resolver_match else ""
    here = PLACES[0][0] if here == "analysis" else here
    return [(reverse(name), label, name == here) for name, label in PLACES]


def asked_spans(request: HttpRequest) -> list[Span]:
    """So many years up to today as asked for, three where nothing was asked."""
    text = request.GET.get("years", "")
    number = int(text) if text.isascii() and text.isdigit() and len(text) == 1 else SPANS
    return spans(now()[1], min(max(number, 2), MOST_SPANS))


def asked_span(request: HttpRequest) -> Span | None:
    """The span of an address."""
    try:
        return span_until(date.fromisoformat(request.GET.get("until", "")[:10]))
    except (ValueError, OverflowError):
        return None


def standing_for(person: Person) -> Standing:
    """What customers brought and got in the twelve months up to today."""
    day = now()[1]
    before, span = spans(day, 2)
    return Standing(person, span, before, day)


def common(request: HttpRequest, person: Person) -> dict[str, Any]:
    """What every page of analyses shows."""
    return {
        "places": places(request), "currency": company_currency(), "sees_profit": sees(person, "profit"),
        "query": request.GET.urlencode(),
    }  # fmt: skip


def number(whole: int) -> float:
    """A whole number of 10^-4 as a chart takes it."""
    return round(float(amount(whole)), 2)


def hours(minutes: int) -> float:
    """Minutes as hours with one decimal."""
    return round(minutes / 60, 1)
