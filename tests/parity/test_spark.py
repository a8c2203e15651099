"""The oracle and Apache Spark agree. One session and one large world for all: every run of Spark is slow."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest

from tests.parity.compare import KINDS_POLICY, STEPS_POLICY, told
from tests.parity.worlds import make, write

pytestmark = [pytest.mark.spark, pytest.mark.slow]


@pytest.fixture(scope="module")
def session(needs_spark: None) -> Iterator[Any]:
    """A Spark session on this machine."""
    from zhike_engine.backends.spark import session

    started = session("local-spark")
    yield started
    started.stop()


@pytest.mark.parametrize("policy", [KINDS_POLICY, STEPS_POLICY], ids=lambda policy: policy.name)
def test_spark(session, policy, tmp_path):
    from zhike_engine.backends.spark import Spark

    world = make(41, 12, 9, date(2024, 2, 29))
    assert told(policy, world, Spark(session, write(world, tmp_path), ours=False)) == []
