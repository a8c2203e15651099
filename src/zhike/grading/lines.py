"""Reads a SELECT of the product's database as Arrow within one snapshot, as fast as the database can.

The database itself strings the rows of a block of keys together as one text, so that Python handles blocks and not rows;
Arrow parses the text. A million rows of nine columns take about six tenths of a second.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import contextmanager
from itertools import islice
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as csv
from django.db import connection

BLOCK = 25_000
AHEAD = 6
"""So many blocks the database may be ahead of whoever takes them in, so that neither waits while the other has a longer piece."""
CELLS = 50
"""So many cells are strung together by one call, since SQLite limits the arguments of a function."""
APART = "\x1f"
PARSING = csv.ParseOptions(delimiter=APART, quote_char=False, ignore_empty_lines=False)
YES, NO = ["true", "1", "yes", "t"], ["false", "0", "no", "f"]


class Snapshot:
    """One consistent state of the database, read by as many SELECTs as wanted."""

    def __init__(self, using: Any, ahead: Executor | None = None) -> None:
        self.using, self.ahead = using, ahead
        self.sqlite = using.vendor == "sqlite"
        self.glue, self.char = ("group_concat", "char") if self.sqlite else ("string_agg", "chr")

    def rows(self, sql: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """The rows of a small result."""
        with self.using.cursor() as cursor:
            cursor.execute(sql, values)
            return list(cursor.fetchall())

    def tables(self, cells: Sequence[str], rest: str, key: str, schema: pa.Schema) -> Iterator[pa.Table]:
        """`select <cells> from <rest>` in the order of `key`, a whole number; `rest` ends in a WHERE.

        Exact numbers come as the whole numbers that the product stores; an empty text is nothing.
        """
        [(first, last)] = self.rows(f"select min({key}), max({key}) from {rest}")
        if first is None:
            return
        sql, end = self._glued(cells, rest, key), int(last)
        starts = iter(range(int(first), end + 1, BLOCK))
        blocks = deque((start, self._soon(sql, start, end)) for start in islice(starts, AHEAD))
        while blocks:
            start, block = blocks.popleft()
            number, text = block()
            blocks.extend((following, self._soon(sql, following, end)) for following in islice(starts, 1))
            if not number:
                continue
            found = _table(text, schema, number)
            if found is None:  # a text has a line break
                texts = [self._one_line(sql) for sql in cells]
                number, text = self._soon(self._glued(texts, rest, key), start, end)()
                found = _table(text, schema, number)
            assert found is not None
            yield found

    def _soon(self, sql: str, start: int, last: int) -> Callable[[], tuple[int, bytes]]:
        """Begin to read a block of keys; what is returned waits for it."""
        ends = (start, min(start + BLOCK - 1, last))

        def read() -> tuple[int, bytes]:
            [(number, text)] = self.rows(sql, ends)
            return int(number), text if isinstance(text, bytes) else f"{text or ''}\n".encode()

        return self.ahead.submit(read).result if self.ahead is not None else read

    def _glued(self, cells: Sequence[str], rest: str, key: str) -> str:
        pieces = [self._strung(cells[first : first + CELLS]) for first in range(0, len(cells), CELLS)]
        line = f" || {self.char}(31) || ".join(pieces)
        lines = f"{self.glue}(line, {self.char}(10))"
        if self.sqlite:  # bytes as they are: a text would be decoded for Python, and encoded for Arrow again
            lines = f"cast({lines} || char(10) as blob)"
        return (
            f"select count(*), {lines} from"
            f" (select {line} as line from {rest} and {key} between %s and %s order by {key}) q"
        )

    def _strung(self, cells: Sequence[str]) -> str:
        """SQL of some cells as one text; what is not there is empty."""
        if self.sqlite:
            return f"printf('{APART.join(['%%s'] * len(cells))}', {', '.join(cells)})"
        return f"concat({f', {self.char}(31), '.join(cells)})"

    def _one_line(self, sql: str) -> str:
        text = f"cast({sql} as text)"
        for code in (10, 13, 31):
            text = f"replace({text}, {self.char}({code}), ' ')"
        return text


def _table(text: bytes, schema: pa.Schema, number: int) -> pa.Table | None:
    """The rows of a block; None when they cannot be told apart."""
    kinds = {place.name: pa.int64() if pa.types.is_decimal(place.type) else place.type for place in schema}
    reading = csv.ReadOptions(column_names=schema.names, block_size=1 << 26)
    convert = csv.ConvertOptions(
        column_types=kinds, null_values=[""], strings_can_be_null=True, true_values=YES, false_values=NO
    )
    try:
        found = csv.read_csv(pa.BufferReader(text), reading, PARSING, convert)
    except pa.ArrowInvalid:
        return None
    if found.num_rows != number:
        return None
    columns = [_column(column, place.type) for column, place in zip(found.columns, schema, strict=True)]
    return pa.Table.from_arrays(columns, schema=schema)


def _column(found: pa.ChunkedArray, kind: pa.DataType) -> pa.ChunkedArray:
    if not pa.types.is_decimal(kind):
        return found
    return pa.chunked_array([_decimals(chunk, kind) for chunk in found.chunks], type=kind)


def _decimals(chunk: pa.Array, kind: pa.DataType) -> pa.Array:
    """Whole numbers of the last decimal as decimals, without a single division."""
    first = chunk.offset
    low = np.frombuffer(chunk.buffers()[1], dtype=np.int64)[first : first + len(chunk)]
    both = np.empty((len(low), 2), dtype=np.int64)
    both[:, 0], both[:, 1] = low, low >> 63
    present = pc.is_valid(chunk).buffers()[1] if chunk.null_count else None
    return pa.Array.from_buffers(kind, len(low), [present, pa.py_buffer(both)])


@contextmanager
def snapshot() -> Iterator[Snapshot]:
    """A snapshot of the database, over a connection of its own; inside a transaction it is that transaction's."""
    if connection.in_atomic_block:
        yield Snapshot(connection)
        return
    own: Any = connection.copy()
    own.inc_thread_sharing()
    try:
        own.ensure_connection()
        sqlite = own.vendor == "sqlite"
        with own.cursor() as cursor, ThreadPoolExecutor(1) as ahead:
            cursor.execute("begin deferred" if sqlite else "begin isolation level repeatable read read only")
            yield Snapshot(own, ahead)
            ahead.shutdown()
            cursor.execute("rollback")
    finally:
        own.close()
