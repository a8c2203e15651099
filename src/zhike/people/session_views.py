"""The page of one's own sessions."""

from __future__ import annotations

from allauth.usersessions.models import UserSession
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from zhike.people.doors import door, me
from zhike.people.sessions import end_all, end_each, sessions_of


@door(before_factor=True)
def sessions(request: HttpRequest) -> HttpResponse:
    """Where one is signed in."""
    page = {"sessions": sessions_of(me(request)), "this": request.session.session_key}
    return render(request, "people/sessions.html", page)


@door(before_factor=True)
@require_POST
def end_sessions(request: HttpRequest) -> HttpResponse:
    """End one of one's own sessions, or all others."""
    number = request.POST.get("session", "")
    this = request.session.session_key
    if number.isascii() and number.isdigit() and len(number) < 18:
        own = UserSession.objects.filter(user=me(request), pk=int(number)).exclude(session_key=this)
        ended = end_each(own)
    else:
        ended = end_all(me(request), but=this)
    messages.success(request, _("%(number)s sessions were ended.") % {"number": ended})
    return redirect("usersessions_list")
