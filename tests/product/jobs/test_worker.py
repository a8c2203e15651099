"""A lane of the worker outlives what the database refuses, and its jobs stay its own until it has ended."""

from __future__ import annotations

import threading
from datetime import UTC, datetime

import pytest
from django.db import DataError, OperationalError

from zhike.jobs import worker as module
from zhike.jobs.worker import Worker

NOON = datetime(2026, 6, 30, 4, tzinfo=UTC)


@pytest.fixture
def worker(monkeypatch) -> Worker:
    monkeypatch.setattr(module, "RECONNECT", 0.0)
    monkeypatch.setattr(module, "HEARTBEAT", 0.01)
    monkeypatch.setattr(module.connection, "close", lambda: None)
    return Worker(clock=lambda: NOON, poll=0.0)


@pytest.mark.parametrize(
    "error",
    [OperationalError("gone"), DataError("value too long"), ValueError("a string cannot contain NUL")],
)
def test_a_lane_survives(worker, error):
    tried = []

    def act() -> None:
        tried.append(1)
        if len(tried) == 1:
            raise error
        worker.end()

    worker._safely(act, 0.0)
    assert len(tried) == 2


def test_what_is_still_done_while_ending_is_kept(worker, monkeypatch):
    held, go = [], threading.Event()

    def hold(_started: datetime) -> None:
        held.append(1)
        if len(held) == 3:
            go.set()

    monkeypatch.setattr(worker, "_hold", hold)
    lane = threading.Thread(target=go.wait, args=(30,))
    lane.start()
    worker._outlive([lane], NOON)
    assert len(held) >= 3
    assert not lane.is_alive()
