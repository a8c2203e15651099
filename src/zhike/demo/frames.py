"""Columns as numpy arrays, random streams, and Parquet files written byte for byte the same every time.

Amounts, quantities, hours and rates are int64 in units of 10^-4; days are int64 since 1970-01-01;
`EMPTY` stands for an empty number or day, None for an empty text.
"""

from __future__ import annotations

import zlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import numpy.typing as npt

from zhike_engine.facts.tables import TABLES

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]
Words = npt.NDArray[np.object_]
Frame = Mapping[str, npt.NDArray[Any]]

UNIT = 10_000
EMPTY = int(np.iinfo(np.int64).min)

_COPY = "COPY (SELECT {columns} FROM frame) TO '{target}' (FORMAT parquet, COMPRESSION zstd)"
_FILLED = f"NULLIF({{c}}, {EMPTY})"
_SELECT = {
    "date": f"DATE '1970-01-01' + CAST({_FILLED} AS INTEGER)",
    "money": f"CAST({_FILLED} * 0.0001::DECIMAL(5,4) AS DECIMAL(18,4))",
    "decimal": f"CAST({_FILLED} * 0.0001::DECIMAL(5,4) AS DECIMAL(18,8))",
    "integer": "CAST({c} AS BIGINT)",
    "bool": "CAST({c} AS BOOLEAN)",
}


def stream(seed: int, name: str) -> np.random.Generator:
    """A random stream of its own per part, so that a change in one part leaves the others alone."""
    return np.random.default_rng([seed, zlib.crc32(name.encode())])


def words(values: Sequence[str | None]) -> Words:
    """A column of texts; None is empty."""
    column = np.empty(len(values), dtype=object)
    column[:] = values
    return column


def ints(values: Sequence[int]) -> Ints:
    """A column of whole numbers."""
    return np.array(values, dtype=np.int64)


def numbered(prefix: str, count: int, width: int = 7) -> Words:
    """Ids such as `SO0000001`, counted from 1."""
    return words([f"{prefix}{i:0{width}d}" for i in range(1, count + 1)])


def pick(rng: np.random.Generator, shares: Mapping[str, float], count: int) -> Words:
    """`count` words drawn with the given shares."""
    weights = np.array(list(shares.values()))
    return words(list(shares))[rng.choice(len(shares), count, p=weights / weights.sum())]


def write(table: str, frame: Frame, path: Path) -> int:
    """Write one fact table as Parquet, columns in their canonical kinds, and return its number of rows."""
    columns = TABLES[table].columns
    names = [column for column in columns if column.name in frame]
    select = ", ".join(_SELECT.get(c.kind, "{c}").format(c=f'"{c.name}"') + f' AS "{c.name}"' for c in names)
    target = str(path).replace("'", "''")
    with duckdb.connect(config={"threads": 1}) as db:
        db.register("frame", {c.name: frame[c.name] for c in names})
        db.execute(_COPY.format(columns=select, target=target))
    return len(frame[names[0].name])
