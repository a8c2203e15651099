"""Pages of service plans: the list, unanswered needs, one plan, drawing up, submitting, approving, withdrawing."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_GET, require_POST

from zhike.customers.limits import Limits
from zhike.customers.models import Customer
from zhike.customers.pages import find_part, form_page, now, show_refusal
from zhike.grading.schemes import Schemes
from zhike.kernel.refusals import Conflict, Invalid
from zhike.lists.grades import worn
from zhike.lists.pages import count_of, page_of
from zhike.people.doors import door, me
from zhike.people.rules import can
from zhike.plans import actions, lists, need_lists
from zhike.plans.forms import GroundForm, PlanForm
from zhike.plans.missing import missing_for
from zhike.plans.models import TYPES, ServicePlan
from zhike.plans.needs import unanswered
from zhike.plans.page import Shown
from zhike.ui import grid
from zhike.ui.answers import wants_table

RELATED = (
    "customer__manager", "former", "drawn_by", "submitted_by", "approved_by", "asked", "sent_by", "sent_to", "confirmed_by",
    "confirmed_contact", "change_by", "ended_by", "document", "policy_version__policy",
)  # fmt: skip


def find(request: HttpRequest, key: int) -> ServicePlan:
    """A plan that the person sees, or 404."""
    found: ServicePlan = find_part(ServicePlan.objects.visible_to(me(request)).select_related(*RELATED), key)
    return found


def as_read(request: HttpRequest, plan: ServicePlan) -> ServicePlan:
    """The plan, if it stands as the person read it: pages send its version with what they ask for. Else a Conflict."""
    read = request.POST.get("version", "")
    if read and read != str(plan.version):
        raise Conflict(
            _("This plan has changed meanwhile."),
            way_out=_("Look at it again."),
            link=plan.get_absolute_url(),
        )
    return plan


@door("see_customers", customer_data=True)
@require_GET
def plans(request: HttpRequest) -> HttpResponse:
    """Service plans by what is next to be done with them; customers that are to have one and have none."""
    person, (_at, day), asked = me(request), now(), lists.Asked.read(request.GET)
    without = request.GET.get("tab") == "without"
    lacking, waiting = missing_for(person, day, Limits()), unanswered(person)
    table = _without(request, lacking) if without else _table(request, asked)
    if wants_table(request):
        return render(request, "ui/_grid.html", {"table": table})
    number: dict[str, Any] = {**lists.counts(person, day), "without": count_of(lacking)}
    tabs = {**lists.TABS, "without": _("without a plan")}
    current = "without" if without else asked.tab
    shown = {
        "table": table, "asked": asked, "without": without, "may_draw": can(person, "draw_plans"), "waiting": count_of(waiting),
        "tabs": [(code, name, number.get(code, ""), code == current) for code, name in tabs.items()],
        "filters": [("kind", pgettext("plan", "Type"), list(TYPES.items()), asked.kind)],
    }  # fmt: skip
    return render(request, "plans/list.html", shown)


def _table(request: HttpRequest, asked: lists.Asked) -> grid.Table:
    person, (_at, day), schemes = me(request), now(), Schemes()
    page = lists.page(person, asked, day)
    schemes.fetch({one.policy_version_id for one in page.object_list if one.policy_version_id})
    return grid.Table(
        lists.columns(day, schemes), page, request.GET, key=lambda one: one.pk, sort=asked.sort, path=reverse("plans"),
        caption=_("Service plans"), filtered=asked.is_filtered, empty=lists.EMPTY.get(asked.tab, _("No service plans here.")),
        hint=_("A plan is drawn up from the needs of a customer, approved by another person and confirmed by the customer."),
    )  # fmt: skip


def _without(request: HttpRequest, rows: Any) -> grid.Table:
    asked, limits, day = lists.Asked.read(request.GET), Limits(), now()[1]
    for word in asked.words.split():
        rows = rows.filter(search__contains=word.lower())
    page = page_of(
        rows.order_by("code"),
        rows.select_related("manager").defer("search", "channels", "tokens"),
        asked.page,
    )
    worn(page.object_list)
    return grid.Table(
        need_lists.without_columns(day, limits), page, request.GET, key=lambda one: one.code, path=reverse("plans"),
        caption=_("Customers without a service plan"), filtered=bool(asked.words),
        empty=_("Every customer that is to have a service plan has one in force."),
        hint=_("For which grades a plan is asked for is set among the limits of the archives."),
    )  # fmt: skip


@door("see_customers", customer_data=True)
@require_GET
def needs(request: HttpRequest) -> HttpResponse:
    """Needs that nothing answers yet, what is to be answered first at the top."""
    person, (_at, day), asked = me(request), now(), need_lists.Asked.read(request.GET)
    page = need_lists.page(person, asked, day)
    table = grid.Table(
        need_lists.columns(day, can(person, "draw_plans")), page, request.GET, key=lambda one: one.pk, path=reverse("needs"),
        caption=_("Unanswered needs"), filtered=asked.is_filtered, empty=_("Every need is answered."),
        hint=_("Needs are recorded on the page of a customer, and answered by an item of its service plan or in words."),
    )  # fmt: skip
    if wants_table(request):
        return render(request, "ui/_grid.html", {"table": table})
    number = need_lists.counts(person, day)
    shown = {
        "table": table, "asked": asked,
        "tabs": [(code, name, number[code], code == asked.tab) for code, name in need_lists.TABS.items()],
        "filters": [("kind", _("Kind"), need_lists.KINDS, asked.kind)],
    }  # fmt: skip
    return render(request, "plans/needs.html", shown)


@door("see_customers", customer_data=True)
@require_GET
def plan_page(request: HttpRequest, key: int) -> HttpResponse:
    """One plan: its items, the needs it answers and those that wait, and what has become of it."""
    at, day = now()
    return render(request, "plans/plan.html", Shown(find(request, key), me(request), at, day).context())


@door("draw_plans", customer_data=True)
def new_plan(request: HttpRequest) -> HttpResponse:
    """Begin a plan; the page of the draft follows."""
    person, (at, day) = me(request), now()
    code = (request.POST.get("customer") or request.GET.get("customer", ""))[:40]
    rows = Customer.objects.visible_to(person).living()
    customer = rows.filter(code=code).first() if code and "customer" in request.GET else None
    if "customer" in request.GET and customer is None:
        raise Http404
    form = PlanForm(request.POST or None, by=person, day=day, customer=customer)
    title = (
        _("Draw up a service plan for %(name)s") % {"name": customer}
        if customer
        else _("Draw up a service plan")
    )
    if request.method == "POST" and form.is_valid():
        try:
            made = actions.draw_up(by=person, at=at, **form.cleaned_data)
        except Invalid as refusal:
            show_refusal(form, refusal)
        else:
            return redirect(made)
    back = customer.get_absolute_url() if customer else reverse("plans")
    shown = {"form": form, "title": title, "back": back, "two": True, "submit": _("Draw up")}
    return render(request, "customers/form_page.html", shown, status=422 if form.errors else 200)


@door("draw_plans", customer_data=True)
def edit_plan(request: HttpRequest, key: int) -> HttpResponse:
    """Change what stands above the items."""
    plan, (at, day) = find(request, key), now()
    form = PlanForm(request.POST or None, by=me(request), day=day, plan=plan)
    return form_page(
        request, form, lambda values: actions.change_plan(plan=as_read(request, plan), by=me(request), at=at, **values),
        title=_("Change “%(plan)s”") % {"plan": plan}, back=plan.get_absolute_url(), two=True,
    )  # fmt: skip


@door("draw_plans", customer_data=True)
@require_POST
def submit(request: HttpRequest, key: int) -> HttpResponse:
    """Give a draft to be approved."""
    plan = as_read(request, find(request, key))
    actions.submit(plan=plan, by=me(request), at=now()[0])
    said = (
        _("The plan waits for the approval of %(name)s.") % {"name": plan.asked}
        if plan.asked
        else _("The plan waits for approval.")
    )
    messages.success(request, said)
    return redirect(plan)


@door("approve_plans", customer_data=True)
@require_POST
def approve(request: HttpRequest, key: int) -> HttpResponse:
    """Approve what another person drew up."""
    plan = as_read(request, find(request, key))
    actions.approve(plan=plan, by=me(request), at=now()[0])
    messages.success(request, _("The plan is approved; its items are tasks of their owners."))
    return redirect(plan)


@door("see_customers", customer_data=True)
def return_plan(request: HttpRequest, key: int) -> HttpResponse:
    """Give a plan back to be changed."""
    plan, at = find(request, key), now()[0]
    return form_page(
        request, GroundForm(request.POST or None),
        lambda values: actions.return_plan(plan=plan, by=me(request), at=at, **values),
        title=_("Return “%(plan)s” to be changed") % {"plan": plan}, back=plan.get_absolute_url(), submit=_("Return"),
        done=_("The plan is a draft again."),
    )  # fmt: skip


@door("see_customers", customer_data=True)
def withdraw(request: HttpRequest, key: int) -> HttpResponse:
    """A plan will not be carried out."""
    plan, at = find(request, key), now()[0]
    return form_page(
        request, GroundForm(request.POST or None),
        lambda values: actions.withdraw(plan=plan, by=me(request), at=at, **values),
        title=_("Withdraw “%(plan)s”") % {"plan": plan}, back=plan.get_absolute_url(), submit=_("Withdraw"),
        done=_("The plan is withdrawn; its needs wait for an answer again."),
    )  # fmt: skip
