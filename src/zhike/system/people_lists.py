"""The list of people: who is here, in which department and region, with which roles."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import reduce
from operator import or_
from typing import Any

from django.db.models import Prefetch, Q, QuerySet
from django.http import QueryDict
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from zhike.customers.around import person_field
from zhike.customers.grid import places_of
from zhike.kernel.bigrams import plain
from zhike.lists.fields import Field
from zhike.lists.listing import Listing, Looking, listed, tabs_of
from zhike.people.directory_views import places_for
from zhike.people.models import Department, Grant, Person, Region, Role
from zhike.people.rules import can
from zhike.ui import grid

TABS: dict[str, Any] = {
    "here": gettext_lazy("active"),
    "left": gettext_lazy("has left"),
    "all": gettext_lazy("all"),
}
"""Tab -> its name."""
SEARCHED = ("pinyin__contains", "display_name__icontains", "username__icontains", "post__icontains")


def _narrowed(rows: Any, tab: str, looking: Looking) -> Any:
    return rows if tab == "all" else rows.filter(is_active=tab == "here")


def _search(rows: Any, words: str, person: Person) -> Any:
    for word in plain(words).split():
        rows = rows.filter(reduce(or_, (Q(**{one: word}) for one in SEARCHED)))
    return rows


def _rows(looking: Looking) -> QuerySet[Person]:
    running = Grant.objects.running(looking.day).select_related("role")
    found = Person.objects.select_related("department", "region", "superior").defer(
        "settings", "superior__settings"
    )
    return found.prefetch_related(Prefetch("grants", queryset=running, to_attr="running"))


def holding(roles: Sequence[Any] | None) -> Q:
    """Those who hold one of some roles today, or any at all."""
    grants = Grant.objects.running(timezone.localdate()).filter(role__closed_on__isnull=True)
    return Q(pk__in=(grants if roles is None else grants.filter(role_id__in=roles)).values("person_id"))


def roles_of(person: Person) -> Mapping[str, Any]:
    """Roles that can be held."""
    return {str(one.pk): str(one) for one in Role.objects.filter(closed_on__isnull=True)}


def _roles(one: Any) -> str:
    return ", ".join(str(grant.role) for grant in one.running)


def _state(one: Person) -> Any:
    return _("active") if one.is_active else _("has left")


def _plain(name: str) -> Any:
    return lambda one: str(getattr(one, name) or "")


def earlier(query: QueryDict, about: Any = None) -> QueryDict:
    """Who had left was asked for by a box before it was a tab."""
    if query.get("state") != "left" or query.get("tab"):
        return query
    found = query.copy()
    found["tab"] = "left"
    return found


def _field(code: str, label: Any, kind: str, column: str, cell: Any, **more: Any) -> Field:
    """A field that everybody sees, as everybody may know who works here."""
    return Field(code, label, kind, column, cell, field_class="", **more)


FIELDS = (
    _field("name", gettext_lazy("Name"), "text", "display_name",
           lambda one: grid.name(one.display_name, one.username, f"/people/person/{one.pk}/"), order="pinyin", css="stick", phone="title"),
    _field("username", gettext_lazy("User name"), "text", "username", lambda one: grid.text(one.username), shown=False),
    _field("department", gettext_lazy("Department"), "key", "department_id", lambda one: grid.text(one.department or ""),
           plain=_plain("department"), choices=places_of(Department), order="department__path", phone="meta"),
    _field("region", gettext_lazy("Region"), "key", "region_id", lambda one: grid.text(one.region or ""), plain=_plain("region"),
           choices=places_of(Region), order="region__path"),
    _field("post", gettext_lazy("Post"), "text", "post", lambda one: grid.text(one.post)),
    _field("roles", gettext_lazy("Roles"), "key", "", lambda one: grid.text(_roles(one)), plain=_roles, choices=roles_of, sort=False,
           holding=holding),
    _field("phone", gettext_lazy("Phone"), "text", "phone", lambda one: grid.text(one.phone), sort=False, phone="more"),
    _field("state", gettext_lazy("State"), "choice", "", lambda one: grid.tag(_state(one), "success" if one.is_active else "quiet"),
           plain=_state, sort=False, filter=False, phone="aside"),
    _field("email", gettext_lazy("E-mail"), "text", "email", lambda one: grid.text(one.email), sort=False, shown=False),
    person_field("superior", gettext_lazy("Superior"), "superior_id", field_class="", shown=False),
    _field("joined", gettext_lazy("Joined"), "moment", "joined_at", lambda one: grid.day(one.joined_at), shown=False),
    _field("left", gettext_lazy("Left"), "moment", "left_at", lambda one: grid.day(one.left_at), last=True, shown=False),
    _field("signed_in", gettext_lazy("Last sign-in"), "moment", "last_login", lambda one: grid.ago(one.last_login), last=True,
           shown=False, verb="manage_people"),
)  # fmt: skip
PEOPLE = listed(Listing(
    "person", "people", gettext_lazy("People"), Person, FIELDS, gettext_lazy("Name, pinyin, user name, post…"), _rows, customer="",
    verb="", needs="", agreed=False, visible=lambda looking: Person.objects.all(), search=_search, order=("pinyin", "id"),
    tabs=tabs_of(TABS, _narrowed), quick=("department", "region", "roles"), earlier=earlier,
    beside=lambda looking: {"may_manage": can(looking.person, "manage_people"), "places": places_for(looking.person, reverse("people"))},
    template="system/people.html", empty=gettext_lazy("Nobody here"),
))  # fmt: skip
