"""A generated world as tables of a database, stored as people store them."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg

from tests.parity.worlds import ATTRIBUTES, World
from zhike_engine.facts.tables import TABLES

DECLARED = {
    "sqlite": {"money": "decimal(18, 4)", "decimal": "text", "date": "date", "integer": "integer", "bool": "boolean", "text": "text"},
    "postgresql": {"money": "numeric(18, 4)", "decimal": "numeric", "date": "date", "integer": "integer", "bool": "boolean",
                   "text": 'text collate "und-x-icu"'},
}  # fmt: skip


def statements(world: World, engine: str, schema: str = "") -> Iterator[tuple[str, list[list[Any]]]]:
    """CREATE TABLE and INSERT statements, with the rows of the latter."""
    for table, rows in world.tables.items():
        kinds = {
            column.name: DECLARED[engine].get(column.kind, DECLARED[engine]["text"])
            for column in TABLES[table].columns
        }
        if table == "customers":
            kinds |= dict.fromkeys(ATTRIBUTES, DECLARED[engine]["text"])
        columns = ", ".join(f'"{name}" {kind}' for name, kind in kinds.items())
        yield f'create table {schema}"{table}" ({columns})', []
        mark = "?" if engine == "sqlite" else "%s"
        insert = f'insert into {schema}"{table}" values ({", ".join([mark] * len(kinds))})'
        yield insert, [[row.get(name) for name in kinds] for row in rows]


def as_sqlite(world: World, path: Path) -> str:
    """The world as a SQLite file; returns its URL."""
    connection = sqlite3.connect(path)
    for statement, rows in statements(world, "sqlite"):
        if rows:
            plain = [
                [cell if isinstance(cell, (bool, int, type(None))) else str(cell) for cell in row]
                for row in rows
            ]
            connection.executemany(statement, plain)
        elif statement.startswith("create"):
            connection.execute(statement)
    connection.commit()
    connection.close()
    return f"sqlite:///{path}"


def as_postgresql(world: World, url: str, schema: str) -> str:
    """The world as tables of a schema, whose texts are ordered as people order them; returns its URL."""
    with psycopg.connect(url) as connection:
        connection.execute(f"drop schema if exists {schema} cascade")
        connection.execute(f"create schema {schema}")
        for statement, rows in statements(world, "postgresql", f"{schema}."):
            if rows:
                connection.cursor().executemany(statement, rows)
            elif statement.startswith("create"):
                connection.execute(statement)
    return f"{url}?schema={schema}"
