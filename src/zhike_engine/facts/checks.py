"""What is wrong or worth knowing about opened fact tables. Faults refuse the facts; findings are listed."""

from __future__ import annotations

from datetime import date
from typing import Any

from zhike_engine.backends.base import Facts, Finding
from zhike_engine.errors import FactsInvalid
from zhike_engine.facts.summary import Connection, odd_orders, strangers
from zhike_engine.facts.tables import TABLES, Table
from zhike_engine.messages import counted_rows, say
from zhike_engine.sql.dialect import DIALECTS, Dialect
from zhike_engine.words import OR, Text, quoted


def first(result: Any) -> Any:
    """The first row of a result, None without rows; the result is read to its end."""
    rows = result.fetchall()
    return rows[0] if rows else None


def check(connection: Connection, facts: Facts, as_of: date) -> None:
    """Refuse empty required values, doubled keys and unknown choices; raises FactsInvalid for the first."""
    for name in sorted(facts.columns):
        table, columns = TABLES[name], facts.columns[name]
        _no_gaps(connection, table, columns, facts)
        _one_key(connection, table, columns, facts)
        _known_choices(connection, table, columns, facts)


def _no_gaps(connection: Connection, table: Table, columns: frozenset[str], facts: Facts) -> None:
    needed = [c.name for c in table.columns if c.required and c.name in columns]
    counts = ", ".join(f'count(*) - count("{name}")' for name in needed)
    row = first(connection.execute(f"select {counts} from f_{table.name}"))
    for name, empty in zip(needed, row, strict=True):
        if empty:
            raise FactsInvalid(
                say(
                    "column `{column}` of table `{table}` is empty in {rows}",
                    column=name,
                    table=table.name,
                    rows=counted_rows(empty),
                ),
                place=facts.place,
                hint=say("fill it, or bring the table in with a mapping that says what to do with such rows"),
            )


def _one_key(connection: Connection, table: Table, columns: frozenset[str], facts: Facts) -> None:
    if not set(table.key) <= columns:
        return
    key = ", ".join(f'"{name}"' for name in table.key)
    found = first(
        connection.execute(
            f"select {key}, count(*) from f_{table.name} group by {key} having count(*) > 1 order by {key} limit 1"
        )
    )
    if found:
        shown = " / ".join(str(part) for part in found[:-1])
        raise FactsInvalid(
            say(
                "`{key}` stands {times} times in table `{table}`; its key is {names}",
                key=shown,
                times=found[-1],
                table=table.name,
                names=quoted(table.key),
            ),
            place=facts.place,
            hint=say("remove the copies, or use a mapping with de-duplication"),
        )


def _known_choices(connection: Connection, table: Table, columns: frozenset[str], facts: Facts) -> None:
    for column in table.columns:
        if column.kind != "choice" or column.name not in columns or not column.choices:
            continue
        known = ", ".join(f"'{choice}'" for choice in column.choices)
        found = first(
            connection.execute(
                f'select "{column.name}", count(*) from f_{table.name} where "{column.name}" not in ({known})'
                f' group by "{column.name}" order by "{column.name}" limit 1'
            )
        )
        if found:
            raise FactsInvalid(
                say(
                    "`{value}` in column `{column}` of table `{table}` is no known word ({rows})",
                    value=found[0],
                    column=column.name,
                    table=table.name,
                    rows=counted_rows(found[1]),
                ),
                place=facts.place,
                hint=say(
                    "use {names}; a mapping can translate other words", names=quoted(column.choices, OR)
                ),
            )


def note(connection: Connection, facts: Facts, as_of: date, d: Dialect = DIALECTS["duckdb"]) -> None:
    """List rows that are left out or look odd; what a sealed folder states is not counted again."""
    for name in sorted(facts.columns):
        table, columns = TABLES[name], facts.columns[name]
        stated = facts.summaries.get(name)
        if "customer" in columns and name != "customers":
            rows, examples = (
                strangers(connection, name, d) if stated is None else (stated.strangers, stated.examples)
            )
            _add(facts, name, STRANGERS, rows, examples)
        known_last = stated is not None and stated.last is not None and stated.last <= as_of
        if table.date_column and table.date_column in columns and name not in TIMELESS and not known_last:
            _add(facts, name, LATER, _later(connection, table, as_of, d))
    if "orders" in facts.columns:
        stated = facts.summaries.get("orders")
        odd = odd_orders(connection, facts.columns["orders"]) if stated is None else stated.odd
        for reason, count in zip(ODD, odd, strict=True):
            _add(facts, "orders", reason, count)


STRANGERS = Text(zh="客户不在客户表中，未计入", en="left out: the customer is not in the customers table")
LATER = Text(zh="晚于截止日，未计入", en="left out: after the as-of date")
ODD = (
    Text(zh="退货金额为正", en="odd: a return with a positive amount"),
    Text(zh="已完成订单金额为负", en="odd: a completed order with a negative amount"),
    Text(zh="利润为空", en="no profit stated"),
)
"""What each of ODD_ORDERS means."""
TIMELESS = ("exchange_rates", "receivables", "targets")
"""Tables whose later rows are no finding."""


def _add(facts: Facts, table: str, reason: Text, rows: int, examples: tuple[str, ...] = ()) -> None:
    if rows:
        facts.findings.append(Finding(table, reason, rows, examples))


def _later(connection: Connection, table: Table, as_of: date, d: Dialect) -> int:
    later = f'select count(*) from f_{table.name} where "{table.date_column}" > {d.day(as_of)}'
    return int(first(connection.execute(later))[0])
