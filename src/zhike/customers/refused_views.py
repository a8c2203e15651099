"""The page of refused attempts: of people of the company, and of customers' contacts in the portal."""

from __future__ import annotations

from typing import Any

from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from zhike.customers.guard_views import moment, own_path, tabs_for
from zhike.customers.models import Customer
from zhike.people.doors import door, me
from zhike.people.models import Denial
from zhike.people.pages import table_page
from zhike.people.verbs import VERBS
from zhike.ui import grid

OTHERS: dict[str, Any] = {
    "sign_in": gettext_lazy("sign in"), "portal_sign_in": gettext_lazy("sign in to the customer portal"),
    "portal": gettext_lazy("open a record of others in the customer portal"),
}  # fmt: skip
"""What was tried without a right of that name -> how it is called."""


def _who_tried(one: Any) -> str:
    """Who was refused: a person, a contact of a customer in the portal, or nobody known."""
    if one.person:
        return grid.person(one.person)
    if one.who:
        return grid.text(_("%(name)s (customer's contact)") % {"name": one.who})
    return grid.text(_("not signed in"))


DENIALS = (
    grid.Column("person", gettext_lazy("Person"), lambda one: _who_tried(one), phone="title"),
    grid.Column("verb", gettext_lazy("Wanted to"), lambda one: grid.text(VERBS.get(one.verb) or OTHERS.get(one.verb, one.verb)),
                phone="meta"),
    grid.Column("path", gettext_lazy("Address"), lambda one: grid.text(f"{one.method} {one.path}")),
    grid.Column("address", gettext_lazy("Network address"), lambda one: grid.text(one.address)),
    grid.Column("at", gettext_lazy("When"), lambda one: moment(one.at), phone="aside"),
)  # fmt: skip


@door("see_journal")
def denials(request: HttpRequest) -> HttpResponse:
    """Attempts that were refused, the latest first; addresses that name a customer only to who sees the customer."""
    rows = Denial.objects.select_related("person")
    if "all" not in me(request).access.scopes:
        own = Q(person__department__path__startswith=own_path(me(request)))
        contacts = Q(
            contact_id__isnull=False, customer_id__in=Customer.objects.visible_to(me(request)).values("pk")
        )
        rows = rows.filter(own | contacts)
    return table_page(
        request,
        DENIALS,
        rows,
        title=_("Refused attempts"),
        tabs=tabs_for(request),
        empty=_("Nothing was refused yet"),
    )
