"""The grades on a customer's archive: the box of the record page, the page of grades over time, appeals and manual records."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from zhike.customers.models import Customer
from zhike.customers.pages import find_customer, form_page, now
from zhike.grading import adjustments, routes
from zhike.grading.decision_forms import AppealForm, RecordForm
from zhike.grading.models import PROPOSAL_STATES, Adjustment, Grade
from zhike.grading.proposal_lists import STATE_TONES, change_of
from zhike.grading.records import Treatment
from zhike.grading.schemes import Schemes, schemes_of
from zhike.grading.standing import answers_on, counts, line_of, standing_of
from zhike.grading.treatments import duties_of
from zhike.kernel.refusals import Forbidden, Invalid
from zhike.people.doors import door, me
from zhike.people.models import Person
from zhike.people.rules import can


def asked_day(request: HttpRequest, day: date) -> date:
    """The day of `?on=`; today where it cannot be read."""
    try:
        return date.fromisoformat(request.GET.get("on", ""))
    except ValueError:
        return day


def may_give(person: Person) -> bool:
    """Whether a person asks for manual records."""
    return any(can(person, verb) for verb in adjustments.GIVERS)


@door("see_customers", customer_data=True)
@require_GET
def customer_grades(request: HttpRequest, code: str) -> HttpResponse:
    """A customer's grades over time, and which one held on a day and why."""
    person, (_at, day) = me(request), now()
    one, on = find_customer(person, code), asked_day(request, day)
    standing, schemes = standing_of(one, day, by=person), Schemes()
    treatment = (
        Treatment.objects.filter(customer=one).select_related("grade__version", "former__version").first()
    )
    shown = {
        "customer": one, "standing": standing, "on": on, "asked": "on" in request.GET, "day": day,
        "answers": answers_on(one, on, by=person),
        "line": line_of(standing.held, day), "may_appeal": can(person, "appeal_grade"), "may_give": may_give(person),
        "proposals": [(row, change_of(schemes)(row), PROPOSAL_STATES[row.state], STATE_TONES[row.state]) for row in standing.proposals],
        "records": [(row, _record_name(row, schemes), counts(row, day)) for row, _name in standing.records],
        "treatment": treatment, "duties": duties_of(treatment) if treatment else {},
        "sees_runs": can(person, "see_grading"), "sees_proposals": can(person, "see_grading") or one.manager_id == person.pk,
    }  # fmt: skip
    return render(request, "grading/customer_grades.html", shown)


@door("appeal_grade", customer_data=True)
def appeal(request: HttpRequest, code: str) -> HttpResponse:
    """The account manager appeals against the grade."""
    person, (at, day) = me(request), now()
    one = find_customer(person, code)
    version = adjustments.version_of(one, day)
    if version is None:
        raise Invalid(_("No policy grades this customer."))
    held = Grade.objects.on(day).filter(customer=one).values_list("rating", "grade")
    form = AppealForm(request.POST or None, schemes=schemes_of(version), without=dict(held))
    return form_page(
        request, form, lambda values: adjustments.appeal(customer=one, by=person, at=at, **values),
        title=_("Appeal against the grade"), submit=_("Submit"), back=f"{one.get_absolute_url()}grades/",
        done=_("Management decides on the appeal."),
    )  # fmt: skip


@door("see_grading", customer_data=True)
def new_record(request: HttpRequest, code: str) -> HttpResponse:
    """Ask for a manual record."""
    person, (at, day) = me(request), now()
    if not may_give(person):
        raise Forbidden(_("Your roles do not allow you to ask for manual records."))
    one = find_customer(person, code)
    version = adjustments.version_of(one, day)
    if version is None:
        raise Invalid(_("No policy grades this customer."))
    obeyed = [scheme for scheme in schemes_of(version) if adjustments.kinds_of(scheme)]
    if not obeyed:
        raise Invalid(_("The policy obeys no manual records."))
    kinds = dict(kind for scheme in obeyed for kind in adjustments.kinds_of(scheme))
    form = RecordForm(
        request.POST or None, schemes=obeyed, kinds=list(kinds.items()),
        initial={"from_on": day, "until_on": day.replace(year=day.year + 1, day=min(day.day, 28))},
    )  # fmt: skip

    def act(values: dict[str, Any]) -> None:
        adjustments.give_record(customer=one, version=version, by=person, at=at, **values)

    return form_page(
        request, form, act, title=_("Manual record"), submit=_("Ask for approval"), back=f"{one.get_absolute_url()}grades/",
        done=_("The record counts when it is approved."),
    )  # fmt: skip


def _record_name(row: Adjustment, schemes: Schemes) -> str:
    """What a manual record does, with the word for its grade."""
    return f"{adjustments.KINDS[row.kind]} {schemes.word(None, row.rating, row.grade)}"


@door("see_grading", customer_data=True)
@require_GET
def records(request: HttpRequest) -> HttpResponse:
    """The manual records: what waits, what counts, what has ended."""
    person, (_at, day) = me(request), now()
    rows = Adjustment.objects.visible_to(person).select_related("customer", "given_by", "approved_by")
    state = request.GET.get("state", "counting")
    found = {"waiting": rows.waiting(), "counting": rows.counting(day)}.get(state, rows)
    schemes = Schemes()
    shown = {
        "rows": [(row, _record_name(row, schemes), counts(row, day)) for row in found[:200]], "state": state, "day": day,
        "waiting": rows.waiting().count(),
    }  # fmt: skip
    return render(request, "grading/records.html", shown)


@door("see_grading", customer_data=True)
@require_GET
def record(request: HttpRequest, key: int) -> HttpResponse:
    """One manual record."""
    person, (at, day) = me(request), now()
    rows = Adjustment.objects.visible_to(person).select_related("customer", "given_by", "approved_by")
    one = rows.filter(pk=key).first()
    if one is None:
        raise Http404
    about = routes.procedure_of(routes.RECORD, one.pk)
    shown = {
        "one": one, "kind": adjustments.KINDS[one.kind], "name": _record_name(one, Schemes()), "counting": counts(one, day), "about": about,
        "decides": routes.may_decide(about, person, at), "may_end": may_give(person) and one.ended_at is None,
    }  # fmt: skip
    return render(request, "grading/record.html", shown)


@door("see_grading", customer_data=True)
@require_POST
def record_ended(request: HttpRequest, key: int) -> HttpResponse:
    """End a manual record before its time."""
    one = Adjustment.objects.visible_to(me(request)).filter(pk=key).first()
    if one is None:
        raise Http404
    adjustments.end_record(record=one, by=me(request), at=now()[0])
    return redirect("grade_record", key=one.pk)


def box_of(customer: Customer, by: Person, day: date) -> dict[str, Any]:
    """The box of the record page: the grade, since when, why, what is coming."""
    standing = standing_of(customer, day, by=by, most=12)
    open_ones = [one for one in standing.proposals if one.state == "open"]
    main = standing.main if standing.main and standing.main.row.grade == customer.grade else None
    return {
        "word": main.word if main else "",
        "chip": main.chip if main else "",
        "standing": standing, "line": line_of(standing.held, day), "open": open_ones if can(by, "see_grading") else [],
        "may_appeal": can(by, "appeal_grade"), "waiting": Treatment.objects.waiting().filter(customer=customer).first(),
    }  # fmt: skip
