"""Rows whose `tokens` hold all of some tokens: FTS5 on SQLite, a GIN index on PostgreSQL."""

from __future__ import annotations

from functools import reduce
from operator import or_
from typing import Any, TypeVar

from django.db import connections, models
from django.db.models import Q
from django.db.models.expressions import RawSQL

from zhike.kernel.bigrams import asked, plain

M = TypeVar("M", bound="models.QuerySet[Any]")


def matching(rows: M, words: str, columns: tuple[str, ...] = ("search",)) -> M:
    """The rows of a model with `tokens` that hold every word in one of `columns`, which are plain words between blanks.

    The index narrows; the words themselves decide, so that neighbouring tokens of different names do not count, and a word
    that stands only in a column that the asking person may not see finds nothing.
    """
    found = asked(words)
    table = rows.model._meta.db_table
    if found:
        if connections[rows.db].vendor == "postgresql":
            sql, value = (
                f"select id from {table} where to_tsvector('simple', tokens) @@ to_tsquery('simple', %s)",
                " & ".join(found),
            )
        else:
            sql, value = f"select rowid from {table}_words where {table}_words match %s", " ".join(found)
        rows = rows.filter(pk__in=RawSQL(sql, [value]))  # noqa: S611
    for word in plain(words).split():
        rows = rows.filter(reduce(or_, (Q(**{f"{column}__contains": word}) for column in columns)))
    return rows
