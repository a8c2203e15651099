"""Pages of judgements: what is asked of me, and giving one (GRD-05)."""

from __future__ import annotations

from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from zhike.customers.models import Customer
from zhike.customers.pages import find_customer, form_page, now
from zhike.grading.asking import LeftOut, leave_out
from zhike.grading.facts import classes_of
from zhike.grading.judgements import Judgement, judge
from zhike.grading.judging import question_of, questions, specs, title_of, words_of
from zhike.grading.models import GradingRun
from zhike.grading.preflight import judgements_of
from zhike.grading.run_forms import JudgementForm, LeaveForm
from zhike.grading.run_views import lacks
from zhike.people.doors import door, me
from zhike.people.models import Person
from zhike.people.rules import allow, can
from zhike.policies import reading
from zhike.policies.models import PolicyVersion
from zhike.procedures.inbox import standing_in

SHOWN = 100


def find_run(asked: str) -> GradingRun | None:
    """The run that a question belongs to; None when none is named, 404 when there is none."""
    if not (asked.isascii() and asked.isdigit()):
        return None
    return get_object_or_404(GradingRun.objects.select_related("version__policy"), pk=int(asked[:9]))


def seat_of(request: HttpRequest, person: Person, day: date) -> Person:
    """Whose judgements are meant: those of somebody whom the person stands in for, or their own."""
    asked = request.GET.get("seat", "")
    return next((one for one in standing_in(person, day) if str(one.pk) == asked), person)


@door(customer_data=True)
@require_GET
def judgements(request: HttpRequest) -> HttpResponse:
    """What is asked, and the judgements that stand."""
    person, (_at, day) = me(request), now()
    seat = seat_of(request, person, day)
    allow(seat, "see_grading")
    run = find_run(request.GET.get("run", ""))
    rows = Judgement.objects.standing().visible_to(person).select_related("customer", "judged_by", "reviewer")
    known, words = specs(day), words_of(day)
    standing = [
        {"one": one, "title": title_of(one.name, known.get(one.name)), "value": words.get(one.value, one.value),
         "late": one.valid_until is not None and one.valid_until < day}
        for one in rows[:SHOWN]
    ]  # fmt: skip
    page_of: dict[str, Any] = {
        "asked": questions(seat, day, run), "standing": standing, "run": run, "may_judge": can(seat, "judge_customers"),
        "may_leave": False, "seat": seat if seat.pk != person.pk else None,
    }  # fmt: skip
    if run is not None:
        page_of["may_leave"] = run.state == "ready" and can(person, "run_grading")
        seen = Customer.objects.visible_to(person).values("pk")
        page_of["left_out"] = LeftOut.objects.filter(run=run, customer__in=seen).select_related(
            "customer", "by"
        )[:SHOWN]
        page_of |= lacks(run, person)
    return render(request, "grading/judgements.html", page_of)


@door(customer_data=True)
def give(request: HttpRequest, code: str, name: str) -> HttpResponse:
    """Give a judgement about a customer, or put it into a class that a policy reads; also for whom one stands in for."""
    person, (at, day) = me(request), now()
    seat = seat_of(request, person, day)
    customer = find_customer(seat, code)
    allow(seat, "judge_customers")
    run = find_run(request.GET.get("run", ""))
    known = specs(day) | (judgements_of(run.version) if run is not None else {})
    spec = known.get(name)
    if spec is None and name not in classes(day):
        raise Http404
    review = date(day.year + 1, day.month, min(day.day, 28))
    form = JudgementForm(
        request.POST or None, spec=spec, words=words_of(day), by=person, initial={"valid_until": review}
    )

    def act(values: dict[str, Any]) -> None:
        values["value"] = str(values["value"])
        needed = spec is None or spec.reviewer == "required"
        as_of = min(run.as_of, day) if run is not None else None
        judge(
            customer=customer, name=name, by=person, seat=seat, at=at, needs_reviewer=needed, judged_on=as_of, **values
        )  # fmt: skip

    return form_page(
        request, form, act, title=_("%(judgement)s: %(customer)s") % {"judgement": title_of(name, spec), "customer": customer},
        back=f"{reverse('judgements')}?{back_query(run, seat, person)}", submit=_("Give the judgement"),
        done=_("The judgement stands."), note=question_of(spec),
    )  # fmt: skip


def back_query(run: GradingRun | None, seat: Person, person: Person) -> str:
    """What the list of judgements was asked for."""
    asked = {"run": run.pk if run else "", "seat": seat.pk if seat.pk != person.pk else ""}
    return urlencode({name: value for name, value in asked.items() if value})


@door("run_grading", customer_data=True)
def leave(request: HttpRequest, key: int) -> HttpResponse:
    """Let customers without a judgement go before management pending: one of them, or all."""
    person, run, code = me(request), find_run(str(key)), request.GET.get("customer", "")
    if run is None:
        raise Http404
    customer = find_customer(person, code) if code else None
    keys = [customer.pk] if customer is not None else None
    title = _("Leave %(customer)s out") % {"customer": customer} if customer else _("Leave all of them out")
    return form_page(
        request, LeaveForm(request.POST or None), lambda values: leave_out(run=run, customers=keys, by=person, at=now()[0], **values),
        title=title, back=f"{reverse('judgements')}?run={run.pk}", submit=_("Leave out"), done=_("They stay pending, with the reason."),
    )  # fmt: skip


def classes(day: date) -> set[str]:
    """Columns of customers that policies in force read and the archive has no field for."""
    found: set[str] = set()
    for version in PolicyVersion.objects.in_force(day).select_related("policy"):
        found |= set(classes_of(reading.document(version)))
    return found
