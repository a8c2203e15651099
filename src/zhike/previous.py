"""Grades of an earlier run, as a file."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pyarrow as pa

from zhike.messages import say
from zhike_engine.errors import FactsInvalid
from zhike_engine.policy.load import Policy
from zhike_engine.words import quoted


def read_previous(path: Path, policy: Policy) -> pa.Table:
    """Columns customer, rating, grade (text) and since (date) from a CSV or Parquet file of grades.

    A file without `rating` serves a policy with a single rating. Raises FactsInvalid.
    """
    if path.is_dir():
        path = path / "grades.parquet"
    if not path.is_file():
        raise FactsInvalid(
            say("there is no file `{path}`", path=path),
            hint=say("give the `grades.csv` or `grades.parquet` of an earlier run"),
        )
    if path.suffix not in (".csv", ".parquet"):
        raise FactsInvalid(say("`{path}` is neither CSV nor Parquet", path=path), place=str(path))
    connection = duckdb.connect()
    try:
        relation = connection.read_parquet(str(path)) if path.suffix == ".parquet" else connection.read_csv(
            str(path), header=True, all_varchar=True
        )  # fmt: skip
        columns = relation.columns
        missing = [name for name in ("customer", "grade") if name not in columns]
        if missing:
            raise FactsInvalid(say("previous grades lack the column `{column}`", column=missing[0]), place=str(path),
                               hint=say("they need `customer`, `rating`, `grade`"))  # fmt: skip
        table = relation.project(_columns(columns, policy, path)).filter("grade is not null").to_arrow_table()
    except duckdb.Error as problem:
        first = str(problem).splitlines()[0].rstrip(".")
        raise FactsInvalid(
            say("previous grades cannot be read: {reason}", reason=first), place=str(path)
        ) from None
    finally:
        connection.close()
    assert isinstance(table, pa.Table)
    return _once(table, path)


def _columns(columns: list[str], policy: Policy, path: Path) -> str:
    if "rating" in columns:
        rating = "cast(rating as varchar)"
    elif len(policy.document.ratings) == 1:
        rating = f"'{next(iter(policy.document.ratings))}'"
    else:
        names = quoted(policy.document.ratings)
        raise FactsInvalid(say("previous grades do not say for which rating they are: {names}", names=names), place=str(path),
                           hint=say("add a column `rating`"))  # fmt: skip
    since = "try_cast(since as date)" if "since" in columns else "cast(null as date)"
    return (
        f"cast(customer as varchar) as customer, {rating} as rating, nullif(cast(grade as varchar), '') as grade,"
        f" {since} as since"
    )


def _once(table: pa.Table, path: Path) -> pa.Table:
    keys = (
        table.select(["customer", "rating"]).group_by(["customer", "rating"]).aggregate([([], "count_all")])
    )
    doubled = [row for row in keys.to_pylist() if row["count_all"] > 1]
    if doubled:
        first = min(doubled, key=lambda row: (row["customer"], row["rating"]))
        raise FactsInvalid(
            say(
                "customer `{customer}` has several previous grades of rating `{rating}`",
                customer=first["customer"],
                rating=first["rating"],
            ),
            place=str(path),
            hint=say("keep the one in force"),
        )
    return table
