"""Reading the journal: which entries a person sees, and what stands in them."""

from __future__ import annotations

from django.db.models import Q, QuerySet

from zhike.customers.happenings import CLASSES
from zhike.customers.models import Customer
from zhike.customers.showing import covered, difference, names_for
from zhike.kernel.journal import Entry
from zhike.people.models import Person
from zhike.people.rules import HIDDEN, sees


def entries_for(person: Person) -> QuerySet[Entry]:
    """Entries of customers that a person sees, and the person's own of no customer, such as imports; those that others made of
    no customer only for people who see every customer."""
    found = Entry.objects.select_related("by").order_by("-id")
    if "all" not in person.access.scopes:
        seen = Customer.objects.visible_to(person).values("pk")
        found = found.filter(Q(customer_id__in=seen) | Q(customer_id__isnull=True, by=person))
    hidden = [noun for noun, field_class in CLASSES.items() if not sees(person, field_class)]
    return found.exclude(noun__in=hidden) if hidden else found


def details(entry: Entry, person: Person) -> tuple[tuple[str, str, str], ...]:
    """Field, value before, value after; fields of classes that the person does not see are covered."""
    return difference(entry, person, names_for([entry], person))


def about(entry: Entry, person: Person) -> str:
    """The record that an entry concerns, as far as the person sees what its name tells."""
    return HIDDEN if "what" in covered(entry, person) else entry.what
