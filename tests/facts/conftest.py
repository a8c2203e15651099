"""A company's files in a folder, a mapping beside them, and what an import makes of both."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import pytest

from zhike.facts.importer import Imported, import_facts

HEAD = "facts_mapping: 1\ntitle: one text for both\n"
CUSTOMERS = "id,name\nC1,岭南纺织\nC2,滨海机电\n"


@dataclass
class Desk:
    """A folder with files and a mapping; `run` imports them."""

    folder: Path

    def put(self, name: str, content: str | bytes) -> Path:
        """Write a file; text is written as UTF-8."""
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    def run(self, mapping: str, **options: Any) -> Result:
        """Import by a mapping written without its head."""
        path = self.put("mapping.yaml", HEAD + mapping)
        return Result(import_facts(path, self.folder / "facts", **options))

    def orders(
        self, text: str | bytes, orders: str = "", source: str = "", customers: str = CUSTOMERS
    ) -> Result:
        """Import `orders.csv` with the columns id, customer, day, amount; the texts are added to the mapping."""
        self.put("orders.csv", text)
        self.put("customers.csv", customers)
        return self.run(f"""
sources:
  orders: {{file: orders.csv{source}}}
  customers: {{file: customers.csv}}
tables:
  customers: {{from: customers, columns: {{customer: id, name: name}}}}
  orders:
    from: orders
    columns:
      order: id
      customer: customer
      ordered_on: day
      amount: amount
      currency: = "CNY"
      status: = "completed"
{orders}""")


@dataclass
class Result:
    """A finished import."""

    done: Imported

    def rows(self, table: str, columns: str = "*") -> list[tuple[Any, ...]]:
        """The rows of a written table by its first column."""
        path = self.done.out / f"{table}.parquet"
        with duckdb.connect() as db:
            return db.execute(f"SELECT {columns} FROM read_parquet('{path}') ORDER BY 1").fetchall()

    def column(self, table: str, name: str) -> list[Any]:
        """One column of a written table, in the order of its first column."""
        key = "customer" if table == "customers" else '"order"'
        return [value for _, value in self.rows(table, f'{key}, "{name}"')]

    def listed(self, table: str = "orders") -> list[tuple[int, str, str, str | None]]:
        """Row, action, reason and value of everything the report lists for a table."""
        path = self.done.out / "quality.parquet"
        with duckdb.connect() as db:
            query = 'SELECT "row", action, reason, value FROM read_parquet(?) WHERE "table" = ? ORDER BY ALL'
            return db.execute(query, [str(path), table]).fetchall()

    def counts(self, table: str = "orders") -> tuple[int, ...]:
        """Rows read, kept, merged, dropped, outside."""
        told = self.done.quality["tables"][table]
        return tuple(told[name] for name in ("read", "kept", "merged", "dropped", "outside"))


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    """An empty desk."""
    return Desk(tmp_path)


@pytest.fixture(scope="session")
def imported(
    real_data: Callable[[str], Path], tmp_path_factory: pytest.TempPathFactory
) -> Callable[[str], Result]:
    """Imports a public data set by its shipped mapping."""

    def run(name: str) -> Result:
        mapping = Path(__file__).resolve().parents[2] / "mappings" / f"{name}.yaml"
        out = tmp_path_factory.mktemp(name) / "facts"
        return Result(import_facts(mapping, out, source=real_data(name)))

    return run
