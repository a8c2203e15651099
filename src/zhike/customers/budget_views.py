"""Pages of budgets: the year's plan against spending and result, allocations, bookings, approvals (ORG-10)."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from zhike.customers.budget_forms import AllocationForm, BookingForm, BudgetForm
from zhike.customers.budgets import Booking, Budget, allocate, book, decide, report, set_budget
from zhike.customers.models import Customer
from zhike.customers.pages import find_customer, find_part, form_page, now
from zhike.kernel.refusals import Forbidden
from zhike.lists.grades import named_grade, named_grades
from zhike.people.doors import door, me
from zhike.people.rules import can, sees


def year_of(request: HttpRequest) -> int:
    """The year asked for, else this one."""
    asked = request.GET.get("year", "")
    return int(asked) if asked.isascii() and asked.isdigit() and len(asked) == 4 else now()[1].year


@door("see_customers", customer_data=True)
def budgets(request: HttpRequest) -> HttpResponse:
    """Plan, spending and result of a year, and what waits for approval."""
    person, year = me(request), year_of(request)
    if not sees(person, "price"):
        raise Forbidden(_("Your roles do not show amounts."))
    budget = Budget.objects.filter(year=year).first()
    lines = report(year, person)
    waiting = (
        Booking.objects.waiting()
        .filter(customer__in=Customer.objects.visible_to(person))
        .select_related("customer", "by")
    )
    grades = named_grades() if any(line.allocation.grade for line in lines) else {}
    page_of = {
        "year": year,
        "budget": budget,
        "lines": [(line, named_grade(line.allocation.grade, grades).chip) for line in lines],
        "spent": sum((line.spent for line in lines), Decimal(0)),
        "waiting": waiting[:200],
        "may_set": can(person, "set_budgets"),
    }
    return render(request, "customers/budgets.html", page_of)


@door("set_budgets", customer_data=True)
def new_budget(request: HttpRequest) -> HttpResponse:
    """Set the sum of a year."""
    year = year_of(request)
    form = BudgetForm(request.POST or None)
    return form_page(
        request, form,
        lambda values: set_budget(year=year, by=me(request), at=now()[0], **values),
        title=_("Budget of %(year)s") % {"year": year}, back=f"{reverse('budgets')}?year={year}",
    )  # fmt: skip


@door("set_budgets", customer_data=True)
def new_allocation(request: HttpRequest) -> HttpResponse:
    """Give a part of the budget to a customer or a grade."""
    person, year = me(request), year_of(request)
    budget = Budget.objects.filter(year=year).first()
    if budget is None:
        raise Http404
    form = AllocationForm(request.POST or None, by=person)
    return form_page(
        request, form, lambda values: allocate(budget=budget, by=person, at=now()[0], **values),
        title=_("Allocate"), back=f"{reverse('budgets')}?year={year}",
    )  # fmt: skip


@door("change_customer", customer_data=True)
def new_booking(request: HttpRequest, code: str) -> HttpResponse:
    """Book a cost for a customer; beyond the budget it waits."""
    one = find_customer(me(request), code)
    at, day = now()
    form = BookingForm(request.POST or None, initial={"spent_on": day})

    def act(values: dict[str, Any]) -> None:
        made = book(customer=one, by=me(request), at=at, **values)
        if made.state == "booked":
            messages.success(request, _("The cost was booked."))
        else:
            messages.warning(request, _("The cost lies beyond the budget and waits for approval."))

    return form_page(
        request, form, act, title=_("Book a cost for %(name)s") % {"name": one}, back=one.get_absolute_url()
    )


@door("set_budgets", customer_data=True)
@require_POST
def booking(request: HttpRequest, key: int) -> HttpResponse:
    """Approve or refuse spending beyond the budget."""
    rows = Booking.objects.filter(customer__in=Customer.objects.visible_to(me(request)))
    this = find_part(rows.select_related("customer"), key)
    decide(booking=this, approve=request.POST.get("decision") == "approve", by=me(request), at=now()[0])
    return redirect("budgets")
