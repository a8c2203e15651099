"""The models of every noun, for Django to find."""

from zhike.customers.models import Activity, Assignment, Consultation, Contact, Customer, Viewing
from zhike.facts.models import Order, Rate, Receivable
from zhike.kernel.journal import Entry, Seal
from zhike.lists.models import View
from zhike.people.agreements import Agreement, Signature
from zhike.people.models import Denial, Department, Grant, Person, Region, Role

__all__ = [
    "Activity", "Agreement", "Assignment", "Consultation", "Contact", "Customer", "Denial", "Department", "Entry", "Grant",
    "Order", "Person", "Rate", "Receivable", "Region", "Role", "Seal", "Signature", "View", "Viewing",
]  # fmt: skip
