"""Pages of a plan's items: putting them in, from needs too, changing, taking out, carrying out, passing on."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from zhike.customers.archive import Need
from zhike.customers.documents import add_document
from zhike.customers.pages import find_part, form_page, now, number_of, show_refusal
from zhike.grading.treatments import entitled
from zhike.kernel.refusals import Invalid
from zhike.people.doors import door, me
from zhike.people.rules import can
from zhike.plans import items
from zhike.plans.forms import DoneForm, GroundForm, ItemForm, PassForm, RowSet, people
from zhike.plans.models import PlanItem, ServicePlan
from zhike.plans.views import as_read, find


def find_item(plan: ServicePlan, key: int) -> PlanItem:
    """An item of a plan, or 404."""
    found: PlanItem = find_part(plan.items.select_related("owner"), key)
    found.plan = plan
    return found


def _values(form: ItemForm) -> dict[str, Any]:
    """What was typed; needs as a list."""
    return {**form.cleaned_data, "needs": list(form.cleaned_data.get("needs", ()))}


@door("draw_plans", customer_data=True)
def new_item(request: HttpRequest, key: int) -> HttpResponse:
    """Put an item into a draft."""
    plan, at = find(request, key), now()[0]
    form = ItemForm(request.POST or None, plan=plan)
    return form_page(
        request, form, lambda _given: items.add_item(plan=plan, by=me(request), at=at, **_values(form)),
        title=_("New item"), back=plan.get_absolute_url(), two=True,
    )  # fmt: skip


@door("draw_plans", customer_data=True)
def new_rows(request: HttpRequest, key: int) -> HttpResponse:
    """Put several items into a draft at once, all or none."""
    plan, at = find(request, key), now()[0]
    owners = [(one.pk, str(one)) for one in people()]
    given: dict[str, Any] = {"form_kwargs": {"plan": plan, "owners": owners}, "prefix": "rows"}
    rows = RowSet(request.POST, **given) if request.method == "POST" else RowSet(**given)
    if request.method == "POST" and rows.is_valid():
        values = [one for one in rows.cleaned_data if one.get("content", "").strip()]
        try:
            made = items.add_items(plan=plan, rows=values, by=me(request), at=at)
        except items.WrongRow as refusal:
            filled = [form for form in rows.forms if form.cleaned_data.get("content", "").strip()]
            show_refusal(filled[refusal.place], refusal)
        except Invalid as refusal:
            show_refusal(rows.forms[0], refusal)
        else:
            messages.success(request, _("%(count)s items were put in.") % {"count": len(made)})
            return redirect(plan)
    wrong = rows.is_bound and any(form.errors for form in rows.forms)
    return render(request, "plans/rows.html", {"plan": plan, "rows": rows}, status=422 if wrong else 200)


@door("draw_plans", customer_data=True)
@require_POST
def from_grade(request: HttpRequest, key: int) -> HttpResponse:
    """Make an item of something that the customer's grade opens."""
    plan, at = as_read(request, find(request, key)), now()[0]
    asked = request.POST.get("duty", "")
    duty = next((one for one in entitled(plan.customer, at) if one.code == asked), None)
    if duty is None:
        raise Http404
    made = items.add_item(plan=plan, by=me(request), at=at, **items.drawn_from_grade(plan, duty))
    messages.success(request, _("Item %(number)s was put in.") % {"number": made.place})
    return redirect(f"{plan.get_absolute_url()}#item-{made.pk}")


@door("draw_plans", customer_data=True)
def edit_item(request: HttpRequest, key: int, item: int) -> HttpResponse:
    """Change an item of a draft."""
    plan, at = find(request, key), now()[0]
    one = find_item(plan, item)
    form = ItemForm(request.POST or None, plan=plan, item=one)
    return form_page(
        request, form,
        lambda _given: items.change_item(item=one, by=me(request), at=at, **_values(form)),
        title=_("Item %(number)s") % {"number": one.place}, back=plan.get_absolute_url(), two=True,
    )  # fmt: skip


@door("draw_plans", customer_data=True)
@require_POST
def remove_item(request: HttpRequest, key: int, item: int) -> HttpResponse:
    """Take an item out of a draft."""
    plan = as_read(request, find(request, key))
    items.remove_item(item=find_item(plan, item), by=me(request), at=now()[0])
    messages.success(request, _("The item was taken out."))
    return redirect(plan)


@door("draw_plans", customer_data=True)
@require_POST
def answer_need(request: HttpRequest, key: int, need: int) -> HttpResponse:
    """Let a need be answered by the item that is named, or by a new one made from it."""
    plan = as_read(request, find(request, key))
    one: Need = find_part(plan.customer.needs.all(), need)
    named = number_of(request.POST.get("item", ""))
    item = find_item(plan, named) if named else None
    made = items.answer_need(plan=plan, need=one, item=item, by=me(request), at=now()[0])
    messages.success(request, _("Item %(number)s answers the need.") % {"number": made.place})
    return redirect(f"{plan.get_absolute_url()}#item-{made.pk}")


@door("see_customers", customer_data=True)
def done(request: HttpRequest, key: int, item: int) -> HttpResponse:
    """Note that an item was carried out."""
    plan, (at, day), person = find(request, key), now(), me(request)
    one = find_item(plan, item)
    form = DoneForm(
        request.POST or None,
        request.FILES or None,
        archives=can(person, "change_customer"),
        initial={"done_on": day},
    )

    def act(values: dict[str, Any]) -> None:
        file = values.pop("file", None)
        with transaction.atomic():
            if file is not None:
                values["document"] = add_document(
                    customer=plan.customer, kind="plan", title=str(one), file=file, by=person, at=at
                )
            items.finish(item=one, by=person, at=at, **values)

    return form_page(
        request, form, act, title=_("Item %(number)s is done") % {"number": one.place}, back=plan.get_absolute_url(),
        done=_("Noted."),
    )  # fmt: skip


@door("draw_plans", customer_data=True)
def reopen_item(request: HttpRequest, key: int, item: int) -> HttpResponse:
    """Take back that an item was carried out, with the ground."""
    plan, at = find(request, key), now()[0]
    one = find_item(plan, item)
    return form_page(
        request, GroundForm(request.POST or None),
        lambda values: items.reopen(item=one, by=me(request), at=at, **values),
        title=_("Item %(number)s is not done") % {"number": one.place}, back=plan.get_absolute_url(), submit=_("Take it back"),
        done=_("The item is open again."),
    )  # fmt: skip


@door("draw_plans", customer_data=True)
def pass_item(request: HttpRequest, key: int, item: int) -> HttpResponse:
    """Give a task to another person."""
    plan, at = find(request, key), now()[0]
    one = find_item(plan, item)
    form = PassForm(request.POST or None, initial={"owner": one.owner_id})
    return form_page(
        request, form, lambda values: items.pass_item(item=one, by=me(request), at=at, **values),
        title=_("Who does item %(number)s?") % {"number": one.place}, back=plan.get_absolute_url(), done=_("Passed on."),
    )  # fmt: skip
