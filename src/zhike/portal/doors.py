"""The door of every page of the portal: who is there, for which customer, in which part; and what every answer carries.

    @portal_door("orders")
    def orders(request, visit): ...

A signed-in person of the company is nobody here, and a contact is nobody anywhere else: the cookie, the table and the path of
visits are their own. What is not there, is not open, or is another customer's answers the same 404, and is recorded.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import wraps
from typing import Any

from allauth.core.internal import ratelimit
from csp.decorators import csp
from django.conf import settings
from django.db import OperationalError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone, translation
from django.utils.translation import get_supported_language_variant
from django.utils.translation.trans_real import parse_accept_lang_header

from zhike.accesses.models import PortalAccess
from zhike.accesses.telling import language_of
from zhike.customers.models import Contact, Customer
from zhike.kernel.busy import refusal_of
from zhike.kernel.refusals import Refused
from zhike.letters.making import letterhead
from zhike.people.doors import Rule
from zhike.portal.entering import Clocks, note_refusal, visit_of
from zhike.portal.models import PortalVisit

VISIT_COOKIE = "__Secure-portal" if settings.SECURE else "portal"
ASKED_COOKIE = "__Secure-portal-asked" if settings.SECURE else "portal-asked"
LANGUAGE_COOKIE, THEME_COOKIE = "portal-language", "portal-theme"
THEMES = {"zhike", "zhike-dark"}
PATH = "/portal/"
RATES = {
    "asked_here": "5/15m/key", "asked_address": "20/d/key", "asked": "30/h/ip", "tried": "30/15m/ip", "page": "240/m/ip",
    "sent": "30/h/key",
}  # fmt: skip
"""How often one network asks for codes and tries them, one address is asked for (from one network, from anywhere), one contact sends."""
POLICY = {
    "default-src": ["'none'"], "style-src": ["'self'"], "img-src": ["'self'", "data:"], "font-src": ["'self'"],
    "form-action": ["'self'"], "base-uri": ["'none'"], "frame-ancestors": ["'none'"],
}  # fmt: skip
"""Stricter than the company's own pages: no script at all."""
LETTER_POLICY = {**POLICY, "style-src-attr": ["'unsafe-inline'"]}
"""For the sheet of a letter, whose widths and colours are those of the Word file."""
LANGUAGE_LASTS = timedelta(days=365)
View = Callable[..., HttpResponseBase]


@dataclass(frozen=True)
class Visit:
    """Who is there, and for which customer."""

    row: PortalVisit
    access: PortalAccess

    @property
    def contact(self) -> Contact:
        """The contact."""
        return self.access.contact

    @property
    def customer(self) -> Customer:
        """The only customer whose records the pages may show."""
        return self.access.contact.customer

    @property
    def parts(self) -> list[str]:
        """What is open to the contact."""
        return list(self.access.parts)


def is_busy(request: HttpRequest, action: str, key: str | None = None) -> bool:
    """Whether something is asked for too often."""
    given = {"key": key} if key is not None else {}
    use = ratelimit.consume(request, app="zhike.portal", action=action, config=RATES, limit_get=True, **given)
    return use is None


def portal_door(
    part: str = "", *, before: bool = False, policy: dict[str, list[str]] = POLICY
) -> Callable[[View], View]:
    """For a page of the portal. `before`: also for who has not chosen a customer yet, or has not signed in."""

    def mark(view: View) -> View:
        @csp(policy)
        @wraps(view)
        def entered(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            at, clocks = timezone.now(), Clocks.of_company()
            row = visit_of(token=request.COOKIES.get(VISIT_COOKIE, ""), clocks=clocks, at=at)
            visit = Visit(row, row.access) if row is not None and row.access is not None else None
            language = language_for(request, visit)
            with translation.override(language):
                request.LANGUAGE_CODE = language
                refusal = _closed_to(request, clocks)
                if refusal is not None:
                    return sealed(refusal)
                if before:
                    return sealed(
                        _answered(request, visit, at, lambda: view(request, row, visit, *args, **kwargs))
                    )
                if visit is None:
                    return sealed(redirect("portal_choose" if row is not None else "portal"))
                return sealed(
                    _answered(request, visit, at, lambda: _within(part, view, request, visit, args, kwargs))
                )

        entered.rule = Rule(everyone=True)  # type: ignore[attr-defined]
        entered.portal_part = part  # type: ignore[attr-defined]
        return entered

    return mark


def _within(
    part: str, view: View, request: HttpRequest, visit: Visit, args: Any, kwargs: Any
) -> HttpResponseBase:
    """The page, if its part is open to the contact."""
    if part and part not in visit.parts:
        raise Http404
    return view(request, visit, *args, **kwargs)


def _answered(
    request: HttpRequest, visit: Visit | None, at: datetime, act: Callable[[], HttpResponseBase]
) -> HttpResponseBase:
    """The answer of a page; what is not there and what is refused become pages of the portal."""
    try:
        return act()
    except Http404:
        note_refusal(
            verb="portal", access=visit.access if visit else None, path=request.path, method=request.method or "",
            address=request.META.get("REMOTE_ADDR"), at=at,
        )  # fmt: skip
        return said(request, visit, 404)
    except Refused as refusal:
        return said(request, visit, refusal.status, str(refusal))
    except OperationalError as error:
        busy = refusal_of(error)
        if busy is None:
            raise
        return said(request, visit, busy.status, f"{busy} {busy.way_out}")


def _closed_to(request: HttpRequest, clocks: Clocks) -> HttpResponse | None:
    """The answer where the portal is closed, too much is asked, or a file is sent; None where it may go on."""
    if not clocks.is_open:
        return said(request, None, 404, closed=True)
    if request.method == "POST" and request.FILES:
        return said(request, None, 415)
    if is_busy(request, "page"):
        return said(request, None, 429)
    return None


def language_for(request: HttpRequest, visit: Visit | None) -> str:
    """The language chosen here, else the contact's, else the browser's."""
    known = dict(settings.LANGUAGES)
    chosen = request.COOKIES.get(LANGUAGE_COOKIE, "")
    if chosen in known:
        return chosen
    if visit is not None:
        return language_of(visit.contact, visit.customer)
    for wish, _weight in parse_accept_lang_header(request.headers.get("Accept-Language", "").lower()[:200]):
        try:
            found = get_supported_language_variant(wish)
        except LookupError:
            continue
        if found in known:
            return found
    return settings.LANGUAGE_CODE


def page(
    request: HttpRequest, visit: Visit | None, template: str, status: int = 200, **context: Any
) -> HttpResponse:
    """A page of the portal: what every one of them shows, and its own."""
    head, spoken = letterhead(), translation.get_language() or settings.LANGUAGE_CODE
    house = (
        (head.company_zh or head.company_en)
        if spoken.startswith("zh")
        else (head.company_en or head.company_zh)
    )
    theme = request.COOKIES.get(THEME_COOKIE, "")
    frame = {
        "house": house, "spoken": spoken, "languages": settings.LANGUAGES, "theme": theme if theme in THEMES else "",
        "here": request.path if re.fullmatch(r"/portal/[\w/-]*", request.path) else PATH,
        "whose": visit.customer.name if visit else "", "who": visit.contact.name if visit else "",
        "parts": visit.parts if visit else [], "inside": visit is not None,
    }  # fmt: skip
    return render(request, template, {**context, "frame": frame}, status=status)


def said(
    request: HttpRequest, visit: Visit | None, status: int, text: str = "", *, closed: bool = False
) -> HttpResponse:
    """A page that says what is not there or not possible, and where a person can be reached."""
    return page(request, visit, "portal/said.html", status, code=status, text=text, closed=closed)


def sealed(answer: HttpResponseBase) -> HttpResponseBase:
    """Nobody keeps the page or finds it by search; nothing but our own styles is loaded into it."""
    answer["Cache-Control"] = "no-store, private"
    answer["X-Robots-Tag"] = "noindex, nofollow, noarchive"
    answer["Referrer-Policy"] = "same-origin"
    return answer


def set_cookie(answer: HttpResponse, name: str, value: str, lasts: timedelta | None = None) -> None:
    """A cookie that only pages of the portal are sent."""
    answer.set_cookie(
        name, value, max_age=lasts, path=PATH, secure=settings.SECURE, httponly=True, samesite="Lax"
    )
