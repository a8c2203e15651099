"""Zhike from prepared months: prepare, grade everybody, what-if, and grade after one customer in a thousand changed.

    python prepared.py FOLDER OUT CHANGES      prints what each step took; CHANGES is made by ../changes.py

Writes OUT (graded from the months) and OUT.after.parquet (graded after the changes were taken in).
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

import without_pandas  # noqa: F401
from by_engine import AS_OF, HERE, write
from meter import measured, tell

from zhike_engine.backends.duckdb import DuckDB
from zhike_engine.policy.load import load_policy
from zhike_engine.rollup import Rollup, prepare_rollup
from zhike_engine.whatif import what_if

WHAT_IFS = ({"a_amount": 800_000}, {"b_gap": 150, "b_on_time": 80}, {"a_growth": 10, "c_amount": 30_000})


def main(folder: Path, out: Path, changes: Path) -> None:
    policy = load_policy(HERE / "policy.yaml")
    found: dict[str, dict[str, float]] = {}
    with tempfile.TemporaryDirectory(dir=out.parent) as scratch:
        file = Path(scratch) / "months.duckdb"
        with measured(found, "prepare"):
            backend = DuckDB(folder, threads=2)
            prepare_rollup(policy, backend, AS_OF, file)
            backend.close()
        found["file"] = {"bytes": file.stat().st_size}
        with measured(found, "grade from months"):
            rollup = Rollup(file, threads=2)
            done = rollup.grade(policy, AS_OF)
        write(done, out)
        for number, values in enumerate(WHAT_IFS):
            with measured(found, f"what-if {number}") as told:
                told["moved"] = what_if(done, values)["value"].moved
        with measured(found, "take in changes"):
            rollup.update(changes)
        with measured(found, "grade after changes"):
            done = rollup.grade(policy, AS_OF)
        write(done, out.with_suffix(".after.parquet"))
        rollup.close()
    tell(found)


if __name__ == "__main__":
    main(*(Path(one) for one in sys.argv[1:4]))
