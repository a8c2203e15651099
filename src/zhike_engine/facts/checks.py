"""What is wrong or worth knowing about opened fact tables. Faults refuse the facts; findings are listed."""

from __future__ import annotations

from datetime import date
from typing import Any, Protocol

from zhike_engine.backends.base import Facts, Finding
from zhike_engine.errors import FactsInvalid
from zhike_engine.facts.tables import TABLES, Table
from zhike_engine.words import Text


class _Connection(Protocol):
    def execute(self, query: str) -> Any: ...


def first(result: Any) -> Any:
    """The first row of a result, None without rows; the result is read to its end."""
    rows = result.fetchall()
    return rows[0] if rows else None


def check(connection: _Connection, facts: Facts, as_of: date) -> None:
    """Refuse empty required values, doubled keys and unknown choices; raises FactsInvalid for the first."""
    for name in sorted(facts.columns):
        table, columns = TABLES[name], facts.columns[name]
        _no_gaps(connection, table, columns, facts)
        _one_key(connection, table, columns, facts)
        _known_choices(connection, table, columns, facts)


def _no_gaps(connection: _Connection, table: Table, columns: frozenset[str], facts: Facts) -> None:
    needed = [c.name for c in table.columns if c.required and c.name in columns]
    counts = ", ".join(f'count(*) - count("{name}")' for name in needed)
    row = first(connection.execute(f"select {counts} from f_{table.name}"))
    for name, empty in zip(needed, row, strict=True):
        if empty:
            raise FactsInvalid(
                f"column `{name}` of table `{table.name}` is empty in {empty} row{'s' if empty > 1 else ''}",
                place=facts.place,
                hint="fill it, or bring the table in with a mapping that says what to do with such rows",
            )


def _one_key(connection: _Connection, table: Table, columns: frozenset[str], facts: Facts) -> None:
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
            f"`{shown}` stands {found[-1]} times in table `{table.name}`; its key is {', '.join(table.key)}",
            place=facts.place,
            hint="remove the copies, or use a mapping with de-duplication",
        )


def _known_choices(connection: _Connection, table: Table, columns: frozenset[str], facts: Facts) -> None:
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
                f"`{found[0]}` in column `{column.name}` of table `{table.name}` is no known word ({found[1]} rows)",
                place=facts.place,
                hint=f"use {', '.join(column.choices)}; a mapping can translate other words",
            )


def note(connection: _Connection, facts: Facts, as_of: date) -> None:
    """List rows that are left out or look odd."""
    for name in sorted(facts.columns):
        table, columns = TABLES[name], facts.columns[name]
        if "customer" in columns and name != "customers":
            _strangers(connection, table, facts)
        if table.date_column and table.date_column in columns and name != "exchange_rates":
            _later(connection, table, facts, as_of)
    if "orders" in facts.columns:
        _odd_orders(connection, facts)


def _strangers(connection: _Connection, table: Table, facts: Facts) -> None:
    rows = connection.execute(
        f"select cast(t.customer as varchar), count(*) from f_{table.name} t where t.customer is not null"
        " and t.customer not in (select c.customer from f_customers c) group by 1 order by 1"
    ).fetchall()
    if rows:
        facts.findings.append(
            Finding(
                table.name,
                Text(
                    zh="客户不在客户表中，未计入", en="left out: the customer is not in the customers table"
                ),
                sum(int(count) for _, count in rows),
                tuple(str(customer) for customer, _ in rows[:5]),
            )
        )


def _later(connection: _Connection, table: Table, facts: Facts, as_of: date) -> None:
    row = first(
        connection.execute(
            f"select count(*) from f_{table.name} where \"{table.date_column}\" > date '{as_of.isoformat()}'"
        )
    )
    if row[0] and table.name not in ("receivables", "targets"):
        facts.findings.append(
            Finding(
                table.name, Text(zh="晚于截止日，未计入", en="left out: after the as-of date"), int(row[0])
            )
        )


def _odd_orders(connection: _Connection, facts: Facts) -> None:
    columns = facts.columns["orders"]
    tests = {
        "amount > 0 and status = 'returned'": Text(
            zh="退货金额为正", en="odd: a return with a positive amount"
        ),
        "amount < 0 and status = 'completed'": Text(
            zh="已完成订单金额为负", en="odd: a completed order with a negative amount"
        ),
    }
    if "profit" in columns:
        tests["profit is null and status = 'completed'"] = Text(zh="利润为空", en="no profit stated")
    sums = ", ".join(f"count(*) filter ({test})" for test in tests)
    row = first(connection.execute(f"select {sums} from f_orders"))
    for reason, count in zip(tests.values(), row, strict=True):
        if count:
            facts.findings.append(Finding("orders", reason, int(count)))
