"""A copy of the database as it stands at one moment, while the product goes on writing."""

from __future__ import annotations

import os
import shutil
import subprocess
from datetime import UTC, datetime
from pathlib import Path

from django.conf import settings
from django.db import connection

from zhike.kernel.unfit import InstallationUnfit
from zhike.messages import say
from zhike_engine.errors import OutputFailed

KEPT = 3


def copy_database(target: Path) -> Path:
    """Write a consistent copy to `target`: a SQLite file, or an archive of pg_dump. Raises InstallationUnfit, OutputFailed."""
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("VACUUM INTO %s", [str(target)])
    else:
        run_postgresql("pg_dump", "--format=custom", "--no-owner", "--no-privileges", f"--file={target}")
    target.chmod(0o600)
    return target


def run_postgresql(program: str, *words: str) -> None:
    """Run a program of PostgreSQL against the database of the settings; the password never shows in the process list."""
    path = shutil.which(program)
    if path is None:
        raise InstallationUnfit(
            say("`{program}` is not installed", program=program),
            hint=say("install the PostgreSQL client of the server's version or newer"),
        )
    given = connection.settings_dict
    names = {
        "PGHOST": "HOST",
        "PGPORT": "PORT",
        "PGUSER": "USER",
        "PGPASSWORD": "PASSWORD",
        "PGDATABASE": "NAME",
    }
    env = {**os.environ, **{name: str(given[key]) for name, key in names.items() if given.get(key)}}
    done = subprocess.run(  # noqa: S603 -- no word comes from a person
        [path, *words], env=env, capture_output=True, text=True, check=False
    )
    if done.returncode:
        lines = done.stderr.strip().splitlines() or ["no message"]
        raise OutputFailed(say("`{program}` failed: `{why}`", program=program, why=lines[-1]))


def copy_before_upgrade() -> Path:
    """A copy in the folder `copies` of the data folder; the newest three stay."""
    folder = Path(settings.DATA_DIR) / "copies"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    ending = "sqlite3" if connection.vendor == "sqlite" else "dump"
    made = copy_database(folder / f"before-{datetime.now(UTC):%Y%m%d-%H%M%S-%f}.{ending}")
    for old in sorted(folder.glob("before-*"))[:-KEPT]:
        old.unlink()
    return made
