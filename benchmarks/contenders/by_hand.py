"""The policy as hand-written DuckDB SQL. `python by_hand.py FOLDER OUT FILE.sql`"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

import duckdb
from meter import job

TABLES = ("customers", "orders", "receivables", "complaints", "exchange_rates", "previous_grades")


def main(folder: Path, out: Path, script: Path) -> None:
    connection = duckdb.connect()
    with tempfile.TemporaryDirectory() as spill:
        connection.execute("set threads = 2; set memory_limit = '1400MB'; set enable_progress_bar = false")
        connection.execute("set preserve_insertion_order = false")
        connection.execute("set temp_directory = ?", [spill])
        for table in TABLES:
            connection.execute(
                f"create view {table} as select * from read_parquet('{folder / table}.parquet')"
            )
        for statement in script.read_text("utf-8").split(";\n"):
            connection.execute(statement)
        connection.execute(f"copy graded to '{out}' (compression zstd)")
        connection.close()


if __name__ == "__main__":
    with job():
        main(Path(sys.argv[1]), Path(sys.argv[2]), Path(__file__).parents[1] / sys.argv[3])
