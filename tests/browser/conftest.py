"""One Chromium for all browser tests of a process."""

from __future__ import annotations

from collections.abc import Iterator
from shutil import copytree
from typing import TYPE_CHECKING

import pytest

from tests.browser import windows, worlds
from tests.conftest import absent
from tests.once import Once

if TYPE_CHECKING:
    from playwright.sync_api import Browser


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """A running Chromium; where there is none, the test is skipped, and fails in CI."""
    missing = windows.what_is_missing()
    if missing:
        absent(*missing)
    # The browser's driver leaves a loop running in this thread, and Django would refuse its database to
    # every later test of the process; nothing here calls the database from inside that loop.
    with pytest.MonkeyPatch.context() as patch, windows.browser() as running:
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
        yield running


@pytest.fixture(scope="session")
def demo(chromium: Browser, tmp_path_factory: pytest.TempPathFactory, once: Once) -> Iterator[worlds.World]:
    """The demo company, served: made once, a copy for each process that looks at it."""
    built()
    made = once.made("demo-company", lambda making: worlds.make("demo", making))
    with worlds.served("demo", copytree(made, tmp_path_factory.mktemp("demo") / "home")) as world:
        yield world


@pytest.fixture(scope="session")
def cast_world(chromium: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[worlds.World]:
    """The people of tests/product/cast.py and their three customers, served."""
    built()
    home = tmp_path_factory.mktemp("cast")
    worlds.make("cast", home)
    with worlds.served("cast", home) as world:
        yield world


def built() -> None:
    """Go on only where the pages' styles and scripts are built."""
    if not (windows.ROOT / "src/zhike/ui/static/dist/manifest.json").is_file():
        absent("the pages' styles and scripts are not built", "run `make assets`")
