"""Every engine counts the same population."""

from __future__ import annotations

import random
from datetime import timedelta

import pytest

from tests.report.worlds import AS_OF, POLICY, activity, customer, order, previous, write
from zhike_engine.backends.open import open_backend
from zhike_engine.policy.load import load_policy
from zhike_engine.population_results import population_results
from zhike_engine.run import run


@pytest.fixture
def results(tmp_path):
    """`results(engine)` is the population as that engine counts it."""
    dice = random.Random(3)
    orders = [
        order(n, dice.randrange(1, 30_000_000) / 100, dice.randrange(-9_000, 90_000) / 100,
              AS_OF - timedelta(days=dice.randrange(900)), status=dice.choice(["completed", "completed", "cancelled"]))
        for n in range(40) for _ in range(dice.randrange(4))
    ]  # fmt: skip
    write(
        tmp_path / "facts",
        {
            "customers": [customer(n) for n in range(40)],
            "orders": orders,
            "activities": [activity(n, dice.randrange(1, 4_000) / 100, 5) for n in range(0, 40, 2)],
            "previous_grades": [previous(n, dice.choice("ABC")) for n in range(0, 40, 3)],
        },
    )
    (tmp_path / "policy.yaml").write_text(POLICY, "utf-8")

    def count(engine=None):
        backend = open_backend(engine, tmp_path / "facts")
        try:
            return population_results(run(load_policy(tmp_path / "policy.yaml"), backend, AS_OF))
        finally:
            backend.close()

    return count


def test_sqlite_counts_the_same(results, tmp_path):
    (tmp_path / "scratch.db").touch()
    assert results(f"sqlite:///{tmp_path}/scratch.db") == results()


@pytest.mark.postgresql
def test_postgresql_counts_the_same(results, postgresql_url):
    assert results(postgresql_url) == results()


@pytest.mark.spark
def test_spark_counts_the_same(results, needs_spark):
    assert results("local-spark") == results()
