"""The database settings of Django from one address."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from zhike.config.sqlite import is_safe, use_newest


def sqlite(path: Path) -> dict[str, Any]:
    """SQLite at its safest: WAL, every commit on the disk, writers that wait (docs/decisions/0008-databases.md)."""
    use_newest()
    journal = "wal" if is_safe() else "delete"
    return {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": path,
        "CONN_MAX_AGE": None,
        "TEST": {"NAME": path.with_name("test.sqlite3")},
        "OPTIONS": {
            "transaction_mode": "IMMEDIATE",
            "timeout": 20,
            "init_command": (
                f"PRAGMA journal_mode={journal}; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON; PRAGMA cache_size=-32000;"
                " PRAGMA temp_store=MEMORY; PRAGMA journal_size_limit=67108864;"
            ),
        },
    }


def postgresql(url: str) -> dict[str, Any]:
    """PostgreSQL with statements that end and connections that are checked."""
    parts = urlsplit(url)
    query = dict(parse_qsl(parts.query))
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": unquote(parts.hostname or query.pop("host", "")),
        "PORT": str(parts.port or ""),
        "CONN_MAX_AGE": 600,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {
            **query,
            "options": "-c idle_in_transaction_session_timeout=60000 -c jit=off -c timezone=UTC",
        },
    }


def database(url: str, data: Path) -> dict[str, Any]:
    """The settings for an address; the empty one is SQLite in the data folder."""
    if not url:
        return sqlite(data / "zhike.sqlite3")
    if url.startswith("sqlite:"):
        return sqlite(Path(url.removeprefix("sqlite:///")).absolute())
    return postgresql(url)
