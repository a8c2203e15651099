"""The oracle's answer and an engine's answer, cell by cell."""

from __future__ import annotations

import re
from fractions import Fraction
from pathlib import Path
from typing import Any

from tests.parity.worlds import World
from zhike_engine.backends.base import Backend
from zhike_engine.oracle import Evaluation, evaluate
from zhike_engine.policy.load import Policy, load_policy
from zhike_engine.run import run
from zhike_engine.sql.compile import Compiled

KINDS_POLICY = load_policy(Path(__file__).parent / "kinds.yaml")
STEPS_POLICY = load_policy(Path(__file__).parent / "steps.yaml")
RATING_COLUMN = re.compile(r"r\d+_")


def differences(rows: list[dict[str, Any]], compiled: Compiled, expected: Evaluation) -> list[str]:
    """Every cell that differs, told with customer, column, found and expected; empty when all bits agree."""
    found = {row["customer"]: row for row in rows}
    if set(found) != set(expected.customers) or len(rows) != len(expected.customers):
        return [f"customers {sorted(found)} instead of {sorted(expected.customers)}"]
    told = []
    for customer in expected.customers:
        row, values, columns = found[customer], expected.values[customer], expected.columns[customer]
        for name, value in compiled.values.items():
            told += _cell(f"{customer} {name}", unpacked(row[value.sql], value), values[name])
        unheard = {name for name in row if RATING_COLUMN.match(name)} ^ set(columns)
        told += [f"{customer} {name} stands on one side only" for name in sorted(unheard)]
        for name in sorted(set(columns) - unheard):
            told += _cell(f"{customer} {name}", row[name], columns[name])
    return told


def _cell(where: str, found: Any, expected: Any) -> list[str]:
    same = type(found) is type(expected) and found == expected
    return [] if same else [f"{where}: {found!r} instead of {expected!r}"]


def unpacked(stored: Any, value: Any) -> Any:
    """A stored number as the oracle gives it: a fraction where it is exact."""
    if stored is None:
        return None
    if value.storage == "exact":
        return Fraction(int(stored), value.denominator)
    return bool(stored) if value.storage == "flag" else stored


def told(policy: Policy, world: World, backend: Backend) -> list[str]:
    """What a backend says otherwise than the oracle says of the world; the backend is closed."""
    try:
        found = run(policy, backend, world.as_of)
        return differences(found.table().to_pylist(), found.compiled, evaluate(found.plan, world.tables))
    finally:
        backend.close()
