"""The rows of a parsed sheet in batches, whatever their number."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from zhike.imports.judging import Row
from zhike.imports.targets import Target

READ = 20_000


def batches(path: Path, target: Target, *, after: int, size: int) -> Iterator[list[Row]]:
    """Batches of rows behind the place `after`."""
    rows: list[Row] = []
    with pq.ParquetFile(path) as file:
        for group in range(file.num_row_groups):
            last = file.metadata.row_group(group).column(file.schema_arrow.names.index("place")).statistics
            if last is not None and last.has_min_max and last.max <= after:
                continue
            for batch in file.iter_batches(batch_size=READ, row_groups=[group]):
                for one in _rows(batch, target, after):
                    rows.append(one)
                    if len(rows) == size:
                        yield rows
                        rows = []
    if rows:
        yield rows


def _rows(batch: pa.RecordBatch, target: Target, after: int) -> Iterator[Row]:
    if after >= 0:
        batch = batch.filter(pc.greater(batch.column("place"), after))
    names = [name for name in batch.schema.names if name.startswith("v_")]
    columns = [batch.column(name).to_pylist() for name in names]
    codes = [name.removeprefix("v_") for name in names]
    fixed = [
        batch.column(name).to_pylist()
        for name in ("place", "number", "problems", "first", "members", "notes")
    ]
    for place, number, problems, first, members, notes, *values in zip(*fixed, *columns, strict=True):
        row = Row(place, number, dict(zip(codes, values, strict=True)), members=members, notes=notes)
        for problem in problems:
            _refuse(row, problem, target, first)
        yield row


def _refuse(row: Row, problem: str, target: Target, first: int | None) -> None:
    name, code = problem.split(":", 1)
    words: dict[str, Any] = {}
    if code == "twice":
        words["first"] = first
    if code == "too_long":
        words["limit"] = target.field(name).limit or 32_767
    row.refuse(name, code, **words)
