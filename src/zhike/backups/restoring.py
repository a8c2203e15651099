"""Bringing a backup back: opened and checked as a whole first, then put in the place of what is there."""

from __future__ import annotations

import hashlib
import json
import shutil
import tarfile
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.db import connection, connections

from zhike.backups.copies import copy_database, run_postgresql
from zhike.backups.making import KEYS, MANIFEST, Manifest, count_rows
from zhike.backups.sealed import Opener
from zhike.kernel.unfit import InstallationUnfit
from zhike.messages import say


@contextmanager
def opened(file: Path, passphrase: bytes) -> Iterator[tuple[Path, Manifest]]:
    """Unpack a backup beside the data folder and check every file. Raises InstallationUnfit when anything is amiss."""
    home = Path(settings.DATA_DIR)
    with tempfile.TemporaryDirectory(dir=home, prefix=".restoring-") as scratch:
        stage = Path(scratch)
        with file.open("rb") as source:
            opener = Opener(source, passphrase)
            with tarfile.open(fileobj=opener, mode="r|") as archive:
                unpack(archive, stage)
            opener.drain()
        yield stage, checked(stage)


def unpack(archive: tarfile.TarFile, stage: Path) -> None:
    """Write the files of an archive below a folder; whatever is no plain file inside it is refused.

    The safe filter of `extractall` is not in every Python 3.11.
    """
    for member in archive:
        path = (stage / member.name).resolve()
        content = archive.extractfile(member) if member.isfile() else None
        if content is None or not path.is_relative_to(stage.resolve()):
            raise InstallationUnfit(say("`{name}` of the backup is damaged or missing", name=member.name))
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("xb") as out:
            shutil.copyfileobj(content, out)
        path.chmod(0o600)


def checked(stage: Path) -> Manifest:
    """The manifest of an unpacked backup whose files are all there and whole."""
    try:
        manifest = Manifest(**json.loads((stage / MANIFEST).read_text("utf-8")))
    except (OSError, ValueError, TypeError) as error:
        raise InstallationUnfit(say("the backup has no list of its files")) from error
    for name, digest in manifest.files.items():
        path = stage / name
        if not path.is_file() or _digest(path) != digest:
            raise InstallationUnfit(say("`{name}` of the backup is damaged or missing", name=name))
    if manifest.vendor != connection.vendor:
        raise InstallationUnfit(
            say("the backup is of {theirs}, and this installation uses {ours}", theirs=manifest.vendor, ours=connection.vendor),
            hint=say("set `ZHIKE_DATABASE_URL` to the same kind of database"),
        )  # fmt: skip
    return manifest


def _digest(path: Path) -> str:
    with path.open("rb") as source:
        return hashlib.file_digest(source, "sha256").hexdigest()


def is_used() -> bool:
    """Whether somebody already lives in this installation."""
    if "zhike_person" not in connection.introspection.table_names():
        return False
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM zhike_person")
        return bool(cursor.fetchone()[0])


def restore(file: Path, passphrase: bytes, *, force: bool, now: datetime) -> Manifest:
    """Put a backup in the place of this installation. What was there goes to `before-restore-…` of the data folder.

    Raises InstallationUnfit when the backup is damaged, or somebody lives here and `force` is not given; then nothing
    has changed.
    """
    if not file.is_file():
        raise InstallationUnfit(say("there is no file `{path}`", path=file))
    if is_used() and not force:
        raise InstallationUnfit(
            say("this installation is in use"), hint=say("restore into an empty one, or add `--force`")
        )
    with opened(file, passphrase) as (stage, manifest):
        aside = Path(settings.DATA_DIR) / f"before-restore-{now:%Y%m%d-%H%M%S}"
        _put_database(stage, aside)
        for name in KEYS:
            _swap(stage / "keys" / name, Path(settings.DATA_DIR) / name, aside)
        _swap(stage / "files", Path(settings.MEDIA_ROOT), aside)
    found = count_rows(manifest.rows)
    wrong = [name for name, count in manifest.rows.items() if found[name] != count]
    if wrong:
        raise InstallationUnfit(
            say("after restoring, `{table}` has other rows than the backup", table=wrong[0])
        )
    return manifest


def _put_database(stage: Path, aside: Path) -> None:
    connections.close_all()
    if connection.vendor != "sqlite":
        if connection.introspection.table_names():
            aside.mkdir(parents=True, exist_ok=True, mode=0o700)
            copy_database(aside / "database.dump")
        connections.close_all()
        run_postgresql(
            "pg_restore", "--clean", "--if-exists", "--single-transaction", "--no-owner", "--no-privileges",
            f"--dbname={connection.settings_dict['NAME']}", str(stage / "database.dump"),
        )  # fmt: skip
        return
    home = Path(connection.settings_dict["NAME"])
    for tail in ("-wal", "-shm", "-journal"):
        _aside(home.with_name(home.name + tail), aside)
    _swap(stage / "database.sqlite3", home, aside)


def _swap(source: Path, target: Path, aside: Path) -> None:
    _aside(target, aside)
    if source.exists():
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.move(source, target)


def _aside(path: Path, aside: Path) -> None:
    if path.exists():
        aside.mkdir(parents=True, exist_ok=True, mode=0o700)
        shutil.move(path, aside / path.name)
