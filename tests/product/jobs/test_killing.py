"""A worker that is killed loses nothing and doubles nothing: real processes on real databases."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

pytestmark = [pytest.mark.own_database, pytest.mark.xdist_group("killed_workers")]
ROOT = Path(__file__).resolve().parents[3]
WORKER = Path(__file__).with_name("slow_worker.py")
ASK = """
import sys
import django; django.setup()
from django.utils import timezone
from zhike.jobs import registry
from zhike.jobs.actions import enqueue
from zhike.jobs.models import Job
from zhike.people.models import Region
registry.job("add_regions", title="Regions")(print)
for line in sys.stdin:
    print(eval(line), flush=True)
"""
"""A process that answers what is asked of the database, one line each."""


class Installation:
    """A database of its own, migrated, and processes that work in it."""

    def __init__(self, folder: Path, url: str) -> None:
        self.env = {
            **os.environ, "ZHIKE_DATA_DIR": str(folder), "ZHIKE_DATABASE_URL": url,
            "DJANGO_SETTINGS_MODULE": "zhike.config.settings", "PYTHONPATH": str(ROOT / "src"),
        }  # fmt: skip
        pipe = subprocess.PIPE
        self.asked = subprocess.Popen(
            [sys.executable, "-c", ASK], env=self.env, text=True, stdin=pipe, stdout=pipe
        )

    def close(self) -> None:
        self.asked.communicate(timeout=30)

    def tell(self, expression: str) -> str:
        assert self.asked.stdin is not None
        assert self.asked.stdout is not None
        self.asked.stdin.write(f"{expression}\n")
        self.asked.stdin.flush()
        return self.asked.stdout.readline().strip()

    @contextmanager
    def worker(self) -> Iterator[subprocess.Popen[bytes]]:
        process = subprocess.Popen([sys.executable, str(WORKER)], env=self.env, stderr=subprocess.DEVNULL)
        try:
            yield process
        finally:
            process.kill()
            process.wait()

    def wait_for(self, expression: str) -> None:
        """Until the expression is true in the database; a minute at most."""
        for _ in range(1200):
            if self.tell(expression) == "True":
                return
            threading.Event().wait(0.05)
        raise AssertionError(self.tell("list(Job.objects.values())"))


@pytest.fixture
def on_sqlite(tmp_path, once) -> Iterator[Installation]:
    once.migrated(tmp_path)
    with closing(Installation(tmp_path, "")) as place:
        yield place


@pytest.fixture
def on_postgresql(tmp_path, postgresql_url, once) -> Iterator[Installation]:
    with once.migrated_postgresql(postgresql_url) as url, closing(Installation(tmp_path, url)) as place:
        yield place


def kill_and_finish(place: Installation, number: int) -> None:
    place.tell("enqueue(kind='add_regions', at=timezone.now()).pk")
    with place.worker() as first:
        place.wait_for("Region.objects.count() >= 3")
        first.send_signal(number)
        first.wait(timeout=30)
    left = int(place.tell("Region.objects.count()"))
    assert 3 <= left < 20
    if number == signal.SIGKILL:
        assert place.tell("Job.objects.get().state") == "running"
        place.tell("Job.objects.update(lease_until=timezone.now())")
    with place.worker():
        place.wait_for("Job.objects.get().state == 'done'")
    assert place.tell("Region.objects.count()") == "20"


@pytest.mark.slow
def test_a_killed_worker_on_sqlite(on_sqlite):
    kill_and_finish(on_sqlite, signal.SIGKILL)
    assert on_sqlite.tell("Job.objects.get().attempts") == "2"


@pytest.mark.slow
def test_a_worker_asked_to_end_on_sqlite(on_sqlite):
    kill_and_finish(on_sqlite, signal.SIGTERM)
    assert on_sqlite.tell("Job.objects.get().attempts") == "1"


@pytest.mark.slow
@pytest.mark.postgresql
def test_a_killed_worker_on_postgresql(on_postgresql):
    kill_and_finish(on_postgresql, signal.SIGKILL)
    assert on_postgresql.tell("Job.objects.get().attempts") == "2"


@pytest.mark.slow
def test_workers_beside_each_other_share_one_job(on_sqlite):
    on_sqlite.tell("enqueue(kind='add_regions', at=timezone.now()).pk")
    with on_sqlite.worker(), on_sqlite.worker():
        on_sqlite.wait_for("Job.objects.get().state == 'done'")
    assert on_sqlite.tell("(Region.objects.count(), Job.objects.get().attempts)") == "(20, 1)"
