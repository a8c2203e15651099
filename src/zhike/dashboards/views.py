"""Pages that cross nouns."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from zhike.dashboards.beginning import beginning
from zhike.dashboards.finding import search
from zhike.dashboards.today import today
from zhike.kernel.refusals import GateClosed
from zhike.people.agreements import gate
from zhike.people.doors import door, me
from zhike.people.models import Person


def is_open(person: Person) -> bool:
    """Whether customers' data is open to a person: the agreement is signed."""
    try:
        gate(person, timezone.now())
    except GateClosed:
        return False
    return True


@door()
def home(request: HttpRequest) -> HttpResponse:
    """The first page: what is owed today."""
    person, day = me(request), timezone.localdate()
    opened = is_open(person)
    return render(
        request,
        "dashboards/home.html",
        {
            "today": today(person, day, opened),
            "day": day,
            "open": opened,
            "person": person,
            "beginning": beginning(person, day),
            "idle": not person.access.verbs,
        },
    )


@door()
def palette(request: HttpRequest) -> HttpResponse:
    """The hits of the search over everything."""
    words = request.GET.get("q", "")
    return render(
        request,
        "dashboards/_palette.html",
        {"hits": search(me(request), words, is_open(me(request))), "words": words},
    )
