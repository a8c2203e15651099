"""How long it takes to read, plan and compile the policy. `python planning.py`"""

from __future__ import annotations

import json
import statistics
import time
from collections.abc import Callable

import without_pandas  # noqa: F401
from by_engine import AS_OF, HERE

from zhike_engine.plan.build import build
from zhike_engine.policy.load import load_policy
from zhike_engine.sql.compile import compile_plan
from zhike_engine.sql.dialect import DIALECTS
from zhike_engine.sql.facts import full_shape


def milliseconds(work: Callable[[], object], rounds: int = 15) -> dict[str, float]:
    """The first time in this process, and the median of several more."""
    times = []
    for _ in range(rounds + 1):
        start = time.perf_counter()
        work()
        times.append((time.perf_counter() - start) * 1000)
    return {"first": times[0], "median": statistics.median(times[1:])}


def main() -> None:
    reading = milliseconds(lambda: load_policy(HERE / "policy.yaml"), 5)
    document, shape, dialect = load_policy(HERE / "policy.yaml").document, full_shape(), DIALECTS["duckdb"]
    compiling = milliseconds(lambda: compile_plan(build(document, AS_OF), shape, dialect))
    print(json.dumps({"read the policy": reading, "plan and compile": compiling}))


if __name__ == "__main__":
    main()
