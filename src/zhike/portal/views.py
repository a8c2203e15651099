"""Pages of the portal: home, orders, requests, letters, the company's own facts."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

from django.core.paginator import Paginator
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from zhike.facts.models import STATUS
from zhike.kernel.refusals import Conflict
from zhike.letters.making import kept, number_of
from zhike.letters.receiving import confirm_receipt, note_opening
from zhike.letters.sheet import as_html
from zhike.plans.actions import ask_for_change, confirm
from zhike.portal import own
from zhike.portal.doors import LETTER_POLICY, Visit, is_busy, page, portal_door, said
from zhike.portal.fields import labelled, shown
from zhike.portal.forms import AskForm, ChangeForm
from zhike.requests.asking import ask
from zhike.requests.models import KINDS

PAGE = 20


def paged(request: HttpRequest, rows: Any, shape: Any) -> dict[str, Any]:
    """One page of rows in their shape, and what leads to the pages beside it."""
    number = request.GET.get("page", "1")
    found = Paginator(rows, PAGE).get_page(number if number.isascii() and len(number) < 7 else "1")
    return {"rows": shape(found.object_list), "page": found}


@portal_door()
@require_GET
def home(request: HttpRequest, visit: Visit) -> HttpResponse:
    """What waits for the customer, the last orders, and who is there for them."""
    held = own.waiting(visit.customer, visit.parts, timezone.now())
    return page(request, visit, "portal/home.html", manager=own.manager(visit.customer), **held)


@portal_door("orders")
@require_GET
def orders(request: HttpRequest, visit: Visit) -> HttpResponse:
    """The customer's orders."""
    words, status = request.GET.get("q", "").strip()[:60], request.GET.get("status", "")
    rows = own.narrowed_orders(visit.customer, words, status)
    found = paged(request, rows, lambda some: [own.order_row(one) for one in some])
    states = [(code, name, code == status) for code, name in STATUS.items()]
    return page(
        request,
        visit,
        "portal/orders.html",
        words=words,
        filtered=bool(words or status),
        states=states,
        **found,
    )


@portal_door("orders")
@require_GET
def order(request: HttpRequest, visit: Visit, key: int) -> HttpResponse:
    """One order."""
    one = own.order_row(own.found(own.orders(visit.customer), key))
    return page(request, visit, "portal/order.html", one=one, manager=own.manager(visit.customer))


@portal_door("requests")
@require_GET
def requests(request: HttpRequest, visit: Visit) -> HttpResponse:
    """What the customer has asked for."""
    at = timezone.now()
    found = paged(
        request, own.requests(visit.customer), lambda some: [own.request_row(one, at) for one in some]
    )
    return page(request, visit, "portal/requests.html", **found)


def begun(request: HttpRequest, visit: Visit) -> dict[str, Any]:
    """What a new request begins with, by where it was asked for: an order, or the company's own facts."""
    kind, number = request.GET.get("kind", ""), request.GET.get("order", "")
    found: dict[str, Any] = {"kind": kind if kind in KINDS else "enquiry"}
    if number.isascii() and number.isdigit() and len(number) < 18 and "orders" in visit.parts:
        one = own.order_row(own.found(own.orders(visit.customer), int(number)))
        found["subject"] = _("Order %(number)s") % {"number": one.number}
    elif request.GET.get("about") == "company":
        found["subject"] = _("Our company's data")
    return found


@portal_door("requests")
def new_request(request: HttpRequest, visit: Visit) -> HttpResponse:
    """Ask for something."""
    form = AskForm(request.POST if request.method == "POST" else None, initial=begun(request, visit))
    if request.method == "POST":
        if is_busy(request, "sent", str(visit.access.pk)):
            return said(request, visit, 429)
        if form.is_valid():
            made = ask(contact=visit.contact, at=timezone.now(), **form.cleaned_data)
            return redirect("portal_request", made.pk)
    return page(request, visit, "portal/new_request.html", 422 if form.errors else 200, form=form)


@portal_door("requests")
@require_GET
def request_page(request: HttpRequest, visit: Visit, key: int) -> HttpResponse:
    """One request, by when it is answered, and the answer that was written for the customer."""
    one = own.request_row(own.found(own.requests(visit.customer), key), timezone.now())
    return page(request, visit, "portal/request.html", one=one, manager=own.manager(visit.customer))


@portal_door("letters")
@require_GET
def letters(request: HttpRequest, visit: Visit) -> HttpResponse:
    """The letters that the customer was sent."""
    return page(
        request, visit, "portal/letters.html", **paged(request, own.letters(visit.customer), own.letter_rows)
    )


@portal_door("letters", policy=LETTER_POLICY)
def letter(request: HttpRequest, visit: Visit, key: int) -> HttpResponse:
    """One letter; its receipt is confirmed with the contact's own name."""
    at, rows = timezone.now(), own.letters(visit.customer).select_related("grade__version", "grade__customer")
    record = own.found(rows, key)
    note_opening(letter=record, at=at)
    if request.method == "POST":
        with suppress(Conflict):  # confirmed before: the page says by whom
            confirm_receipt(letter=record, name=visit.contact.name, at=at)
        return redirect("portal_letter", key)
    one = shown("letter", record)
    one.number, one.sheet = number_of(record), as_html(one.blocks, one.language)
    return page(request, visit, "portal/letter.html", one=one)


@portal_door("letters")
@require_GET
def letter_file(request: HttpRequest, visit: Visit, key: int) -> HttpResponse | FileResponse:
    """The letter as PDF."""
    one = own.found(own.letters(visit.customer), key)
    if not one.sha256 or not kept(one.sha256, "pdf").exists():
        raise Http404
    file = kept(one.sha256, "pdf").open("rb")
    return FileResponse(
        file, as_attachment=True, filename=f"{number_of(one)}.pdf", content_type="application/pdf"
    )


def plan_of(visit: Visit, key: int) -> Any:
    """A plan of the visitor's customer, with what its actions tell whom."""
    return own.found(own.plans(visit.customer).select_related("customer__manager", "submitted_by"), key)


@portal_door("plans")
@require_GET
def plans(request: HttpRequest, visit: Visit) -> HttpResponse:
    """The service plans that the customer was sent."""
    day = timezone.localdate()
    return page(
        request,
        visit,
        "portal/plans.html",
        **paged(request, own.plans(visit.customer), lambda some: own.plan_rows(some, day)),
    )


@portal_door("plans")
def plan(request: HttpRequest, visit: Visit, key: int) -> HttpResponse:
    """One plan: what was sent, item by item; the contact confirms the text that was read."""
    record = plan_of(visit, key)
    if request.method == "POST":
        digest = request.POST.get("digest", "")[:64] or "unread"
        confirm(
            record,
            name=visit.contact.name,
            way="portal",
            at=timezone.now(),
            contact=visit.contact,
            digest=digest,
        )
        return redirect("portal_plan", key)
    return page(request, visit, "portal/plan.html", one=own.plan_row(record, timezone.localdate()))


@portal_door("plans")
def change_plan(request: HttpRequest, visit: Visit, key: int) -> HttpResponse:
    """Say what should be different: a new revision begins."""
    record, form = plan_of(visit, key), ChangeForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        ask_for_change(
            record,
            name=visit.contact.name,
            way="portal",
            at=timezone.now(),
            contact=visit.contact,
            **form.cleaned_data,
        )
        return redirect("portal_plans")
    return page(
        request,
        visit,
        "portal/change_plan.html",
        422 if form.errors else 200,
        form=form,
        one=shown("plan", record),
    )


@portal_door()
@require_GET
def company(request: HttpRequest, visit: Visit) -> HttpResponse:
    """What we hold of the customer that it may see."""
    return page(
        request, visit, "portal/company.html", facts=labelled("company", visit.customer), me=labelled("self", visit.contact),
        colleagues=own.colleagues(visit.customer, visit.contact), may_ask="requests" in visit.parts,
    )  # fmt: skip
