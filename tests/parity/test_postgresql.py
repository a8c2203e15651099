"""The oracle and PostgreSQL agree, in place and read through into DuckDB."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import date

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings

from tests.parity.compare import KINDS_POLICY, STEPS_POLICY, told
from tests.parity.databases import as_postgresql
from tests.parity.worlds import EXAMPLES, make, worlds, write
from zhike_engine.backends.open import open_backend
from zhike_engine.errors import EngineUnavailable, FactsInvalid

pytestmark = pytest.mark.postgresql
BOTH = pytest.mark.parametrize("policy", [KINDS_POLICY, STEPS_POLICY], ids=lambda policy: policy.name)
SCHEMA = f"zhike_parity_{os.environ.get('PYTEST_XDIST_WORKER', '')}"


@pytest.fixture(scope="module")
def server(postgresql_url: str) -> Iterator[str]:
    """The URL of the scratch database; the schema of these tests is dropped at the end."""
    yield postgresql_url
    with psycopg.connect(postgresql_url) as connection:
        connection.execute(f"drop schema if exists {SCHEMA} cascade")


@BOTH
@settings(max_examples=EXAMPLES, suppress_health_check=[HealthCheck.too_slow])
@given(worlds())
def test_postgresql_in_place(server, policy, world):
    url = as_postgresql(world, server, SCHEMA)
    assert told(policy, world, open_backend(url, url)) == []


@BOTH
def test_postgresql_read_through(server, policy):
    world = make(31, 12, 5, date(2024, 2, 29))
    assert told(policy, world, open_backend(None, as_postgresql(world, server, SCHEMA))) == []


@BOTH
def test_a_folder_carried_into_postgresql(server, policy, tmp_path):
    world = make(32, 12, 5, date(2025, 3, 31))
    assert told(policy, world, open_backend(server, write(world, tmp_path))) == []


def test_nothing_is_left_behind(server):
    world = make(33, 5, 3, date(2025, 3, 31))
    url = as_postgresql(world, server, SCHEMA)
    with psycopg.connect(server) as connection:
        everything = "select table_schema, table_name from information_schema.tables order by 1, 2"
        before = connection.execute(everything).fetchall()
        assert told(STEPS_POLICY, world, open_backend(url, url)) == []
        assert connection.execute(everything).fetchall() == before


def test_the_same_facts_have_the_same_fingerprint_and_other_facts_another(server):
    world = make(34, 5, 3, date(2025, 3, 31))
    prints = []
    for change in (None, None, f"update {SCHEMA}.orders set amount = amount + 0.0001 where \"order\" = 'o0'"):
        url = as_postgresql(world, server, SCHEMA)
        if change:
            with psycopg.connect(server) as connection:
                connection.execute(change)
        found = []
        for engine in (url, None):
            backend = open_backend(engine, url)
            found.append(backend.open_facts(frozenset({"orders"}), world.as_of).fingerprint)
            backend.close()
        prints.append(found)
    assert prints[0] == prints[1]
    assert not set(prints[0]) & set(prints[2])


@pytest.mark.parametrize("in_place", [True, False])
def test_broken_tables_are_refused_with_place(server, in_place):
    world = make(35, 4, 3, date(2025, 3, 31))
    url = as_postgresql(world, server, SCHEMA)
    with psycopg.connect(server) as connection:
        connection.execute(f"alter table {SCHEMA}.orders rename column amount to worth")
    with pytest.raises(FactsInvalid) as caught:
        told(STEPS_POLICY, world, open_backend(url if in_place else None, url))
    assert caught.value.message == "table `orders` lacks the column `amount`"
    assert caught.value.place == server


@pytest.mark.parametrize("in_place", [True, False])
def test_a_server_that_does_not_answer_says_so_without_the_password(server, in_place):
    url = "postgresql://me:secret@127.0.0.1:1/nowhere"
    with pytest.raises(EngineUnavailable) as caught:
        open_backend(url if in_place else None, url)
    assert "`postgresql://me@127.0.0.1:1/nowhere` cannot be reached" in caught.value.message
    assert "secret" not in str(caught.value)
    assert caught.value.hint
