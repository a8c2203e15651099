"""Pages of strategic importance: the form with reason, reviewer and day of review, and the list for review (GRD-05)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django import forms
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

from zhike.customers.forms import Day
from zhike.customers.life import AXES
from zhike.customers.pages import find_customer, form_page, now
from zhike.grading import importance as axis
from zhike.grading.judgements import judge
from zhike.people.doors import door, me
from zhike.people.models import Person
from zhike.people.rules import can

TABS = {
    "review": gettext_lazy("for review"), "against": gettext_lazy("against the purchases"),
    "bare": gettext_lazy("without a reason"), "all": gettext_lazy("all"),
}  # fmt: skip


class ImportanceForm(forms.Form):
    """The class with its ground."""

    value = forms.ChoiceField(
        label=gettext_lazy("Strategic importance"),
        choices=list(AXES["importance"].items()),
        widget=forms.RadioSelect,
    )
    ground = forms.CharField(
        label=gettext_lazy("Ground"), required=False, widget=forms.Textarea(attrs={"rows": 3})
    )
    reviewer = forms.ModelChoiceField(Person.objects.none(), label=gettext_lazy("Reviewer"), required=False)
    valid_until = forms.DateField(label=gettext_lazy("Review on"), required=False, widget=Day())

    def __init__(self, *args: Any, by: Person, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        people = Person.objects.active().exclude(pk=by.pk).order_by("pinyin", "id")
        self.fields["reviewer"].queryset = people  # type: ignore[attr-defined]


@door("judge_customers", customer_data=True)
def importance(request: HttpRequest, code: str) -> HttpResponse:
    """Put a customer into a class of strategic importance."""
    person, (at, day) = me(request), now()
    one = find_customer(person, code)
    start = {"value": one.importance or "ordinary", "valid_until": day + timedelta(days=365)}
    form = ImportanceForm(request.POST or None, by=person, initial=start)

    def act(values: dict[str, Any]) -> None:
        value = axis.WORDS[values.pop("value")]
        judge(customer=one, name=axis.NAME, value=value, by=person, at=at, **values)

    return form_page(
        request, form, act, title=_("Strategic importance of %(name)s") % {"name": one}, back=one.get_absolute_url(),
        done=_("The class is in effect."),
    )  # fmt: skip


@door("see_grading", customer_data=True)
@require_GET
def importance_list(request: HttpRequest) -> HttpResponse:
    """Classes for review, those that contradict the purchases, and those without a reason."""
    person, (_at, day) = me(request), now()
    tab = request.GET.get("tab", "review")
    limits = axis.purchase_limits()
    if tab in ("against", "bare"):
        found: Any = axis.contradictions(person, limits) if tab == "against" else axis.without_reason(person)
        page = Paginator(found.select_related("manager"), 50).get_page(request.GET.get("page"))
        told = axis.reasons_for([one.pk for one in page.object_list])
        rows = [(one, told.get(one.pk)) for one in page.object_list]
    else:
        judged = axis.standing(person) if tab == "all" else axis.for_review(person, day)
        page = Paginator(judged, 50).get_page(request.GET.get("page"))
        rows = [(row.customer, row) for row in page.object_list]
    words = AXES["importance"]
    shown = {
        "page": page, "tab": tab if tab in TABS else "review", "tabs": list(TABS.items()), "day": day,
        "may_judge": can(person, "judge_customers"),
        "rows": [(one, row, str(words.get(one.importance, "")), axis.contradiction(one, limits)) for one, row in rows],
    }  # fmt: skip
    return render(request, "grading/importance.html", shown)
