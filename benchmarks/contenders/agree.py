"""Compares what two contenders wrote: every column they share, cell by cell, bit by bit."""

from __future__ import annotations

import sys
from pathlib import Path

import duckdb


def differences(reference: Path, other: Path) -> dict[str, int]:
    """Column -> number of customers whose cells differ; `customer` counts those that stand on one side only."""
    connection = duckdb.connect()
    sides = [f"read_parquet('{path}')" for path in (reference, other)]
    left, right = (
        {row[0] for row in connection.execute(f"describe from {side}").fetchall()} for side in sides
    )
    shared = sorted((left & right) - {"customer"})
    counts = ", ".join(f'count(*) filter (a."{name}" is distinct from b."{name}")' for name in shared)
    alone = "count(*) filter (a.customer is null or b.customer is null)"
    found = connection.execute(
        f"select {alone}, {counts} from {sides[0]} a full join {sides[1]} b on a.customer = b.customer"
    ).fetchall()[0]
    return {name: count for name, count in zip(["customer", *shared], found, strict=True) if count}


if __name__ == "__main__":
    print(differences(Path(sys.argv[1]), Path(sys.argv[2])))
