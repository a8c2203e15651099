"""Puts a SQLite without the WAL-reset fault in the place of the interpreter's own.

Every SQLite from 3.7.0 to 3.51.2 may corrupt a WAL database when two connections check-point at the same moment
(sqlite.org/wal.html#walresetbug). Where the wheel `pysqlite3` is installed, its newer library is used.
"""

from __future__ import annotations

import importlib
import importlib.util
import sqlite3
import sys

SAFE = (3, 51, 3)


def use_newest() -> None:
    """Take `pysqlite3` for `sqlite3`, when it is there and newer. Must run before Django loads its backend."""
    if sqlite3.sqlite_version_info >= SAFE or importlib.util.find_spec("pysqlite3") is None:
        return
    newer = importlib.import_module("pysqlite3")
    sys.modules["sqlite3"] = newer
    sys.modules["sqlite3.dbapi2"] = importlib.import_module("pysqlite3.dbapi2")


def is_safe() -> bool:
    """Whether the library in use may run in WAL mode."""
    found: tuple[int, ...] = importlib.import_module("sqlite3").sqlite_version_info
    return found >= SAFE
