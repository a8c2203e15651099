"""One customer in a thousand orders again: their facts as a folder of changes, and the whole facts with them.

python changes.py FOLDER CHANGES [WHOLE]
"""

from __future__ import annotations

import sys
from pathlib import Path

import duckdb

from zhike_engine.facts.seal import seal

TABLES = ("customers", "orders", "receivables", "complaints", "exchange_rates", "previous_grades")
NEW_ORDERS = """
select 10000000000 + row_number() over (order by customer, n) as "order", customer, date '2026-10-15' + cast(n as integer) as ordered_on,
  cast(5000 + 100 * n as decimal(18, 4)) as amount, 'USD' as currency, cast(900 as decimal(18, 4)) as profit,
  'completed' as status
from (select customer, unnest(range(2)) as n from customers where customer % 1000 = 7)
"""


def make(facts: Path, changes: Path, whole: Path | None) -> None:
    """Write the folders."""
    connection = duckdb.connect()
    for table in TABLES:
        connection.execute(f"create view {table} as select * from read_parquet('{facts / table}.parquet')")
    changes.mkdir(parents=True, exist_ok=True)
    for table in TABLES:
        rows = f"select * from {table}"
        if whole is not None:
            whole.mkdir(parents=True, exist_ok=True)
            more = f" union all by name {NEW_ORDERS}" if table == "orders" else ""
            connection.execute(f"copy ({rows}{more}) to '{whole / table}.parquet' (compression zstd)")
        if table != "exchange_rates":
            rows += " where customer % 1000 = 7"
        more = f" union all by name {NEW_ORDERS}" if table == "orders" else ""
        connection.execute(f"copy ({rows}{more}) to '{changes / table}.parquet' (compression zstd)")
    if whole is not None:
        seal(whole)


if __name__ == "__main__":
    make(Path(sys.argv[1]), Path(sys.argv[2]), Path(sys.argv[3]) if len(sys.argv) > 3 else None)
