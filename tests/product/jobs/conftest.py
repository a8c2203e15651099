"""Kinds of jobs for tests, and a clock that stands still."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from zhike.jobs import registry

NOON = datetime(2026, 6, 30, 4, 0, tzinfo=UTC)


class Clock:
    """Says what it is told, until moved on."""

    def __init__(self) -> None:
        self.now = NOON

    def __call__(self) -> datetime:
        return self.now

    def on(self, **by: float) -> datetime:
        self.now += timedelta(**by)
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def kinds(monkeypatch):
    """An empty registry; `kinds("name", function)` registers."""
    monkeypatch.setattr(registry, "KINDS", known := {})
    monkeypatch.setattr(registry, "PERIODIC", {})

    def add(name, handler, **options):
        registry.job(name, title=name.title(), **options)(handler)
        return known[name]

    return add
