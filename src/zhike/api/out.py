"""Records as the asking person sees them."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from zhike.customers.models import Activity, Contact, Customer
from zhike.facts.models import Order, Receivable
from zhike.lists.grades import worn
from zhike.people.models import Person
from zhike.people.rules import sees, sees_field

OPEN = (
    "code", "name", "name_en", "short_name", "life", "grade", "scale", "industry", "need_type", "segment", "importance", "country",
    "province", "city", "address", "website", "legal_representative", "registration", "business_scope", "since", "last_order_on",
    "last_contact_on", "completeness", "version", "changed_at",
)  # fmt: skip


def money(value: Decimal | None) -> str | None:
    """An amount as a decimal string."""
    return None if value is None else format(value.normalize(), "f")


def as_seen(noun: str, body: dict[str, Any], person: Person) -> dict[str, Any]:
    """An answer that was kept, with null for what the person does not see now."""
    return {name: value if sees_field(person, noun, name) else None for name, value in body.items()}


def customers(rows: Iterable[Customer], person: Person) -> list[dict[str, Any]]:
    """Customers, their grades with the titles that the policies give them."""
    shown = list(rows)
    worn(shown)
    return [customer(one, person) for one in shown]


def customer(one: Customer, person: Person) -> dict[str, Any]:
    """A customer."""
    contact, price, credit = (sees(person, name) for name in ("contact", "price", "credit"))
    return {
        **{name: getattr(one, name) for name in OPEN},
        "grade_title": getattr(one, "grade_title", "") or one.grade,
        "phone": one.phone if contact else None,
        "email": one.email if contact else None,
        "manager": one.manager.username if one.manager else None,
        "region": one.region.code if one.region else None,
        "department": one.department.code if one.department else None,
        "amount_12m": money(one.amount_12m) if price else None,
        "receivable": money(one.receivable) if credit else None,
        "overdue": money(one.overdue) if credit else None,
    }


def contact(one: Contact, person: Person) -> dict[str, Any]:
    """A contact."""
    seen = sees(person, "contact")
    return {
        "id": one.pk, "name": one.name, "post": one.post, "decides": one.decides, "mobile": one.mobile if seen else None,
        "phone": one.phone if seen else None, "email": one.email if seen else None, "left_on": one.left_on, "version": one.version,
    }  # fmt: skip


def activity(one: Activity) -> dict[str, Any]:
    """An activity."""
    return {
        "id": one.pk, "channel": one.channel, "done_on": one.done_on, "subject": one.subject, "content": one.content,
        "result": one.result, "follow_up": one.follow_up, "follow_up_on": one.follow_up_on, "person": one.person.username,
        "counts": one.counts(),
    }  # fmt: skip


def order(one: Order, person: Person) -> dict[str, Any]:
    """An order."""
    return {
        "number": one.number, "customer": one.customer.code, "ordered_on": one.ordered_on,
        "amount": money(one.amount) if sees(person, "price") else None, "currency": one.currency,
        "profit": money(one.profit) if sees(person, "profit") else None, "status": one.status, "product": one.product,
    }  # fmt: skip


def receivable(one: Receivable) -> dict[str, Any]:
    """A receivable."""
    return {
        "number": one.number, "customer": one.customer.code, "due_on": one.due_on, "amount": money(one.amount),
        "currency": one.currency, "paid_on": one.paid_on,
    }  # fmt: skip
