"""The product's facts as the engine reads them: a folder of canonical tables, so that grading the product is grading files."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from zhike.customers.models import Activity, Customer
from zhike.facts.models import Order, Rate, Receivable
from zhike_engine.facts.shape import Kind
from zhike_engine.facts.tables import TABLES

CHUNK = 20_000
ARROW: dict[Kind, pa.DataType] = {
    "id": pa.string(), "text": pa.string(), "choice": pa.string(), "date": pa.date32(), "money": pa.decimal128(18, 4),
    "decimal": pa.decimal128(18, 8), "integer": pa.int64(), "bool": pa.bool_(),
}  # fmt: skip
SOURCES: dict[str, tuple[Any, dict[str, str]]] = {
    "customers": (Customer, {"customer": "code", "name": "name", "group": "group", "industry": "industry", "need": "need_type",
                             "region": "region__code", "country": "country", "department": "department__code",
                             "channel": "source", "since": "since"}),
    "orders": (Order, {"order": "number", "customer": "customer__code", "ordered_on": "ordered_on", "amount": "amount",
                       "currency": "currency", "profit": "profit", "status": "status", "product": "product", "known_on": "known_on"}),
    "receivables": (Receivable, {"receivable": "number", "customer": "customer__code", "order": "order__number",
                                 "issued_on": "issued_on", "due_on": "due_on", "amount": "amount", "currency": "currency",
                                 "paid_on": "paid_on", "known_on": "known_on"}),
    "activities": (Activity, {"activity": "pk", "customer": "customer__code", "done_on": "done_on", "kind": "channel",
                              "hours": "minutes"}),
    "exchange_rates": (Rate, {"currency": "currency", "rate_on": "rate_on", "rate": "rate"}),
}  # fmt: skip
"""Fact table -> model and column -> field. Empty texts are no value."""


def engine_facts(folder: Path, customers: Any = None) -> dict[str, int]:
    """Write the fact tables of living customers (a query set; all when None) as Parquet; table -> rows."""
    chosen = (Customer.objects.all() if customers is None else customers).living()
    folder.mkdir(parents=True, exist_ok=True)
    return {name: _write(name, folder / f"{name}.parquet", chosen) for name in SOURCES}


def _write(name: str, file: Path, customers: Any) -> int:
    model, fields = SOURCES[name]
    rows = customers if model is Customer else model.objects.all()
    if name not in ("customers", "exchange_rates"):
        rows = rows.filter(customer__in=customers)
    table = TABLES[name]
    columns = [table.column(column) for column in fields]
    schema = pa.schema([(column.name, ARROW[column.kind]) for column in columns])
    number = 0
    with pq.ParquetWriter(file, schema, compression="zstd") as out:
        for batch in _batches(rows.order_by("pk").values_list(*fields.values()).iterator(chunk_size=CHUNK)):
            lists = [[_hours(value) if column.name == "hours" else _value(value, column.kind) for value in values]
                     for values, column in zip(zip(*batch, strict=True), columns, strict=True)]  # fmt: skip
            arrays = [pa.array(values, field.type) for values, field in zip(lists, schema, strict=True)]
            out.write_batch(pa.record_batch(arrays, schema=schema))
            number += len(batch)
    return number


def _batches(rows: Iterable[tuple[Any, ...]]) -> Iterator[list[tuple[Any, ...]]]:
    batch: list[tuple[Any, ...]] = []
    for row in rows:
        batch.append(row)
        if len(batch) == CHUNK:
            yield batch
            batch = []
    if batch:
        yield batch


def _value(value: Any, kind: Kind) -> Any:
    if value is None or value == "":
        return None
    return str(value) if kind in ("id", "text", "choice") else value


def _hours(minutes: int | None) -> Decimal:
    """Hours of an activity; one without a stated time counts as none."""
    return (Decimal(minutes or 0) / 60).quantize(Decimal("0.01"))
