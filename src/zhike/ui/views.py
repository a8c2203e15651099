"""Pages of the shell: the start, the language, the components, and what goes wrong."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from zhike.kernel.refusals import NotThere, Refused
from zhike.people.doors import door, open_to_all
from zhike.people.middleware import API, LANGUAGE_COOKIE, problem
from zhike.ui import specimens
from zhike.ui.answers import done

FAILED = Path(__file__).parent / "templates" / "ui" / "failed.html"
GROUNDS = (("light", "zhike"), ("dark", "zhike-dark"))
YEAR = 365 * 24 * 3600


class Stale(Refused):
    """The page is too old to be sent: its token has run out."""

    status = 403
    code = "stale_page"


@open_to_all
@require_POST
def language(request: HttpRequest) -> HttpResponse:
    """Choose a language and go back."""
    back = request.POST.get("next", "")
    safe = url_has_allowed_host_and_scheme(back, {request.get_host()}, require_https=request.is_secure())
    response = redirect(back if safe else "home")
    chosen = request.POST.get("language", "")
    if chosen in dict(settings.LANGUAGES):
        response.set_cookie(
            LANGUAGE_COOKIE, chosen, max_age=YEAR, samesite="Lax", secure=request.is_secure(), httponly=True
        )
    return response


@door()
def components(request: HttpRequest) -> HttpResponse:
    """Every component in its states, on light and on dark ground."""
    show = request.GET.get("show", "all")
    form = specimens.SpecimenForm(request.POST or None)
    if show == "message":
        return done(_("This is what a message looks like."), close=False)
    if show == "form":
        if request.method == "POST" and form.is_valid():
            return done(_("Nothing was saved: this is an example."))
        return render(request, "ui/specimen_form.html", {"form": form}, status=422 if form.errors else 200)
    page = {
        "shown": show,
        "grounds": [
            (
                name,
                theme,
                specimens.table(request.GET, f"table-{name}", empty=show == "empty"),
                specimens.form(name, wrong=show == "wrong"),
            )
            for name, theme in GROUNDS
        ],
        "charts": specimens.charts(),
        "figure": Decimal("102503713.20"),
        "moment": timezone.now() - timedelta(hours=3),
    }
    return render(request, "ui/components.html", page)


def refused_page(request: HttpRequest, refusal: Refused) -> HttpResponse:
    """The page that tells a refusal and the way out."""
    return render(request, "ui/refused.html", {"refusal": refusal}, status=refusal.status)


@open_to_all
def not_found(request: HttpRequest, exception: Any = None) -> HttpResponse:
    """404."""
    said = _("There is nothing at this address, or it is not yours to see.")
    if request.path.startswith(API):
        return problem("not_found", said, 404)
    return refused_page(request, NotThere(said))


def csrf_failed(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form that was open for too long, or that came from elsewhere."""
    return refused_page(
        request,
        Stale(
            _("This page was open for too long. Nothing was saved."),
            way_out=_("Please load the page again and repeat the step."),
        ),
    )


def failed(request: HttpRequest) -> HttpResponse:
    """500: a page that needs nothing but itself."""
    if request.path.startswith(API):
        return problem("failed", _("Something went wrong on our side. Nothing was saved."), 500)
    return HttpResponse(FAILED.read_text("utf-8"), status=500)
