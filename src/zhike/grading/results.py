"""The rows of a finished run as results of the product: written once, by the database's fastest way."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

import pyarrow as pa
from django.db import connection

from zhike.grading.marks import DUCK, mark_sql
from zhike.grading.models import GradingRun
from zhike.output import GradeColumn, grade_columns
from zhike_engine.plan.rules import PlannedRating, leaves
from zhike_engine.run import Run

BATCH = 5_000
COLUMNS = (
    "run_id", "customer_id", "rating", "grade", "state", "previous", "moved", "score", "decided_by", "mark", "amount", "missing",
    "metrics",
)  # fmt: skip
PLAIN = {
    "customer", "rating", "grade", "previous_grade", "state", "score", "name", "movement", "decided_by", "review", "next_grade_missing",
}  # fmt: skip
"""Columns of the grades table that are no metric."""


def results_sql(run: Run, rating: PlannedRating) -> str:
    """SELECT of a rating's results over `result` and its standing, in the order of COLUMNS without the run."""
    p = rating.prefix
    known = {column.name: column for column in grade_columns(run, rating)}
    metrics = [column for name, column in known.items() if name not in PLAIN]
    return (
        f"select r.customer as customer, {DUCK.text(rating.name)}, coalesce(r.{p}_grade, ''), r.{p}_state, coalesce(r.{p}_prev, ''),"
        f" coalesce(r.{p}_prev_rank - r.{p}_rank, 0), {known['score'].sql}, {known['decided_by'].sql}, {mark_sql(rating)},"
        f" s.amount, r.{p}_next_missing, {_json(run, rating, metrics)}"
        f" from result r join standing_{p} s on s.customer = r.customer"
    )


def _json(run: Run, rating: PlannedRating, metrics: Sequence[GradeColumn]) -> str:
    """SQL of the metrics as JSON, and under `!` the conditions of the next better grade that fail."""
    pairs = [f"{DUCK.text(column.name)}: {column.sql}" for column in metrics]
    pairs.append(f"'!': {_failing(run, rating)}")
    return f"cast(to_json({{{', '.join(pairs)}}}) as varchar)"


def _failing(run: Run, rating: PlannedRating) -> str:
    """SQL: a list of the ids of the conditions of the next better grade that do not hold."""
    cases = []
    for grade in rating.grades[1:]:
        better = [one for one in rating.grades if one.rank < grade.rank and one.tree is not None]
        asked = leaves(better[-1].tree) if better and better[-1].tree is not None else ()
        fails = [
            f"case when r.{leaf.column} then null else {DUCK.text(leaf.id)} end"
            for leaf in asked
            if leaf.column not in run.compiled.dropped
        ]
        if fails:
            cases.append(f"when {grade.rank} then list_filter([{', '.join(fails)}], lambda x: x is not null)")
    nothing = "cast([] as varchar[])"
    return f"case r.{rating.prefix}_rank {' '.join(cases)} else {nothing} end" if cases else nothing


def write_results(
    owner: GradingRun,
    run: Run,
    only: frozenset[int],
    tell: Callable[[int, int], None] = lambda done, total: None,
) -> int:
    """Write one row per customer and rating within the caller's transaction; how many.

    Customers that were archived after the cut are in the facts, so they have a result; `only` keeps some customers.
    """
    number, total = 0, owner.results.model.objects.none().count()
    [(total,)] = run.backend.rows("select count(*) from result r")
    total *= len(run.plan.ratings)
    for rating in run.plan.ratings:
        where = f" where r.customer in ({', '.join(map(str, sorted(only)))})" if only else ""
        found = run.backend.arrow(results_sql(run, rating) + where)
        for batch in found.to_batches(max_chunksize=BATCH):
            columns = [_plain(column).to_pylist() for column in batch.columns]
            rows = list(zip(*columns, strict=True))
            _insert((owner.pk, *row) for row in rows)
            number += len(rows)
            tell(number, total)
    return number


def _plain(column: pa.Array) -> pa.Array:
    """Decimals as texts, which every database reads exactly."""
    return column.cast(pa.string()) if pa.types.is_decimal(column.type) else column


def _insert(rows: Iterable[tuple[Any, ...]]) -> None:
    names = ", ".join(COLUMNS)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            raw = cursor.cursor
            with raw.copy(f"copy zhike_grading_result ({names}) from stdin") as into:
                for row in rows:
                    into.write_row(row)
            return
        places = ", ".join(["%s"] * len(COLUMNS))
        cursor.executemany(f"insert into zhike_grading_result ({names}) values ({places})", list(rows))
