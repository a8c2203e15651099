"""Pages of people."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from zhike.people.agreements import current, sign_agreement, signature
from zhike.people.doors import door, me
from zhike.people.forms import SignForm


@door()
def agreement(request: HttpRequest) -> HttpResponse:
    """Read and sign the confidentiality agreement in force."""
    now = timezone.now()
    day = timezone.localtime(now).date()
    version = current(day)
    form = SignForm(request.POST or None)
    if request.method == "POST" and version is not None and form.is_valid():
        sign_agreement(agreement=version, typed_name=form.cleaned_data["typed_name"], by=me(request), at=now)
        return redirect("customers")
    held = signature(me(request), day)
    page = {"version": version, "held": held, "form": form}
    return render(request, "people/agreement.html", page, status=422 if form.errors else 200)
