"""A database read through: its tables are streamed as Arrow into DuckDB, which then grades as from a folder.

Whole numbers, dates, yes/no and doubles travel as they are; decimals and everything else travel as text, so that no
driver can round them. One snapshot is read.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from datetime import date
from importlib import import_module
from importlib.util import find_spec
from typing import TYPE_CHECKING, Protocol

import duckdb
import pyarrow as pa

from zhike_engine.backends.address import postgresql_address, sqlite_path
from zhike_engine.backends.base import Backend, Facts
from zhike_engine.backends.duckdb import DuckDB
from zhike_engine.backends.opening import open_tables
from zhike_engine.backends.postgresql import STORED
from zhike_engine.errors import EngineUnavailable, FactsInvalid
from zhike_engine.facts.stored import Stored
from zhike_engine.messages import say
from zhike_engine.sql.dialect import DIALECTS

try:
    import adbc_driver_manager
except ImportError:  # the extra `databases` is not installed
    adbc_driver_manager = None  # type: ignore[assignment]
if TYPE_CHECKING:
    from adbc_driver_manager import dbapi


class Source(Protocol):
    """Where the tables come from."""

    place: str

    def columns(self, table: str) -> Mapping[str, tuple[str, Stored]]:
        """The columns of a table: what to select, and how it arrives. Empty when there is no such table."""

    def relation(self, table: str) -> str:
        """The table for FROM."""

    def stream(self, query: str) -> AbstractContextManager[pa.RecordBatchReader]:
        """The rows of a query, while it is open."""

    def close(self) -> None:
        """Close the connection."""


def read_postgresql(where: str) -> Backend:
    """DuckDB over the tables of a PostgreSQL database. Raises EngineUnavailable."""
    return ReadThrough(PostgreSQLSource(where))


def read_sqlite(where: str) -> Backend:
    """DuckDB over the tables of a SQLite file. Raises EngineUnavailable."""
    return ReadThrough(SQLiteSource(where))


class ReadThrough(DuckDB):
    """DuckDB, and the database that fills it."""

    def __init__(self, source: Source) -> None:
        super().__init__(None)
        self.source = source

    def open_facts(self, tables: frozenset[str], as_of: date) -> Facts:
        """Stream the wanted tables, then let go of the database."""
        try:
            return open_tables(self, Arriving(self, self.source), tables, as_of)
        finally:
            self.source.close()


class Arriving:
    """The tables of a source as they arrive in DuckDB."""

    def __init__(self, engine: ReadThrough, source: Source) -> None:
        self.engine = engine
        self.source = source
        self.place = source.place

    def stored(self, table: str) -> Mapping[str, Stored]:
        """How the columns arrive; the rows are streamed at once."""
        columns = self.source.columns(table)
        if not columns:
            return {}
        quote = self.engine.dialect.quote
        shown = ", ".join(f"{sql} as {quote(name)}" for name, (sql, _) in columns.items())
        query = f"select {shown} from {self.source.relation(table)}"
        with _arriving(self.place, table), self.source.stream(query) as reader:
            self.engine.connection.register("arriving", reader)
            self.engine.connection.execute(
                f"create or replace temp table raw_{table} as select * from arriving"
            )
            self.engine.connection.unregister("arriving")
        return {name: kind for name, (_, kind) in columns.items()}

    def relation(self, table: str) -> str:
        """What has arrived."""
        return f"raw_{table}"

    def open(self, table: str, select: str) -> None:
        """Keep the typed rows only."""
        self.engine.keep(f"f_{table}", select)
        self.engine.drop(f"raw_{table}")

    def fingerprint(self, columns: Mapping[str, Mapping[str, Stored]]) -> str:
        """SHA-256 over number of rows and sum of the rows' MD5, so that no order is needed."""
        digest, quote = hashlib.sha256(), self.engine.dialect.quote
        for table in sorted(columns):
            names = sorted(name for name, *_ in self.engine.rows(f"describe f_{table}"))
            cells = ", ".join(f"coalesce(cast({quote(name)} as varchar), chr(30))" for name in names)
            whole = f"concat_ws(chr(31), {cells})"
            sums = f"count(*), sum(md5_number_lower({whole})), sum(md5_number_upper({whole}))"
            digest.update(repr((table, names, self.engine.rows(f"select {sums} from f_{table}"))).encode())
        return digest.hexdigest()


@contextmanager
def _arriving(place: str, table: str) -> Iterator[None]:
    """Errors of a stream that breaks off, as ours."""
    try:
        yield
    except duckdb.Error as problem:
        shown = str(problem).splitlines()[0].rstrip(".")
        raise FactsInvalid(
            say("table `{table}` cannot be read: {reason}", table=table, reason=shown), place=place
        ) from None


class _ADBC:
    """What the two sources share: one connection, cursors that give Arrow."""

    place: str
    connection: dbapi.Connection

    @contextmanager
    def stream(self, query: str) -> Iterator[pa.RecordBatchReader]:
        """The rows of a query; raises FactsInvalid when the database refuses it."""
        with _refusals(self.place), self.connection.cursor() as cursor:
            cursor.execute(query)
            yield cursor.fetch_record_batch()

    def run(self, statement: str) -> None:
        """Run a statement without rows."""
        with _refusals(self.place), self.connection.cursor() as cursor:
            cursor.execute(statement)

    def rows(self, query: str) -> list[tuple[str, ...]]:
        """The rows of a small result."""
        with _refusals(self.place), self.connection.cursor() as cursor:
            cursor.execute(query)
            return [tuple(row) for row in cursor.fetchall()]

    def close(self) -> None:
        """Close the connection."""
        self.connection.close()


@contextmanager
def _refusals(place: str) -> Iterator[None]:
    try:
        yield
    except adbc_driver_manager.Error as problem:
        shown = str(problem).splitlines()[0].rstrip(".")
        raise FactsInvalid(say("the database refuses: {reason}", reason=shown), place=place) from None


class PostgreSQLSource(_ADBC):
    """The tables and views of one schema of a PostgreSQL database."""

    def __init__(self, where: str) -> None:
        address = postgresql_address(where)
        self.place, self.d = address.shown, DIALECTS["postgresql"]
        self.connection = _connect("adbc_driver_postgresql", address.url, address.shown)
        self.run("set transaction isolation level repeatable read read only")
        self.schema = address.schema or self.rows("select current_schema()")[0][0]

    def columns(self, table: str) -> Mapping[str, tuple[str, Stored]]:
        """Columns by the catalogue; decimals travel as their digits."""
        found = self.rows(
            "select column_name, data_type from information_schema.columns"
            f" where table_schema = {self.d.text(self.schema)} and table_name = {self.d.text(table)}"
            " order by ordinal_position"
        )
        return {name: self._travels(self.d.quote(name), STORED.get(kind, "text")) for name, kind in found}

    def _travels(self, sql: str, stored: Stored) -> tuple[str, Stored]:
        match stored:
            case "decimal":
                return f"cast({sql} as text)", "digits"
            case "moment":
                return f"cast({sql} as date)", "date"
            case "text":
                return f"cast({sql} as text)", "text"
        return sql, stored

    def relation(self, table: str) -> str:
        """The table with its schema."""
        return f"{self.d.quote(self.schema)}.{self.d.quote(table)}"


class SQLiteSource(_ADBC):
    """The tables of a SQLite file; values are looked at one by one, since its columns have no types."""

    def __init__(self, where: str) -> None:
        path = sqlite_path(where)
        self.place, self.d = str(path), DIALECTS["sqlite"]
        self.connection = _connect("adbc_driver_sqlite", f"file:{path.absolute()}?mode=ro", str(path))

    def columns(self, table: str) -> Mapping[str, tuple[str, Stored]]:
        """Columns declared as whole numbers travel as such, the others as text; an empty text stands for NULL,
        since the driver takes the type of a column from its first rows."""
        found = self.rows(f"select name, type from pragma_table_info({self.d.text(table)})")
        columns: dict[str, tuple[str, Stored]] = {}
        for name, kind in found:
            sql = self.d.quote(name)
            whole = "INT" in kind.upper()
            columns[name] = (sql, "integer") if whole else (f"coalesce(cast({sql} as text), '')", "text")
        return columns

    def relation(self, table: str) -> str:
        """The table of the file."""
        return f"main.{self.d.quote(table)}"


def _connect(driver: str, url: str, shown: str) -> dbapi.Connection:
    """A connection; raises EngineUnavailable."""
    if adbc_driver_manager is None or find_spec(driver) is None:
        raise EngineUnavailable(
            say("the driver of the database is not installed"),
            hint=say("install it with `pip install 'zhike[databases]'`"),
        )
    try:
        connection: dbapi.Connection = import_module(f"{driver}.dbapi").connect(url)
    except adbc_driver_manager.Error as problem:
        reason = str(problem).splitlines()[0].rstrip(".")
        raise EngineUnavailable(
            say("`{address}` cannot be reached: {reason}", address=shown, reason=reason),
            hint=say("check host, port, user and password, and that the server runs"),
        ) from None
    return connection
