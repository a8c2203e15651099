"""What stands for the parameters of addresses in the access matrix. A new parameter gets a line here, and is tested.

A value is made from the cast and the customer whose turn it is. Give the address where one name means different things.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from tests.product.cast import Cast
from zhike.customers.models import Customer

Value = Callable[[Cast, Customer], Any]

VALUES: dict[str, Value] = {
    "code": lambda cast, customer: customer.code,
    "person": lambda cast, customer: cast.people.tess.pk,
    "department": lambda cast, customer: cast.departments.key.pk,
    "region": lambda cast, customer: cast.regions.east.pk,
    "role": lambda cast, customer: "salesperson",
    "grant": lambda cast, customer: cast.people.tess.grants.get().pk,
    "responsibility": lambda cast, customer: 1,
    "delegation": lambda cast, customer: 1,
    "duty": lambda cast, customer: 1,
    "certificate": lambda cast, customer: 1,
    "consultation": lambda cast, customer: 1,
    "incident": lambda cast, customer: 1,
    "field": lambda cast, customer: "phone",
    "key": lambda cast, customer: 1,
    "provider_id": lambda cast, customer: "company",
    "uidb36": lambda cast, customer: "1",
}
"""Name of a parameter -> its value."""

OF_CUSTOMER = {"code"}
"""Parameters that name a customer, or a record of one: their addresses are asked for each customer."""

PARAMETER = re.compile(r"<(?:\w+:)?(\w+)>|\(\?P<(\w+)>(?:[^()]|\([^()]*\))*\)|\{(\w+)\}")


def names(where: str) -> list[str]:
    """The names of an address's parameters."""
    return [next(filter(None, found)) for found in PARAMETER.findall(where)]


def address(where: str, cast: Cast, customer: Customer) -> str:
    """An address with its parameters filled in. Raises KeyError for one that this file does not know."""
    filled = PARAMETER.sub(
        lambda found: str(VALUES[next(filter(None, found.groups()))](cast, customer)), where
    )
    return f"/{filled.replace('^', '').replace('$', '')}"
