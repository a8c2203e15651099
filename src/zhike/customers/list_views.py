"""What the list of customers does beside what every list does: a cell edited in place, many customers handed over or changed at once."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from zhike.customers.actions import change_all, change_customer
from zhike.customers.forms import CustomerForm
from zhike.customers.handovers import hand_all
from zhike.customers.life import LIFE
from zhike.customers.lists import CUSTOMERS
from zhike.customers.lives import move_all, states_for
from zhike.customers.models import Customer
from zhike.customers.pages import find_customer, number_of
from zhike.customers.sections import class_of
from zhike.customers.showing import label_of
from zhike.kernel.refusals import Invalid
from zhike.lists.fields import Field
from zhike.lists.screen import in_place
from zhike.lists.views import picked
from zhike.people.doors import door, me
from zhike.people.models import Person
from zhike.people.rules import sees

MOST_AT_ONCE = 200
SHARED = (
    "region", "department", "group", "country", "province", "city", "source", "currency",
    "scale", "industry", "need_type", "segment",
)  # fmt: skip
"""Facts that many customers have in common."""
NAMED = 5
"""So many that stay are named with their reasons."""


def typed(field: Field, text: str, person: Person) -> Any:
    """What was typed into a cell, as its column takes it. Raises Invalid."""
    if field.choices is not None and text and text not in field.choices(person):
        raise Invalid(_("Choose one of the values."), fields={field.code: _("unknown")})
    column: Any = Customer._meta.get_field(field.column)
    try:
        return column.formfield().clean(text)
    except ValidationError as error:
        why = " ".join(error.messages)
        raise Invalid(why, fields={field.code: why}) from error


@door("change_customer", customer_data=True)
def cell(request: HttpRequest, code: str, field: str) -> HttpResponse:
    """One cell as a field to edit, and its new value when sent."""
    person = me(request)
    one = next((item for item in CUSTOMERS.fields_for(person) if item.code == field and item.edit), None)
    customer = find_customer(person, code)
    if one is None:
        raise Http404
    if request.method == "POST":
        value = typed(one, request.POST.get("value", ""), person)
        read = number_of(request.POST.get("version", ""), customer.version)
        customer = change_customer(
            customer=customer, version=read, by=person, at=timezone.now(), **{one.column: value}
        )
    if request.method == "POST" or request.GET.get("show"):
        return HttpResponse(in_place(CUSTOMERS, one, " autofocus")(customer))
    choices = one.choices(person) if one.choices else None
    return render(
        request,
        "customers/_cell.html",
        {"field": one, "customer": customer, "choices": choices, "value": getattr(customer, one.column)},
    )


@door("assign_customer", customer_data=True)
@require_POST
def bulk_assign(request: HttpRequest) -> HttpResponse:
    """Give the chosen customers to an account manager."""
    person = me(request)
    chosen = picked(request, CUSTOMERS, "code", MOST_AT_ONCE)
    if request.POST.get("sent"):
        manager = Person.objects.active().filter(pk=number_of(request.POST.get("person", ""))).first()
        if manager is None:
            raise Invalid(_("Choose who takes the customers over."), fields={"person": _("missing")})
        given, opened, kept = hand_all(customers=chosen, receiver=manager, by=person, at=timezone.now())
        messages.success(
            request,
            _(
                "%(given)s customers now belong to %(name)s; %(opened)s handovers wait for signatures; %(kept)s stay as they are."
            )
            % {"given": given, "opened": opened, "kept": kept, "name": manager},
        )
        return _back(request)
    people = Person.objects.active().only("pk", "display_name", "post")
    page_of = {"chosen": chosen, "people": people, "query": request.POST.get("query", "")}
    return render(request, "customers/_assign.html", page_of)


@door("change_customer", customer_data=True)
@require_POST
def bulk_change(request: HttpRequest) -> HttpResponse:
    """Write one fact of the chosen customers: first which, then its value."""
    person, fact = me(request), request.POST.get("fact", "")
    chosen = picked(request, CUSTOMERS, "code", MOST_AT_ONCE)
    facts = [
        (code, label_of("customer", code)) for code in SHARED if sees(person, class_of("customer", code))
    ]
    page_of = {"chosen": chosen, "facts": facts, "fact": fact, "query": request.POST.get("query", "")}
    if fact not in dict(facts):
        return render(request, "customers/_change.html", page_of)
    sent = request.POST if request.POST.get("sent") and fact in request.POST else None
    form = CustomerForm(sent, instance=Customer(), by=person, only=fact)
    form.fields[fact].required = True
    if not (sent and form.is_valid()):
        return render(
            request, "customers/_change.html", {**page_of, "form": form}, status=422 if form.errors else 200
        )
    changed, same = change_all(
        customers=chosen, by=person, at=timezone.now(), told_by=form.cleaned_data["told_by"], **{fact: form.cleaned_data[fact]}
    )  # fmt: skip
    messages.success(
        request,
        _("%(fact)s: %(changed)s customers changed, %(same)s had the value already.")
        % {"fact": dict(facts)[fact], "changed": changed, "same": same},
    )
    return _back(request)


@door("change_customer", customer_data=True)
@require_POST
def bulk_life(request: HttpRequest) -> HttpResponse:
    """Move the chosen customers along their life cycle."""
    person = me(request)
    chosen = picked(request, CUSTOMERS, "code", MOST_AT_ONCE)
    states = states_for(chosen, person)
    if not request.POST.get("sent"):
        shown = {
            "chosen": chosen,
            "states": [(code, LIFE[code]) for code in states],
            "query": request.POST.get("query", ""),
        }
        return render(request, "customers/_lives.html", shown)
    life = request.POST.get("life", "")
    if life not in states:
        raise Invalid(_("Choose one of the values."), fields={"life": _("missing")})
    reason = request.POST.get("reason", "").strip()[:200]
    moved, stay = move_all(customers=chosen, life=life, by=person, at=timezone.now(), reason=reason)
    _tell(request, moved, life, stay)
    return _back(request)


def _back(request: HttpRequest) -> HttpResponse:
    """To the list as it was asked for."""
    return redirect(f"{reverse('customers')}?{request.POST.get('query', '')[:2000]}")


def _tell(request: HttpRequest, moved: int, life: str, stay: list[tuple[Customer, str]]) -> None:
    """How many were moved, and who was not and why."""
    if moved:
        told = ngettext(
            "%(moved)s customer is now: %(state)s.", "%(moved)s customers are now: %(state)s.", moved
        )
        messages.success(request, told % {"moved": moved, "state": LIFE[life]})
    if stay:
        told = ngettext("%(count)s stays as it is.", "%(count)s stay as they are.", len(stay))
        named = _("; ").join(f"{one}: {why}" for one, why in stay[:NAMED])
        more = _(" and %(count)s more") % {"count": len(stay) - NAMED} if len(stay) > NAMED else ""
        messages.warning(request, told % {"count": len(stay)} + f" {named}{more}")
