"""What is costly to make and the same for everybody: made once in a run, by whichever process comes first, then copied."""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

ROOT = Path(__file__).resolve().parents[1]
MIGRATE = [sys.executable, "-m", "django", "migrate", "--skip-checks", "-v0"]


class Once:
    """A folder that all processes of a run share."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @property
    def template(self) -> str:
        """The name of this run's database of PostgreSQL that others are copied from."""
        return f"zhike_{hashlib.sha256(str(self.folder).encode()).hexdigest()[:12]}"

    def made(self, name: str, make: Callable[[Path], None]) -> Path:
        """The folder of this name; `make` fills it the first time, while the others wait."""
        place, making = self.folder / name, self.folder / f"{name}.making"
        with (self.folder / f"{name}.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not place.exists():
                shutil.rmtree(making, ignore_errors=True)
                making.mkdir()
                make(making)
                making.rename(place)
        return place

    def migrated(self, folder: Path) -> None:
        """Put a database of SQLite into this data folder, with all its tables and nothing in them."""
        source = self.made("migrated", lambda making: migrate(making, "")) / "zhike.sqlite3"
        shutil.copyfile(source, folder / source.name)

    def postgresql_template(self, url: str) -> str:
        """The name of a database beside that of `url`, with all its tables and nothing in them, for others to be copied from."""

        def make(making: Path) -> None:
            drop, create = (
                f"DROP DATABASE IF EXISTS {self.template} WITH (FORCE)",
                f"CREATE DATABASE {self.template}",
            )
            run_sql(url, drop, create)
            migrate(making, beside(url, self.template))

        self.made("migrated-postgresql", make)
        return self.template

    @contextmanager
    def migrated_postgresql(self, url: str) -> Iterator[str]:
        """The address of a database beside that of `url`, with all its tables and nothing in them; dropped at the end."""
        with scratch_database(url, template=self.postgresql_template(url)) as one:
            yield one

    def clear(self, url: str) -> None:
        """Drop what was made beside the database at `url`."""
        if url and (self.folder / "migrated-postgresql").exists():
            run_sql(url, f"DROP DATABASE IF EXISTS {self.template} WITH (FORCE)")


@contextmanager
def scratch_database(url: str, *, template: str = "template0") -> Iterator[str]:
    """The address of a database beside that of `url`, a copy of `template`; dropped at the end."""
    name = f"zhike_{uuid.uuid4().hex[:12]}"
    run_sql(url, f"CREATE DATABASE {name} TEMPLATE {template}")
    try:
        yield beside(url, name)
    finally:
        run_sql(url, f"DROP DATABASE {name} WITH (FORCE)")


def run_sql(url: str, *statements: str) -> None:
    """Run statements outside of a transaction."""
    import psycopg

    with psycopg.connect(url, autocommit=True) as server:
        for statement in statements:
            server.execute(statement)  # type: ignore[call-overload]


def beside(url: str, name: str) -> str:
    """The address of another database of the same server."""
    return urlsplit(url)._replace(path=f"/{name}").geturl()


def migrate(folder: Path, url: str) -> None:
    """Make all tables of an installation."""
    environment = {
        **os.environ, "ZHIKE_DATA_DIR": str(folder), "ZHIKE_DATABASE_URL": url,
        "DJANGO_SETTINGS_MODULE": "zhike.config.settings", "PYTHONPATH": str(ROOT / "src"),
    }  # fmt: skip
    done = subprocess.run(MIGRATE, env=environment, capture_output=True, text=True, check=False, timeout=300)
    assert done.returncode == 0, done.stderr[-3000:]
