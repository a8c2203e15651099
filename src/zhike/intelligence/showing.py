"""Findings on the record page of a customer, beside what is planned for it."""

from __future__ import annotations

from datetime import date
from typing import Any

from zhike.customers.models import Customer
from zhike.customers.sections import Box, box
from zhike.intelligence.offering import for_customer
from zhike.people.models import Person
from zhike.people.rules import can
from zhike.procedures.committees import Committee
from zhike.procedures.sessions import may_write

SHOWN = 5


def box_of(customer: Customer, by: Person, day: date) -> dict[str, Any] | None:
    """What is known of the customer's market; nothing where nothing is known and the person could not add it."""
    offered = for_customer(customer, day)
    may_record = can(by, "record_intelligence")
    if not offered and not may_record:
        return None
    body = Committee.objects.filter(closed_on__isnull=True).first() if may_write(by, "strategy") else None
    return {"offered": offered[:SHOWN], "more": len(offered) - SHOWN, "may_record": may_record, "body": body}


box(Box("intelligence", "intelligence/_box.html", box_of))
