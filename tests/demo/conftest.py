"""The demo company, generated once per test process."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import duckdb
import pytest

from tests.demo.measures import measured
from zhike.demo.company import AS_OF, Summary, generate


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the demo company of the usual size lies."""
    return tmp_path_factory.mktemp("company")


@pytest.fixture(scope="session")
def summary(folder: Path) -> Summary:
    """The demo company of the usual size, generated."""
    return generate(folder)


@pytest.fixture(scope="session")
def db(folder: Path, summary: Summary) -> duckdb.DuckDBPyConnection:
    """Its tables, and the measures of every customer in the table `m`."""
    return measured(folder, AS_OF)


@pytest.fixture(
    scope="session", params=[(7, 230, date(2024, 2, 29)), (99, 1500, date(2025, 12, 31))], ids=str
)
def other(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, date]:
    """A company of another seed, size and as-of date."""
    seed, customers, as_of = request.param
    folder = tmp_path_factory.mktemp("other")
    generate(folder, seed=seed, customers=customers, as_of=as_of)
    return folder, as_of
