"""The list of customers as a person asks for it."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from zhike.customers.grid import FIELDS, QUICK, SORTED_BY
from zhike.customers.models import Customer, CustomerQuerySet
from zhike.kernel.searching import matching
from zhike.lists.asked import Asked
from zhike.lists.listing import Listing, Looking, listed
from zhike.people.models import Person
from zhike.people.rules import can, sees
from zhike.ui import grid

HEAVY = ("search", "channels", "tokens", "business_scope")


def _search(rows: CustomerQuerySet, words: str, person: Person) -> CustomerQuerySet:
    return matching(rows, words, ("search", "channels") if sees(person, "contact") else ("search",))


def _rows(looking: Looking) -> QuerySet[Customer]:
    return Customer.objects.select_related("manager", "region", "department").defer(*HEAVY)


def _bulk(looking: Looking, asked: Asked) -> list[grid.Bulk]:
    hand = grid.Bulk(_("Hand to…"), reverse("bulk_assign"), icon="user-round-check", dialog=True)
    change = grid.Bulk(_("Change…"), reverse("bulk_change"), icon="pencil", dialog=True)
    move = grid.Bulk(_("Life cycle…"), reverse("bulk_life"), icon="route", dialog=True)
    acts = ((hand, "assign_customer"), (change, "change_customer"), (move, "change_customer"))
    return [act for act, verb in acts if can(looking.person, verb)]


def _beside(looking: Looking) -> dict[str, Any]:
    return {
        "may_add": can(looking.person, "add_customer"),
        "may_import": can(looking.person, "import_data"),
    }


CUSTOMERS = listed(Listing(
    "customer", "customers", gettext_lazy("Customers"), Customer, FIELDS, gettext_lazy("Name, pinyin, initials, code"), _rows,
    customer="pk", visible=lambda looking: Customer.objects.visible_to(looking.person).living(), search=_search, sort=SORTED_BY,
    tab_field="life", quick=QUICK, key=lambda row: row.code, bulk=_bulk, beside=_beside, counted=True,
    template="customers/list.html", empty=gettext_lazy("No customers yet."), hint=gettext_lazy("Add the first one, or import a file."),
    cell="customer_cell", edit_verb="change_customer",
))  # fmt: skip
