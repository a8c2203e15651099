"""What happens around every request: the person's language, and the door of each view."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from zhike.kernel.refusals import Forbidden, Refused
from zhike.people.agreements import gate
from zhike.people.doors import rule_of
from zhike.people.models import Denial
from zhike.people.rules import allow

Answer = Callable[[HttpRequest], HttpResponse]
LANGUAGE_COOKIE = "zhike_language"


class PersonLanguage:
    """Speaks the language that the person chose; before sign-in, that of the cookie or the installation."""

    def __init__(self, answer: Answer) -> None:
        self.answer = answer

    def __call__(self, request: HttpRequest) -> HttpResponse:
        chosen = request.COOKIES.get(LANGUAGE_COOKIE, "")
        language = chosen if chosen in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE
        with translation.override(language):
            request.LANGUAGE_CODE = language
            response = self.answer(request)
        response.headers.setdefault("Content-Language", language)
        return response


class Door:
    """Carries out the rule of each view, and turns refusals into answers."""

    def __init__(self, answer: Answer) -> None:
        self.answer = answer

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.answer(request)
        if request.user.is_authenticated:
            response.headers.setdefault("Cache-Control", "no-store, private")
        return response

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: Any) -> HttpResponse | None:
        if request.path.startswith("/api/"):
            return None  # the API has its own door: zhike.api
        rule = rule_of(view)
        if rule is not None and rule.everyone:
            return None
        if not request.user.is_authenticated:
            return redirect_to_login(request.get_full_path())
        try:
            if rule is None:
                raise Forbidden(_("This page has no rule, so nobody may see it."))
            if rule.verb:
                allow(request.user, rule.verb)
            if rule.customer_data:
                gate(request.user, timezone.now())
        except Refused as refusal:
            return refused(request, refusal, rule.verb if rule else "")
        return None

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        return refused(request, error, "") if isinstance(error, Refused) else None


def refused(request: HttpRequest, refusal: Refused, verb: str) -> HttpResponse:
    """The answer to a refusal, and its record when it was about rights."""
    if refusal.status == 403:
        note_denial(request, verb or refusal.code)
    if request.headers.get("Accept", "").startswith("application/json"):
        return JsonResponse({"code": refusal.code, "message": str(refusal)}, status=refusal.status)
    return render(request, "ui/refused.html", {"refusal": refusal}, status=refusal.status)


def note_denial(request: HttpRequest, verb: str, customer: int | None = None) -> None:
    """Record a refused attempt."""
    Denial.objects.create(
        at=timezone.now(), person=request.user if request.user.is_authenticated else None, verb=verb, path=request.path[:300],
        method=request.method or "", address=request.META.get("REMOTE_ADDR") or None, customer_id=customer,
    )  # fmt: skip
