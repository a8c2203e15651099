"""What follows from a change of an archive: search words, completeness, marks, defects."""

from __future__ import annotations

from datetime import datetime

from django.utils import timezone

from zhike.customers.completeness import measure
from zhike.customers.duplicates import mark
from zhike.customers.models import Customer
from zhike.customers.quality import check_archives
from zhike.customers.words import channel_text, search_text
from zhike.kernel.bigrams import tokens


def settle(customer: Customer) -> None:
    """Recompute what follows from the other fields; call before saving."""
    customer.search = search_text(customer)
    customer.channels = channel_text(customer)
    customer.tokens = tokens(customer.search + customer.channels)
    customer.completeness = measure(customer).percent


def follow(customer: Customer, at: datetime) -> None:
    """What follows from a change of an archive: its marks, and its defects."""
    mark([customer])
    check_archives([customer.pk], at=at, day=timezone.localtime(at).date())


def refresh(customer: Customer, at: datetime) -> None:
    """Recompute search words and completeness after something around the customer has changed."""
    customer.refresh_from_db()
    settle(customer)
    Customer.objects.filter(pk=customer.pk).update(
        search=customer.search,
        channels=customer.channels,
        tokens=customer.tokens,
        completeness=customer.completeness,
        changed_at=at,
    )
    follow(customer, at)
