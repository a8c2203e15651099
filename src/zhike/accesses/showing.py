"""Accesses on the record page: who of the customer may look into the portal."""

from __future__ import annotations

from datetime import date
from typing import Any

from zhike.accesses.lists import state_tag
from zhike.accesses.models import PortalAccess
from zhike.customers.models import Customer
from zhike.customers.sections import CLASS_OF, Box, box
from zhike.people.models import Person
from zhike.people.rules import can

SHOWN = 10


def box_of(customer: Customer, by: Person, day: date) -> dict[str, Any] | None:
    """The standing accesses of a customer; nothing for whoever may not open one."""
    if not can(by, "open_portal"):
        return None
    found = (
        PortalAccess.objects.standing().filter(contact__customer=customer).select_related("contact__customer")
    )
    return {"accesses": [(one, state_tag(one, day)) for one in found[:SHOWN]]}


CLASS_OF["portalaccess", "email"] = "contact"
box(Box("portal", "accesses/_box.html", box_of))
