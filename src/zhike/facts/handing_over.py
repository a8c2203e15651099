"""Customers as the engine reads them: the archive's axes are columns of the fact table `customers` (GRD-03)."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path

from zhike.customers.models import CustomerQuerySet

COLUMNS = ("customer", "name", "group", "industry", "need", "region", "country", "department", "since", "scale", "need_type",
           "importance", "life")  # fmt: skip
"""The columns. `need` is what the tables call the type of need; a policy reads the further ones as `customers.importance`."""


def customer_rows(customers: CustomerQuerySet) -> Iterator[tuple[str, ...]]:
    """One row per living customer, in the order of COLUMNS; region and department by their codes."""
    rows = customers.living().select_related("region", "department").defer("search", "channels", "tokens")
    for one in rows.order_by("code").iterator(chunk_size=2000):
        yield (
            one.code, one.name, one.group, one.industry, one.need_type, one.region.code if one.region else "", one.country,
            one.department.code if one.department else "", one.since.isoformat() if one.since else "", one.scale, one.need_type,
            one.importance, one.life,
        )  # fmt: skip


def write_customers(customers: CustomerQuerySet, folder: Path) -> Path:
    """Write `customers.csv` into a folder of facts."""
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / "customers.csv"
    with file.open("w", encoding="utf-8", newline="") as out:
        table = csv.writer(out)
        table.writerow(COLUMNS)
        table.writerows(customer_rows(customers))
    return file
