"""When each section of an archive is to be confirmed again (ARC-13)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from django.utils import timezone

from zhike.customers.archive import Confirmation
from zhike.customers.limits import Limits
from zhike.customers.models import Customer
from zhike.customers.sections import SECTIONS


@dataclass(frozen=True)
class Due:
    """A section: when it was last confirmed and by whom, and until when it is to be confirmed again."""

    section: str
    confirmed_on: date | None
    by: str
    due_on: date | None

    @property
    def name(self) -> str:
        """The section's name."""
        return str(SECTIONS[self.section].name)

    def is_late(self, day: date) -> bool:
        """Whether it is past its day."""
        return self.due_on is not None and self.due_on < day


def dues(customer: Customer, confirmations: Iterable[Confirmation], limits: Limits) -> dict[str, Due]:
    """Section -> when it is due, for the sections that an owner confirms. Where the company sets no interval nothing is due."""
    last = {one.section: one for one in confirmations}
    found = {}
    for code, section in SECTIONS.items():
        if section.verified:
            days = limits.of(f"verify_days.{code}", customer.grade)
            one = last.get(code)
            start = one.confirmed_on if one else timezone.localtime(customer.added_at).date()
            found[code] = Due(
                code,
                one.confirmed_on if one else None,
                str(one.by) if one and one.by else "",
                start + timedelta(days=days) if days else None,
            )
    return found


def late_sections(customers: Iterable[Customer], day: date, limits: Limits) -> list[tuple[Customer, Due]]:
    """Sections past their day, over many customers in one query."""
    some = list(customers)
    told: dict[int, list[Confirmation]] = {}
    for row in Confirmation.objects.filter(customer__in=some).select_related("by"):
        told.setdefault(row.customer_id, []).append(row)
    return [
        (customer, one)
        for customer in some
        for one in dues(customer, told.get(customer.pk, []), limits).values()
        if one.is_late(day)
    ]
