"""Reads a facts folder with the customers that changed: what takes the place of their rows in a rollup."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

import pyarrow as pa

from zhike_engine.backends.base import Facts
from zhike_engine.backends.duckdb import DuckDB
from zhike_engine.errors import FactsInvalid
from zhike_engine.facts.tables import TABLES
from zhike_engine.messages import say
from zhike_engine.policy.load import content_hash
from zhike_engine.rollup.about import SMALL, About
from zhike_engine.rollup.preparing import opened_shape
from zhike_engine.sql.facts import Reading, Shape
from zhike_engine.sql.rolled import monthly_select


@dataclass(frozen=True)
class Changes:
    """The changed customers with their rows; `about` tells of the rollup with them taken in."""

    backend: DuckDB
    about: About
    shape: Shape
    count: int

    def customers(self) -> pa.Table:
        """The customers that changed, in the column `customer`."""
        return self.backend.arrow("select customer from f_customers")

    def tables(self) -> Iterator[tuple[str, pa.Table]]:
        """Every table of the rollup with the new rows of these customers."""
        d, end = self.backend.dialect, self.about.until + timedelta(days=1)
        mine = "where customer in (select c.customer from f_customers c)"
        for table in self.about.tables:
            reading = Reading(table.table, self.shape, self.about.until, self.about.currency, d)
            yield (
                table.name,
                self.backend.arrow(f"select * from ({monthly_select(table, reading, end)}) {mine}"),
            )
        for name in SMALL:
            if name in self.shape.tables:
                columns = ", ".join(d.quote(column) for column in sorted(self.shape.tables[name]))
                yield f"s_{name}", self.backend.arrow(f"select {columns} from f_{name} {mine}")


@contextmanager
def read_changes(folder: Path, about: About) -> Iterator[Changes]:
    """Open a folder of changes; raises FactsInvalid."""
    backend = DuckDB(folder)
    try:
        facts = backend.open_facts(about.read, about.until)
        _same_columns(backend, facts, about)
        here = opened_shape(backend, facts, about.until, about.currency)
        shape = replace(about.shape, rate_digits=here.rate_digits, rates_fit=here.rates_fit)
        [(count,)] = backend.rows("select count(*) from f_customers")
        yield Changes(backend, _told(about, facts), shape, int(count))
    finally:
        backend.close()


def _same_columns(backend: DuckDB, facts: Facts, about: About) -> None:
    """Refuse columns that are missing; a missing table has no rows."""
    for name, columns in sorted(about.shape.tables.items()):
        if name not in facts.columns:
            empty = ", ".join(
                f"cast(null as {_kind(name, c)}) as {backend.dialect.quote(c)}" for c in sorted(columns)
            )
            backend.execute(f"create or replace temp view f_{name} as select {empty} where false")
        elif missing := sorted(columns - facts.columns[name]):
            raise FactsInvalid(
                say(
                    "table `{table}` of the changes lacks the column `{column}`, which the rollup was prepared with",
                    table=name,
                    column=missing[0],
                ),
                place=facts.place,
                hint=say("write the changes with the same columns as the facts"),
            )


def _kind(table: str, column: str) -> str:
    known = {one.name: one.physical for one in TABLES[table].columns}
    return known.get(column, "VARCHAR")


def _told(about: About, facts: Facts) -> About:
    """What is known of the rollup with the changes: the number of rows of the tables that were added up is not."""
    return replace(
        about,
        fingerprint=content_hash([about.fingerprint, facts.fingerprint]),
        rows={},
        findings=(*about.findings, *facts.findings),
    )
