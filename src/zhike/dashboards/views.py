"""Pages that cross nouns."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from zhike.dashboards.finding import search
from zhike.kernel.refusals import GateClosed
from zhike.people.agreements import gate
from zhike.people.doors import door, me


@door()
def palette(request: HttpRequest) -> HttpResponse:
    """The hits of the search over everything."""
    words = request.GET.get("q", "").replace("\x00", "")
    try:
        gate(me(request), timezone.now())
        customers_open = True
    except GateClosed:
        customers_open = False
    return render(
        request,
        "dashboards/_palette.html",
        {"hits": search(me(request), words, customers_open), "words": words},
    )
