"""Pages of visits: one visit, planning, changing and cancelling it, forms counted by person and month."""

from __future__ import annotations

import hashlib
import tempfile
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from zhike.customers.export_right import allow_export, finish_export, watermark
from zhike.customers.forms import PurposeForm
from zhike.customers.models import Customer
from zhike.customers.pages import find_part, form_page, now, show_refusal
from zhike.kernel.refusals import Invalid
from zhike.lists.files import write_xlsx
from zhike.people.doors import door, me
from zhike.people.rules import HIDDEN, can, sees
from zhike.submissions.ledger import next_month
from zhike.visits import actions, counting, lists
from zhike.visits.forms import VisitCancelForm, VisitChangeForm, VisitPlanForm, plan_of
from zhike.visits.models import SATISFACTION, STATES, Visit, VisitChange
from zhike.visits.rights import CHECK, may_arrange, may_check, may_write
from zhike.visits.telling import needs_said, problems_said

TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def find(request: HttpRequest, key: int) -> Visit:
    """A visit that the person sees, or 404."""
    related = (
        "customer",
        "owner",
        "added_by",
        "submitted_by",
        "checker",
        "checked_by",
        "cancelled_by",
        "drafted_by",
        "returned_by",
    )
    found: Visit = find_part(Visit.objects.visible_to(me(request)).select_related(*related), key)
    return found


@door("see_customers", customer_data=True)
@require_GET
def visit_page(request: HttpRequest, key: int) -> HttpResponse:
    """One visit: the plan, until when its form is due, what the form says, and what became of it."""
    person, day, one = me(request), now()[1], find(request, key)
    state = one.state(day)
    changes = [change_shown(change, person) for change in one.changes.select_related("contact")]
    shown: dict[str, Any] = {
        "one": one, "day": day, "state": STATES[state], "code": state, "tone": lists.TONES[state],
        "late": lists.late_said(one.days_late(day)),
        "people": list(one.people.all()), "contacts": list(one.contacts.all()), "met": list(one.met.all()), "changes": changes,
        "satisfaction": SATISFACTION.get(one.satisfaction or 0, ""), "needs": needs_said(one), "problems": problems_said(one),
        "may_write": one.is_open and one.day <= day and may_write(one, person),
        "may_change": one.is_open and may_arrange(one, person), "may_check": state == "submitted" and may_check(one, person, day),
        "may_cancel": one.is_open and may_arrange(one, person)
        and ((state != "late" and one.returned_at is None) or (one.owner_id != person.pk and can(person, CHECK))),
    }  # fmt: skip
    return render(request, "visits/visit.html", shown)


def change_shown(change: VisitChange, person: Any) -> dict[str, Any]:
    """A proposed change, with what the person does not see covered."""
    seen = sees(person, change.field_class)
    details = (
        [f"{name}: {value}" for name, value in change.details_said()]
        if seen
        else [HIDDEN]
        if change.details
        else []
    )
    named = seen or change.is_new
    return {
        "pk": change.pk, "about": change.about, "label": change.label, "taken": change.taken, "ground": change.ground, "seen": seen,
        "current": change.current if seen else HIDDEN, "proposed": " · ".join([change.said() if named else HIDDEN, *details]),
    }  # fmt: skip


@door("log_activity", customer_data=True)
def new_visit(request: HttpRequest) -> HttpResponse:
    """Plan a visit, or record one that was made; of a customer that is named, the contacts are offered."""
    person, (at, day) = me(request), now()
    code = request.GET.get("customer", "")[:40].replace("\x00", "")
    customer = Customer.objects.visible_to(person).living().filter(code=code).first() if code else None
    if code and customer is None:
        raise Http404
    form = VisitPlanForm(request.POST or None, by=person, customer=customer, today=day)
    made: list[Visit] = []
    title = _("Plan a visit of %(name)s") % {"name": customer} if customer else _("Plan a visit")
    answer = form_page(
        request, form, lambda values: made.append(actions.plan_visit(by=person, at=at, **values)), title=title, two=True,
        back=customer.get_absolute_url() if customer else reverse("visits"), done=_("The visit was entered."),
    )  # fmt: skip
    if not made:
        return answer
    there = made[0].day <= day and may_write(
        made[0], person
    )  # whoever is there already writes the form at once
    return redirect("visit_form" if there else "visit", made[0].pk)


@door("log_activity", customer_data=True)
def change_visit(request: HttpRequest, key: int) -> HttpResponse:
    """Change the plan."""
    one, person, (at, day) = find(request, key), me(request), now()
    form = VisitChangeForm(
        request.POST or None, by=person, customer=one.customer, today=day, visit=one, initial=plan_of(one)
    )

    def act(values: dict[str, Any]) -> None:
        values.pop("customer")
        actions.change_visit(visit=one, by=person, at=at, **values)

    title = _("Change the visit “%(what)s”") % {"what": one}
    return form_page(request, form, act, title=title, back=one.get_absolute_url(), two=True, done=_("Saved."))


@door("log_activity", customer_data=True)
def cancel_visit(request: HttpRequest, key: int) -> HttpResponse:
    """Say that a visit is not made."""
    one, at = find(request, key), now()[0]
    return form_page(
        request, VisitCancelForm(request.POST or None),
        lambda values: actions.cancel_visit(visit=one, by=me(request), at=at, **values),
        title=_("Cancel the visit “%(what)s”") % {"what": one}, back=one.get_absolute_url(), submit=_("Cancel the visit"),
        done=_("The visit was cancelled."),
    )  # fmt: skip


def of_month(month: date) -> str:
    """What asks the list for the visits of a month."""
    days = (("ge", month), ("le", next_month(month) - timedelta(days=1)))
    return urlencode([("tab", "all"), *(("c", f"day:{operator}:{day}") for operator, day in days)])


def asked_month(request: HttpRequest, day: date) -> date:
    """The month that is asked for, else this one."""
    return lists.month_of(request.GET.get("month", "")) or day.replace(day=1)


@door("see_customers", customer_data=True)
@require_GET
def visit_forms(request: HttpRequest) -> HttpResponse:
    """Forms by person and month: in time, late, missing."""
    person, day = me(request), now()[1]
    month = asked_month(request, day)
    made = counting.tallies(person, month, day)
    owed = sum(one.owed for one in made)
    shown = {
        "made": made, "of_month": of_month(month), "month": f"{month:%Y-%m}", "owed": owed,
        "months": [f"{one:%Y-%m}" for one in counting.months(day)], "in_time": sum(one.in_time for one in made),
        "late": sum(one.late for one in made),
        "missing": sum(one.missing for one in made), "may_export": can(person, "export_data") and bool(made),
    }  # fmt: skip
    return render(request, "visits/forms.html", shown)


@door("export_data", customer_data=True)
def export_visit_forms(request: HttpRequest) -> HttpResponse:
    """The counted forms of a month as a file, for a stated purpose."""
    form = PurposeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            return _file(request, form.cleaned_data["purpose"])
        except Invalid as refusal:
            show_refusal(form, refusal)
    page = {"form": form, "query": request.GET.urlencode()}
    return render(request, "visits/export.html", page, status=422 if form.errors else 200)


def _file(request: HttpRequest, purpose: str) -> HttpResponse:
    person, (at, day) = me(request), now()
    month, title = asked_month(request, day), _("Visit forms")
    record = allow_export(by=person, purpose=purpose, what=f"{title} {month:%Y-%m}", at=at)
    made = counting.tallies(person, month, day)
    with tempfile.TemporaryDirectory() as scratch:
        path = Path(scratch) / "forms.xlsx"
        count = write_xlsx(path, title, counting.heads(), counting.lines(made), watermark(record))
        content = path.read_bytes()
    finish_export(
        record=record, rows=count, customers=[], digest=hashlib.sha256(content).hexdigest(), at=timezone.now()
    )
    answer = HttpResponse(content, content_type=TYPE)
    answer["Content-Disposition"] = (
        content_disposition_header(as_attachment=True, filename=f"{title} {month:%Y-%m}.xlsx") or "attachment"
    )
    return answer
