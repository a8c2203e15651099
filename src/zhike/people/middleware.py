"""What happens around every request: the person's language, and the door of each view."""

from __future__ import annotations

import logging
from collections.abc import Callable
from contextlib import suppress
from typing import Any
from urllib.parse import urlsplit

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import get_supported_language_variant
from django.utils.translation import gettext as _
from django.utils.translation.trans_real import parse_accept_lang_header

from zhike.kernel.busy import refusal_of
from zhike.kernel.refusals import Forbidden, Refused
from zhike.people.agreements import gate
from zhike.people.doors import Rule, rule_of
from zhike.people.models import Denial, Person
from zhike.people.rules import allow

Answer = Callable[[HttpRequest], HttpResponse]
LANGUAGE_COOKIE = "zhike_language"
API = "/api/"
ACCOUNT = "/accounts/"
"""Where somebody signs in, and sets up a second factor."""
log = logging.getLogger("zhike.refused")


class PersonLanguage:
    """Speaks the language chosen on this device, to a program that of its request, else that of the person, else that of the
    installation."""

    def __init__(self, answer: Answer) -> None:
        self.answer = answer

    def __call__(self, request: HttpRequest) -> HttpResponse:
        wishes = (
            request.COOKIES.get(LANGUAGE_COOKIE, ""),
            asked_in(request),
            getattr(request.user, "language", ""),
        )
        known = dict(settings.LANGUAGES)
        language = next((wish for wish in wishes if wish in known), settings.LANGUAGE_CODE)
        with translation.override(language):
            request.LANGUAGE_CODE = language
            response = self.answer(request)
        response.headers.setdefault("Content-Language", request.LANGUAGE_CODE)
        return response


def asked_in(request: HttpRequest) -> str:
    """The first language of a program's `Accept-Language` that is spoken here; empty where there is none, and for pages."""
    header = request.headers.get("Accept-Language", "") if request.path.startswith(API) else ""
    for wish, _weight in parse_accept_lang_header(header.lower()):
        with suppress(LookupError):
            return get_supported_language_variant(wish)
    return ""


class Door:
    """Carries out the rule of each view, and turns refusals into answers."""

    def __init__(self, answer: Answer) -> None:
        self.answer = answer

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.answer(request)
        if response.status_code == 405 and request.path.startswith(API):
            told = problem("not_allowed", _("This address does not take this method."), 405)
            told.headers["Allow"] = response.headers.get("Allow", "")
            response = told
        if request.user.is_authenticated:
            response.headers.setdefault("Cache-Control", "no-store, private")
            if response.status_code == 404 and "code" in getattr(request.resolver_match, "kwargs", {}):
                note_denial(
                    request, "see_customers"
                )  # a stranger's customer does not exist, but asking is recorded
        return response

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: Any) -> HttpResponse | None:
        if "\0" in request.path:  # PostgreSQL has no such text
            raise Http404
        if request.path.startswith(API):  # the API has its own door: zhike.api
            if isinstance(request.user, Person) and lacks_factor(request, request.user):
                return problem("gate_closed", _("Set up your second factor first."), 403)
            return None
        rule = rule_of(view)
        if rule is not None and rule.everyone:
            return None
        if not isinstance(request.user, Person):
            return sign_in_first(request)
        try:
            if rule is None:
                raise Forbidden(_("This page has no rule, so nobody may see it."))
            if not rule.before_factor and lacks_factor(request, request.user):
                return factor_first(request)
            pass_rule(rule, request.user)
        except Refused as refusal:
            return refused(request, refusal, rule.verb if rule else "")
        return None

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        refusal = error if isinstance(error, Refused) else refusal_of(error)
        if refusal is None:
            return None
        if refusal is not error:
            log.warning("refused %s %s: %s", request.method, request.path, error)
        return refused(request, refusal, "")


def problem(code: str, message: Any, status: int) -> JsonResponse:
    """A refusal as the API tells it: a stable code, a sentence, no fields."""
    return JsonResponse(
        {"code": code, "message": str(message), "fields": {}},
        status=status,
        json_dumps_params={"ensure_ascii": False},
    )


def pass_rule(rule: Rule, person: Person) -> None:
    """Let a person through, or raise the refusal: the verb first, then the agreement before customers' data."""
    if rule.verb:
        allow(person, rule.verb)
    if rule.customer_data:
        gate(person, timezone.now())


def sign_in_first(request: HttpRequest) -> HttpResponse:
    """To the sign-in page; a fragment asked for by a script makes the whole page go there."""
    if getattr(request, "session_ended", False):
        messages.info(request, _("Your session has ended. Please sign in again."))
    if request.headers.get("HX-Request"):
        return HttpResponse(headers={"HX-Redirect": redirect_to_login("/").url})
    return redirect_to_login(request.get_full_path() if request.method == "GET" else "/")


def factor_first(request: HttpRequest) -> HttpResponse:
    """To the page for the second factor. A fragment never leads there from the pages of the account itself: each showing makes another
    secret, and the one that the person has just scanned would be lost."""
    there = reverse("mfa_activate_totp")
    if not request.headers.get("HX-Request"):
        return redirect(there)
    if urlsplit(request.headers.get("HX-Current-URL", "")).path.startswith(ACCOUNT):
        return HttpResponse(status=204)
    return HttpResponse(headers={"HX-Redirect": there})


def lacks_factor(request: HttpRequest, person: Person) -> bool:
    """Whether a role asks for a second factor and the person has none; once seen, the session remembers it."""
    if not person.access.second_factor or request.session.get("factor"):
        return False
    if Authenticator.objects.filter(user=person, type=Authenticator.Type.TOTP).exists():
        request.session["factor"] = True
        return False
    return True


def refused(request: HttpRequest, refusal: Refused, verb: str) -> HttpResponse:
    """The answer to a refusal, and its record when it was about rights."""
    if refusal.status == 403:
        note_denial(request, verb or refusal.code)
    if request.headers.get("Accept", "").startswith("application/json"):
        answer: HttpResponse = JsonResponse(
            {"code": refusal.code, "message": str(refusal)}, status=refusal.status
        )
    else:
        answer = render(request, "ui/refused.html", {"refusal": refusal}, status=refusal.status)
    if refusal.status == 503:
        answer.headers["Retry-After"] = "60"
    return answer


def note_denial(request: HttpRequest, verb: str, customer: int | None = None) -> None:
    """Record a refused attempt."""
    Denial.objects.create(
        at=timezone.now(), person=request.user if request.user.is_authenticated else None, verb=verb,
        path=request.path.replace("\0", "")[:300], method=request.method or "",
        address=request.META.get("REMOTE_ADDR") or None, customer_id=customer,
    )  # fmt: skip
