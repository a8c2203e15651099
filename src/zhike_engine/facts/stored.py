"""Columns as a database or a file stores them, read as the kinds that the fact tables state."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Literal

from zhike_engine.errors import FactsInvalid
from zhike_engine.facts.tables import Column, Table
from zhike_engine.issues import did_you_mean
from zhike_engine.messages import say, together
from zhike_engine.sql.dialect import Dialect

Stored = Literal["text", "digits", "integer", "decimal", "double", "date", "moment", "flag"]
"""How a column is stored; `digits` is a decimal that travels as text, `moment` a date with a time of day."""

FLAG_WORDS = {"true": True, "t": True, "1": True, "false": False, "f": False, "0": False}
_KIND_WORDS = {
    "date": say("a date like 2026-01-31"),
    "money": say("an amount with at most four decimals"),
    "decimal": say("a number"),
    "integer": say("a whole number"),
    "bool": say("`true` or `false`"),
}


def typed(column: Column, stored: Stored, sql: str, d: Dialect) -> str:
    """SQL of a stored column as the fact table states it; NULL where it cannot be read."""
    text = f"nullif({d.as_text(sql)}, '')"
    match column.kind:
        case "id" if stored == "integer":
            return sql
        case "id" | "text" | "choice":
            return text
        case "date":
            return day_of(stored, sql, d)
        case "bool":
            return sql if stored == "flag" else flag_of(sql, d)
        case "integer":
            return d.integer(sql)
    if column.name == "rate":
        return text
    return d.decimal_of(text) if stored == "text" else d.decimal(sql)


def day_of(stored: Stored, sql: str, d: Dialect) -> str:
    """SQL of a stored day; the time of day is cut off."""
    if stored == "date":
        return sql
    return f"cast({sql} as date)" if stored == "moment" else d.date_of(f"substr({d.as_text(sql)}, 1, 10)")


def flag_of(sql: str, d: Dialect) -> str:
    """SQL of a yes/no that is stored as a word or a number."""
    cases = " ".join(f"when {d.text(word)} then {d.flag(answer)}" for word, answer in FLAG_WORDS.items())
    return f"(case lower({d.as_text(sql)}) {cases} end)"


def attribute(stored: Stored, sql: str, d: Dialect) -> tuple[str, str]:
    """SQL and kind (text, number, flag, date) of a column that no table description knows."""
    match stored:
        case "date" | "moment":
            return day_of(stored, sql, d), "date"
        case "flag":
            return sql, "flag"
        case "integer" | "decimal" | "double" | "digits":
            return d.decimal(sql), "number"
    return f"nullif({d.as_text(sql)}, '')", "text"


def select(table: Table, stored: Mapping[str, Stored], relation: str, d: Dialect) -> str:
    """SELECT of a fact table from a relation whose columns are stored so."""
    known = {column.name: column for column in table.columns}
    shown = [f"{typed(known[name], kind, d.quote(name), d)} as {d.quote(name)}" for name, kind in stored.items()
             if name in known]  # fmt: skip
    if table.open:
        shown += [
            f"{attribute(kind, d.quote(name), d)[0]} as {d.quote(name)}"
            for name, kind in stored.items()
            if name not in known
        ]
    return f"select {', '.join(shown)} from {relation}"


def attribute_kinds(table: Table, stored: Mapping[str, Stored], d: Dialect) -> dict[str, str]:
    """Kind of every column of an open table after `select`."""
    known = {column.name: column.kind for column in table.columns}
    fixed = {"date": "date", "bool": "flag"}
    return {
        name: fixed.get(known[name], "text") if name in known else attribute(kind, name, d)[1]
        for name, kind in stored.items()
    }


def check_columns(table: Table, stored: Mapping[str, Stored], place: str) -> None:
    """Refuse a table that lacks a column it must have; raises FactsInvalid."""
    for name in table.required_names:
        if name not in stored:
            raise FactsInvalid(
                say("table `{table}` lacks the column `{column}`", table=table.name, column=name),
                place=place,
                hint=together(
                    did_you_mean(name, stored), say("or give the database a view with the canonical columns")
                ),
            )
    for column in table.columns:
        if column.kind == "integer" and stored.get(column.name) in ("text", "flag"):
            raise FactsInvalid(
                say("column `{column}` of table `{table}` is no whole number", column=column.name, table=table.name), place=place,
                hint=say("give the database a view with the canonical columns"),
            )  # fmt: skip


def doubtful(
    table: Table, stored: Mapping[str, Stored], relation: str, d: Dialect
) -> Iterator[tuple[Column, str]]:
    """For each column that may hold what cannot be read: a SELECT of one such value as text."""
    for column in table.columns:
        kind = stored.get(column.name)
        if kind is None or column.kind in ("id", "text", "choice", "integer") or column.name == "rate":
            continue
        if kind == "text" or not d.typed or (kind != "flag" and column.kind == "bool"):
            raw = d.as_text(d.quote(column.name))
            bad = f"nullif({raw}, '') is not null and {typed(column, kind, d.quote(column.name), d)} is null"
            yield column, f"select {raw} from {relation} where {bad} limit 1"


def refuse_value(table: Table, column: Column, value: str, place: str) -> None:
    """Raise FactsInvalid for a value that is not of its column's kind."""
    raise FactsInvalid(
        say(
            "`{value}` in column `{column}` of table `{table}` is not {kind}",
            value=value,
            column=column.name,
            table=table.name,
            kind=_KIND_WORDS[column.kind],
        ),
        place=place,
        hint=say("correct the value, or give the database a view with the canonical columns"),
    )
