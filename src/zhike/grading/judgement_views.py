"""Pages of judgements: what is asked of me, and giving one (GRD-05)."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from zhike.customers.pages import find_customer, form_page, now
from zhike.grading.facts import classes_of
from zhike.grading.judgements import Judgement, judge
from zhike.grading.judging import question_of, questions, specs, title_of, words_of
from zhike.grading.models import GradingRun
from zhike.grading.run_forms import JudgementForm
from zhike.people.doors import door, me
from zhike.people.rules import can
from zhike.policies import reading
from zhike.policies.models import PolicyVersion

SHOWN = 100


@door("see_grading", customer_data=True)
@require_GET
def judgements(request: HttpRequest) -> HttpResponse:
    """What is asked, and the judgements that stand."""
    person, (_at, day) = me(request), now()
    run = None
    if request.GET.get("run", "").isdigit():
        run = get_object_or_404(
            GradingRun.objects.select_related("version__policy"), pk=int(request.GET["run"])
        )
    rows = Judgement.objects.standing().visible_to(person).select_related("customer", "judged_by", "reviewer")
    known, words = specs(day), words_of(day)
    standing = [
        {"one": one, "title": title_of(one.name, known.get(one.name)), "value": words.get(one.value, one.value),
         "late": one.valid_until is not None and one.valid_until < day}
        for one in rows[:SHOWN]
    ]  # fmt: skip
    page_of = {
        "asked": questions(person, day, run), "standing": standing, "run": run, "may_judge": can(person, "judge_customers"),
    }  # fmt: skip
    return render(request, "grading/judgements.html", page_of)


@door("judge_customers", customer_data=True)
def give(request: HttpRequest, code: str, name: str) -> HttpResponse:
    """Give a judgement about a customer, or put it into a class that a policy reads."""
    person, (at, day) = me(request), now()
    customer = find_customer(person, code)
    known = specs(day)
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
        judge(customer=customer, name=name, by=person, at=at, needs_reviewer=needed, **values)

    return form_page(
        request, form, act, title=_("%(judgement)s: %(customer)s") % {"judgement": title_of(name, spec), "customer": customer},
        back=reverse("judgements"), submit=_("Give the judgement"), done=_("The judgement stands."), note=question_of(spec),
    )  # fmt: skip


def classes(day: date) -> set[str]:
    """Columns of customers that policies in force read and the archive has no field for."""
    found: set[str] = set()
    for version in PolicyVersion.objects.in_force(day).select_related("policy"):
        found |= set(classes_of(reading.document(version)))
    return found
