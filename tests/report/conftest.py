"""Runs that close when the test is over."""

from __future__ import annotations

import pytest

from tests.report import worlds


@pytest.fixture
def graded(tmp_path):
    """`graded(customers=…, orders=…)` is a run over these rows; `policy` is the text of another policy."""
    opened = []

    def make(policy=worlds.POLICY, **tables):
        opened.append(worlds.graded(tmp_path / str(len(opened)), policy, **tables))
        return opened[-1]

    yield make
    for run in opened:
        run.backend.close()
