"""Brings the Online Retail files in: `zhike facts` as a whole, or DuckDB's own CSV reader with its rows as Parquet.

python importing.py SOURCE OUT zhike|duckdb      SOURCE is the folder with the two files
"""

from __future__ import annotations

import sys
from pathlib import Path

import duckdb
import without_pandas  # noqa: F401
from meter import job

from zhike.facts.importer import import_facts

MAPPING = Path(__file__).parents[2] / "mappings" / "online_retail.yaml"
FILES = ("online_retail_II_2009_2010.csv.gz", "online_retail_2010_2011.csv.gz")


def by_duckdb(source: Path, out: Path) -> None:
    """Write the rows of both files, as DuckDB reads them when nobody tells it how."""
    files = [str(source / name) for name in FILES]
    out.mkdir(parents=True, exist_ok=True)
    connection = duckdb.connect()
    connection.execute("set enable_progress_bar = false")
    connection.execute(
        f"copy (select * from read_csv({files})) to '{out / 'lines.parquet'}' (compression zstd)"
    )
    connection.close()


if __name__ == "__main__":
    folder, target = (Path(one) for one in sys.argv[1:3])
    with job():
        if sys.argv[3] == "zhike":
            import_facts(MAPPING, target, source=folder, force=True)
        else:
            by_duckdb(folder, target)
