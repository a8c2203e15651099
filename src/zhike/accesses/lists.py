"""The list of accesses: its tabs and columns."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext_lazy

from zhike.accesses.models import PARTS, STATES, PortalAccess
from zhike.people.models import Person
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
HEAVY = ("contact__customer__search", "contact__customer__channels", "contact__customer__tokens")


def rows(person: Person, tab: str, day: date) -> QuerySet[PortalAccess]:
    """The accesses of a tab."""
    found = PortalAccess.objects.visible_to(person).select_related("contact__customer").defer(*HEAVY)
    return (found.running(day) if tab == "running" else found).order_by("until_on", "id")


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


def columns(person: Person, day: date) -> list[grid.Column]:
    """The columns of the list."""
    return [
        grid.Column("contact", _("Contact"), lambda one: grid.text(one.contact.name), css="stick strong", phone="title"),
        grid.Column("state", _("State"), lambda one: state_tag(one, day), phone="aside"),
        grid.Column("customer", _("Customer"), lambda one: grid.link(one.customer.name, one.customer.get_absolute_url()), phone="meta"),
        grid.Column("email", _("E-mail"), lambda one: grid.text(masked(person, "contact", one.email)), css="ink-2"),
        grid.Column("parts", _("What is shown"), lambda one: grid.text(parts_said(one)), css="ink-2"),
        grid.Column("visited", _("Last visit"), lambda one: grid.ago(one.visited_at) if one.visited_at else grid.text(_("never")),
                    phone="more"),
        grid.Column("until", _("Last day"), lambda one: grid.day(one.until_on), phone="more"),
        grid.Column("steps", "", steps),
    ]  # fmt: skip
