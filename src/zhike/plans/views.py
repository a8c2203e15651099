"""Pages of service plans: one plan, drawing up, submitting, approving, withdrawing."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from zhike.customers.models import Customer
from zhike.customers.pages import find_part, form_page, now, show_refusal
from zhike.kernel.refusals import Conflict, Invalid
from zhike.people.doors import door, me
from zhike.plans import actions
from zhike.plans.forms import GroundForm, PlanForm
from zhike.plans.models import ServicePlan
from zhike.plans.page import Shown

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
