"""The quality report in short: per table what was read, kept, merged and dropped, why, and what the facts add up to."""

from __future__ import annotations

from collections import Counter
from typing import Any

from zhike.facts.formats import quote
from zhike.facts.rows import Work
from zhike.facts.settle import Balance, fact_of
from zhike_engine.facts.tables import TABLES

COUNTS = ("read", "kept", "merged", "dropped", "outside")
"""Row counts of a file: read = kept + merged + dropped + outside."""


def summarise(work: Work, balances: list[Balance], tables: list[str]) -> dict[str, Any]:
    """The content of `quality.json`: plain data, money as decimal text, in the order of the tables."""
    rows: Counter[str] = Counter({"dropped": 0, "repaired": 0, "suspicious": 0})
    for reason, _, count in work.ledger.counts():
        rows[work.ledger.reasons[reason].action] += count
    return {"rows": dict(rows), "tables": {name: _table(work, balances, name) for name in tables}}


def _table(work: Work, balances: list[Balance], name: str) -> dict[str, Any]:
    mine = [balance for balance in balances if balance.table == name]
    count = work.db.execute(f"SELECT count(*) FROM {fact_of(name)}").fetchone()
    assert count is not None
    return {
        "rows": count[0],
        **{count: sum(getattr(balance, count) for balance in mine) for count in COUNTS},
        "files": [
            {"file": work.part_names[balance.part], **{count: getattr(balance, count) for count in COUNTS}}
            for balance in mine
        ],
        "reasons": _reasons(work, name),
        **_figures(work, name),
    }


def _reasons(work: Work, name: str) -> list[dict[str, Any]]:
    totals: Counter[int] = Counter()
    for reason, _, count in work.ledger.counts():
        totals[reason] += count
    order = ("dropped", "repaired", "suspicious")
    reasons = [(number, work.ledger.reasons[number]) for number in totals]
    return [
        {
            "action": reason.action,
            "reason": reason.code,
            "column": reason.column,
            "rows": totals[number],
            "zh": reason.text.zh,
            "en": reason.text.en,
        }
        for number, reason in sorted(reasons, key=lambda each: (order.index(each[1].action), each[0]))
        if reason.table == name
    ]


def _figures(work: Work, name: str) -> dict[str, Any]:
    """The span of days, and sums of the first amount column per currency and status, where a table has them."""
    table = TABLES[name]
    mapped = {each.column.name for each in work.plans[name][0].planned}
    figures: dict[str, Any] = {}
    if table.date_column in mapped and table.date_column is not None:
        day = quote(table.date_column)
        span = work.db.execute(f"SELECT min({day}), max({day}) FROM {fact_of(name)}").fetchone()
        assert span is not None
        figures["days"] = [day.isoformat() if day else None for day in span]
    if {"amount", "currency"} <= mapped:
        by = ", ".join(column for column in ("currency", "status") if column in mapped)
        sums = work.db.execute(
            f"SELECT {by}, count(*), sum(amount) FROM {fact_of(name)} GROUP BY ALL ORDER BY ALL"
        ).fetchall()
        figures["sums"] = [
            {**dict(zip(by.split(", "), row, strict=False)), "rows": row[-2], "amount": str(row[-1])}
            for row in sums
        ]
    return figures
