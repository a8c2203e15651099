"""Pages of evaluations: what is due, overdue and done; the record; the end of a cooperation with its checklist."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST

from zhike.customers.forms import Day
from zhike.customers.pages import now, number_of, show_refusal
from zhike.grading import evaluations as ev
from zhike.grading.evaluation_lists import count_states, page_of_dues, stretches
from zhike.grading.exits import ITEM_KINDS, checklist, close_exit, settle_item
from zhike.grading.models import Grade
from zhike.grading.records import Exit
from zhike.grading.schemes import Schemes
from zhike.kernel.refusals import Invalid
from zhike.people.doors import door, me
from zhike.people.rules import can

STATES = {
    "overdue": gettext_lazy("overdue"), "open": gettext_lazy("still due"), "done": gettext_lazy("done"),
    "late": gettext_lazy("made up late"),
}  # fmt: skip
TONES = {"overdue": "error", "open": "info", "done": "success", "late": "warning"}


class EvaluationForm(forms.Form):
    """The record of an evaluation."""

    done_on = forms.DateField(label=gettext_lazy("Done on"), widget=Day())
    talked_on = forms.DateField(label=gettext_lazy("Talk with the customer on"), widget=Day(), required=False)
    talked_with = forms.CharField(label=gettext_lazy("Talked with"), max_length=120, required=False)
    result = forms.CharField(label=gettext_lazy("Result"), widget=forms.Textarea(attrs={"rows": 3}))
    next_actions = forms.CharField(
        label=gettext_lazy("Next actions"), widget=forms.Textarea(attrs={"rows": 3})
    )
    decision = forms.ChoiceField(
        label=gettext_lazy("How to go on"),
        required=False,
        widget=forms.RadioSelect,
        choices=list(ev.DECISIONS.items()),
    )
    ground = forms.CharField(
        label=gettext_lazy("Reason for ending"), required=False, widget=forms.Textarea(attrs={"rows": 2})
    )

    def __init__(self, *args: Any, decides: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not decides:
            del self.fields["decision"], self.fields["ground"]


@door("see_customers", customer_data=True)
@require_GET
def evaluations(request: HttpRequest) -> HttpResponse:
    """The evaluations that are due; overdue ones first."""
    person, (_at, day) = me(request), now()
    wanted, mine = request.GET.get("state", "waiting"), request.GET.get("whose") == "mine"
    rows = ev.rows_for(day, person)
    rows = rows.filter(customer__manager=person) if mine else rows
    found = stretches(rows, day)
    count = count_states(found)
    chosen = [
        one for one in found if wanted in (one.state, "all") or (wanted == "waiting" and not one.recorded)
    ]
    page, schemes = page_of_dues(rows, chosen, number_of(request.GET.get("page", ""), 1)), Schemes()
    shown = {
        "page": page, "state": wanted, "mine": mine, "count": count, "states": list(STATES.items()), "day": day,
        "rows": [(one, _chip(one.grade, schemes), STATES[one.state(day)], TONES[one.state(day)],
            (day - one.last).days) for one in page.object_list],
        "exits": Exit.objects.visible_to(person).filter(closed_at__isnull=True).select_related("customer")[:20],
    }  # fmt: skip
    return render(request, "grading/evaluations.html", shown)


def _chip(grade: Grade, schemes: Schemes) -> Any:
    return schemes.chip(grade.version_id, grade.rating, grade.grade)


@door("see_customers", customer_data=True)
def evaluation(request: HttpRequest, key: int, first: str) -> HttpResponse:
    """One evaluation: its form, or its record."""
    person, (at, day) = me(request), now()
    rows = Grade.objects.visible_to(person).select_related("customer__manager", "version__policy")
    grade = rows.filter(pk=key).first()
    due = ev.due_of(grade, _day(first), day) if grade is not None else None
    if grade is None or due is None:
        raise Http404
    may = due.record is None and can(person, "decide_grades" if due.decides else "change_customer")
    form = EvaluationForm(
        request.POST or None, decides=due.decides, initial={"done_on": day, "talked_on": None}
    )
    if request.method == "POST" and form.is_valid():
        try:
            made = ev.record_evaluation(due=due, by=person, at=at, **form.cleaned_data)
        except Invalid as refusal:
            show_refusal(form, refusal)
        else:
            messages.success(request, _("The evaluation is recorded."))
            return redirect(made.exit.get_absolute_url() if made.decision == "end" else due.href)
    state = due.state(day)
    shown = {
        "due": due, "grade": grade, "chip": _chip(grade, Schemes()), "state": STATES[state], "tone": TONES[state],
        "form": form if may else None,
        "decision": ev.DECISIONS.get(due.record.decision, "") if due.record else "",
        "exit": getattr(due.record, "exit", None) if due.record else None,
    }  # fmt: skip
    return render(request, "grading/evaluation.html", shown, status=422 if form.errors else 200)


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as wrong:
        raise Http404 from wrong


@door("see_customers", customer_data=True)
@require_GET
def exit_page(request: HttpRequest, key: int) -> HttpResponse:
    """The checklist at the end of a cooperation."""
    person, at = me(request), now()[0]
    one = _exit(request, key)
    items = checklist(one, at)
    left = [row for row in items if row.settlement is None]
    shown = {
        "one": one, "left": len(left), "kinds": [(name, [row for row in items if row.kind == kind]) for kind, name in ITEM_KINDS.items()],
        "may_settle": can(person, "change_customer") and one.closed_at is None,
        "may_close": can(person, "decide_grades") and one.closed_at is None,
    }  # fmt: skip
    return render(request, "grading/exit.html", shown)


def _exit(request: HttpRequest, key: int) -> Exit:
    rows = Exit.objects.visible_to(me(request)).select_related(
        "customer", "opened_by", "closed_by", "evaluation"
    )
    found: Exit | None = rows.filter(pk=key).first()
    if found is None:
        raise Http404
    return found


@door("change_customer", customer_data=True)
@require_POST
def exit_item(request: HttpRequest, key: int) -> HttpResponse:
    """Note how an item is dealt with."""
    one = _exit(request, key)
    try:
        settle_item(
            leaving=one,
            item=request.POST.get("item", "")[:90],
            how=request.POST.get("how", "")[:300],
            by=me(request),
            at=now()[0],
        )
    except Invalid as refusal:
        messages.error(request, str(refusal))
    return redirect("exit", key=one.pk)


@door("decide_grades", customer_data=True)
@require_POST
def exit_closed(request: HttpRequest, key: int) -> HttpResponse:
    """End the cooperation."""
    one = _exit(request, key)
    try:
        close_exit(leaving=one, by=me(request), at=now()[0])
    except Invalid as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("The cooperation has ended; the archive is kept."))
    return redirect("exit", key=one.pk)
