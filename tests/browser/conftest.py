"""One Chromium for all browser tests of a process."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from tests.browser import windows
from tests.conftest import absent

if TYPE_CHECKING:
    from playwright.sync_api import Browser


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """A running Chromium; where there is none, the test is skipped, and fails in CI."""
    missing = windows.what_is_missing()
    if missing:
        absent(*missing)
    with windows.browser() as running:
        yield running
