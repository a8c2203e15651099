"""From an upload to tables of cells: the child process reads it, DuckDB keeps each sheet as one Parquet file."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import duckdb

from zhike.facts.formats import literal
from zhike.imports.safety import Unsafe

LONGEST_WAIT = 90
MEMORY = "768MB"


def connect(folder: Path) -> duckdb.DuckDBPyConnection:
    """A DuckDB with bounded memory that spills into the folder of the import."""
    settings: dict[str, Any] = {
        "memory_limit": MEMORY,
        "threads": 2,
        "temp_directory": str(folder / "spill"),
        "autoinstall_known_extensions": "false",
    }
    return duckdb.connect(config=settings)


def stage(upload: Path, kind: str, folder: Path) -> list[dict[str, Any]]:
    """Read an upload in a child process; leaves `cells-<n>.parquet` and describes each sheet. Raises Unsafe."""
    scratch = folder / "reading"
    shutil.rmtree(scratch, ignore_errors=True)
    scratch.mkdir(parents=True)
    try:
        kept: list[dict[str, Any]] = []
        for number, sheet in enumerate(_read_apart(upload, kind, scratch)):
            if sheet["rows"]:
                cells = folder / f"cells-{len(kept)}.parquet"
                _keep(scratch / f"sheet-{number}.csv", sheet["width"], cells, folder)
                kept.append(sheet)
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
    return kept


def _read_apart(upload: Path, kind: str, scratch: Path) -> list[dict[str, Any]]:
    environment = {
        "PATH": os.environ.get("PATH", ""),
        "PYTHONPATH": os.pathsep.join(filter(None, sys.path)),
        "LANG": "C.UTF-8",
    }
    command = [sys.executable, "-m", "zhike.imports.child", str(upload), kind, str(scratch)]
    try:
        done = subprocess.run(  # noqa: S603 (our own module, no words of people)
            command, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            timeout=LONGEST_WAIT, check=False, start_new_session=True,
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        raise Unsafe("bomb") from None
    if done.returncode == 3:
        refusal = json.loads((scratch / "refusal.json").read_text("utf-8"))
        raise Unsafe(refusal["code"], refusal["words"])
    if done.returncode != 0:
        raise Unsafe("bomb")  # a limit ended it: memory, time or the size of what it wrote
    sheets: list[dict[str, Any]] = json.loads((scratch / "sheets.json").read_text("utf-8"))
    return sheets


def _keep(sheet: Path, width: int, target: Path, folder: Path) -> None:
    names = ["_row", *(f"c{number}" for number in range(1, width + 1)), "beyond"]
    columns = ", ".join(f"'{name}': '{'BIGINT' if name == '_row' else 'VARCHAR'}'" for name in names)
    source = (
        f"read_csv({literal(str(sheet))}, header=false, auto_detect=false, delim=',', quote='\"', escape='\"', "
        f"columns={{{columns}}}, max_line_size=67108864)"
    )
    fresh = target.with_suffix(".new")
    with connect(folder) as db:
        db.execute(
            f"COPY (SELECT * FROM {source}) TO {literal(str(fresh))} (FORMAT parquet, COMPRESSION zstd)"
        )
    fresh.replace(target)
