"""The oracle and DuckDB agree on every cell of every customer."""

from __future__ import annotations

import tempfile
from pathlib import Path

from hypothesis import given, settings

from tests.parity.compare import differences
from tests.parity.worlds import World, worlds, write
from zhike_engine.backends.duckdb import DuckDB
from zhike_engine.oracle import evaluate
from zhike_engine.policy.load import Policy, load_policy
from zhike_engine.run import run

HERE = Path(__file__).parent
KINDS_POLICY = load_policy(HERE / "kinds.yaml")


def told(policy: Policy, world: World) -> list[str]:
    with tempfile.TemporaryDirectory() as folder:
        backend = DuckDB(write(world, Path(folder)), threads=1)
        try:
            found = run(policy, backend, world.as_of)
            return differences(found.table().to_pylist(), found.compiled, evaluate(found.plan, world.tables))
        finally:
            backend.close()


@settings(max_examples=40)
@given(worlds())
def test_every_kind_of_metric(world):
    assert told(KINDS_POLICY, world) == []
STEPS_POLICY = load_policy(HERE / "steps.yaml")


@settings(max_examples=40)
@given(worlds())
def test_every_step_of_a_rating(world):
    assert told(STEPS_POLICY, world) == []
