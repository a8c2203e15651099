"""Opening fact tables where a plan runs: the tables of a database, or a folder that is carried there."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any, Protocol

import duckdb
import pyarrow as pa

from zhike_engine.backends.base import Facts
from zhike_engine.errors import FactsInvalid
from zhike_engine.facts import checks, stored
from zhike_engine.facts.folder import FolderReader
from zhike_engine.facts.stored import Stored
from zhike_engine.facts.tables import TABLES
from zhike_engine.messages import say
from zhike_engine.sql.dialect import Dialect


class Engine(Protocol):
    """What a backend offers here."""

    dialect: Dialect

    def rows(self, select: str) -> list[tuple[Any, ...]]:
        """The rows of a small result."""

    def load(self, name: str, table: pa.Table) -> None:
        """Keep an Arrow table under a name."""


class Tables(Protocol):
    """The tables of a database."""

    place: str

    def stored(self, table: str) -> Mapping[str, Stored]:
        """How the columns of a table are stored; empty when there is no such table."""

    def relation(self, table: str) -> str:
        """A table for FROM."""

    def open(self, table: str, select: str) -> None:
        """Make a SELECT readable as `f_<table>`."""

    def fingerprint(self, columns: Mapping[str, Mapping[str, Stored]]) -> str:
        """SHA-256 over the columns of the opened tables."""


class Queries:
    """A backend as the checks ask it."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.found: list[tuple[Any, ...]] = []

    def execute(self, query: str) -> Queries:
        """Run a query."""
        self.found = self.engine.rows(query)
        return self

    def fetchall(self) -> list[tuple[Any, ...]]:
        """Its rows."""
        return self.found


def open_tables(engine: Engine, tables: Tables, wanted: frozenset[str], as_of: date) -> Facts:
    """Open the wanted tables of a database as `f_<table>`, checked; raises FactsInvalid."""
    d = engine.dialect
    kinds = {name: tables.stored(name) for name in sorted(wanted | {"customers"})}
    kinds = {name: found for name, found in kinds.items() if found}
    if "customers" not in kinds:
        raise FactsInvalid(
            say("the database has no table `customers`"), place=tables.place,
            hint=say(
                "name the schema with `?schema=…`, or make views named like the canonical tables; see"
                " `docs/reference/facts.md`"
            ),
        )  # fmt: skip
    facts = Facts({}, {}, "", tables.place)
    for name, found in kinds.items():
        table = TABLES[name]
        stored.check_columns(table, found, tables.place)
        for column, select in stored.doubtful(table, found, tables.relation(name), d):
            for (value,) in engine.rows(select):
                stored.refuse_value(table, column, str(value), tables.place)
        tables.open(name, stored.select(table, found, tables.relation(name), d))
        known = {column.name for column in table.columns}
        facts.columns[name] = frozenset(found if table.open else known & found.keys())
        facts.rows[name] = int(engine.rows(f"select count(*) from f_{name}")[0][0])
    facts.attribute_kinds.update(stored.attribute_kinds(TABLES["customers"], kinds["customers"], d))
    facts.fingerprint = tables.fingerprint(kinds)
    checked(engine, facts, as_of)
    return facts


def checked(engine: Engine, facts: Facts, as_of: date) -> None:
    """Refuse faulty rows and list odd ones; raises FactsInvalid."""
    if not facts.sealed:
        checks.check(Queries(engine), facts, as_of)
    checks.note(Queries(engine), facts, as_of, engine.dialect)


def carry_folder(engine: Engine, folder: Path, wanted: frozenset[str], as_of: date) -> Facts:
    """Read a folder as DuckDB does, checks included, and load its tables into the engine; raises FactsInvalid."""
    connection = duckdb.connect()
    try:
        connection.execute("set timezone = 'UTC'")
        facts = FolderReader(folder, connection).open(wanted, as_of)
        for name in facts.columns:
            table = connection.sql(f"select * from f_{name}").to_arrow_table()
            engine.load(f"f_{name}", table)
    finally:
        connection.close()
    return facts
