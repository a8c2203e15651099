"""An import and its undoing, with the worker killed at random: everything once, nothing half, on both databases."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = [pytest.mark.slow, pytest.mark.own_database, pytest.mark.xdist_group("killed_imports")]
ROOT = Path(__file__).resolve().parents[3]
WORKER = Path(__file__).with_name("worker.py")
ROWS = 300
KILLS = 4
BEGIN = """
import django; django.setup()
import json, sys
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone
from zhike.imports import actions
from zhike.imports.checking import check_rows
from zhike.imports.models import Import, ImportRow
from zhike.customers.models import Assignment, Customer
from zhike.kernel.journal import Entry, seal, verify
from zhike.people.models import Person
"""
START = """
from tests.product.cast import assemble
cast = assemble()
rows = "code,name,city\\nA,AAALPHA 有限公司,广州\\n" + "".join(f"K{n},客户{n},深圳\\n" for n in range(ROWS))
me = cast.people.ming
owner = actions.start_import(target="customers", upload=SimpleUploadedFile("k.csv", rows.encode()), by=me, at=timezone.now())
actions.match_columns(owner=owner, options=owner.options, by=me, at=timezone.now())
checked = check_rows(owner, lambda *_: None)
Import.objects.update(state="checked", checked=checked, rows=checked["rows"])
owner.refresh_from_db()
actions.begin_import(owner=owner, by=me, at=timezone.now())
"""
UNDO = "owner = Import.objects.get(); actions.undo_import(owner=owner, by=owner.by, at=timezone.now())"
TELL = """
owner = Import.objects.get(); seal()
print(json.dumps({"state": owner.state, "counts": [owner.created, owner.updated, owner.unchanged, owner.rejected, owner.undone, owner.kept],
    "customers": Customer.objects.filter(code__startswith="K").count(), "lines": ImportRow.objects.count(),
    "posts": Assignment.objects.filter(customer__code__startswith="K").count(), "city": Customer.objects.get(code="A").city,
    "added": Entry.objects.filter(action="customer_imported").count(), "removed": Entry.objects.filter(action="import_removed").count(),
    "faults": [fault.place for fault in verify()]}))
"""


class Installation:
    """A database of its own, migrated, and processes that work in it."""

    def __init__(self, folder: Path, url: str) -> None:
        self.env = {
            **os.environ, "ZHIKE_DATA_DIR": str(folder), "ZHIKE_DATABASE_URL": url, "DJANGO_SETTINGS_MODULE": "zhike.config.settings",
            "PYTHONPATH": os.pathsep.join([str(ROOT / "src"), str(ROOT)]),
        }  # fmt: skip

    def python(self, *words: str) -> str:
        done = subprocess.run(
            [sys.executable, *words], env=self.env, capture_output=True, text=True, check=False, timeout=300
        )
        assert done.returncode == 0, done.stderr[-3000:]
        return done.stdout.strip()

    def run(self, code: str) -> str:
        return self.python("-c", f"ROWS = {ROWS}\n{BEGIN}\n{code}")

    def tell(self) -> dict:
        return json.loads(self.run(TELL).splitlines()[-1])

    def work(self, draw: random.Random) -> None:
        """Workers one after another, each killed at a random statement; the last one lives."""
        lives = [*(draw.randint(10, 40) for _ in range(KILLS)), 0]
        ends = json.loads(self.python(str(WORKER), *map(str, lives)))
        assert set(ends[:-1]) <= {0, -signal.SIGKILL}, ends
        assert ends[-1] == 0
        assert sum(end != 0 for end in ends) >= KILLS // 2, (
            "most of them were done before they could be killed"
        )


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def installation(request, tmp_path, once):
    if request.param == "sqlite":
        once.migrated(tmp_path)
        yield Installation(tmp_path, "")
        return
    with once.migrated_postgresql(request.getfixturevalue("postgresql_url")) as url:
        yield Installation(tmp_path, url)


def test_an_import_killed_at_random_ends_whole_and_goes_back_whole(installation):
    draw = random.Random(2026)
    installation.run(START)
    installation.work(draw)
    told = installation.tell()
    assert told == {
        "state": "done", "counts": [ROWS, 1, 0, 0, 0, 0], "customers": ROWS, "lines": ROWS + 1, "posts": ROWS, "city": "广州",
        "added": ROWS, "removed": 0, "faults": [],
    }  # fmt: skip
    installation.run(UNDO)
    installation.work(draw)
    told = installation.tell()
    assert told == {
        "state": "undone", "counts": [ROWS, 1, 0, 0, ROWS + 1, 0], "customers": 0, "lines": ROWS + 1, "posts": 0, "city": "",
        "added": ROWS, "removed": ROWS, "faults": [],
    }  # fmt: skip
