"""Many rows into a table at once, and questions to the generated facts."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any

import duckdb
from django.core.management.color import no_style
from django.db import connection, models


class Facts:
    """The generated tables, asked in SQL. `as_of` is the last day that counts."""

    def __init__(self, folder: Path, as_of: date) -> None:
        self.connection = duckdb.connect()
        for file in sorted(folder.glob("*.parquet")):
            self.connection.execute(f"create view {file.stem} as select * from '{file}'")
        self.connection.execute(f"create macro as_of() as date '{as_of.isoformat()}'")
        self.connection.execute(
            "create table ids as select row_number() over (order by customer)::bigint id, customer from customers"
        )
        self.connection.execute(
            "create view rated as select currency, rate_on, rate::decimal(14, 8) rate from exchange_rates"
        )

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        """The answer as tuples of plain values."""
        return self.connection.execute(sql).fetchall()

    def dicts(self, sql: str) -> list[dict[str, Any]]:
        """The answer as one dictionary a row."""
        asked = self.connection.execute(sql)
        names = [column[0] for column in asked.description or []]
        return [dict(zip(names, row, strict=True)) for row in asked.fetchall()]

    def close(self) -> None:
        """Let go of the files."""
        self.connection.close()


def put(model: type[models.Model], columns: Sequence[str], rows: Sequence[tuple[Any, ...]]) -> None:
    """Write rows as they are: whole numbers for amounts, ISO text for days, `id` included."""
    quote = connection.ops.quote_name
    names = ", ".join(quote(column) for column in columns)
    marks = ", ".join(["%s"] * len(columns))
    with connection.cursor() as cursor:
        cursor.executemany(f"INSERT INTO {quote(model._meta.db_table)} ({names}) VALUES ({marks})", rows)


def reset_ids(*kinds: type[models.Model]) -> None:
    """Let the database number on after rows that brought their own ids."""
    with connection.cursor() as cursor:
        for sql in connection.ops.sequence_reset_sql(no_style(), kinds):
            cursor.execute(sql)


def as_stored(at: datetime) -> Any:
    """A moment as the database takes it."""
    return connection.ops.adapt_datetimefield_value(at)
