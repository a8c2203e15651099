"""The policy as Zhike runs it. `python by_engine.py FOLDER OUT`"""

from __future__ import annotations

import sys
from datetime import date
from pathlib import Path

import without_pandas  # noqa: F401
from meter import job

from zhike_engine.backends.duckdb import DuckDB
from zhike_engine.policy.load import load_policy
from zhike_engine.run import Run, run

HERE = Path(__file__).parents[1]
AS_OF = date(2026, 10, 31)
CONDITIONS = [f"a{i}" for i in range(8)] + [f"b{i}" for i in range(6)] + [f"c{i}" for i in range(5)]


def named_result(done: Run) -> str:
    """SELECT of the result under the names that the other contenders use."""
    names = [f"{value.sql} as {name}" for name, value in done.compiled.values.items() if "." not in name]
    names += [f"r0_c{number} as {name}" for number, name in enumerate(CONDITIONS)]
    return f"select customer, {', '.join(names)}, r0_prev as previous_grade, r0_rank as rank, r0_grade as grade from result"


def write(done: Run, out: Path) -> None:
    """Write the result as Parquet."""
    assert isinstance(done.backend, DuckDB)
    done.backend.connection.execute(f"copy ({named_result(done)}) to '{out}' (compression zstd)")


def main(folder: Path, out: Path) -> None:
    backend = DuckDB(folder, threads=2)
    done = run(load_policy(HERE / "policy.yaml"), backend, AS_OF)
    write(done, out)
    backend.close()


if __name__ == "__main__":
    with job():
        main(Path(sys.argv[1]), Path(sys.argv[2]))
