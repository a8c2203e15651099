"""The folder of a run: policy and values as they were, the frozen facts, and what the engine worked out.

DATA_DIR/runs/<key>/policy.yaml values.json     what was run
                    facts/*.parquet facts.json  on which facts, sealed
                    kept/*.parquet              the engine's tables, so that the run opens again without a second run
                    result.parquet run.json     the answer, and the record from which it can be repeated
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from threading import Lock
from typing import Any

from django.conf import settings

from zhike.grading.models import GradingRun
from zhike.output import grades_sql, write_record
from zhike.policies.reading import read_text
from zhike_engine.backends.duckdb import DuckDB
from zhike_engine.facts.rates import prepare
from zhike_engine.plan.build import build
from zhike_engine.policy.load import Policy
from zhike_engine.run import Progress, Run, manifest, tables_read
from zhike_engine.run import run as grade
from zhike_engine.sql.compile import compile_plan
from zhike_engine.sql.facts import Shape

KEPT_OPEN = 2
"""So many runs stay open in a process."""


@dataclass(frozen=True)
class Folder:
    """Where a run keeps its files, and where it makes them."""

    path: Path
    work: Path

    @property
    def facts(self) -> Path:
        """The frozen facts."""
        return self.path / "facts"

    @property
    def kept(self) -> Path:
        """The engine's own tables."""
        return self.work / "kept"

    def write_policy(self, text: str, values: Mapping[str, Any]) -> None:
        """Freeze policy and values; what stands there stays."""
        self.path.mkdir(parents=True, exist_ok=True)
        if not self.given.is_file():
            (self.path / "policy.yaml").write_text(text, "utf-8")
            self.given.write_text(
                json.dumps(values, ensure_ascii=False, indent=1, default=str, sort_keys=True), "utf-8"
            )

    @property
    def given(self) -> Path:
        """The values of the parameters."""
        return self.path / "values.json"

    def policy(self) -> Policy:
        """The policy that was run."""
        return read_text((self.path / "policy.yaml").read_text("utf-8"))

    def values(self) -> dict[str, Any]:
        """The values that it was run with."""
        return dict(json.loads(self.given.read_text("utf-8")))


def clear(run: GradingRun) -> None:
    """Take away what an undone transaction or an older database has left under the key of a new run."""
    for place in (folder_of(run).path, folder_of(run).work):
        shutil.rmtree(place, ignore_errors=True)


def folder_of(run: GradingRun | int) -> Folder:
    """The folder of a run."""
    key = str(run if isinstance(run, int) else run.pk)
    return Folder(Path(settings.MEDIA_ROOT) / "runs" / key, Path(settings.DATA_DIR) / "kept" / key)


def run_again(
    folder: Folder, as_of: date, progress: Progress | None = None, *, threads: int | None = None
) -> Run:
    """Grade the frozen facts by the frozen policy. The same folder gives the same rows, today and in ten years."""
    backend = DuckDB(folder.facts, threads=threads)
    try:
        return grade(folder.policy(), backend, as_of, folder.values(), progress=progress)
    except BaseException:
        backend.close()
        raise


def write_answer(run: Run, folder: Folder) -> dict[str, Any]:
    """Write the answer, the engine's tables and the record; what the record says."""
    assert isinstance(run.backend, DuckDB)
    execute = run.backend.execute
    execute("set preserve_insertion_order = true")
    write_result(run, folder.path / "result.parquet")
    part = folder.work / "kept.part"
    shutil.rmtree(part, ignore_errors=True)
    part.mkdir(parents=True)
    names = [
        str(row[0]) for row in run.backend.rows("select table_name from duckdb_tables() where temporary")
    ]
    for name in names:
        execute(f"copy (select * from {name}) to '{part / name}.parquet' (format parquet, compression lz4)")
    shutil.rmtree(folder.kept, ignore_errors=True)
    part.replace(folder.kept)
    execute("set preserve_insertion_order = false")
    return write_record(run, folder.path)


def write_result(run: Run, file: Path) -> None:
    """Write the table of grades in the order of ratings and customers, so that the same run gives the same bytes."""
    assert isinstance(run.backend, DuckDB)
    run.backend.execute(f"copy ({grades_sql(run)}) to '{file}' (format parquet, compression zstd)")


def opened(folder: Folder, as_of: date) -> Run:
    """A finished run from its folder, without running it again: what it worked out is read back."""
    policy, values = folder.policy(), folder.values()
    if not folder.kept.is_dir():
        return run_again(folder, as_of)
    backend = DuckDB(folder.facts)
    try:
        plan = build(policy.document, as_of, values)
        facts = backend.open_facts(tables_read(policy.document), as_of)
        foreign = prepare(backend, facts, as_of, policy.document.currency)
        shape = Shape(facts.columns, foreign, facts.attribute_kinds, facts.rate_digits, facts.rates_fit)
        compiled = compile_plan(plan, shape, backend.dialect)
        there = {
            str(row[0]) for row in backend.rows("select table_name from duckdb_tables() where temporary")
        }
        for file in sorted(folder.kept.glob("*.parquet")):
            if file.stem not in there:
                backend.execute(f"create temp table {file.stem} as select * from read_parquet('{file}')")
        return Run(policy, plan, compiled, facts, backend, manifest(policy, plan, facts, backend))
    except BaseException:
        backend.close()
        raise


@dataclass
class _Open:
    run: Run
    lock: Lock
    users: int = 0


_OPEN: dict[Path, _Open] = {}
_DOOR = Lock()
_INHERITED: list[_Open] = []
"""What the process before a fork had open. Its threads do not live here: it answers no question, and must not be closed."""


def _begin_anew() -> None:
    """A process that was forked opens its runs itself."""
    global _DOOR
    _INHERITED.extend(_OPEN.values())
    _OPEN.clear()
    _DOOR = Lock()


os.register_at_fork(after_in_child=_begin_anew)


@contextmanager
def using(run: GradingRun) -> Iterator[Run]:
    """A finished run, kept open in this process for the next question; one question at a time."""
    folder = folder_of(run)
    with _DOOR:
        found = _OPEN.pop(folder.path, None) or _Open(opened(folder, run.as_of), Lock())
        _OPEN[folder.path] = found
        found.users += 1
        for path in [path for path, one in _OPEN.items() if not one.users][: max(0, len(_OPEN) - KEPT_OPEN)]:
            _OPEN.pop(path).run.backend.close()
    try:
        with found.lock:
            yield found.run
    finally:
        with _DOOR:
            found.users -= 1


def close_all() -> None:
    """Let go of every open run."""
    with _DOOR:
        for path in list(_OPEN):
            _OPEN.pop(path).run.backend.close()
