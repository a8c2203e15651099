"""How complete an archive is, what is missing, and what must be there before a customer is current (ARC-02, ARC-12)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from zhike.customers.models import Contact, Customer


@dataclass(frozen=True)
class Item:
    """One thing an archive holds: its code, name, section, weight, and whether it is mandatory."""

    code: str
    name: Any
    section: str
    weight: int = 1
    mandatory: bool = False


ITEMS = (
    Item("name", _("name"), "basic", 2, mandatory=True),
    Item("legal_representative", _("legal representative"), "basic", 2, mandatory=True),
    Item("business_scope", _("business scope"), "basic", 2, mandatory=True),
    Item("address", _("address"), "basic", 2, mandatory=True),
    Item("phone", _("telephone"), "basic", 2, mandatory=True),
    Item("country", _("country"), "basic"),
    Item("region", _("region"), "basic"),
    Item("registration", _("registration number"), "basic"),
    Item("since", _("customer since"), "basic"),
    Item("scale", _("purchase scale"), "business"),
    Item("industry", _("industry"), "business"),
    Item("need_type", _("type of need"), "business"),
    Item("importance", _("strategic importance"), "business"),
    Item("manager", _("account manager"), "team", 2),
    Item("deciding_contact", _("a contact who decides"), "contacts", 2),
    Item("working_contact", _("a working contact"), "contacts", 2),
)
"""What an archive holds, by weight. One decision contact and one working contact at least (ARC-04)."""


@dataclass(frozen=True)
class Measure:
    """What is there and what is missing."""

    percent: int
    missing: tuple[Item, ...]

    @property
    def mandatory_missing(self) -> tuple[Item, ...]:
        """What must be there before the customer is current."""
        return tuple(item for item in self.missing if item.mandatory)


def measure(customer: Customer, contacts: Iterable[Contact] | None = None) -> Measure:
    """The completeness of an archive; `contacts` saves a query where they are at hand."""
    people = contacts if contacts is not None else customer.contacts.all() if customer.pk else []
    contacts = [one for one in people if one.left_on is None]
    there = {
        "deciding_contact": any(one.decides == "decides" for one in contacts),
        "working_contact": any(one.decides != "decides" for one in contacts),
        "region": customer.region_id is not None,
        "manager": customer.manager_id is not None,
    }
    missing = tuple(
        item
        for item in ITEMS
        if not (there[item.code] if item.code in there else getattr(customer, item.code, None))
    )
    whole = sum(item.weight for item in ITEMS)
    return Measure(round(100 * (whole - sum(item.weight for item in missing)) / whole), missing)
