"""Pages of what passes between a plan and the customer: sending, confirmation, changes asked for, revisions, the file."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from zhike.customers.documents import Document, add_document
from zhike.customers.pages import form_page, now, show_refusal
from zhike.kernel.refusals import Invalid
from zhike.people.doors import door, me
from zhike.people.rules import can
from zhike.plans import actions, sheet
from zhike.plans.forms import ChangeForm, ConfirmForm, GroundForm, SendForm
from zhike.plans.models import ServicePlan
from zhike.plans.views import find


@door("draw_plans", customer_data=True)
def send(request: HttpRequest, key: int) -> HttpResponse:
    """Note that the plan goes to the customer."""
    plan, at = find(request, key), now()[0]
    return form_page(
        request, SendForm(request.POST if request.method == "POST" else None, plan=plan),
        lambda values: actions.send(plan=plan, by=me(request), at=at, **values),
        title=_("Send “%(plan)s” to the customer") % {"plan": plan}, back=plan.get_absolute_url(), submit=_("It goes to the customer"),
        done=_("The plan waits for the customer's confirmation."),
    )  # fmt: skip


@door("draw_plans", customer_data=True)
def confirm(request: HttpRequest, key: int) -> HttpResponse:
    """Record that the customer confirmed: who, how, when, with the signature or reply."""
    plan, at, person = find(request, key), now()[0], me(request)
    form = ConfirmForm(
        request.POST or None, request.FILES or None, plan=plan, at=at, archives=can(person, "change_customer")
    )

    def act(values: dict[str, Any]) -> None:
        file = values.pop("file", None)
        with transaction.atomic():
            values["document"] = _filed(plan, file, request) if file is not None else None
            actions.confirm(plan, by=person, at=at, **values)

    return form_page(
        request, form, act, title=_("The customer confirms “%(plan)s”") % {"plan": plan}, back=plan.get_absolute_url(), two=True,
        submit=_("Record the confirmation"), done=_("The confirmation is recorded."),
    )  # fmt: skip


def _filed(plan: ServicePlan, file: Any, request: HttpRequest) -> Document:
    title = _("Confirmation of service plan %(number)s, revision %(revision)s")
    words = {"number": plan.number, "revision": plan.revision}
    return add_document(
        customer=plan.customer, kind="plan", title=title % words, file=file, by=me(request), at=now()[0]
    )


@door("draw_plans", customer_data=True)
def change(request: HttpRequest, key: int) -> HttpResponse:
    """Record that the customer wants a change; the page of the new revision follows."""
    plan, at = find(request, key), now()[0]
    form = ChangeForm(request.POST or None, plan=plan)
    if request.method == "POST" and form.is_valid():
        try:
            made = actions.ask_for_change(plan, by=me(request), at=at, **form.cleaned_data)
        except Invalid as refusal:
            show_refusal(form, refusal)
        else:
            return redirect(made)
    shown = {"form": form, "title": _("The customer wants “%(plan)s” changed") % {"plan": plan}, "back": plan.get_absolute_url(),
             "submit": _("Begin the new revision")}  # fmt: skip
    return render(request, "customers/form_page.html", shown, status=422 if form.errors else 200)


@door("draw_plans", customer_data=True)
def revise(request: HttpRequest, key: int) -> HttpResponse:
    """Begin a new revision of a confirmed plan for a reason of one's own."""
    plan, at = find(request, key), now()[0]
    form = GroundForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        return redirect(actions.revise(plan=plan, reason=form.cleaned_data["ground"], by=me(request), at=at))
    shown = {"form": form, "title": _("Revise “%(plan)s”") % {"plan": plan}, "back": plan.get_absolute_url(),
             "submit": _("Begin the new revision")}  # fmt: skip
    return render(request, "customers/form_page.html", shown, status=422 if form.errors else 200)


@door("see_customers", customer_data=True)
@require_GET
def plan_file(request: HttpRequest, key: int, form: str) -> HttpResponse:
    """The plan on paper, for the customer to read and sign."""
    if form not in sheet.MAKERS:
        raise Http404
    plan = find(request, key)
    made = sheet.MAKERS[form](sheet.sheet_of(plan, now()[1]))
    answer = HttpResponse(made, content_type=sheet.TYPES_OF_FILE[form])
    name = content_disposition_header(as_attachment=True, filename=f"{plan.number}-{plan.revision}.{form}")
    answer["Content-Disposition"] = name or "attachment"
    return answer
