from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from zhike import presets
from zhike.demo.company import AS_OF, generate
from zhike_engine.backends.duckdb import DuckDB
from zhike_engine.errors import ParameterInvalid, PolicyInvalid
from zhike_engine.policy.load import load_policy, read_values
from zhike_engine.run import Run, run
from zhike_engine.whatif import what_if

POLICY = load_policy(presets.policy_path("foreign-trade"))
EXAMPLE = read_values(presets.example_values(POLICY), POLICY)


@pytest.fixture(scope="module")
def facts(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("demo") / "facts"
    generate(folder)
    return folder


def graded(facts: Path, as_of: date = AS_OF, **changes: Any) -> Run:
    return run(POLICY, DuckDB(facts), as_of, EXAMPLE | changes)


@pytest.fixture(scope="module")
def before(facts: Path) -> Iterator[Run]:
    done = graded(facts)
    yield done
    done.backend.close()


def grades(one: Run) -> dict[str, tuple[str | None, str]]:
    return {row["customer"]: (row["r0_grade"], row["r0_state"]) for row in one.table().to_pylist()}


@pytest.mark.parametrize(
    "changes",
    [
        {"a_amount": 600},
        {"a_amount": 2000, "b_amount_to": 1500},
        {"c_amount": 50, "b_amount_from": 80},
        {"newcomer_grade": "D"},
        {"a_active_months": 6},
        {"above_b_counts": False},
        {},
    ],
)
def test_it_equals_a_full_fresh_run(before: Run, facts: Path, changes: dict[str, Any]) -> None:
    after = graded(facts, **changes)
    old, new = grades(before), grades(after)
    after.backend.close()
    expected = {customer for customer in old if old[customer] != new[customer]}

    moved = what_if(before, changes)["value"]
    assert {mover.customer for mover in moved.movers} == expected
    assert moved.moved == len(expected)
    pairs = [(old[customer][0], new[customer][0]) for customer in old]
    assert moved.cells == {pair: pairs.count(pair) for pair in set(pairs)}


def test_a_value_that_metrics_read_runs_them_again(facts: Path, tmp_path: Path) -> None:
    file = tmp_path / "policy.yaml"
    text = POLICY.path.read_text("utf-8")
    file.write_text(
        text.replace("    count: orders\n", "    count: orders\n    where: amount >= d_amount\n"), "utf-8"
    )
    policy = load_policy(file)
    assert policy.document != POLICY.document
    done = run(policy, DuckDB(facts), AS_OF, EXAMPLE)
    fresh = run(policy, DuckDB(facts), AS_OF, EXAMPLE | {"d_amount": 2})
    old, new = grades(done), grades(fresh)
    moved = what_if(done, {"d_amount": 2})["value"]
    done.backend.close()
    fresh.backend.close()
    assert (
        {m.customer for m in moved.movers}
        == {customer for customer in old if old[customer] != new[customer]}
        != set()
    )


def test_contradicting_values_are_refused(before: Run) -> None:
    with pytest.raises(PolicyInvalid, match="contradict"):
        what_if(before, {"a_amount": 300})


def test_a_mover_names_the_conditions_that_flipped(before: Run) -> None:
    movers = what_if(before, {"a_amount": 2000})["value"].movers
    assert movers
    assert all("value.A.1" in mover.lost for mover in movers if mover.before == "A")


def test_the_run_stays_as_it_is(before: Run) -> None:
    old = grades(before)
    what_if(before, {"a_amount": 5000})
    assert grades(before) == old


def test_a_value_that_a_parameter_cannot_take_is_refused(before: Run) -> None:
    with pytest.raises(ParameterInvalid):
        what_if(before, {"a_amount": "much"})
