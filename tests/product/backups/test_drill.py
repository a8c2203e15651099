"""A backup restored to a clean installation is the same installation (SEC-05); a damaged one changes nothing."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.db import OperationalError

from tests.once import scratch_database
from zhike.backups import making, nightly, restoring
from zhike.jobs.actions import enqueue
from zhike.jobs.running import run_due

pytestmark = [pytest.mark.own_database, pytest.mark.xdist_group("drills")]
ROOT = Path(__file__).resolve().parents[3]
NOON = datetime(2026, 6, 30, 4, tzinfo=UTC)
PASSPHRASE = "a passphrase of four words"
COUNT = """
import django; django.setup()
from zhike.backups.making import count_rows, tables
print(count_rows(tables()))
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
OLDER = """
import django; django.setup()
from django.db import connection
from zhike.backups import making
making.tables = lambda names=making.tables(): [name for name in names if name != "zhike_silence"]
connection.cursor().execute("DROP TABLE zhike_silence")
making.make_backup(making.backup_folder(), b"a passphrase of four words", now=making.datetime.now(making.UTC))
"""
"""A backup of a version that did not know a table yet."""
SLOW_DUMP = """
import time, django; django.setup()
from django.db import connection
from zhike.backups import making
dump = making.run_postgresql
making.run_postgresql = lambda *words: (time.sleep(1), dump(*words))
connection.cursor().execute("SET idle_in_transaction_session_timeout = 300")
making.make_backup(making.backup_folder(), b"a passphrase of four words", now=making.datetime.now(making.UTC))
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
    """Bring an installation that has its tables to life and back it up; the backup."""
    place.zhike("migrate")
    assert place.run("-c", FILL).returncode == 0
    (place.folder / "files" / "2026").mkdir(parents=True)
    (place.folder / "files" / "2026" / "evidence.pdf").write_bytes(b"signed by both")
    place.zhike("backup")
    [made] = (place.folder / "backups").glob("*.zhikebackup")
    return made


@pytest.mark.slow
@pytest.mark.clause("SEC-05")
def test_a_backup_restored_to_a_clean_installation_is_the_same_installation(tmp_path, once):
    old, new = Installation(tmp_path / "old"), Installation(tmp_path / "new")
    once.migrated(old.folder)
    backup = live(old)
    assert b"ALPHA" not in backup.read_bytes()
    assert "restored the backup" in new.zhike("restore", str(backup))
    assert new.rows() == old.rows() != ""
    assert (new.folder / "files" / "2026" / "evidence.pdf").read_bytes() == b"signed by both"
    assert "the journal is whole" in new.zhike("verify")

    refused = new.run("-m", "zhike", "restore", str(backup))
    assert (refused.returncode, "in use" in refused.stderr) == (1, True)
    new.zhike("restore", str(backup), "--force")
    assert list(new.folder.glob("before-restore-*/zhike.sqlite3"))


@pytest.mark.slow
def test_a_damaged_or_foreign_backup_changes_nothing(tmp_path, once):
    old, new = Installation(tmp_path / "old"), Installation(tmp_path / "new")
    once.migrated(old.folder)
    backup = live(old)
    whole = backup.read_bytes()
    once.migrated(new.folder)
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
def test_a_backup_of_postgresql_restores_too(tmp_path, postgresql_url, once):
    with once.migrated_postgresql(postgresql_url) as first, scratch_database(postgresql_url) as second:
        old = Installation(tmp_path / "old", ZHIKE_DATABASE_URL=first)
        new = Installation(tmp_path / "new", ZHIKE_DATABASE_URL=second)
        new.zhike("restore", str(live(old)))
        assert new.rows() == old.rows() != ""
        assert "the journal is whole" in new.zhike("verify")
        new.zhike("restore", str(next((old.folder / "backups").iterdir())), "--force")
        [aside] = new.folder.glob("before-restore-*/database.dump")
        assert aside.read_bytes().startswith(b"PGDMP")


@pytest.mark.slow
@pytest.mark.postgresql
def test_a_dump_may_take_longer_than_a_transaction_may_idle(tmp_path, postgresql_url, once):
    with once.migrated_postgresql(postgresql_url) as url:
        place = Installation(tmp_path / "slow", ZHIKE_DATABASE_URL=url)
        done = place.run("-c", SLOW_DUMP)
        assert done.returncode == 0, done.stderr
        assert list((place.folder / "backups").glob("*.zhikebackup"))


@pytest.mark.slow
def test_a_backup_of_a_version_with_fewer_tables_can_be_restored(tmp_path, once):
    old, new = Installation(tmp_path / "old"), Installation(tmp_path / "new")
    once.migrated(old.folder)
    done = old.run("-c", OLDER)
    assert done.returncode == 0, done.stderr
    [backup] = (old.folder / "backups").iterdir()
    assert "restored the backup" in new.zhike("restore", str(backup))


def test_what_is_restored_may_belong_on_another_disk(tmp_path, monkeypatch):
    def refuse(*_: object, **__: object) -> None:
        raise OSError(errno.EXDEV, "Invalid cross-device link")

    monkeypatch.setattr(os, "rename", refuse)
    monkeypatch.setattr(os, "replace", refuse)
    (tmp_path / "stage").write_bytes(b"restored")
    (tmp_path / "target").write_bytes(b"old")
    restoring._swap(tmp_path / "stage", tmp_path / "target", tmp_path / "aside")
    assert (tmp_path / "target").read_bytes() == b"restored"
    assert (tmp_path / "aside" / "target").read_bytes() == b"old"


@pytest.mark.django_db(transaction=True)
def test_the_folder_of_backups_never_holds_what_is_not_encrypted(tmp_path, data_dir, monkeypatch):
    folder, seen = tmp_path / "shared", set()
    folder.mkdir()
    (folder / ".making-left").write_bytes(b"half a backup")
    os.utime(folder / ".making-left", (0, 0))

    def look(*_: object) -> None:
        seen.update(path.relative_to(folder).as_posix() for path in folder.rglob("*"))

    made = making.make_backup(folder, b"four words", now=datetime(2026, 6, 30, tzinfo=UTC), tell=look)
    assert seen == {f".making-{made.file.name}"}
    assert [path.name for path in folder.iterdir()] == [made.file.name]
    assert not list(data_dir.glob(".making-*"))


@pytest.mark.django_db
def test_a_database_that_breaks_off_is_told_as_a_sentence(settings, monkeypatch):
    def broken(*_: object, **__: object) -> None:
        raise OperationalError("server closed the connection")

    settings.GIVEN = {**settings.GIVEN, "ZHIKE_BACKUP_PASSPHRASE": "four words"}
    monkeypatch.setattr(nightly, "make_backup", broken)
    job = enqueue(kind="backup", at=NOON)
    run_due(clock=lambda: NOON)
    job.refresh_from_db()
    assert (job.state, job.error) == ("queued", "没有做成备份：server closed the connection")
