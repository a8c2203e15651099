"""Pages of the list of customers: find, read, act, answer."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from html import escape
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from zhike.customers import lists
from zhike.customers.actions import change_customer
from zhike.customers.exports import export_customers, finished_file
from zhike.customers.grid import QUICK
from zhike.customers.handovers import hand_all
from zhike.customers.life import LIFE
from zhike.customers.models import Customer
from zhike.customers.pages import find_customer, number_of
from zhike.kernel.refusals import Invalid
from zhike.lists.actions import remove_view, save_view
from zhike.lists.fields import OPERATORS, Field
from zhike.lists.forms import ExportForm, ViewForm
from zhike.lists.models import View
from zhike.lists.pages import MOST_COUNTED, shown_count
from zhike.lists.screen import chips, columns_of, quick_filters, views_for
from zhike.people.actions import change_person
from zhike.people.doors import door, me
from zhike.people.models import Person
from zhike.people.rules import can
from zhike.ui import grid
from zhike.ui.answers import wants_table

MOST_AT_ONCE = 200


def screen(request: HttpRequest) -> dict[str, Any]:
    """Everything the list shows."""
    person = me(request)
    fields = lists.fields_for(person)
    asked = lists.read(person, request.GET)
    columns = columns_of(person, "customer", asked, fields)
    known = lists.known(person)
    page = lists.page(person, asked, known["all"])
    hand = grid.Bulk(_("Hand to…"), reverse("bulk_assign"), icon="user-round-check", dialog=True)
    table = grid.Table(
        [column(field, person) for field in columns], page, QueryDict(asked.query()), key=lambda row: row.code, sort=asked.sort,
        path=reverse("customers"), bulk=[hand] if can(person, "assign_customer") else [],
        filtered=bool(asked.words or asked.conditions), caption=_("Customers"),
        empty=_("No customer matches.") if asked.words or asked.conditions else _("No customers yet."),
        hint=_("Take a filter away, or search for less.") if asked.words or asked.conditions else _("Add the first one, or import a file."),
    )  # fmt: skip
    return {
        "asked": asked,
        "known": known,
        "table": table,
        "count": shown_count(page.count, page.more),
        "chips": chips(person, asked, fields, QUICK, names=known["choices"]),
        "all_chips": chips(person, asked, fields, names=known["choices"]),
        "fields": [field for field in fields if field.filter],
        "operators": operators(),
        "groupings": [
            (field, f"?{asked.query(group=field.code)}")
            for field in fields
            if field.kind in {"choice", "key"}
        ],
        "ungrouped": f"?{asked.query(group='')}" if asked.group else "",
        "may_export": can(person, "export_data"),
        "groups": [
            {
                "words": words,
                "number": number,
                "address": f"?{asked.with_group(asked.group, value).query(group='')}",
            }
            for value, words, number in (lists.groups(person, asked) if asked.group else [])
        ],
        "group_label": next((field.label for field in fields if field.code == asked.group), ""),
    }


def operators() -> list[tuple[str, Any, str]]:
    """(code, words, kinds of fields) of every operator; the same code reads differently for amounts and for days."""
    kinds: dict[tuple[str, str], list[str]] = {}
    for kind, known in OPERATORS.items():
        for code, words in known.items():
            kinds.setdefault((code, str(words)), []).append(kind)
    return [(code, words, " ".join(some)) for (code, words), some in kinds.items()]


def in_place(field: Field, focus: str = "") -> Callable[[Customer], str]:
    """The cell of a field that is edited in the list, with the button that turns it into a form."""
    label = escape(f"{_('Edit')}: {field.label}")

    def cell(row: Customer) -> str:
        address = escape(reverse("customer_cell", args=[row.code, field.code]))
        return (
            f'{field.cell(row)}<button class="btn btn-quiet btn-icon btn-small cell-pen" type="button" hx-get="{address}"'
            f' hx-target="closest td" hx-swap="innerHTML" aria-label="{label}"{focus}>{grid.icon("pencil", "icon-small")}</button>'
        )

    return cell


def column(field: Field, person: Person) -> grid.Column:
    """The column of a field; one that the person may edit in place has a button in every cell."""
    shown = field.as_column()
    return replace(shown, cell=in_place(field)) if field.edit and can(person, "change_customer") else shown


def options(request: HttpRequest, shown: dict[str, Any], saved: list[View]) -> dict[str, Any]:
    """What can be asked of the list: views, quick filters, fields, columns, groups."""
    person, asked = me(request), shown["asked"]
    fields = lists.fields_for(person)
    columns = columns_of(person, "customer", asked, fields)
    known = shown["known"]
    lives = [
        {"name": LIFE[life], "address": f"?{asked.with_value('life', life).query(words='', view='')}",
         "count": shown_count(min(number, MOST_COUNTED), number > MOST_COUNTED),
         "current": asked.value_of("life") == life and not asked.view}
        for life, number in known["lives"].items()
    ]  # fmt: skip
    everybody = {
        "name": _("All"),
        "address": f"?{replace(asked, words='', conditions=(), view='', group='').query()}",
        "count": "",
        "current": not asked.value_of("life") and not asked.view,
    }
    return {
        "tabs": [everybody, *lives],
        "views": [
            {
                "name": view.name,
                "shared": view.shared,
                "address": f"?{view.query}&view={view.pk}",
                "current": asked.view == str(view.pk),
            }
            for view in saved
        ],
        "my_views": [view for view in saved if view.owner_id == person.pk],
        "quick": quick_filters(
            {code: known["choices"][code] for code in QUICK if code in known["choices"]}, asked, fields
        ),
        "all_columns": [(field, field in columns) for field in fields],
        "may_add": can(person, "add_customer"),
        "may_import": can(person, "import_data"),
        "may_share": can(person, "share_views"),
    }


@door("see_customers", customer_data=True)
def customers(request: HttpRequest) -> HttpResponse:
    """The list; only its table when htmx asks."""
    person = me(request)
    saved = [] if wants_table(request) else views_for(person, "customer")
    if not request.GET:
        first = next((view for view in saved if view.first and view.owner_id == person.pk), None)
        if first is not None and first.query:
            return redirect(f"{reverse('customers')}?{first.query}&view={first.pk}")
    shown = screen(request)
    if wants_table(request):
        return render(request, "customers/_answer.html", shown)
    return render(request, "customers/list.html", shown | options(request, shown, saved))


@door("see_customers", customer_data=True)
@require_POST
def columns(request: HttpRequest) -> HttpResponse:
    """Keep the person's choice of columns."""
    person = me(request)
    known = {field.code for field in lists.fields_for(person)}
    chosen = [code for code in request.POST.getlist("column") if code in known]
    settings = {**person.settings, "columns": {**person.settings.get("columns", {}), "customer": chosen}}
    change_person(person=person, by=person, at=timezone.now(), settings=settings)
    return redirect(f"{reverse('customers')}?{request.POST.get('query', '')[:2000]}")


@door("see_customers", customer_data=True)
@require_POST
def views(request: HttpRequest) -> HttpResponse:
    """Keep the question on the screen under a name."""
    form = ViewForm(request.POST)
    if not form.is_valid():
        raise Invalid(_("A view needs a name."), fields=dict(form.errors))
    asked = lists.read(me(request), _query_of(request))
    made = save_view(
        noun="customer", query=asked.query(view=""), by=me(request), at=timezone.now(), **form.cleaned_data
    )
    messages.success(request, _("The view “%(name)s” was saved.") % {"name": made})
    return redirect(f"{reverse('customers')}?{made.query}&view={made.pk}")


@door("see_customers", customer_data=True)
@require_POST
def view_removed(request: HttpRequest, key: int) -> HttpResponse:
    """Remove a saved view."""
    remove_view(
        view=get_object_or_404(View.objects.visible_to(me(request)), pk=key, noun="customer"),
        by=me(request),
        at=timezone.now(),
    )
    return redirect("customers")


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
    one = next((item for item in lists.fields_for(person) if item.code == field and item.edit), None)
    customer = find_customer(person, code)
    if one is None:
        raise Http404
    if request.method == "POST":
        value = typed(one, request.POST.get("value", ""), person)
        read = number_of(request.POST.get("version", ""), customer.version)
        customer = change_customer(
            customer=customer, version=read, by=person, at=timezone.now(), **{one.column: value}
        )
        return HttpResponse(in_place(one, " autofocus")(customer))
    if request.GET.get("show"):
        return HttpResponse(in_place(one, " autofocus")(customer))
    choices = one.choices(person) if one.choices else None
    return render(
        request,
        "customers/_cell.html",
        {"field": one, "customer": customer, "choices": choices, "value": getattr(customer, one.column)},
    )


def picked(request: HttpRequest) -> list[Customer]:
    """The customers of a bulk action: those picked, or everything that the list finds. Raises Invalid when they are too many."""
    person = me(request)
    rows = (
        Customer.objects.visible_to(person)
        .living()
        .filter(
            code__in=[code for code in request.POST.getlist("pick") if "\x00" not in code][: MOST_AT_ONCE + 1]
        )
    )
    if request.POST.get("every"):
        rows = lists.find(person, lists.read(person, _query_of(request)))
    found = list(rows.defer(*lists.HEAVY)[: MOST_AT_ONCE + 1])
    if len(found) > MOST_AT_ONCE:
        raise Invalid(
            _("At most %(most)s customers at once; narrow the list first.") % {"most": MOST_AT_ONCE}
        )
    return found


@door("assign_customer", customer_data=True)
@require_POST
def bulk_assign(request: HttpRequest) -> HttpResponse:
    """Give the chosen customers to an account manager."""
    person = me(request)
    chosen = picked(request)
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
        return redirect(f"{reverse('customers')}?{request.POST.get('query', '')[:2000]}")
    people = Person.objects.active().only("pk", "display_name", "post")
    return render(request, "customers/_assign.html", {"chosen": chosen, "people": people})


def _query_of(request: HttpRequest) -> Any:
    return QueryDict(request.POST.get("query", "")[:4000])


@door("export_data", customer_data=True)
def export(request: HttpRequest) -> HttpResponse:
    """Ask for the list as a file: what for, and in which form."""
    query = request.POST.get("query", "") if request.method == "POST" else request.GET.urlencode()
    form = ExportForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        made = export_customers(query=query[:4000], by=me(request), at=timezone.now(), **form.cleaned_data)
        messages.info(request, _("The file is being made; it waits for you under Jobs."))
        return redirect(made)
    found = lists.page(me(request), lists.read(me(request), QueryDict(query)))
    count = shown_count(found.count, found.more)
    page = {"form": form, "query": query, "count": count}
    return render(request, "customers/export.html", page, status=422 if form.errors else 200)


@door("export_data", customer_data=True)
def export_file(request: HttpRequest, key: int) -> FileResponse:
    """One's own finished file."""
    path = finished_file(by=me(request), key=key)
    return FileResponse(path.open("rb"), as_attachment=True, filename=path.name)
