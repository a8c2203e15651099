"""What-if equals a fresh run whatever reads the changed value: ratings, scorecards, formulas, keyed tables or facts."""

from __future__ import annotations

import tempfile
from collections import Counter
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.engine.test_rollup import KINDS, MONTH_ENDS, prepared
from tests.parity.worlds import World, make, worlds, write
from zhike_engine.backends.duckdb import DuckDB
from zhike_engine.errors import RollupUnfit
from zhike_engine.policy.load import Policy, load_policy
from zhike_engine.run import Run, run
from zhike_engine.whatif import what_if

EVERYTHING = load_policy(KINDS.path)
CHANGES: dict[str, list[dict[str, Any]]] = {
    "facts": [{"limit": 250}, {"limit": 33.3333, "part": 20}],
    "metrics": [{"part": 5}, {"word": "general"}, {"local_limit": 100}],
    "scorecards": [{"heavy": 55, "part": 15}],
}
"""Lowest step of a run that reads the values -> changes of parameters of the policy of all kinds."""


def outcome(one: Run) -> dict[str, dict[str, tuple[str | None, str]]]:
    rows = one.table().to_pylist()
    return {
        r.name: {row["customer"]: (row[f"{r.prefix}_grade"], row[f"{r.prefix}_state"]) for row in rows}
        for r in one.plan.ratings
    }


def same_as_fresh(before: Run, after: Run, changes: dict[str, Any]) -> None:
    old, new, movement = outcome(before), outcome(after), what_if(before, changes)
    for name, moved in movement.items():
        pairs = Counter((old[name][who][0], new[name][who][0]) for who in old[name])
        assert {pair: count for pair, count in moved.cells.items() if count} == pairs
        assert {mover.customer for mover in moved.movers} == {
            w for w in old[name] if old[name][w] != new[name][w]
        }


def check(policy: Policy, world: World, changes: dict[str, Any]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        facts = write(world, Path(folder))
        backends = DuckDB(facts, threads=1), DuckDB(facts, threads=1)
        same_as_fresh(
            run(policy, backends[0], world.as_of), run(policy, backends[1], world.as_of, changes), changes
        )
        for backend in backends:
            backend.close()


@settings(max_examples=4)
@given(worlds(), st.sampled_from([change for group in CHANGES.values() for change in group]))
def test_it_equals_a_fresh_run(world, changes):
    check(EVERYTHING, world, changes)


@settings(max_examples=4)
@given(
    st.sampled_from(MONTH_ENDS).flatmap(worlds), st.sampled_from(CHANGES["metrics"] + CHANGES["scorecards"])
)
def test_it_equals_a_fresh_run_over_prepared_months(world, changes):
    with tempfile.TemporaryDirectory() as folder, prepared(KINDS, world) as rollup:
        backend = DuckDB(write(world, Path(folder)), threads=1)
        same_as_fresh(rollup.grade(KINDS, world.as_of), run(KINDS, backend, world.as_of, changes), changes)
        backend.close()


def test_months_refuse_a_value_that_the_facts_are_chosen_by():
    world = make(3, 4, 6, date(2025, 6, 30))
    with prepared(KINDS, world) as rollup, pytest.raises(RollupUnfit, match="was not prepared"):
        what_if(rollup.grade(KINDS, world.as_of), {"limit": 250})


@pytest.mark.parametrize(
    ("changes", "first"),
    [
        ({"heavy": 55, "part": 15}, "metrics_after"),
        ({"word": "general"}, "metrics_after"),
        ({"local_limit": 100}, "metrics_after"),
        ({"limit": 250}, "x0_after"),
    ],
)
def test_a_run_is_resumed_at_what_differs(changes, first):
    world = make(3, 4, 6, date(2025, 6, 30))
    with tempfile.TemporaryDirectory() as folder:
        backend = Watched(write(world, Path(folder)), threads=1)
        done = run(EVERYTHING, backend, world.as_of)
        backend.kept.clear()
        what_if(done, changes)
        backend.close()
    stages = [name for name in backend.kept if name not in {"moved_after", "first_after"}]
    assert (stages[0], stages[-1]) == (first, "result_after")


class Watched(DuckDB):
    """Remembers the names of what it keeps."""

    def __init__(self, facts: Path, *, threads: int) -> None:
        super().__init__(facts, threads=threads)
        self.kept: list[str] = []

    def keep(self, name: str, select: str) -> None:
        self.kept.append(name)
        super().keep(name, select)
