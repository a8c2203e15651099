"""SQLite: the plan runs in place over a database file, or its tables are streamed into DuckDB.

In place, dates are ISO text, yes and no are 1 and 0, and money is an integer of 10^-4; what SQLite cannot do exactly
is done by `zhike_decimal`, a function of this module.
"""

from __future__ import annotations

import hashlib
import math
import re
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa

from zhike_engine.backends.address import is_database, sqlite_path
from zhike_engine.backends.base import Facts
from zhike_engine.backends.opening import carry_folder, open_tables
from zhike_engine.errors import EngineUnavailable, FactsInvalid, OutputFailed
from zhike_engine.facts.stored import Stored
from zhike_engine.facts.tables import TABLES
from zhike_engine.messages import say
from zhike_engine.sql.dialect import DIALECTS, NUMBER, Dialect

BATCH = 50_000
"""Rows that are fetched at once."""
LARGEST = 90_000_000_000
"""Amounts above this could overflow the integers of SQLite, which would not say so."""


def in_place(engine: str, where: str) -> SQLite:
    """A plan inside the database `engine`, over its own tables, or over a folder that is loaded first."""
    if is_database(where) and where != engine:
        raise EngineUnavailable(
            say("the engine `{engine}` cannot read the facts of `{where}`", engine=engine, where=where),
            hint=say("name the same database twice, or leave `--engine` away: DuckDB reads either"),
        )
    return SQLite(sqlite_path(engine), None if is_database(where) else Path(where))


def zhike_decimal(value: str | float | None) -> int | None:
    """A number, or a text like `-12.5`, in whole 10^-4, rounded half up; None when it is no such number."""
    shown = str(value).strip(" ")
    if value is None or not (isinstance(value, str) or math.isfinite(value)):
        return None
    if isinstance(value, str) and not re.fullmatch(NUMBER, shown):
        return None
    return int((Decimal(shown) * 10_000).to_integral_value(ROUND_HALF_UP))


class SQLite:
    """One connection to a database file that is only read; everything kept is temporary."""

    name = "sqlite"
    version = sqlite3.sqlite_version
    dialect: Dialect = DIALECTS["sqlite"]

    def __init__(self, path: Path, folder: Path | None = None) -> None:
        self.path = path
        self.folder = folder
        self.connection = sqlite3.connect(f"file:{path.absolute()}?mode=ro", uri=True, isolation_level=None)
        self.connection.create_function("zhike_decimal", 1, zhike_decimal, deterministic=True)
        with self._translated():
            for name, function in (("sqrt", math.sqrt), ("floor", math.floor)):
                if not self._knows(name):
                    self.connection.create_function(name, 1, _known(function), deterministic=True)
            self.connection.execute("pragma cache_size = -200000")
            self.connection.execute("begin")

    def _knows(self, function: str) -> bool:
        try:
            self.connection.execute(f"select {function}(1.0)")
        except sqlite3.OperationalError:
            return False
        return True

    def open_facts(self, tables: frozenset[str], as_of: date) -> Facts:
        """Temporary tables `f_<table>` over the database, or over the folder."""
        if self.folder is not None:
            facts = carry_folder(self, self.folder, tables, as_of)
        else:
            facts = open_tables(self, SQLiteTables(self), tables, as_of)
        self._refuse_giants(facts)
        return facts

    def _refuse_giants(self, facts: Facts) -> None:
        for name in sorted(facts.columns):
            for column in TABLES[name].money_columns:
                if column not in facts.columns[name]:
                    continue
                giant = f'select "{column}" from f_{name} where abs("{column}") > {LARGEST * 10_000} limit 1'
                for (amount,) in self.rows(giant):
                    raise FactsInvalid(
                        say(
                            "the amount {amount:f} in table `{table}` is too large for SQLite",
                            amount=Decimal(amount) / 10_000,
                            table=name,
                        ),
                        place=facts.place,
                        hint=say("leave `--engine` away: DuckDB reads the database"),
                    )

    def keep(self, name: str, select: str) -> None:
        """Keep a SELECT as a temporary table."""
        with self._translated():
            self.connection.execute(f"drop table if exists temp.{name}")
            self.connection.execute(self.dialect.create(name, select))

    def drop(self, name: str) -> None:
        """Drop a temporary table."""
        with self._translated():
            self.connection.execute(f"drop table temp.{name}")

    def load(self, name: str, table: pa.Table) -> None:
        """Keep an Arrow table as a temporary table."""
        columns = ", ".join(self.dialect.quote(column) for column in table.column_names)
        marks = ", ".join("?" * table.num_columns)
        with self._translated():
            self.connection.execute(f"drop table if exists temp.{name}")
            self.connection.execute(f"create temp table {name} ({columns})")
            for batch in table.to_batches(max_chunksize=BATCH):
                cells = [_plain(column) for column in batch.columns]
                rows = zip(*cells, strict=True)
                self.connection.executemany(f"insert into temp.{name} values ({marks})", rows)

    def rows(self, select: str) -> list[tuple[Any, ...]]:
        """Rows of a small result."""
        with self._translated():
            return self.connection.execute(select).fetchall()

    def arrow(self, select: str) -> pa.Table:
        """A result as an Arrow table; dates are text, yes and no are 1 and 0."""
        with self._translated():
            cursor = self.connection.execute(select)
            names = [column[0] for column in cursor.description]
            cells: list[list[Any]] = [[] for _ in names]
            while rows := cursor.fetchmany(BATCH):
                for column, values in zip(cells, zip(*rows, strict=True), strict=True):
                    column.extend(values)
        return pa.table([pa.array(column) for column in cells], names=names)

    def close(self) -> None:
        """Close the connection; what was kept is gone with it."""
        self.connection.close()

    @contextmanager
    def _translated(self) -> Iterator[None]:
        """SQLite's errors as ours."""
        try:
            yield
        except sqlite3.DatabaseError as problem:
            shown = str(problem).rstrip(".")
            if "full" in shown:
                raise OutputFailed(
                    say("the engine ran out of room: {reason}", reason=shown), hint=say("free disk space")
                ) from None
            if "locked" in shown or "busy" in shown:
                raise EngineUnavailable(
                    say("`{path}` is in use: {reason}", path=self.path, reason=shown),
                    hint=say("wait until the other program is done, or grade a copy"),
                ) from None
            if "not a database" in shown or "unable to open" in shown:
                raise EngineUnavailable(
                    say("`{path}` cannot be read: {reason}", path=self.path, reason=shown),
                    hint=say("check the file"),
                ) from None
            if "integer overflow" in shown:
                raise FactsInvalid(
                    say("a value of the facts cannot be used: {reason}", reason=shown), place=str(self.path)
                ) from None
            raise


def _known(function: Any) -> Any:
    return lambda value: None if value is None else float(function(value))


def _plain(column: pa.Array) -> list[Any]:
    """Values as SQLite keeps them."""
    kind = column.type
    values = column.to_pylist()
    if pa.types.is_decimal(kind) and kind.scale <= 4:
        return [None if value is None else int(value * 10_000) for value in values]
    if pa.types.is_decimal(kind):
        return [None if value is None else str(value) for value in values]
    if pa.types.is_date(kind):
        return [None if value is None else value.isoformat() for value in values]
    return [int(value) if isinstance(value, bool) else value for value in values]


def _declared(kind: str) -> Stored:
    if "INT" in kind:
        return "integer"
    return "decimal" if any(word in kind for word in ("DEC", "NUM", "REAL", "FLOA", "DOUB")) else "text"


class SQLiteTables:
    """The tables of a SQLite database. Types of columns are hints there, so every value is looked at."""

    def __init__(self, backend: SQLite) -> None:
        self.backend = backend
        self.place = str(backend.path)

    def stored(self, table: str) -> Mapping[str, Stored]:
        """Columns declared as numbers are taken as such, everything else as text."""
        found = self.backend.rows(
            f"select name, type from pragma_table_info({self.backend.dialect.text(table)})"
        )
        return {str(name): _declared(str(kind).upper()) for name, kind in found}

    def relation(self, table: str) -> str:
        """The table of the file."""
        return f"main.{self.backend.dialect.quote(table)}"

    def open(self, table: str, select: str) -> None:
        """Keep the typed rows as a temporary table."""
        self.backend.keep(f"f_{table}", select)

    def fingerprint(self, columns: Mapping[str, Mapping[str, Stored]]) -> str:
        """SHA-256 over the stored rows of every opened table in the order of its key."""
        digest = hashlib.sha256()
        for table in sorted(columns):
            names = sorted(columns[table])
            shown = ", ".join(self.backend.dialect.quote(name) for name in names)
            order = ", ".join(self.backend.dialect.quote(name) for name in TABLES[table].key)
            digest.update(repr((table, names)).encode())
            cursor = self.backend.connection.execute(
                f"select {shown} from {self.relation(table)} order by {order}"
            )
            while rows := cursor.fetchmany(BATCH):
                digest.update(repr(rows).encode())
        return digest.hexdigest()
