"""From judged rows to a fact table: references, groups, the report; then the row counts are proved to add up."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from zhike.facts.formats import literal, quote
from zhike.facts.groups import group, grouped_of
from zhike.facts.mapping import Collective
from zhike.facts.rows import Work, rows_of, rows_sql
from zhike.facts.weed import drop_rows
from zhike.messages import say
from zhike_engine.errors import OutputFailed
from zhike_engine.facts.tables import TABLES


@dataclass(frozen=True, slots=True)
class Balance:
    """The rows of one file in one table: read = kept + merged + dropped + outside.

    `merged` rows went into the row of another with the same id; `outside` ones the mapping does not ask for.
    """

    table: str
    part: int
    read: int
    kept: int
    merged: int
    dropped: int
    outside: int


def fact_of(table: str) -> str:
    """The DuckDB table with the finished rows of a fact table."""
    return f"fact_{table}"


def settle(work: Work, name: str) -> list[Balance]:
    """Finish one table: `fact_<name>` is made, the report is filled, the counts of every file are balanced."""
    mapped = {each.column.name for each in work.plans[name][0].planned}
    for column in TABLES[name].columns:
        if column.references is not None and column.name in mapped:
            _check_reference(work, name, column.name, column.references, required=column.required)
    if work.target(name).group_by is not None:
        group(work, name)
    _list_rows(work, name)
    _finish(work, name)
    return _balances(work, name)


def _check_reference(work: Work, name: str, column: str, other: str, *, required: bool) -> None:
    key, cell = quote(TABLES[other].key[0]), quote(column)
    work.db.execute(
        f"CREATE OR REPLACE TEMP TABLE strangers AS SELECT _ord, _part, _n, {cell} AS value FROM {rows_of(name)} AS r "
        f"ANTI JOIN {fact_of(other)} AS known ON r.{cell} = known.{key} WHERE _drop IS NULL AND {cell} IS NOT NULL"
    )
    if not required:
        reason = work.ledger.reason(name, "repaired", "emptied", column)
        if work.ledger.add(f"SELECT {reason}, _part, _n, value FROM strangers"):
            empty = f"SET {cell} = NULL WHERE _ord IN (SELECT _ord FROM strangers)"
            work.db.execute(f"UPDATE {rows_of(name)} {empty}")
        return
    if other == "customers":
        _create_customers(work, name)
    code = "unknown_order" if other == "orders" else "unknown_customer"
    drop_rows(work, name, code, column, "SELECT _ord, value FROM strangers")


def _create_customers(work: Work, name: str) -> None:
    """Add the customers that the mapping allows to create, and take their rows from the strangers."""
    given = work.target(name).no_customer
    if work.target(name).unknown_customer == "create":
        which = "true"
    elif isinstance(given, Collective):
        which = f"value = {literal(given.customer)}"
    else:
        return
    work.db.execute(
        f"CREATE OR REPLACE TEMP TABLE created AS SELECT value, arg_min(_part, _ord) AS part, arg_min(_n, _ord) AS n "
        f"FROM strangers WHERE {which} GROUP BY value"
    )
    new = f"INSERT INTO {fact_of('customers')} BY NAME SELECT value AS customer, value AS name FROM created ORDER BY 1"
    work.db.execute(new)
    reason = work.ledger.reason(name, "suspicious", "created", "customer")
    work.ledger.add(f"SELECT {reason}, part, n, value FROM created")
    work.db.execute(f"DELETE FROM strangers WHERE {which}")


def _list_rows(work: Work, name: str) -> None:
    alike = work.plans[name][0].alike
    row = "unnest(_members)" if alike else "_n"
    dropped = f"SELECT _drop, _part, {row}, _value FROM {rows_of(name)} WHERE _drop IS NOT NULL"
    work.ledger.add(dropped)
    broken = work.ledger.reason(name, "dropped", "row_broken")
    for source in dict.fromkeys(work.target(name).sources):
        for number, part in enumerate(work.sheets[source].parts, start=work.first_part[source]):
            for each in part.broken:
                work.ledger.add_row(broken, number, each.row, each.text)
    for plan in work.plans[name]:
        plan.list_noted()


def _finish(work: Work, name: str) -> None:
    planned = work.plans[name][0].planned
    columns = ", ".join(
        f"CAST({quote(each.column.name)} AS {each.column.physical}) AS {quote(each.column.name)}"
        for each in planned
    )
    work.db.execute(f"CREATE TABLE {fact_of(name)} AS SELECT {columns} FROM {_kept(work, name)}")


def _kept(work: Work, name: str) -> str:
    if work.target(name).group_by is not None:
        return grouped_of(name)
    return f"(SELECT * FROM {rows_of(name)} WHERE _drop IS NULL)"


def _balances(work: Work, name: str) -> list[Balance]:
    count = rows_sql(work.plans[name][0].alike)
    judged = work.db.execute(
        f"SELECT _part, {count}, coalesce({count} FILTER (_drop IS NOT NULL), 0) FROM {rows_of(name)} GROUP BY _part"
    ).fetchall()
    kept = dict(work.db.execute(f"SELECT _part, count(*) FROM {_kept(work, name)} GROUP BY _part").fetchall())
    counts = {part: (int(rows), int(dropped)) for part, rows, dropped in judged}
    found = []
    for plan in work.plans[name]:
        outside = plan.outside()
        for number, part in enumerate(plan.scope.sheet.parts, start=work.first_part[plan.source]):
            rows, dropped = counts.get(number, (0, 0))
            stay, broken = kept.get(number, 0), len(part.broken)
            read = part.rows + broken
            merged = rows - dropped - stay
            found.append(Balance(name, number, read, stay, merged, dropped + broken, outside.get(number, 0)))
    _prove(work, found)
    return found


def _prove(work: Work, balances: list[Balance]) -> None:
    """Stop when a row got lost: the counts of a file must add up, and every dropped row must be listed."""
    reasons = work.ledger.reasons
    listed: Counter[tuple[str, int]] = Counter()
    for reason, part, rows in work.ledger.counts():
        if reasons[reason].action == "dropped":
            listed[reasons[reason].table, part] += rows
    for balance in balances:
        told = balance.kept + balance.merged + balance.dropped + balance.outside
        if (
            told != balance.read
            or balance.merged < 0
            or listed[balance.table, balance.part] != balance.dropped
        ):
            raise OutputFailed(
                say(
                    "the rows of `{part}` do not add up in table `{table}`",
                    part=work.part_names[balance.part],
                    table=balance.table,
                ),
                hint=say(
                    "this is a fault of the importer, not of the file; please report it with the mapping"
                ),
            )
