"""Pages of requests: one request, recording, answering, correcting and closing it."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from zhike.customers.models import Customer
from zhike.customers.pages import find_part, form_page, now
from zhike.grading.schemes import Schemes, said
from zhike.people.doors import door, me
from zhike.people.rules import can
from zhike.policies.reading import document
from zhike.requests import actions, lists
from zhike.requests.forms import AnswerForm, ClosingForm, CorrectionForm, RequestForm
from zhike.requests.models import STATES, ServiceRequest


def find(request: HttpRequest, key: int) -> ServiceRequest:
    """A request that the person sees, or 404."""
    related = ("customer", "owner", "contact", "recorded_by", "answered_by", "closed_by", "version__policy")
    found: ServiceRequest = find_part(
        ServiceRequest.objects.visible_to(me(request)).select_related(*related), key
    )
    return found


@door("see_customers", customer_data=True)
@require_GET
def request_page(request: HttpRequest, key: int) -> HttpResponse:
    """One request: what was asked, by when it is to be answered and why, and what became of it."""
    person, at, one = me(request), now()[0], find(request, key)
    state = one.state(at)
    shown: dict[str, Any] = {
        "one": one, "at": at, "state": STATES[state], "tone": lists.TONES[state], "limit": lists.limit_said(one),
        "late": state == "overdue",
        "rule": rule_of(one), "chip": Schemes().chip(one.version_id, one.rating, one.grade) if one.grade else "",
        "may_answer": one.is_open and can(person, "take_requests"), "may_correct": one.is_open and can(person, "correct_requests"),
    }  # fmt: skip
    return render(request, "requests/request.html", shown)


def rule_of(one: ServiceRequest) -> dict[str, str]:
    """The clock and the article that rule a request, as its version of the policy words them."""
    if one.version is None or not one.clock:
        return {}
    policy = document(one.version).document
    clock, article = policy.clocks.get(one.clock), policy.articles.get(one.article)
    return {
        "clock": said(clock.title) if clock else one.clock,
        "article": one.article,
        "title": said(article.title) if article else "",
    }


@door("take_requests", customer_data=True)
def new_request(request: HttpRequest) -> HttpResponse:
    """Record a request; for a customer that is named, its contacts are offered."""
    person, at = me(request), now()[0]
    code = (request.POST.get("customer") or request.GET.get("customer", ""))[:40]
    rows = Customer.objects.visible_to(person).living()
    customer = rows.filter(code=code).first() if code and "customer" in request.GET else None
    if "customer" in request.GET and customer is None:
        raise Http404
    form = RequestForm(request.POST or None, by=person, customer=customer, at=at)
    back = customer.get_absolute_url() if customer else reverse("requests")
    title = _("Record a request of %(name)s") % {"name": customer} if customer else _("Record a request")
    return form_page(
        request, form, lambda values: actions.record_request(by=person, at=at, **values), title=title, back=back, two=True,
        done=_("The request was recorded."),
    )  # fmt: skip


@door("take_requests", customer_data=True)
def answer(request: HttpRequest, key: int) -> HttpResponse:
    """Note the first answer."""
    one, at = find(request, key), now()[0]
    form = AnswerForm(request.POST or None, initial={"answered_at": at}, request=one)
    return form_page(
        request, form, lambda values: actions.answer_request(request=one, by=me(request), at=at, **values),
        title=_("Answer “%(what)s”") % {"what": one}, back=one.get_absolute_url(), done=_("The answer was recorded."),
    )  # fmt: skip


@door("correct_requests", customer_data=True)
def correct(request: HttpRequest, key: int) -> HttpResponse:
    """Correct when it came in."""
    one, at = find(request, key), now()[0]
    form = CorrectionForm(request.POST or None, initial={"received_at": one.received_at})
    return form_page(
        request, form, lambda values: actions.correct_moment(request=one, by=me(request), at=at, **values),
        title=_("When did “%(what)s” come in?") % {"what": one}, back=one.get_absolute_url(), done=_("Saved."),
    )  # fmt: skip


@door("correct_requests", customer_data=True)
def close(request: HttpRequest, key: int) -> HttpResponse:
    """Close it without an answer."""
    one, at = find(request, key), now()[0]
    return form_page(
        request, ClosingForm(request.POST or None),
        lambda values: actions.close_request(request=one, by=me(request), at=at, **values),
        title=_("Close “%(what)s” without an answer") % {"what": one}, back=one.get_absolute_url(), submit=_("Close"),
        done=_("Closed."),
    )  # fmt: skip
