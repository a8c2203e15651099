"""What every test may ask for. Something that is absent skips a test at the desk and fails it in CI."""

from __future__ import annotations

import gc
import importlib.util
import logging
import os
import re
import shutil
import subprocess
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any, NoReturn

import hypothesis
import pytest

from tests.once import Once

# The gate tries the same examples each time, a desk others every time; how busy the machine is decides nothing.
hypothesis.settings.register_profile(
    "house", deadline=None, print_blob=True, derandomize=bool(os.environ.get("CI")),
    suppress_health_check=[hypothesis.HealthCheck.too_slow],
)  # fmt: skip
hypothesis.settings.load_profile("house")

# What tests make is mostly gone when they end: looking for cycles every 700 objects took a tenth of the run.
gc.set_threshold(100_000, 50, 100)

ROOT = Path(__file__).resolve().parents[1]


def absent(what: str, way_out: str) -> NoReturn:
    """Skip the test, or fail it where the environment variable CI is set."""
    reason = f"{what}: {way_out}"
    if os.environ.get("CI"):
        pytest.fail(f"{reason} (a test may not be skipped in CI)", pytrace=False)
    pytest.skip(reason)


@pytest.fixture(autouse=True)
def english(monkeypatch: pytest.MonkeyPatch) -> None:
    """Commands speak English in tests, unless a test says otherwise."""
    monkeypatch.setenv("ZHIKE_LANG", "en")


@pytest.fixture(scope="session")
def real_data() -> Callable[[str], Path]:
    """`real_data("classicmodels")` is the folder of that public data set."""
    home = Path(os.environ.get("ZHIKE_DATA") or ROOT.parent / "shared" / "data")

    def folder(name: str) -> Path:
        if not (home / name).is_dir():
            absent(f"the public data set `{name}` is not here", "set ZHIKE_DATA to the folder that holds it")
        return home / name

    return folder


@pytest.fixture(scope="session")
def once(tmp_path_factory: pytest.TempPathFactory) -> Once:
    """What the processes of this run make once and copy."""
    base = tmp_path_factory.getbasetemp()
    return Once(base.parent if os.environ.get("PYTEST_XDIST_WORKER") else base)


@pytest.hookimpl(tryfirst=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """The last process of a run clears away what is not a file."""
    factory = getattr(session.config, "_tmp_path_factory", None)
    if factory and not os.environ.get("PYTEST_XDIST_WORKER"):
        Once(factory.getbasetemp()).clear(os.environ.get("ZHIKE_TEST_POSTGRESQL", ""))


@pytest.fixture(scope="session")
def postgresql_url() -> str:
    """The URL of a PostgreSQL database in which tests may create what they like."""
    url = os.environ.get("ZHIKE_TEST_POSTGRESQL", "")
    if not url:
        absent("no PostgreSQL server", "set ZHIKE_TEST_POSTGRESQL to the URL of a scratch database")
    return url


@pytest.fixture(scope="session")
def needs_spark() -> None:
    """The test goes on only where PySpark and Java 17 or newer are installed."""
    if importlib.util.find_spec("pyspark") is None:
        absent("Apache Spark is not installed", "run `make spark`")
    if _java_version() < 17:
        absent("no Java 17 or newer", "install a Java runtime, or set JAVA_HOME")
    logging.getLogger("py4j").setLevel(logging.WARNING)  # it tells of its end when nobody listens any more
    os.environ.setdefault("SPARK_CONF_DIR", str(ROOT / "tests" / "parity" / "spark"))


def _java_version() -> int:
    home = os.environ.get("JAVA_HOME")
    java = str(Path(home) / "bin" / "java") if home else shutil.which("java")
    if java is None or not Path(java).is_file():
        return 0
    told = subprocess.run([java, "-version"], capture_output=True, text=True, check=False).stderr
    version = re.search(r'version "(?:1\.)?(\d+)', told)
    return int(version[1]) if version else 0


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Long tests first, so that no process is left alone with them at the end: browsers, then what goes by groups, then the slow."""

    def rank(item: pytest.Item) -> int:
        if item.get_closest_marker("browser"):
            return 0
        if item.get_closest_marker("slow"):
            return 1 if shared_group(item.nodeid.partition("::")[0]) else 2
        return 3

    items.sort(key=rank)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Keep the tests of a file that shares a server or a large data set in one process of pytest-xdist.

    Its own groups do not reach it: it writes them into a place of the item that pytest 9.2 no longer reads.
    """
    from xdist.scheduler import LoadScopeScheduling

    class ByGroup(LoadScopeScheduling):
        def _split_scope(self, nodeid: str) -> str:
            return shared_group(nodeid.partition("::")[0]) or nodeid

    config.option.loadscopereorder = False  # they are in order
    return ByGroup(config, log) if config.getvalue("dist") == "loadgroup" else None


@cache
def shared_group(file: str) -> str | None:
    """What the tests of a file share: its `xdist_group`, or the server that its marker names."""
    path = ROOT / file
    text = path.read_text(encoding="utf-8") if path.is_file() else ""
    found = re.search(r"""xdist_group\("(\w+)"\)|pytest\.mark\.(postgresql|spark)\b""", text)
    return (found[1] or found[2]) if found else None
