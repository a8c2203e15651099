"""What the pages of an archive share: finding the record, and the form that acts and goes back."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from zhike.customers.models import Customer
from zhike.kernel.refusals import Conflict, Invalid
from zhike.people.models import Person


def find_customer(person: Person, code: str, *, merged: bool = False) -> Customer:
    """The customer of a code, or 404: what a person may not see does not exist for them. One that was merged into another is
    a Conflict that leads there, unless the page asks for `merged` ones too."""
    found = (
        Customer.objects.visible_to(person)
        .select_related("manager", "region", "department", "parent", "merged_into")
        .filter(code=code)
        .first()
    )
    if found is None:
        raise Http404
    if found.merged_into is not None and not merged:
        if not found.merged_into.is_visible_to(person):
            raise Http404
        raise Conflict(
            _("%(code)s was merged into %(name)s; nothing is written here any more.")
            % {"code": found.code, "name": found.merged_into},
            link=found.merged_into.get_absolute_url(),
        )
    return found


def number_of(text: str, otherwise: int = 0) -> int:
    """A whole number that somebody sent; `otherwise` when it is none."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 18 else otherwise


def find_part(rows: Any, key: int) -> Any:
    """A row of an archive, or 404."""
    found = rows.filter(pk=key).first()
    if found is None:
        raise Http404
    return found


def now() -> tuple[datetime, date]:
    """The moment and the local day of a request."""
    at = timezone.now()
    return at, timezone.localtime(at).date()


def form_page(
    request: HttpRequest,
    form: forms.BaseForm,
    act: Callable[[dict[str, Any]], Any],
    *,
    title: Any,
    back: str,
    submit: Any = "",
    done: Any = "",
    **page: Any,
) -> HttpResponse:
    """A form as page or dialog: valid, it acts and goes back; else it comes again with its errors (422)."""
    if request.method == "POST" and form.is_valid():
        try:
            act(form.cleaned_data)
        except Invalid as refusal:
            show_refusal(form, refusal)
        else:
            if done:
                messages.success(request, str(done))
            return redirect(back)
    page |= {"form": form, "title": title, "submit": submit, "back": back}
    return render(request, "customers/form_page.html", page, status=422 if form.errors else 200)


def show_refusal(form: forms.BaseForm, refusal: Invalid) -> None:
    """Put a refusal beside the fields that it is about."""
    for name, why in refusal.fields.items():
        if name in form.fields:
            form.add_error(name, str(why))
    if not set(refusal.fields) & set(form.fields):
        form.add_error(None, str(refusal))
