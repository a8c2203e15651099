"""Tables of DuckDB, SQLite and PostgreSQL as sources."""

from __future__ import annotations

import builtins
import importlib
import sqlite3
from decimal import Decimal

import duckdb
import pytest

from zhike_engine.errors import EngineUnavailable, FactsInvalid

MAPPING = """
sources:
  orders: {{database: "{database}", {what}}}
  customers: {{database: "{database}", table: customers}}
tables:
  customers: {{from: customers, columns: {{customer: id, name: name}}}}
  orders:
    from: orders
    columns: {{order: id, customer: customer, ordered_on: day, amount: amount,
      currency: = "CNY", status: = "completed"}}
"""
TABLES = [
    "CREATE TABLE customers (id INTEGER, name TEXT)",
    "INSERT INTO customers VALUES (1, '岭南纺织'), (2, '滨海机电')",
    "CREATE TABLE orders (id INTEGER, customer INTEGER, day TEXT, amount NUMERIC(12, 2))",
    "INSERT INTO orders VALUES (10, 1, '2024-03-05', 12.5), (11, 3, '2024-03-05', 1), (12, 2, '2023-02-30', 1)",
]


def check(done):
    assert done.rows("orders", '"order", customer, amount') == [("10", "1", Decimal("12.5"))]
    assert done.listed() == [
        (2, "dropped", "unknown_customer", "3"),
        (3, "dropped", "date_unreadable", "2023-02-30"),
    ]


@pytest.fixture
def sqlite(desk):
    with sqlite3.connect(desk.folder / "erp.sqlite") as db:
        for statement in TABLES:
            db.execute(statement)
    db.close()
    return "erp.sqlite"


@pytest.fixture
def duck(desk):
    with duckdb.connect(str(desk.folder / "erp.duckdb")) as db:
        for statement in TABLES:
            db.execute(statement)
    return "erp.duckdb"


@pytest.mark.parametrize("what", ["table: orders", "query: SELECT * FROM orders ORDER BY id"])
@pytest.mark.parametrize("kind", ["sqlite", "duck"])
def test_a_database_file_is_read_by_table_or_query(desk, request, kind, what):
    check(desk.run(MAPPING.format(database=request.getfixturevalue(kind), what=what)))


def test_the_address_may_come_from_the_environment(desk, sqlite, monkeypatch):
    monkeypatch.setenv("ERP", sqlite)
    check(desk.run(MAPPING.format(database="env:ERP", what="table: orders")))
    monkeypatch.delenv("ERP")
    with pytest.raises(FactsInvalid, match="environment variable `ERP` is not set"):
        desk.run(MAPPING.format(database="env:ERP", what="table: orders"))


@pytest.mark.parametrize("kind", ["sqlite", "duck"])
def test_a_query_that_fails_is_one_clear_message(desk, request, kind):
    with pytest.raises(FactsInvalid, match="the query fails: ") as caught:
        desk.run(MAPPING.format(database=request.getfixturevalue(kind), what="table: order_s"))
    assert "\n" not in caught.value.message


def test_a_missing_or_strange_file_is_refused(desk):
    with pytest.raises(FactsInvalid, match=r"database `erp\.sqlite` does not exist"):
        desk.run(MAPPING.format(database="erp.sqlite", what="table: orders"))
    desk.put("erp.sqlite", "not a database")
    with pytest.raises(FactsInvalid, match="is no DuckDB database"):
        desk.run(MAPPING.format(database="erp.sqlite", what="table: orders"))


def test_a_missing_driver_tells_what_to_install(desk, sqlite, monkeypatch):
    real = importlib.import_module

    def without(name, package=None):
        if name.startswith("adbc"):
            raise builtins.ModuleNotFoundError(name)
        return real(name, package)

    monkeypatch.setattr(importlib, "import_module", without)
    with pytest.raises(EngineUnavailable) as caught:
        desk.run(MAPPING.format(database=sqlite, what="table: orders"))
    assert caught.value.hint == "install `zhike[databases]`"


def test_a_server_that_is_not_there_is_told_without_the_password(desk):
    with pytest.raises(EngineUnavailable) as caught:
        desk.run(MAPPING.format(database="postgresql://me:secret@127.0.0.1:1/erp", what="table: orders"))
    assert caught.value.message == "database `postgresql://127.0.0.1/erp` cannot be reached"
    assert "secret" not in str(caught.value)


@pytest.mark.postgresql
def test_postgresql_tables_are_read(desk, postgresql_url):
    import psycopg

    with psycopg.connect(postgresql_url, autocommit=True) as db:
        db.execute("DROP SCHEMA IF EXISTS zhike_facts_test CASCADE")
        db.execute("CREATE SCHEMA zhike_facts_test")
        db.execute("SET search_path TO zhike_facts_test")
        for statement in TABLES:
            db.execute(statement)
        try:
            mapping = MAPPING.format(database=postgresql_url, what="table: zhike_facts_test.orders")
            check(desk.run(mapping.replace("table: customers", "table: zhike_facts_test.customers")))
        finally:
            db.execute("DROP SCHEMA zhike_facts_test CASCADE")
    assert postgresql_url not in (desk.folder / "facts" / "facts.json").read_text("utf-8")
