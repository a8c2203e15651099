"""Pages of one's own: the agreement, the profile."""

from __future__ import annotations

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from zhike.people.actions import change_person
from zhike.people.agreements import Signature, current, sign_agreement, signature
from zhike.people.delegations import Delegation
from zhike.people.doors import door, me
from zhike.people.forms import ProfileForm, SignForm, answer_form, attempt, posted
from zhike.people.middleware import LANGUAGE_COOKIE
from zhike.people.models import Grant
from zhike.people.sessions import sessions_of

YEAR = 365 * 24 * 3600


@door()
def agreement(request: HttpRequest) -> HttpResponse:
    """Read and sign the confidentiality agreement in force."""
    now = timezone.now()
    day = timezone.localtime(now).date()
    version, person = current(day), me(request)
    form = SignForm(posted(request))
    if request.method == "POST" and version is not None and form.is_valid():
        typed = form.cleaned_data["typed_name"]
        if attempt(form, lambda: sign_agreement(agreement=version, typed_name=typed, by=person, at=now)):
            messages.success(request, _("Thank you. Customers' data is open to you."))
            return redirect("home")
    held = signature(person, day)
    page = {
        "version": version, "held": held if held and version and held.agreement_id == version.pk else None, "form": form,
        "earlier": Signature.objects.filter(person=person).select_related("agreement"), "today": day,
    }  # fmt: skip
    return render(request, "people/agreement.html", page, status=422 if form.errors else 200)


@door(before_factor=True)
def profile(request: HttpRequest) -> HttpResponse:
    """What the product knows of oneself: place, roles, sign-in, absence."""
    person, day = me(request), timezone.localdate()
    page = {
        "person": person,
        "grants": Grant.objects.running(day).filter(person=person).select_related("role"),
        "has_factor": Authenticator.objects.filter(user=person, type=Authenticator.Type.TOTP).exists(),
        "sessions": len(sessions_of(person)),
        "delegations": Delegation.objects.filter(person=person, until_on__gte=day, ended_at__isnull=True).select_related("delegate"),
        "held": signature(person, day),
    }  # fmt: skip
    return render(request, "people/profile.html", page)


@door(before_factor=True)
def edit_profile(request: HttpRequest) -> HttpResponse:
    """Change one's own phone and language."""
    person = me(request)
    initial = {"phone": person.phone, "language": person.language or settings.LANGUAGE_CODE}
    form = ProfileForm(posted(request), initial=initial)
    response = answer_form(
        request, form, lambda: change_person(person=person, by=person, at=timezone.now(), **form.cleaned_data),
        title=_("My profile"), back="profile", done=_("Saved."),
    )  # fmt: skip
    if response.status_code == 302:
        response.set_cookie(
            LANGUAGE_COOKIE, form.cleaned_data["language"], max_age=YEAR, samesite="Lax", secure=request.is_secure(), httponly=True
        )  # fmt: skip
    return response
