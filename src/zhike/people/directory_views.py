"""Pages of people: one of them, who may do what, in which departments and regions."""

from __future__ import annotations

from typing import Any

from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from zhike.people import actions
from zhike.people.doors import door, me
from zhike.people.forms import (
    DepartmentForm,
    NewPersonForm,
    PersonForm,
    PlaceForm,
    RoleForm,
    answer_form,
    posted,
)
from zhike.people.models import Department, Person, Region, Role
from zhike.people.pages import Way
from zhike.people.rules import can
from zhike.people.verbs import FIELD_CLASSES, SCOPES, VERBS


def tabs_for(request: HttpRequest) -> list[Way]:
    """The pages of people and rights that a person may open."""
    return places_for(me(request), request.path)


def places_for(person: Person, here: str) -> list[Way]:
    """The same by the address that is open."""
    names = {
        "people": _("People"),
        "departments": _("Departments"),
        "regions": _("Regions"),
        "roles": _("Roles"),
    }
    if can(person, "manage_people"):
        names |= {"grants": _("Reviews"), "company_limits": _("Limits")}
    return [Way(label, reverse(name), current=here == reverse(name)) for name, label in names.items()]


@door()
def person(request: HttpRequest, person: int) -> HttpResponse:
    """One person: place, roles with approver and end, who acts for them."""
    one = get_object_or_404(Person.objects.select_related("department", "region", "superior"), pk=person)
    page = {
        "person": one,
        "grants": one.grants.select_related("role", "approved_by", "withdrawn_by"),
        "reports": one.reports.filter(is_active=True),
        "duties": one.duties.filter(ended_at__isnull=True, until_on__gte=timezone.localdate()),
        "certificates": one.certificates.filter(withdrawn_at__isnull=True),
        "today": timezone.localdate(),
        "may_manage": can(me(request), "manage_people"),
    }
    return render(request, "people/person.html", page)


@door("manage_people")
def add_person(request: HttpRequest) -> HttpResponse:
    """Add an account."""
    form = NewPersonForm(posted(request))
    return answer_form(
        request, form, lambda: actions.add_person(by=me(request), at=timezone.now(), **form.cleaned_data),
        title=_("Add a person"), back="people", done=_("The account is open. Grant a role next."),
    )  # fmt: skip


@door("manage_people")
def edit_person(request: HttpRequest, person: int) -> HttpResponse:
    """Change an account."""
    one = get_object_or_404(Person, pk=person)
    form = PersonForm(posted(request), instance=one)
    return answer_form(
        request, form, lambda: actions.change_person(person=one, by=me(request), at=timezone.now(), **form.cleaned_data),
        title=_("Change the account of %(name)s") % {"name": one}, back=f"/people/person/{one.pk}/", done=_("Saved."),
    )  # fmt: skip


@door()
def departments(request: HttpRequest) -> HttpResponse:
    """The tree of departments, with heads and how many people."""
    rows = Department.objects.select_related("head").annotate(
        number=Count("people", filter=Q(people__is_active=True))
    )
    return _places(request, list(rows.order_by("path")), _("Departments"), "department")


@door()
def regions(request: HttpRequest) -> HttpResponse:
    """The tree of regions."""
    rows = Region.objects.annotate(number=Count("people", filter=Q(people__is_active=True)))
    return _places(request, list(rows.order_by("path")), _("Regions"), "region")


def _places(request: HttpRequest, rows: list[Any], title: str, noun: str) -> HttpResponse:
    for row in rows:
        row.depth = row.path.count("/") - 2
        row.href = reverse(f"edit_{noun}", args=[row.pk])
    page = {
        "rows": rows, "title": title, "noun": noun, "may_manage": can(me(request), "manage_people"), "tabs": tabs_for(request),
        "add": reverse(f"add_{noun}"),
    }  # fmt: skip
    return render(request, "people/places.html", page)


@door("manage_people")
def edit_department(request: HttpRequest, department: int = 0) -> HttpResponse:
    """Add or change a department."""
    return _edit_place(request, Department, department)


@door("manage_people")
def edit_region(request: HttpRequest, region: int = 0) -> HttpResponse:
    """Add or change a region."""
    return _edit_place(request, Region, region)


def _edit_place(request: HttpRequest, kind: type[Department | Region], key: int) -> HttpResponse:
    place: Any = get_object_or_404(kind, pk=key) if key else None
    names = ("name_zh", "name_en", "parent", *(("head",) if kind is Department else ()))
    initial = {name: getattr(place, name) for name in ("code", *names)} if place else {}
    form_class = DepartmentForm if kind is Department else PlaceForm
    form = form_class(posted(request), initial=initial)
    if place:
        form.fields["code"].disabled = True
    return answer_form(
        request, form,
        lambda: actions.save_place(kind=kind, by=me(request), at=timezone.now(), new=not place, **form.cleaned_data),
        title=str(place) if place else _("Add"), back="departments" if kind is Department else "regions", done=_("Saved."),
    )  # fmt: skip


@door()
def roles(request: HttpRequest) -> HttpResponse:
    """What each role may do and see, as a matrix."""
    rows = list(Role.objects.filter(closed_on__isnull=True))
    page = {
        "roles": rows,
        "scopes": [SCOPES[role.scope] for role in rows],
        "classes": [(name, [code in role.sees for role in rows]) for code, name in FIELD_CLASSES.items()],
        "verbs": [(name, [code in role.verbs for role in rows]) for code, name in VERBS.items()],
        "may_manage": can(me(request), "manage_people"),
        "tabs": tabs_for(request),
    }
    return render(request, "people/roles.html", page)


@door("manage_people")
def edit_role(request: HttpRequest, role: str) -> HttpResponse:
    """Change what a role may do and see."""
    one = get_object_or_404(Role, code=role)
    initial = {"scope": one.scope, "sees": one.sees, "verbs": one.verbs, "second_factor": one.second_factor}
    form = RoleForm(posted(request), initial=initial)
    return answer_form(
        request, form, lambda: actions.change_role(role=one, by=me(request), at=timezone.now(), **form.cleaned_data),
        title=str(one), back="roles", done=_("Saved."), note=_("Every change counts from the next request of its holders."),
    )  # fmt: skip
