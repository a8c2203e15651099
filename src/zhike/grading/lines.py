"""Reads a SELECT of the product's database as Arrow within one snapshot, as fast as the database can.

The database itself strings the cells of a column together, one text per column and block of keys, so that Python handles
blocks and not rows; Arrow parses the texts. A million rows of nine columns take about a second.
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.csv as pc
from django.db import connection

BLOCK = 25_000
READING = pc.ReadOptions(column_names=["cell"], block_size=1 << 26, use_threads=False)
PARSING = pc.ParseOptions(delimiter="\x1f", quote_char=False, ignore_empty_lines=False)
YES, NO = ["true", "1", "yes", "t"], ["false", "0", "no", "f"]


class Snapshot:
    """One consistent state of the database, read by as many SELECTs as wanted."""

    def __init__(self, using: Any) -> None:
        self.using = using
        self.glue, self.char = ("group_concat", "char") if using.vendor == "sqlite" else ("string_agg", "chr")

    def rows(self, sql: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """The rows of a small result."""
        with self.using.cursor() as cursor:
            cursor.execute(sql, values)
            return list(cursor.fetchall())

    def tables(self, cells: Sequence[str], rest: str, key: str, schema: pa.Schema) -> Iterator[pa.Table]:
        """`select <cells> from <rest>` in the order of `key`, a whole number; `rest` ends in a WHERE.

        Exact numbers come as the whole numbers that the product stores.
        """
        [(first, last)] = self.rows(f"select min({key}), max({key}) from {rest}")
        if first is None:
            return
        texts = [f"coalesce(cast({sql} as text), '')" for sql in cells]
        for start in range(int(first), int(last) + 1, BLOCK):
            ends = (start, min(start + BLOCK - 1, int(last)))
            [found] = self.rows(self._glued(texts, rest, key), ends)
            if found[0] is None:
                continue
            try:
                yield _table(found, schema)
            except pa.ArrowInvalid:  # a text has a line break
                [found] = self.rows(self._glued([self._one_line(text) for text in texts], rest, key), ends)
                yield _table(found, schema)

    def _glued(self, texts: Sequence[str], rest: str, key: str) -> str:
        glue = f"{self.char}(10)"
        named = ", ".join(f"{text} as c{number}" for number, text in enumerate(texts))
        glued = ", ".join(f"{self.glue}(c{number}, {glue})" for number in range(len(texts)))
        return (
            f"select {glued} from (select {named} from {rest} and {key} between %s and %s order by {key}) q"
        )

    def _one_line(self, text: str) -> str:
        for code in (10, 13, 31):
            text = f"replace({text}, {self.char}({code}), ' ')"
        return text


def _table(texts: Sequence[str], schema: pa.Schema) -> pa.Table:
    columns = [_column(text, place.type) for text, place in zip(texts, schema, strict=True)]
    return pa.Table.from_arrays(columns, schema=schema)


def _column(text: str, kind: pa.DataType) -> pa.ChunkedArray:
    exact = pa.types.is_decimal(kind)
    convert = pc.ConvertOptions(
        column_types={"cell": pa.int64() if exact else kind}, null_values=[""], strings_can_be_null=True, true_values=YES,
        false_values=NO,
    )  # fmt: skip
    found = pc.read_csv(io.BytesIO(f"{text}\n".encode()), READING, PARSING, convert).column(0)
    if not exact:
        return found
    return pa.chunked_array([_decimals(chunk, kind) for chunk in found.chunks], type=kind)


def _decimals(chunk: pa.Array, kind: pa.DataType) -> pa.Array:
    """Whole numbers of the last decimal as decimals, without a single division."""
    low = np.asarray(chunk.fill_null(0), dtype=np.int64)
    both = np.empty((len(low), 2), dtype=np.int64)
    both[:, 0], both[:, 1] = low, low >> 63
    present = np.packbits(np.asarray(chunk.is_valid()), bitorder="little")
    return pa.Array.from_buffers(
        kind, len(low), [pa.py_buffer(present.tobytes()), pa.py_buffer(both.tobytes())]
    )


@contextmanager
def snapshot() -> Iterator[Snapshot]:
    """A snapshot of the database, over a connection of its own; inside a transaction it is that transaction's."""
    if connection.in_atomic_block:
        yield Snapshot(connection)
        return
    own: Any = connection.copy()
    try:
        own.ensure_connection()
        with own.cursor() as cursor:
            sqlite = own.vendor == "sqlite"
            cursor.execute("begin deferred" if sqlite else "begin isolation level repeatable read read only")
            yield Snapshot(own)
            cursor.execute("rollback")
    finally:
        own.close()
