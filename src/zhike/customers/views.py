"""Pages of customers: find, read, act, answer."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from zhike.customers.actions import add_customer, change_customer
from zhike.customers.completeness import measure
from zhike.customers.forms import CustomerForm
from zhike.customers.models import Customer
from zhike.people.doors import door, me
from zhike.people.models import Person


def find_customer(person: Person, code: str) -> Customer:
    """The customer of a code, or 404: what a person may not see does not exist for them."""
    found = (
        Customer.objects.visible_to(person)
        .select_related("manager", "region", "department")
        .filter(code=code)
        .first()
    )
    if found is None:
        raise Http404
    return found


@door("see_customers", customer_data=True)
def customer(request: HttpRequest, code: str) -> HttpResponse:
    """The record page."""
    one = find_customer(me(request), code)
    return render(request, "customers/customer.html", {"customer": one, "measure": measure(one)})


@door("add_customer", customer_data=True)
def new_customer(request: HttpRequest) -> HttpResponse:
    """Open an archive."""
    form = CustomerForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        made = add_customer(by=me(request), at=timezone.now(), **form.cleaned_data)
        messages.success(request, _("%(name)s was added.") % {"name": made})
        return redirect(made)
    return render(request, "customers/form.html", {"form": form}, status=422 if form.errors else 200)


@door("change_customer", customer_data=True)
def edit_customer(request: HttpRequest, code: str) -> HttpResponse:
    """Change an archive."""
    one = find_customer(me(request), code)
    form = CustomerForm(request.POST or None, instance=one)
    if request.method == "POST" and form.is_valid():
        values = {name: form.cleaned_data[name] for name in form.changed_data}
        change_customer(
            customer=one, version=form.read_version(), by=me(request), at=timezone.now(), **values
        )
        messages.success(request, _("%(name)s was saved.") % {"name": one})
        return redirect(one)
    return render(
        request, "customers/form.html", {"form": form, "customer": one}, status=422 if form.errors else 200
    )
