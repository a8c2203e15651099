"""The oracle and DuckDB agree on every cell of every customer."""

from __future__ import annotations

import csv
import tempfile
from datetime import date
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings

from tests.parity.compare import KINDS_POLICY, STEPS_POLICY, told
from tests.parity.worlds import AS_OF_DAYS, EXAMPLES, OPTIONAL, World, make, worlds, write
from zhike_engine.backends.duckdb import DuckDB
from zhike_engine.oracle import evaluate
from zhike_engine.plan.build import build
from zhike_engine.policy.load import Policy
from zhike_engine.policy.metrics import KINDS, kind_of
from zhike_engine.policy.model import Rating

BOTH = pytest.mark.parametrize("policy", [KINDS_POLICY, STEPS_POLICY], ids=lambda policy: policy.name)


def told_of_parquet(policy: Policy, world: World) -> list[str]:
    with tempfile.TemporaryDirectory() as folder:
        return told(policy, world, DuckDB(write(world, Path(folder)), threads=1))


@pytest.mark.clause("GRD-16")
@settings(max_examples=EXAMPLES)
@given(worlds())
def test_every_kind_of_metric(world):
    assert told_of_parquet(KINDS_POLICY, world) == []


@settings(max_examples=EXAMPLES)
@given(worlds())
def test_every_step_of_a_rating(world):
    assert told_of_parquet(STEPS_POLICY, world) == []


@BOTH
@pytest.mark.parametrize("customers", [0, 1])
def test_nobody_and_one_customer(policy, customers):
    assert told_of_parquet(policy, make(7, customers, 6, date(2025, 3, 31))) == []


@BOTH
def test_only_customers_and_nothing_else(policy):
    world = make(8, 4, 3, date(2024, 2, 29))
    bare = World(world.as_of, {"customers": world.tables["customers"]})
    assert told_of_parquet(policy, bare) == []


@BOTH
def test_a_company_whose_profit_is_negative(policy):
    world = make(9, 9, 6, date(2024, 12, 31))
    for order in world.tables["orders"]:
        order["profit"] = None if order["profit"] is None else -abs(order["profit"]) - 1
    assert told_of_parquet(policy, world) == []
    assert {one["part_of_profit"] for one in evaluated(world).values.values()} == {None}


def evaluated(world: World):
    return evaluate(build(KINDS_POLICY.document, world.as_of), world.tables)


@BOTH
def test_everybody_ties(policy):
    world = make(10, 8, 4, date(2025, 2, 28))
    first = world.tables["orders"][0]
    for number, customer in enumerate(world.tables["customers"]):
        world.tables["orders"].append({**first, "order": f"tie{number}", "customer": customer["customer"]})
    only = World(world.as_of, {**world.tables, "orders": world.tables["orders"][-8:]})
    assert told_of_parquet(policy, only) == []


@BOTH
def test_the_same_facts_as_csv(policy, tmp_path):
    world = make(11, 10, 5, AS_OF_DAYS[0])
    for table, rows in world.tables.items():
        names = [*dict.fromkeys(name for row in rows for name in row)] or ["customer", "name"]
        with (tmp_path / f"{table}.csv").open("w", encoding="utf-8", newline="") as stream:
            writer = csv.DictWriter(stream, names)
            writer.writeheader()
            writer.writerows(
                {k: str(v).lower() if isinstance(v, bool) else v for k, v in row.items()} for row in rows
            )
    assert told(policy, world, DuckDB(tmp_path)) == []


@BOTH
def test_ids_that_are_whole_numbers(policy, tmp_path):
    """Customers are then ordered as numbers: 9 before 10."""
    world = make(12, 12, 4, date(2025, 6, 30))
    numbers = {row["customer"]: n for n, row in enumerate(world.tables["customers"], start=5)}
    tables = {
        table: [
            {**row, "customer": numbers.get(row["customer"], 999)} if row.get("customer") else row
            for row in rows
        ]
        for table, rows in world.tables.items()
    }
    write(World(world.as_of, world.tables), tmp_path)
    for table in tables:
        path = tmp_path / f"{table}.parquet"
        stored = pq.read_table(path)
        if "customer" in stored.column_names:
            ids = pa.array([row.get("customer") for row in tables[table]], pa.int64())
            stored = stored.set_column(stored.column_names.index("customer"), "customer", ids)
            pq.write_table(stored, path)
    assert told(policy, World(world.as_of, tables), DuckDB(tmp_path)) == []


def test_every_kind_of_metric_occurs():
    document = KINDS_POLICY.document
    assert {kind_of(spec) for spec in document.metrics.values()} == set(KINDS)


def test_every_part_of_a_rating_occurs():
    used = {name for rating in STEPS_POLICY.document.ratings.values() for name in rating.model_fields_set}
    silent = {"article", "cycle"}
    assert set(Rating.model_fields) - silent - used == set()


def test_every_table_can_be_absent():
    assert set(OPTIONAL) | {"customers", "orders", "exchange_rates"} == set(
        make(1, 1, 1, AS_OF_DAYS[0]).tables
    )
