"""DuckDB: the default engine, embedded. Reads a folder of CSV or Parquet files, or Arrow from a database."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from zhike_engine.backends.base import Facts
from zhike_engine.errors import FactsInvalid, OutputFailed
from zhike_engine.facts.folder import FolderReader
from zhike_engine.messages import say
from zhike_engine.sql.dialect import DIALECTS, Dialect


class DuckDB:
    """An in-memory DuckDB over the facts of a folder."""

    name = "duckdb"
    version = duckdb.__version__
    dialect: Dialect = DIALECTS["duckdb"]

    def __init__(self, facts: Path | None, *, threads: int | None = None, memory: str = "1400MB") -> None:
        self.facts = facts
        self.spill = tempfile.TemporaryDirectory(prefix="zhike-")
        self.connection = duckdb.connect()
        self.connection.execute(f"set memory_limit = '{memory}'")
        self.connection.execute("set temp_directory = ?", [self.spill.name])
        self.connection.execute("set preserve_insertion_order = false")
        self.connection.execute("set enable_progress_bar = false")
        self.connection.execute("set timezone = 'UTC'")
        if threads is not None:
            self.connection.execute(f"set threads = {threads}")

    def open_facts(self, tables: frozenset[str], as_of: date) -> Facts:
        """Views `f_<table>` over the files of the folder, checked unless the folder is sealed."""
        assert self.facts is not None
        return FolderReader(self.facts, self.connection).open(tables, as_of)

    def keep(self, name: str, select: str) -> None:
        """Keep a SELECT as a temporary table."""
        self.execute(self.dialect.create(name, select))

    def drop(self, name: str) -> None:
        """Drop a temporary table."""
        self.execute(f"drop table {name}")

    def load(self, name: str, table: pa.Table) -> None:
        """Keep an Arrow table as a temporary table, in the place of a view of that name."""
        self.connection.register("arriving", table)
        create = f"create or replace temp table {name} as select * from arriving"
        try:
            self.execute(create)
        except duckdb.CatalogException:  # a view of that name
            self.execute(f"drop view temp.{name}")
            self.execute(create)
        self.connection.unregister("arriving")

    def rows(self, select: str) -> list[tuple[Any, ...]]:
        """Rows of a small result."""
        return list(self.execute(select).fetchall())

    def arrow(self, select: str) -> pa.Table:
        """A result as an Arrow table."""
        with _translated():
            found = self.connection.sql(select).to_arrow_table()
        assert isinstance(found, pa.Table)
        return found

    def execute(self, sql: str) -> duckdb.DuckDBPyConnection:
        """Run any statement; raises OutputFailed or FactsInvalid in place of DuckDB's own errors."""
        with _translated():
            return self.connection.execute(sql)

    def close(self) -> None:
        """Close the connection and remove spilled files."""
        self.connection.close()
        self.spill.cleanup()


@contextmanager
def _translated() -> Iterator[None]:
    """DuckDB's errors as ours."""
    try:
        with stoppable():
            yield
    except (duckdb.OutOfMemoryException, duckdb.IOException) as problem:
        raise OutputFailed(
            say("the engine ran out of room: {reason}", reason=_first_line(problem)),
            hint=say("free disk space in the temporary folder, or point TMPDIR at a larger disk"),
        ) from None
    except (duckdb.ConversionException, duckdb.OutOfRangeException, duckdb.InvalidInputException) as problem:
        raise FactsInvalid(
            say("a value of the facts cannot be used: {reason}", reason=_first_line(problem))
        ) from None


@contextmanager
def stoppable() -> Iterator[None]:
    """Ctrl-C during a query as Python knows it; DuckDB raises a RuntimeError instead."""
    try:
        yield
    except RuntimeError as problem:
        if str(problem) != "Query interrupted":
            raise
        raise KeyboardInterrupt from None


def _first_line(problem: Exception) -> str:
    return str(problem).splitlines()[0].rstrip(".")
