"""Making a backup: database, uploads and keys as they stand at one moment, sealed into one file."""

from __future__ import annotations

import hashlib
import io
import json
import os
import shutil
import sqlite3
import tarfile
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from importlib.metadata import version
from pathlib import Path
from typing import IO, Any

from django.apps import apps
from django.conf import settings
from django.db import connection, transaction

from zhike.backups.copies import copy_database, run_postgresql
from zhike.backups.sealed import Sealer

ENDING = ".zhikebackup"
MANIFEST = "manifest.json"
KEYS = ("journal.anchor", "journal.key", "secret.key")
"""Files of the data folder that a restored installation needs; the anchor comes first, for it may only be older."""
SCRATCH = ".making-"
"""How the names begin of what is there only while a backup is made."""
LONGEST = timedelta(days=1)
"""After so long, whoever made a backup is dead."""
Tell = Callable[[int, int], None]


@dataclass(frozen=True)
class Manifest:
    """What is in a backup: SHA-256 by file, rows by table."""

    made_at: str
    version: str
    vendor: str
    files: dict[str, str]
    rows: dict[str, int]


@dataclass(frozen=True)
class Made:
    """A backup that was written."""

    file: Path
    bytes: int
    manifest: Manifest


class _Hashed(io.RawIOBase):
    """Reads a file and hashes what went through."""

    def __init__(self, source: IO[bytes]) -> None:
        self.source, self.digest = source, hashlib.sha256()

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        data = self.source.read(len(buffer))
        self.digest.update(data)
        buffer[: len(data)] = data
        return len(data)


def tables() -> list[str]:
    """Every table of the product."""
    return sorted(model._meta.db_table for model in apps.get_app_config("zhike").get_models())


def make_backup(
    folder: Path, passphrase: bytes, *, now: datetime, tell: Tell = lambda _done, _of: None
) -> Made:
    """Write a backup into `folder`; it appears there when it is complete, and only then.

    What is not encrypted yet stays in the data folder: the backups may lie on a disk that others read.
    """
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    target = folder / f"zhike-{now.astimezone(UTC):%Y%m%d-%H%M%S-%f}{ENDING}"
    fresh = folder / f"{SCRATCH}{target.name}"
    _sweep(folder, before=now - LONGEST)
    with tempfile.TemporaryDirectory(dir=settings.DATA_DIR, prefix=SCRATCH) as scratch:
        stage = Path(scratch)
        kept = _keys(stage)
        with _database(stage) as (name, rows):
            files = [*kept, (name, stage / name), *_uploads()]
            try:
                manifest = _write(fresh, passphrase, files, rows, now, tell)
                fresh.replace(target)
            finally:
                fresh.unlink(missing_ok=True)
    return Made(target, target.stat().st_size, manifest)


def _write(
    fresh: Path, passphrase: bytes, files: list[tuple[str, Path]], rows: dict[str, int], now: datetime, tell: Tell
) -> Manifest:  # fmt: skip
    """Write the sealed file; it is on the disk afterwards."""
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out:
        manifest = _pack(out, passphrase, files, rows, now, tell)
        out.flush()
        os.fsync(out.fileno())
    return manifest


def _sweep(folder: Path, *, before: datetime) -> None:
    """Remove what a killed backup left: copies of the database, and sealed files without an end."""
    for place in {folder, Path(settings.DATA_DIR)}:
        for left in place.glob(f"{SCRATCH}*"):
            if left.stat().st_mtime < before.timestamp():
                shutil.rmtree(left) if left.is_dir() else left.unlink()


def _keys(stage: Path) -> list[tuple[str, Path]]:
    """Copies of the keys and the anchor, taken before the database: the anchor may be behind it, never ahead."""
    found = []
    for name in KEYS:
        source = Path(settings.DATA_DIR) / name
        if source.is_file():
            shutil.copyfile(source, stage / name)
            found.append((f"keys/{name}", stage / name))
    return found


@contextmanager
def _database(stage: Path) -> Iterator[tuple[str, dict[str, int]]]:
    """A copy of the database in `stage`: its name and the rows of every table, at the same moment."""
    if connection.vendor == "sqlite":
        copy_database(stage / "database.sqlite3")
        with sqlite3.connect(stage / "database.sqlite3") as copy:
            rows = {name: copy.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0] for name in tables()}
        copy.close()
        yield "database.sqlite3", rows
        return
    with transaction.atomic(durable=True), connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        cursor.execute("SET LOCAL idle_in_transaction_session_timeout = 0")
        cursor.execute("SELECT pg_export_snapshot()")
        [snapshot] = cursor.fetchone()
        rows = count_rows(tables())
        run_postgresql(
            "pg_dump", "--format=custom", "--no-owner", "--no-privileges", f"--snapshot={snapshot}",
            f"--file={stage / 'database.dump'}",
        )  # fmt: skip
    yield "database.dump", rows


def count_rows(names: Iterable[str]) -> dict[str, int]:
    """Rows of tables in the database at hand."""
    found = {}
    with connection.cursor() as cursor:
        for name in names:
            cursor.execute(f"SELECT count(*) FROM {connection.ops.quote_name(name)}")
            found[name] = int(cursor.fetchone()[0])
    return found


def _uploads() -> list[tuple[str, Path]]:
    home = Path(settings.MEDIA_ROOT)
    return [
        (f"files/{file.relative_to(home).as_posix()}", file)
        for file in sorted(home.rglob("*"))
        if file.is_file() and not file.is_symlink()
    ]


def _pack(
    out: IO[bytes], passphrase: bytes, files: list[tuple[str, Path]], rows: dict[str, int], now: datetime, tell: Tell
) -> Manifest:  # fmt: skip
    hashes: dict[str, str] = {}
    sealer = Sealer(out, passphrase)
    with tarfile.open(fileobj=sealer, mode="w|", format=tarfile.PAX_FORMAT) as archive:
        for number, (name, path) in enumerate(files, 1):
            with path.open("rb") as source:
                info = archive.gettarinfo(arcname=name, fileobj=source)
                info.uid = info.gid = 0
                info.uname = info.gname = ""
                through = _Hashed(source)
                archive.addfile(info, through)
            hashes[name] = through.digest.hexdigest()
            tell(number, len(files))
        manifest = Manifest(
            now.astimezone(UTC).isoformat(), version("zhike"), connection.vendor, hashes, rows
        )
        text = json.dumps(asdict(manifest), sort_keys=True, indent=1).encode()
        info = tarfile.TarInfo(MANIFEST)
        info.size = len(text)
        archive.addfile(info, io.BytesIO(text))
    sealer.finish()
    return manifest


def prune(folder: Path, keep: int) -> int:
    """Remove all but the newest backups; how many went."""
    old = sorted(folder.glob(f"zhike-*{ENDING}"))[:-keep]
    for file in old:
        file.unlink()
    return len(old)


def backup_folder() -> Path:
    """Where backups lie."""
    return settings.GIVEN["ZHIKE_BACKUP_DIR"] or Path(settings.DATA_DIR) / "backups"
