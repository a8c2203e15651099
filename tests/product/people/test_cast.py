"""The cast is what its description says."""

from __future__ import annotations

import pytest

from zhike.customers.models import Customer

SEEN = {
    "ming": "A",
    "tess": "A",
    "gao": "B",
    "shu": "C",
    "rong": "AB",
    "head": "A",
    "boss": "ABC",
    "fang": "ABC",
    "keep": "ABC",
    "audit": "ABC",
    "root": "",
    "hana": "",
    "nina": "",
    "idle": "",
    "old": "",
}


@pytest.mark.parametrize("name", SEEN)
def test_everybody_sees_their_customers_and_no_other(cast, name):
    seen = Customer.objects.visible_to(getattr(cast.people, name)).order_by("code")
    assert "".join(seen.values_list("code", flat=True)) == SEEN[name]
