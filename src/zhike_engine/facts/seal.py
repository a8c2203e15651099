"""Seals a folder of fact tables, so that a run need not check every row again."""

from __future__ import annotations

from pathlib import Path

import duckdb

from zhike_engine.facts.folder import FolderReader
from zhike_engine.facts.manifest import MANIFEST, file_hashes, write_manifest
from zhike_engine.facts.summary import Summary, summarise
from zhike_engine.facts.tables import TABLES


def seal(folder: Path) -> None:
    """Write `facts.json` over tables whose rows the caller vouches for. Raises FactsInvalid.

    Whoever did not make the tables lets a run check them instead: an unsealed folder is checked row by row.
    """
    (folder / MANIFEST).unlink(missing_ok=True)
    files = {path.stem: path for path in sorted(folder.iterdir()) if path.stem in TABLES}
    write_manifest(folder, file_hashes(files), summaries(folder, frozenset(files)))


def summaries(folder: Path, tables: frozenset[str]) -> dict[str, Summary]:
    """The summary of every table of a folder; raises FactsInvalid when one cannot be opened."""
    connection = duckdb.connect()
    connection.execute("set enable_progress_bar = false")
    try:
        columns = FolderReader(folder, connection).open_tables(tables).columns
        return {name: summarise(connection, name, columns[name]) for name in sorted(columns)}
    finally:
        connection.close()
