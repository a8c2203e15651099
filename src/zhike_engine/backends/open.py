"""Which engine runs a plan over which facts: words of the command line to a backend."""

from __future__ import annotations

import importlib
from pathlib import Path
from typing import Any

from zhike_engine.backends.address import Address
from zhike_engine.backends.base import Backend
from zhike_engine.backends.duckdb import DuckDB
from zhike_engine.errors import EngineUnavailable
from zhike_engine.messages import say
from zhike_engine.words import OR, quoted

KINDS = ("duckdb", "postgresql://…", "sqlite:///…", "local-spark", "spark://…")


def open_backend(engine: str | None, facts: str | Path) -> Backend:
    """A backend for `--engine` and `--facts`.

    Without engine, a folder and a database URL are graded by DuckDB; tables of a database are streamed into it.
    With the URL of a database as engine, the plan runs inside that database. Raises EngineUnavailable.
    """
    where = str(facts)
    if engine in (None, "duckdb"):
        if where.startswith(("postgresql://", "postgres://")):
            return _made("zhike_engine.backends.through", "read_postgresql", where)
        if where.startswith("sqlite://"):
            return _made("zhike_engine.backends.through", "read_sqlite", where)
        if "://" in where:
            raise EngineUnavailable(
                say("facts cannot be read from `{url}`", url=Address(where).shown),
                hint=say("give a folder, `postgresql://…` or `sqlite:///…`"),
            )
        return DuckDB(Path(where))
    assert engine is not None
    if engine.startswith(("postgresql://", "postgres://")):
        return _made("zhike_engine.backends.postgresql", "in_place", engine, where)
    if engine.startswith("sqlite://"):
        return _made("zhike_engine.backends.sqlite", "in_place", engine, where)
    if engine == "local-spark" or engine.startswith("spark://"):
        return _made("zhike_engine.backends.spark", "start", engine, where)
    raise EngineUnavailable(
        say("there is no engine `{engine}`", engine=engine), hint=say("use {names}", names=quoted(KINDS, OR))
    )


def _made(module: str, function: str, *arguments: Any) -> Backend:
    backend: Backend = getattr(importlib.import_module(module), function)(*arguments)
    return backend
