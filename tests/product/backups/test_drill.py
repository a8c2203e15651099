"""A backup restored to a clean installation is the same installation (SEC-05); a damaged one changes nothing."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.own_database
ROOT = Path(__file__).resolve().parents[3]
PASSPHRASE = "a passphrase of four words"
COUNT = """
import django; django.setup()
from zhike.backups.making import count_rows
print(count_rows())
"""
FILL = """
import django; django.setup()
from tests.product.cast import assemble, EARLY
from zhike.customers.actions import change_customer
from zhike.kernel.journal import seal
cast = assemble()
change_customer(customer=cast.customers.A, version=cast.customers.A.version, short_name="ALPHA", by=cast.people.keep, at=EARLY)
seal()
"""


class Installation:
    """A data folder with a database, and commands that run in it."""

    def __init__(self, folder: Path, **more: str) -> None:
        folder.mkdir()
        self.folder = folder
        self.env = {
            **os.environ, "ZHIKE_DATA_DIR": str(folder), "DJANGO_SETTINGS_MODULE": "zhike.config.settings", "ZHIKE_LANG": "en",
            "PYTHONPATH": f"{ROOT / 'src'}:{ROOT}", "ZHIKE_BACKUP_PASSPHRASE": PASSPHRASE, "ZHIKE_DATABASE_URL": "", **more,
        }  # fmt: skip

    def run(self, *words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, *words],
            env=self.env,
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
            cwd=ROOT,
        )

    def zhike(self, *words: str) -> str:
        done = self.run("-m", "zhike", *words)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def rows(self) -> str:
        return self.run("-c", COUNT).stdout

    def contents(self) -> dict[str, bytes]:
        return {path.name: path.read_bytes() for path in self.folder.rglob("*") if path.is_file()}


def live(place: Installation) -> Path:
    """Bring an installation to life and back it up; the backup."""
    place.zhike("migrate")
    assert place.run("-c", FILL).returncode == 0
    (place.folder / "files" / "2026").mkdir(parents=True)
    (place.folder / "files" / "2026" / "evidence.pdf").write_bytes(b"signed by both")
    place.zhike("backup")
    [made] = (place.folder / "backups").glob("*.zhikebackup")
    return made


@pytest.mark.slow
@pytest.mark.clause("SEC-05")
def test_a_backup_restored_to_a_clean_installation_is_the_same_installation(tmp_path):
    old, new = Installation(tmp_path / "old"), Installation(tmp_path / "new")
    backup = live(old)
    assert b"AAALPHA" not in backup.read_bytes()
    assert "restored the backup" in new.zhike("restore", str(backup))
    assert new.rows() == old.rows() != ""
    assert (new.folder / "files" / "2026" / "evidence.pdf").read_bytes() == b"signed by both"
    assert "the journal is whole" in new.zhike("verify")

    refused = new.run("-m", "zhike", "restore", str(backup))
    assert (refused.returncode, "in use" in refused.stderr) == (1, True)
    new.zhike("restore", str(backup), "--force")
    assert list(new.folder.glob("before-restore-*/zhike.sqlite3"))


@pytest.mark.slow
def test_a_damaged_or_foreign_backup_changes_nothing(tmp_path):
    old, new = Installation(tmp_path / "old"), Installation(tmp_path / "new")
    backup = live(old)
    whole = backup.read_bytes()
    new.zhike("migrate")
    before = new.contents()
    middle = len(whole) // 2
    cases = {
        "one bit": whole[:middle] + bytes([whole[middle] ^ 1]) + whole[middle + 1 :],
        "cut off": whole[:-40],
        "no backup": b"PK\x03\x04" + whole,
    }
    for name, data in cases.items():
        (tmp_path / "broken").write_bytes(data)
        done = new.run("-m", "zhike", "restore", str(tmp_path / "broken"))
        assert (done.returncode, "Traceback" in done.stderr) == (1, False), name
    new.env["ZHIKE_BACKUP_PASSPHRASE"] = "another"
    assert "another" in new.run("-m", "zhike", "restore", str(backup)).stderr
    assert new.contents() == before


@pytest.mark.slow
@pytest.mark.postgresql
def test_a_backup_of_postgresql_restores_too(tmp_path, postgresql_url):
    from tests.product.jobs.test_killing import scratch_database

    with scratch_database(postgresql_url) as first, scratch_database(postgresql_url) as second:
        old = Installation(tmp_path / "old", ZHIKE_DATABASE_URL=first)
        new = Installation(tmp_path / "new", ZHIKE_DATABASE_URL=second)
        new.zhike("restore", str(live(old)))
        assert new.rows() == old.rows() != ""
        assert "the journal is whole" in new.zhike("verify")
