"""What every product test may ask for: the cast, clients, and a folder for its files."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from tests.once import Once
from tests.product.cast import Cast, assemble
from zhike.kernel import guards
from zhike.people.models import Person


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings_parallel_suffix: None, once: Once) -> None:
    """On PostgreSQL every process copies a database whose tables are made once in a run."""
    if connection.vendor == "postgresql":
        template = once.postgresql_template(os.environ["ZHIKE_DATABASE_URL"])
        connection.settings_dict["TEST"]["TEMPLATE"] = template


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker) -> None:  # type: ignore[no-untyped-def]
    """The test database without the guards of its journal, so that it can be emptied between tests."""
    with django_db_blocker.unblock():
        guards.take_down(connection)


@pytest.fixture
def cast(db: None) -> Cast:
    """People, places and three customers; see tests/product/cast.py."""
    return assemble()


@pytest.fixture
def client_for() -> Callable[[Person | None], Client]:
    """`client_for(person)` is a browser in which that person has signed in; `client_for(None)` one before."""

    def signed_in(person: Person | None) -> Client:
        client = Client()
        if person is not None:
            client.force_login(person)
        return client

    return signed_in


@pytest.fixture
def data_dir(tmp_path: Path, settings) -> Path:  # type: ignore[no-untyped-def]
    """An empty data folder of this test alone, for keys, anchors and uploads."""
    settings.DATA_DIR, settings.MEDIA_ROOT = tmp_path, tmp_path / "files"
    return tmp_path


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], datetime]:
    """`clock("2026-11-22 09:00")` sets the time that the product reads, in UTC, and gives it back."""

    def set_to(moment: str) -> datetime:
        now = datetime.fromisoformat(moment).replace(tzinfo=UTC)
        monkeypatch.setattr(timezone, "now", lambda: now)
        return now

    return set_to
