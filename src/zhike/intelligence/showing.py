"""Findings on the record page of a customer, beside what is planned for it."""

from __future__ import annotations

from datetime import date

from zhike.customers.models import Customer
from zhike.customers.record import BOXES, Box
from zhike.intelligence.offering import for_customer
from zhike.people.models import Person
from zhike.people.rules import can

SHOWN = 5


def box(customer: Customer, by: Person, day: date) -> Box | None:
    """What is known of the customer's market; nothing where nothing is known and the person could not add it."""
    offered = for_customer(customer, day)
    may_record = can(by, "record_intelligence")
    if not offered and not may_record:
        return None
    shown = {
        "customer": customer,
        "offered": offered[:SHOWN],
        "more": len(offered) - SHOWN,
        "may_record": may_record,
    }
    return Box("intelligence/_box.html", shown)


BOXES.append(box)
