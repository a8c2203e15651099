"""Rows of one id made one row: amounts are added up, of the other columns one filled value is taken."""

from __future__ import annotations

from zhike.facts.columns import Planned
from zhike.facts.formats import quote
from zhike.facts.rows import Work, rows_of
from zhike.facts.weed import drop_rows
from zhike_engine.facts.tables import TABLES


def grouped_of(table: str) -> str:
    """The DuckDB table with one row per id, made by `group`."""
    return f"grouped_{table}"


def group(work: Work, name: str) -> None:
    """Make `grouped_<name>`; sums that are not known, values that differ and odd amounts are listed."""
    key = TABLES[name].key[0]
    columns = [each for each in work.plans[name][0].planned if each.column.name != key]
    first = work.target(name).differ == "first"
    last = "_last" if work.plans[name][0].alike else "_ord"
    take = "arg_min({name}, _ord)" if first else f"arg_max({{name}}, {last})"
    parts = [quote(key), "min(_ord) AS _ord", "arg_min(_part, _ord) AS _part", "arg_min(_n, _ord) AS _n"]
    for each in columns:
        parts += _combined(each, take, constant=_constant(work, name, each))
    work.db.execute(
        f"CREATE TABLE {grouped_of(name)} AS SELECT {', '.join(parts)} FROM {rows_of(name)} "
        f"WHERE _drop IS NULL GROUP BY {quote(key)}"
    )
    for each in columns:
        _list_oddities(work, name, each, quote(key))
    if name == "orders":
        _judge_amounts(work)


def _constant(work: Work, name: str, each: Planned) -> bool:
    return each.constant and len(work.plans[name]) == 1


def _combined(each: Planned, take: str, *, constant: bool) -> list[str]:
    name, odd = quote(each.column.name), quote(f"odd_{each.column.name}")
    if each.column.kind == "money":
        # A sum with an unknown part is unknown: profit without one line's cost would be too high.
        known = f"CASE WHEN count({name}) = count(*) THEN sum({name}) END AS {name}"
        return [known, f"count({name}) BETWEEN 1 AND count(*) - 1 AS {odd}"]
    if constant:
        return [f"any_value({name}) AS {name}", f"false AS {odd}"]
    return [f"{take.format(name=name)} AS {name}", f"min({name}) <> max({name}) AS {odd}"]


def _list_oddities(work: Work, name: str, each: Planned, key: str) -> None:
    column, table = each.column.name, grouped_of(name)
    money = each.column.kind == "money"
    odd = work.ledger.reason(name, "suspicious", "sum_unknown" if money else "values_differ", column)
    work.ledger.add(f"SELECT {odd}, _part, _n, {key} FROM {table} WHERE {quote('odd_' + column)}")
    if money:
        rounded = work.ledger.reason(name, "repaired", "rounded", column)
        amount = quote(column)
        further = f"{amount} <> CAST({amount} AS {each.column.physical})"
        work.ledger.add(
            f"SELECT {rounded}, _part, _n, {key} || ': ' || {amount} FROM {table} WHERE {further}"
        )


def _judge_amounts(work: Work) -> None:
    ledger, table = work.ledger, grouped_of("orders")
    positive = f"FROM {table} WHERE status = 'returned' AND amount > 0"
    shown = "\"order\" || ': ' || amount AS value"
    if work.target("orders").positive_returns == "negate":
        reason = ledger.reason("orders", "repaired", "positive_return", "amount")
        ledger.add(f"SELECT {reason}, _part, _n, {shown} {positive}")
        names = [each.column.name for each in work.plans["orders"][0].planned if each.column.kind == "money"]
        turned = ", ".join(f"{name} = -{name}" for name in names)
        work.db.execute(f"UPDATE {table} SET {turned} WHERE status = 'returned' AND amount > 0")
    else:
        wrong = f'SELECT "order", {shown} {positive}'
        rows = (
            f'SELECT _ord, value FROM {rows_of("orders")} JOIN ({wrong}) USING ("order") WHERE _drop IS NULL'
        )
        drop_rows(work, "orders", "positive_return", "amount", rows)
        work.db.execute(f"DELETE {positive}")
    low = ledger.reason("orders", "suspicious", "not_positive", "amount")
    ledger.add(f"SELECT {low}, _part, _n, {shown} FROM {table} WHERE status = 'completed' AND amount <= 0")
