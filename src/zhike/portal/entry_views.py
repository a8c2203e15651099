"""Pages before and around a visit: asking for a code, entering it, choosing a customer, language and theme, leaving."""

from __future__ import annotations

import re
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from zhike.portal import entering
from zhike.portal.doors import (
    ASKED_COOKIE,
    LANGUAGE_COOKIE,
    LANGUAGE_LASTS,
    PATH,
    THEME_COOKIE,
    THEMES,
    VISIT_COOKIE,
    Visit,
    is_busy,
    page,
    portal_door,
    said,
    set_cookie,
)  # fmt: skip
from zhike.portal.forms import AddressForm, CodeForm
from zhike.portal.models import CODE_LASTS, PortalVisit


@portal_door(before=True)
def front(request: HttpRequest, row: PortalVisit | None, visit: Visit | None) -> HttpResponse:
    """Ask for a code; whoever is in goes on. Every address gets the same answer, in the same time."""
    if request.method != "POST":
        if row is not None:
            return redirect("portal_home" if visit is not None else "portal_choose")
        return page(request, None, "portal/front.html", form=AddressForm())
    form = AddressForm(request.POST)
    if not form.is_valid():
        return page(request, None, "portal/front.html", 422, form=form)
    if is_busy(request, "asked"):
        return said(request, None, 429)
    email = form.cleaned_data["email"].lower()
    here = f"{email}|{request.META.get('REMOTE_ADDR', '')}"
    often = [
        is_busy(request, action, key) for action, key in (("asked_here", here), ("asked_address", email))
    ]
    token = entering.ask_code(email=email, at=timezone.now(), heard=not any(often))
    answer = redirect("portal_code")
    set_cookie(answer, ASKED_COOKIE, token, CODE_LASTS)
    return answer


@portal_door(before=True)
def code(request: HttpRequest, row: PortalVisit | None, visit: Visit | None) -> HttpResponse:
    """Enter the code."""
    form = CodeForm(request.POST if request.method == "POST" else None)
    if request.method == "POST":
        if is_busy(request, "tried"):
            return said(request, None, 429)
        if form.is_valid():
            at = timezone.now()
            try:
                token = entering.try_code(
                    token=request.COOKIES.get(ASKED_COOKIE, ""), typed=form.cleaned_data["code"], at=at
                )
            except entering.WrongCode as refusal:
                entering.note_refusal(
                    verb="portal_sign_in", access=refusal.access, path=request.path, method="POST",
                    address=request.META.get("REMOTE_ADDR"), at=at,
                )  # fmt: skip
                form.add_error("code", str(refusal))
            else:
                entering.leave(token=request.COOKIES.get(VISIT_COOKIE, ""), at=at)
                answer = redirect("portal_choose")
                set_cookie(answer, VISIT_COOKIE, token)
                answer.delete_cookie(ASKED_COOKIE, path=PATH)
                return answer
    return page(request, None, "portal/code.html", 422 if form.errors else 200, form=form)


@portal_door(before=True)
def choose_customer(request: HttpRequest, row: PortalVisit | None, visit: Visit | None) -> HttpResponse:
    """Choose whose records to see, where the same address has access for several customers."""
    if row is None:
        return redirect("portal")
    at = timezone.now()
    open_to = entering.open_accesses(row.email, at)
    if request.method == "POST":
        picked = [one for one in open_to if str(one.pk) == request.POST.get("access", "")]
        if not picked:
            raise Http404
        entering.choose(visit=row, access=picked[0], at=at)
        return redirect("portal_home")
    if visit is not None and len(open_to) < 2:
        return redirect("portal_home")
    choices = [{"key": one.pk, "name": one.customer.name, "who": one.contact.name} for one in open_to]
    return page(request, visit, "portal/choose.html", choices=choices)


@portal_door(before=True)
def lost(request: HttpRequest, row: PortalVisit | None, visit: Visit | None) -> HttpResponse:
    """An address of the portal where nothing is."""
    return said(request, visit, 404)


@portal_door(before=True)
def stale(request: HttpRequest, row: PortalVisit | None, visit: Visit | None) -> HttpResponse:
    """A form that stood open for too long, or that was sent from elsewhere."""
    return said(
        request,
        visit,
        403,
        _("This page was open for too long. Nothing was saved. Please begin again from the first page."),
    )


@portal_door(before=True)
@require_POST
def leave(request: HttpRequest, row: PortalVisit | None, visit: Visit | None) -> HttpResponse:
    """End the visit."""
    entering.leave(token=request.COOKIES.get(VISIT_COOKIE, ""), at=timezone.now())
    answer = redirect("portal")
    answer.delete_cookie(VISIT_COOKIE, path=PATH)
    return answer


@portal_door(before=True)
@require_POST
def look(request: HttpRequest, row: PortalVisit | None, visit: Visit | None) -> HttpResponse:
    """Choose a language or a theme, and go back to where one was: only within the portal."""
    back = request.POST.get("back", "")
    answer = redirect(back if re.fullmatch(r"/portal/[\w/-]*", back) and "//" not in back else PATH)
    for name, known in (
        (LANGUAGE_COOKIE, dict(settings.LANGUAGES)),
        (THEME_COOKIE, dict.fromkeys([*THEMES, ""])),
    ):
        chosen: Any = request.POST.get(name)
        if chosen is not None and chosen in known:
            set_cookie(answer, name, chosen, LANGUAGE_LASTS)
    return answer
