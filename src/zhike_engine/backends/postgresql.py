"""PostgreSQL: the plan runs in place inside one transaction, or the tables are streamed into DuckDB.

In place, fact tables are views over the database's own tables or views of the canonical names, and every stage is a
temporary table. The transaction reads one snapshot and is rolled back at the end: nothing stays behind.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa

from zhike_engine.backends.address import Address, is_database, postgresql_address
from zhike_engine.backends.base import Backend, Facts
from zhike_engine.backends.opening import carry_folder, open_tables
from zhike_engine.errors import EngineUnavailable, FactsInvalid, OutputFailed
from zhike_engine.facts.stored import Stored
from zhike_engine.facts.tables import TABLES
from zhike_engine.messages import say
from zhike_engine.sql.dialect import DIALECTS, Dialect

try:
    import psycopg
    from psycopg import errors as pg
except ImportError:  # the extra `databases` is not installed
    psycopg = None  # type: ignore[assignment]

BATCH = 50_000
"""Rows that are fetched at once."""
STORED: dict[str, Stored] = {
    "smallint": "integer",
    "integer": "integer",
    "bigint": "integer",
    "numeric": "decimal",
    "real": "double",
    "double precision": "double",
    "date": "date",
    "timestamp without time zone": "moment",
    "timestamp with time zone": "moment",
    "boolean": "flag",
}
"""Type names of the catalogue -> how the column is stored; anything else is text."""
_ARROW = {
    20: pa.int64(),
    21: pa.int64(),
    23: pa.int64(),
    701: pa.float64(),
    16: pa.bool_(),
    1082: pa.date32(),
}
"""Type numbers of results -> Arrow types; anything else is text."""


def in_place(engine: str, where: str) -> Backend:
    """A plan inside the database `engine`, over its own tables, or over a folder that is loaded first."""
    if is_database(where) and where != engine:
        raise EngineUnavailable(
            say(
                "the engine `{engine}` cannot read the facts of another database",
                engine=postgresql_address(engine).shown,
            ),
            hint=say("name the same database twice, or leave `--engine` away: DuckDB reads either"),
        )
    return PostgreSQL(postgresql_address(engine), None if is_database(where) else Path(where))


def connect(address: Address) -> psycopg.Connection[tuple[Any, ...]]:
    """A connection that reads one snapshot. Raises EngineUnavailable."""
    if psycopg is None:
        raise EngineUnavailable(
            say("the driver of PostgreSQL is not installed"),
            hint=say("install it with `pip install 'zhike[databases]'`"),
        )
    try:
        connection = psycopg.connect(address.url)
    except psycopg.Error as problem:
        raise EngineUnavailable(
            say(
                "`{address}` cannot be reached: {reason}",
                address=address.shown,
                reason=_first_line(problem),
            ),
            hint=say("check host, port, user and password, and that the server runs"),
        ) from None
    connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
    return connection


class PostgreSQL:
    """One transaction of one connection; everything kept is temporary."""

    name = "postgresql"
    dialect: Dialect = DIALECTS["postgresql"]

    def __init__(self, address: Address, folder: Path | None = None) -> None:
        self.address = address
        self.folder = folder
        self.connection = connect(address)
        self.version = str(self.connection.info.parameter_status("server_version"))
        self.run("set datestyle = 'ISO'")
        self.run("set extra_float_digits = 3")
        self.run("set jit = off")

    def open_facts(self, tables: frozenset[str], as_of: date) -> Facts:
        """Temporary views `f_<table>` over the database, or temporary tables with the facts of the folder."""
        if self.folder is not None:
            return carry_folder(self, self.folder, tables, as_of)
        return open_tables(self, PostgreSQLTables(self), tables, as_of)

    def keep(self, name: str, select: str) -> None:
        """Keep a SELECT as a temporary table."""
        self.run(f"drop table if exists pg_temp.{name}")
        self.run(self.dialect.create(name, select))
        self.run(f"analyze {name}")

    def drop(self, name: str) -> None:
        """Drop a temporary table."""
        self.run(f"drop table pg_temp.{name}")

    def load(self, name: str, table: pa.Table) -> None:
        """Keep an Arrow table as a temporary table."""
        columns = ", ".join(f"{self.dialect.quote(f.name)} {_sql_type(f.type)}" for f in table.schema)
        self.run(f"drop view if exists pg_temp.{name}")
        self.run(f"drop table if exists pg_temp.{name}")
        self.run(f"create temp table {name} ({columns})")
        with self._translated(), self.connection.cursor().copy(f"copy {name} from stdin") as copy:
            for batch in table.to_batches(max_chunksize=BATCH):
                for row in zip(*(column.to_pylist() for column in batch.columns), strict=True):
                    copy.write_row(row)
        self.run(f"analyze {name}")

    def rows(self, select: str) -> list[tuple[Any, ...]]:
        """Rows of a small result."""
        return self.run(select).fetchall()

    def arrow(self, select: str) -> pa.Table:
        """A result as an Arrow table, fetched piece by piece."""
        with self._translated(), self.connection.cursor(name="zhike_result") as cursor:
            cursor.itersize = BATCH
            cursor.execute(select)
            fields = [
                (column.name, _ARROW.get(column.type_code, pa.string()))
                for column in cursor.description or ()
            ]
            schema = pa.schema(fields)
            batches = []
            while rows := cursor.fetchmany(BATCH):
                cells = zip(*rows, strict=True)
                arrays = [pa.array(column, kind) for column, (_, kind) in zip(cells, fields, strict=True)]
                batches.append(pa.record_batch(arrays, schema=schema))
        return pa.Table.from_batches(batches, schema)

    def close(self) -> None:
        """Roll the transaction back and close the connection."""
        self.connection.close()

    def run(self, sql: str) -> psycopg.Cursor[tuple[Any, ...]]:
        with self._translated():
            return self.connection.execute(sql)

    @contextmanager
    def _translated(self) -> Iterator[None]:
        """PostgreSQL's errors as ours."""
        try:
            yield
        except (pg.DataException, pg.NumericValueOutOfRange) as problem:
            raise FactsInvalid(
                say("a value of the facts cannot be used: {reason}", reason=_first_line(problem)),
                place=self.address.shown,
            ) from None
        except (pg.DiskFull, pg.OutOfMemory, pg.ConfigurationLimitExceeded) as problem:
            raise OutputFailed(
                say("the engine ran out of room: {reason}", reason=_first_line(problem)),
                hint=say("free disk space on the server"),
            ) from None
        except (pg.InsufficientPrivilege, psycopg.OperationalError) as problem:
            raise EngineUnavailable(
                say(
                    "`{address}` refuses: {reason}",
                    address=self.address.shown,
                    reason=_first_line(problem),
                ),
                hint=say("the user needs SELECT on the fact tables and TEMPORARY on the database"),
            ) from None


def _first_line(problem: Exception) -> str:
    return (str(problem).splitlines() or ["no reason given"])[0].rstrip(".")


def _sql_type(kind: pa.DataType) -> str:
    if pa.types.is_decimal(kind):
        return f"numeric({kind.precision}, {kind.scale})"
    for test, name in (
        (pa.types.is_integer, "bigint"),
        (pa.types.is_floating, "double precision"),
        (pa.types.is_date, "date"),
        (pa.types.is_boolean, "boolean"),
    ):
        if test(kind):
            return name
    return 'text collate "C"'


class PostgreSQLTables:
    """The tables and views of one schema."""

    def __init__(self, backend: PostgreSQL) -> None:
        self.backend = backend
        self.place = backend.address.shown
        self.schema = backend.address.schema or str(backend.rows("select current_schema()")[0][0])

    def stored(self, table: str) -> Mapping[str, Stored]:
        """The columns of a table or view."""
        d = self.backend.dialect
        found = self.backend.rows(
            "select column_name, data_type from information_schema.columns"
            f" where table_schema = {d.text(self.schema)} and table_name = {d.text(table)} order by ordinal_position"
        )
        return {str(name): STORED.get(str(kind), "text") for name, kind in found}

    def relation(self, table: str) -> str:
        """The table with its schema."""
        return f"{self.backend.dialect.quote(self.schema)}.{self.backend.dialect.quote(table)}"

    def open(self, table: str, select: str) -> None:
        """A temporary view: the server reads the table itself."""
        self.backend.run(f"create or replace temp view f_{table} as {select}")

    def fingerprint(self, columns: Mapping[str, Mapping[str, Stored]]) -> str:
        """SHA-256 over COPY of every opened table in the order of its key."""
        digest, quote = hashlib.sha256(), self.backend.dialect.quote
        for table in sorted(columns):
            names = sorted(columns[table])
            shown = ", ".join(quote(name) for name in names)
            order = ", ".join(self.backend.dialect.as_text(quote(name)) for name in TABLES[table].key)
            digest.update(repr((table, names)).encode())
            query = f"copy (select {shown} from {self.relation(table)} order by {order}) to stdout"
            with self.backend.connection.cursor().copy(query) as copy:
                for piece in copy:
                    digest.update(piece)
        return digest.hexdigest()
