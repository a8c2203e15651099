"""The record page of a customer, and opening and changing an archive."""

from __future__ import annotations

import json
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from zhike.customers.actions import add_customer, change_customer, move_life, restore_fact
from zhike.customers.duplicates import find_duplicates
from zhike.customers.editing import Meeting, meet
from zhike.customers.forms import CustomerForm, LifeForm
from zhike.customers.life import CHANNELS, MOVES
from zhike.customers.models import Customer
from zhike.customers.pages import find_customer, form_page, now, number_of, show_refusal
from zhike.customers.record import Record
from zhike.customers.sections import FACTS, SECTION_OF, SECTIONS, SOURCES, class_of
from zhike.customers.showing import label_of, names_for, shown
from zhike.customers.timeline import TABS, Asked, page
from zhike.customers.viewings import open_archive
from zhike.kernel.journal import Entry, plain
from zhike.kernel.refusals import Conflict, Invalid
from zhike.people.doors import door, me
from zhike.people.models import Person
from zhike.people.rules import can, sees

__all__ = ["find_customer"]


@door("see_customers", customer_data=True)
def customer(request: HttpRequest, code: str) -> HttpResponse:
    """The record page; the next page of its timeline alone when htmx asks for that."""
    person = me(request)
    one = find_customer(person, code, merged=True)
    if one.merged_into is not None:
        messages.info(request, _("%(name)s was merged into this archive.") % {"name": one.code})
        return redirect(one.merged_into)
    at, day = now()
    asked = Asked.read(request.GET)
    page_of = {
        "customer": one,
        "asked": asked,
        "timeline": page(one, person, asked),
        "tabs": TABS,
        "channels": CHANNELS,
    }
    if request.headers.get("HX-Target", "").endswith("#timeline"):
        return render(request, "customers/_timeline.html", {**page_of, "may_log": True})
    if asked.before is not None and request.headers.get("HX-Request"):
        return render(request, "customers/_events.html", page_of)
    open_archive(person=person, customer=one, at=at)
    return render(
        request, "customers/customer.html", {**page_of, "record": Record(one, person, day), "day": day}
    )


@door("add_customer", customer_data=True)
def new_customer(request: HttpRequest) -> HttpResponse:
    """Open an archive; customers that may be the same are shown first."""
    person = me(request)
    form = CustomerForm(request.POST or None, by=person)
    found = []
    if request.method == "POST" and form.is_valid():
        values = {name: value for name, value in form.cleaned_data.items() if name != "read"}
        found = find_duplicates(values, by=person)
        if not found or request.POST.get("anyway"):
            try:
                made = add_customer(by=person, at=now()[0], **{"manager": person, **values})
            except (Invalid, Conflict) as refusal:
                show_refusal(form, Invalid(str(refusal), fields=refusal.fields))
            else:
                messages.success(request, _("%(name)s was added.") % {"name": made})
                return redirect(made)
    elif request.GET.get("name"):
        found = find_duplicates(request.GET.dict(), by=person)
    status = 422 if form.errors or found else 200
    return render(
        request,
        "customers/new.html",
        {"form": form, "found": found, "sections": grouped(form)},
        status=status,
    )


@door("add_customer", customer_data=True)
def likeness(request: HttpRequest) -> HttpResponse:
    """Customers that share a mark with what is being typed."""
    found = find_duplicates(request.GET.dict(), by=me(request))
    return render(request, "customers/_likeness.html", {"found": found})


def grouped(form: CustomerForm) -> list[tuple[str, list[Any]]]:
    """The fields of the form by section."""
    first = [form[name] for name in ("code",) if name in form.fields]
    groups = []
    for section, facts in FACTS.items():
        fields = [form[name] for name in facts if name in form.fields]
        groups.append(
            (capfirst(str(SECTIONS[section].name)), [*(first if section == "basic" else []), *fields])
        )
    return [one for one in groups if one[1]]


@door("change_customer", customer_data=True)
def edit_customer(request: HttpRequest, code: str) -> HttpResponse:
    """Change an archive. Where somebody else has changed the same fact meanwhile, both values are shown to choose from (409)."""
    person = me(request)
    one = find_customer(person, code)
    form = CustomerForm(request.POST or None, instance=one, by=person)
    if request.method == "POST" and form.is_valid():
        meeting = write(one, form, person)
        if meeting.asks:
            return conflict(request, one, form, meeting)
        messages.success(request, _("%(name)s was saved.") % {"name": one})
        return redirect(one)
    page_of = {"form": form, "customer": one, "sections": grouped(form)}
    return render(request, "customers/edit.html", page_of, status=422 if form.errors else 200)


def write(one: Customer, form: CustomerForm, person: Person) -> Meeting:
    """Write what the person changed; nothing where a fact has been changed by somebody else as well."""
    for _again in range(3):
        one.refresh_from_db()
        mine = {name: plain(form.cleaned_data[name]) for name in form.facts()}
        meeting = meet(form.was_read(), form.values_of(one), mine)
        values = {name: form.cleaned_data[name] for name in meeting.write}
        if meeting.asks or not values:
            return meeting
        try:
            told_by = form.cleaned_data.get("told_by") or "colleague"
            change_customer(
                customer=one, version=one.version, by=person, at=now()[0], told_by=told_by, **values
            )
        except Conflict:
            continue  # somebody was quicker: look again at what stands there now
        return meeting
    raise Conflict(_("Somebody else is changing this record right now; please try again."))


def conflict(request: HttpRequest, one: Customer, form: CustomerForm, meeting: Meeting) -> HttpResponse:
    """Current, theirs and mine, field by field."""
    read, stands = form.was_read(), form.values_of(one)
    mine = {name: plain(form.cleaned_data[name]) for name in form.facts()}
    probe = Entry(noun="customer", data={"before": stands, "after": {**mine}})
    names = names_for([probe, Entry(noun="customer", data={"before": read, "after": {}})], me(request))
    raw = {name: form[name].value() for name in form.facts()}
    fresh = CustomerForm(instance=one, by=me(request))
    choices = [
        {
            "name": name,
            "label": label_of("customer", name),
            "read": shown("customer", name, read.get(name), names),
            "now": shown("customer", name, stands[name], names),
            "mine": shown("customer", name, mine[name], names),
            "raw_now": fresh[name].value(),
            "raw_mine": raw[name],
        }
        for name in meeting.asks
    ]
    last = (
        Entry.objects.filter(noun="customer", record=one.pk, customer_id=one.pk)
        .exclude(by=None)
        .select_related("by")
        .order_by("-id")
        .first()
    )
    kept = [
        (name, value if value is not None else "")
        for name, value in raw.items()
        if name not in meeting.asks and name in meeting.write
    ]
    kept += [
        (name, "" if (value := fresh[name].value()) is None else value)
        for name in raw
        if name not in meeting.asks and name not in meeting.write
    ]
    page_of = {
        "customer": one,
        "choices": choices,
        "kept": kept,
        "read": json.dumps(stands, ensure_ascii=False),
        "last": last,
        "told_by": form.cleaned_data.get("told_by"),
    }
    return render(request, "customers/conflict.html", page_of, status=409)


@door("change_customer", customer_data=True)
def fact(request: HttpRequest, code: str, fact: str) -> HttpResponse:
    """One fact: shown, or with `?edit=1` as a small form in its place."""
    person = me(request)
    one = find_customer(person, code)
    if fact not in SECTION_OF or not sees(person, class_of("customer", fact)):
        raise Http404
    form = CustomerForm(request.POST or None, instance=one, by=person, only=fact)
    if fact not in form.fields and (request.method == "POST" or request.GET.get("edit")):
        raise Http404
    status = 200
    if request.method == "POST":
        if form.is_valid():
            meeting = write(one, form, person)
            if not meeting.asks:
                if not request.headers.get("HX-Request"):
                    return redirect(one)
                one.refresh_from_db()
                return _fact(request, one, fact)
            stands = shown("customer", fact, plain(getattr(one, fact)), {})
            form.add_error(fact, _("Meanwhile somebody else wrote “%(value)s”.") % {"value": stands})
            fresh: Any = request.POST.copy()
            fresh["read"] = json.dumps(form.values_of(one), ensure_ascii=False)
            form.data = fresh
        status = 422
    elif not request.GET.get("edit"):
        return _fact(request, one, fact)
    return render(
        request,
        "customers/_fact_form.html",
        {"customer": one, "fact": fact, "form": form, "field": form[fact]},
        status=status,
    )


def _fact(request: HttpRequest, one: Customer, code: str) -> HttpResponse:
    record = Record(one, me(request), now()[1])
    faults = {defect.field: str(defect) for defect in record.defects if defect.code != "missing"}
    page_of = {
        "customer": one,
        "fact": record.fact(code, faults.get(code, "")),
        "may_change": True,
        "focus": True,
    }
    return render(request, "customers/_fact.html", page_of)


@door("see_customers", customer_data=True)
def history(request: HttpRequest, code: str, fact: str) -> HttpResponse:
    """Every value that a fact has had, with who, when and from where; a POST restores one."""
    person = me(request)
    one = find_customer(person, code)
    if fact not in SECTION_OF or not sees(person, class_of("customer", fact)):
        raise Http404
    if request.method == "POST":
        entry = Entry.objects.filter(pk=number_of(request.POST.get("entry", ""))).first()
        if entry is None:
            raise Http404
        restore_fact(customer=one, fact=fact, entry=entry, by=person, at=now()[0])
        messages.success(request, _("The earlier value was restored."))
        return redirect(one)
    entries = [
        entry
        for entry in Entry.objects.filter(noun="customer", record=one.pk, customer_id=one.pk)
        .exclude(data={})
        .select_related("by")
        .order_by("-id")[:1000]
        if fact in entry.data.get("after", {}) or fact in entry.data.get("before", {})
    ]
    names = names_for(entries, person)
    rows = [
        {
            "entry": entry,
            "old": shown("customer", fact, entry.data.get("before", {}).get(fact), names),
            "new": shown("customer", fact, entry.data.get("after", {}).get(fact), names),
            "restores": fact in entry.data.get("before", {}),
            "source": SOURCES.get(entry.data.get("words", {}).get("source", ""), ""),
        }
        for entry in entries
    ]
    page_of = {"customer": one, "fact": fact, "label": label_of("customer", fact), "rows": rows}
    page_of["may_change"] = can(person, "change_customer")
    return render(request, "customers/history.html", page_of)


@door("change_customer", customer_data=True)
def life(request: HttpRequest, code: str) -> HttpResponse:
    """Move a customer along its life cycle."""
    person = me(request)
    one = find_customer(person, code)
    form = LifeForm(request.POST or None, states=sorted(MOVES[one.life]))
    return form_page(
        request,
        form,
        lambda values: move_life(customer=one, by=person, at=now()[0], **values),
        title=_("Life cycle of %(name)s") % {"name": one},
        back=reverse("customer", args=[one.code]),
        done=_("%(name)s was moved.") % {"name": one},
    )
