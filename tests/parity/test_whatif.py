"""What-if gives the same movement on every engine."""

from __future__ import annotations

import os
from datetime import date

import pytest

from tests.parity.compare import KINDS_POLICY, STEPS_POLICY
from tests.parity.databases import as_postgresql, as_sqlite
from tests.parity.worlds import make, write
from zhike_engine.backends.base import Backend
from zhike_engine.backends.duckdb import DuckDB
from zhike_engine.backends.open import open_backend
from zhike_engine.run import run
from zhike_engine.whatif import Movement, what_if

WORLD = make(51, 12, 6, date(2025, 3, 31))
CHANGES = [
    (STEPS_POLICY, {"high": 400, "low": 30, "room": 60}),
    (STEPS_POLICY, {"option": 2000}),
    (KINDS_POLICY, {"local_limit": 999}),
]
ALL = pytest.mark.parametrize(("policy", "changes"), CHANGES, ids=["limits", "an option", "a metric"])


def moved(backend: Backend, policy, changes) -> dict[str, Movement]:
    try:
        return what_if(run(policy, backend, WORLD.as_of), changes)
    finally:
        backend.close()


@ALL
def test_sqlite_moves_whom_duckdb_moves(policy, changes, tmp_path):
    expected = moved(DuckDB(write(WORLD, tmp_path)), policy, changes)
    url = as_sqlite(WORLD, tmp_path / "facts.db")
    assert sum(one.moved for one in expected.values()) > 0
    assert moved(open_backend(url, url), policy, changes) == expected


@pytest.mark.postgresql
@ALL
def test_postgresql_moves_whom_duckdb_moves(policy, changes, tmp_path, postgresql_url):
    expected = moved(DuckDB(write(WORLD, tmp_path)), policy, changes)
    url = as_postgresql(WORLD, postgresql_url, f"zhike_whatif_{os.environ.get('PYTEST_XDIST_WORKER', '')}")
    assert moved(open_backend(url, url), policy, changes) == expected
