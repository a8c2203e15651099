"""The list of accesses: its tabs, its fields, how it is searched."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from zhike.accesses.models import PARTS, STATES, PortalAccess
from zhike.customers.around import AROUND, HELD, along, grades_worn, person_field, searching
from zhike.lists.fields import Field
from zhike.lists.listing import Listing, Looking, listed, tabs_of
from zhike.people.rules import masked
from zhike.ui import grid

TABS: dict[str, Any] = {
    "running": pgettext_lazy("portal accesses", "running"),
    "all": pgettext_lazy("portal accesses", "all"),
}
"""Tab -> its name."""
TONES = {
    "open": "success",
    "ended": "quiet",
    "revoked": "quiet",
    "left": "warning",
    "closed": "warning",
    "moved": "warning",
}
"""State -> its colour."""


def state_tag(one: PortalAccess, day: date) -> str:
    """The state of an access as a mark."""
    state = one.state(day)
    return grid.tag(STATES[state], TONES[state])


def parts_said(one: PortalAccess) -> str:
    """What an access shows, in words."""
    return ", ".join(str(PARTS[part]) for part in one.parts if part in PARTS)


def steps(one: PortalAccess) -> str:
    """What can be done with an access."""
    if one.revoked_at is not None:
        return ""
    args = [one.customer.code, one.pk]
    ways = ((_("Renew"), "renew_portal_access"), (_("Revoke"), "revoke_portal_access"))
    return " · ".join(grid.link(label, reverse(name, args=args)) for label, name in ways)


def _rows(looking: Looking) -> QuerySet[PortalAccess]:
    around = ("contact__customer__manager", "contact__customer__region", "contact__customer__department")
    found = PortalAccess.objects.select_related("opened_by", *around)
    return found.defer(*(f"contact__{name}" for name in HELD))


def _dress(rows: Sequence[Any], looking: Looking) -> None:
    """The state of the day, and the address for those who see addresses."""
    for one in rows:
        one.state_now = one.state(looking.day)
        one.shown_email = masked(looking.person, "contact", one.email)
    grades_worn(rows, looking)


def _visited(one: PortalAccess) -> str:
    return grid.ago(one.visited_at) if one.visited_at else grid.text(_("never"))


FIELDS = (
    Field("contact", gettext_lazy("Contact"), "text", "contact__name", lambda one: grid.text(one.contact.name),
          plain=lambda one: one.contact.name, sort=False, css="stick strong", phone="title"),
    Field("state", gettext_lazy("State"), "choice", "", lambda one: grid.tag(STATES[one.state_now], TONES[one.state_now]),
          plain=lambda one: str(STATES[one.state_now]), sort=False, filter=False, phone="aside"),
    *along("contact__", AROUND[0]),
    Field("email", gettext_lazy("E-mail"), "text", "", lambda one: grid.text(one.shown_email), plain=lambda one: one.shown_email,
          sort=False, filter=False, css="ink-2"),
    Field("parts", gettext_lazy("What is shown"), "text", "", lambda one: grid.text(parts_said(one)), plain=parts_said, sort=False,
          filter=False, css="ink-2"),
    Field("visited", gettext_lazy("Last visit"), "moment", "visited_at", _visited, last=True, phone="more"),
    Field("until", gettext_lazy("Last day"), "day", "until_on", lambda one: grid.day(one.until_on), phone="more"),
    Field("steps", gettext_lazy("Steps"), "text", "", steps, sort=False, filter=False, filed=False),
    person_field("opened", gettext_lazy("Opened by"), "opened_by_id", shown=False),
    *along("contact__", *AROUND[1:]),
)  # fmt: skip
ACCESSES = listed(Listing(
    "portal_access", "portal_accesses", gettext_lazy("Customer portal"), PortalAccess, FIELDS, gettext_lazy("Contact or customer"), _rows,
    customer="contact__customer_id", verb="open_portal", search=searching("contact__name", path="contact__"), order=("until_on", "id"),
    tabs=tabs_of(TABS, lambda rows, tab, looking: rows.running(looking.day) if tab == "running" else rows),
    quick=("manager", "region"), dress=_dress, empty=gettext_lazy("Nobody has access here"),
    hint=gettext_lazy("Open the portal to a contact from the customer's page."),
))  # fmt: skip
