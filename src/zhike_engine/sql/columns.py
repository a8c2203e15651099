"""The type of every column of a result, for engines that do not keep it."""

from __future__ import annotations

import re

import pyarrow as pa

from zhike_engine.sql.compile import Compiled

TYPES = {
    "exact": pa.int64(),
    "double": pa.float64(),
    "text": pa.string(),
    "flag": pa.bool_(),
    "date": pa.date32(),
    "number": pa.int64(),
}
RATING = re.compile(r"[a-z]\d+_(\w+)")
"""A column of a rating: prefix and the rest of its name."""
_TEXTS = re.compile(r"prev|grade|state|manual|o_\w+")
_FLAGS = re.compile(r"c\d+|v\d+|quota\d+|newcomer|rated|keep|shielded")


def types_of(compiled: Compiled) -> dict[str, str]:
    """Storage of the columns of metrics, scores and attributes."""
    found = {
        alias: compiled.shape.attribute_kinds.get(name, "text") for name, alias in compiled.attributes.items()
    }
    return found | {value.sql: value.storage for value in compiled.values.values()}


def retyped(table: pa.Table, compiled: Compiled) -> pa.Table:
    """A result with the types that its columns have on every other engine."""
    known = types_of(compiled)
    columns = []
    for name, column in zip(table.column_names, table.columns, strict=True):
        storage = known.get(name) or _rating_storage(name)
        columns.append(column if storage is None else column.cast(TYPES[storage]))
    return pa.table(columns, names=table.column_names)


def _rating_storage(column: str) -> str | None:
    found = RATING.fullmatch(column)
    if found is None:
        return None
    rest = found[1]
    if rest == "since":
        return "date"
    if _TEXTS.fullmatch(rest):
        return "text"
    return "flag" if _FLAGS.fullmatch(rest) else "exact"
