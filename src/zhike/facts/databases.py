"""Database tables and queries as pieces: the answer is copied to a Parquet file, then read like any other."""

from __future__ import annotations

import importlib
import os
import re
from pathlib import Path
from urllib.parse import urlsplit

import duckdb

from zhike.facts.formats import literal, quote
from zhike.facts.pieces import Connection, Piece, parquet_piece
from zhike.messages import say
from zhike_engine.errors import EngineUnavailable, FactsInvalid


def database_piece(
    db: Connection, database: str, root: Path, query: str, timezone: str | None, copy: Path
) -> Piece:
    """The answer of `query`; `database` is a DuckDB or SQLite file, a PostgreSQL URL, or `env:NAME` of one.

    Raises EngineUnavailable when the database cannot be reached and FactsInvalid when it refuses the query.
    """
    address = _address(database)
    if re.match(r"postgres(ql)?://", address):
        shown = _without_secrets(address)
        _through_adbc(db, "postgresql", address, shown, query, copy)
        return parquet_piece(db, shown, copy, Path(shown), timezone)
    path = root / address
    if not path.is_file():
        raise FactsInvalid(
            say("database `{database}` does not exist", database=database),
            place=str(path),
            hint=say("check the path"),
        )
    if path.read_bytes()[:15] == b"SQLite format 3":
        _through_adbc(db, "sqlite", str(path), database, query, copy)
    else:
        _from_duckdb(path, query, copy)
    return parquet_piece(db, path.name, copy, path, timezone)


def whole_table(name: str) -> str:
    """The query for every row of a table; `schema.table` names both."""
    return "SELECT * FROM " + ".".join(quote(part) for part in name.split("."))


def _address(database: str) -> str:
    if not database.startswith("env:"):
        return database
    name = database.removeprefix("env:")
    if not os.environ.get(name):
        raise FactsInvalid(
            say("environment variable `{name}` is not set", name=name),
            hint=say("it must hold the database's address"),
        )
    return os.environ[name]


def _without_secrets(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.hostname or ''}{parts.path}"


def _from_duckdb(path: Path, query: str, copy: Path) -> None:
    try:
        with duckdb.connect(str(path), read_only=True) as other:
            other.execute(f"COPY ({query}) TO {literal(str(copy))} (FORMAT parquet)")
    except duckdb.IOException as problem:
        raise FactsInvalid(
            say("file `{name}` is no DuckDB database, or is in use", name=path.name),
            place=str(path),
            hint=say("the database says `{reason}`", reason=_first_line(problem)),
        ) from None
    except duckdb.Error as problem:
        raise FactsInvalid(
            say("the query fails: {reason}", reason=_first_line(problem)), place=str(path)
        ) from None


def _through_adbc(db: Connection, kind: str, address: str, shown: str, query: str, copy: Path) -> None:
    try:
        driver = importlib.import_module(f"adbc_driver_{kind}.dbapi")
    except ImportError:
        raise EngineUnavailable(
            say("reading {kind} databases needs the extra `databases`", kind=kind),
            hint=say("install `zhike[databases]`"),
        ) from None
    try:
        with driver.connect(address) as connection, connection.cursor() as cursor:
            cursor.execute(query)
            answer = cursor.fetch_record_batch()
            with db.cursor() as own:
                own.register("answer", answer)
                own.execute(
                    f"COPY (SELECT * FROM answer) TO {literal(str(copy))} (FORMAT parquet)"
                ).fetchall()
    except driver.Error as problem:
        reason = _first_line(problem).replace(address, shown)
        if kind == "postgresql" and "connect" in reason.lower():
            raise EngineUnavailable(
                say("database `{database}` cannot be reached", database=shown),
                hint=say("the database says `{reason}`", reason=reason),
            ) from None
        raise FactsInvalid(say("the query fails: {reason}", reason=reason), place=shown) from None


def _first_line(problem: Exception) -> str:
    return str(problem).split("\n", 1)[0].strip()
