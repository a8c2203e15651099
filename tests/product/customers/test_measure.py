"""Completeness is told without asking the database for what the archive already says."""

from __future__ import annotations

import pytest

from zhike.customers.completeness import measure
from zhike.customers.models import Customer

pytestmark = pytest.mark.django_db


def test_it_asks_for_nothing_but_contacts(cast, django_assert_num_queries):
    customer = Customer.objects.prefetch_related("contacts").get(pk=cast.customers.A.pk)
    with django_assert_num_queries(0):
        told = measure(customer)
    assert "manager" not in [item.code for item in told.missing]
    assert "region" not in [item.code for item in told.missing]
