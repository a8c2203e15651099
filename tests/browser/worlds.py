"""Installations to try: a folder with its own database, served on this machine by `zhike serve` as anywhere else.

`demo` is what `make demo` gives, with fewer customers. `cast` are the people of tests/product/cast.py and three customers.
"""

from __future__ import annotations

import os
import socket
import sqlite3
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.browser.windows import ROOT

CUSTOMERS = 300
PASSWORDS = {"demo": "zhike-demo", "cast": "correct horse battery"}
PATIENCE = 180.0
CAST = """
import django; django.setup()
from tests.product.cast import EARLY, FAR, assemble
cast = assemble()
from zhike.people.models import Grant, Person, Role
Role.objects.update(second_factor=False)
guarded = Role.objects.create(code="guarded", name_zh="须二次验证", name_en="Guarded", verbs=["see_customers"], second_factor=True)
grace = cast.people.idle
grace.pk, grace.username, grace.email = None, "grace", "grace@example.com"
grace.save()
Grant.objects.create(person=grace, role=guarded, from_on=EARLY.date(), until_on=FAR, granted_at=EARLY, approved_by=cast.people.root)
"""
FURNISH = """
import django; django.setup()
from tests.browser.furnish import furnish
furnish()
"""
LOADERS = {
    "demo": [["-m", "zhike", "demo", "--load-only", "--customers", str(CUSTOMERS)], ["-c", FURNISH]],
    "cast": [["-m", "zhike", "migrate"], ["-c", CAST]],
}


@dataclass(frozen=True)
class World:
    """A served installation."""

    name: str
    home: Path
    port: int
    cookies: dict[str, Any] = field(default_factory=dict)

    @property
    def host(self) -> str:
        """What stands in addresses."""
        return f"127.0.0.1:{self.port}"

    @property
    def address(self) -> str:
        """The address that people type."""
        return f"http://{self.host}"

    @property
    def password(self) -> str:
        """The password of everybody."""
        return PASSWORDS[self.name]

    def ask(self, sql: str, *values: Any) -> list[Any]:
        """Rows of the database, read beside the server."""
        with sqlite3.connect(f"file:{self.home / 'zhike.sqlite3'}?mode=ro", uri=True) as connection:
            return connection.execute(sql, values).fetchall()


def make(name: str, home: Path) -> None:
    """Fill an empty folder with a world."""
    for words in LOADERS[name]:
        done = subprocess.run(
            [sys.executable, *words],
            env=_environment(home),
            cwd=home,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr


@contextmanager
def served(name: str, home: Path) -> Iterator[World]:
    """A world that is made, served until the block ends."""
    port = _free_port()
    environment = _environment(home) | {"ZHIKE_ADDRESS": f"http://127.0.0.1:{port}"}
    with (home / "server.log").open("wb") as log:
        server = subprocess.Popen(
            [sys.executable, "-m", "zhike", "serve"], env=environment, cwd=home, stdout=log, stderr=log
        )
        try:
            _wait(server, port, home / "server.log")
            yield World(name, home, port)
        finally:
            server.terminate()
            try:
                server.wait(30)
            except subprocess.TimeoutExpired:
                server.kill()
                server.wait()


def _environment(home: Path) -> dict[str, str]:
    kept = {key: value for key, value in os.environ.items() if not key.startswith("ZHIKE_")}
    return kept | {
        "ZHIKE_DATA_DIR": str(home), "ZHIKE_ADDRESS": "http://127.0.0.1:1", "ZHIKE_WEB_WORKERS": "1",
        "DJANGO_SETTINGS_MODULE": "zhike.config.settings", "PYTHONPATH": os.pathsep.join((str(ROOT / "src"), str(ROOT))),
    }  # fmt: skip


def _free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def _wait(server: subprocess.Popen[bytes], port: int, log: Path) -> None:
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until and server.poll() is None:
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/accounts/login/", timeout=5).close()
            return
        except (urllib.error.URLError, TimeoutError, ConnectionError):
            time.sleep(0.2)
    raise AssertionError(f"the server did not start:\n{log.read_text('utf-8', 'replace')}")
