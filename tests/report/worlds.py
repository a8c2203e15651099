"""Small worlds for the report: facts as rows, a policy by amount, and a run over both."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from zhike_engine.backends.duckdb import DuckDB
from zhike_engine.policy.load import load_policy
from zhike_engine.run import Run, run

AS_OF = date(2026, 6, 30)
POLICY = """
zhike: 1
policy: by-amount
version: "1"
title: {zh: 按金额分级, en: Grading by amount}
currency: CNY
articles:
  "1": {title: {zh: 分级, en: Grading}}
parameters:
  a_amount: {article: "1", title: {zh: A级下限, en: Limit of A}, type: money, value: 100000}
metrics:
  annual_amount: {article: "1", title: {zh: 年度金额, en: Annual amount}, sum: orders.amount, over: last 12 months}
  annual_profit: {article: "1", title: {zh: 年度利润, en: Annual profit}, sum: orders.profit, over: last 12 months}
ratings:
  value:
    article: "1"
    title: {zh: 客户等级, en: Customer grade}
    measure: annual_amount
    grades:
      A: {article: "1", title: {zh: A级, en: Grade A}, all: [annual_amount >= a_amount]}
      B: {article: "1", title: {zh: B级, en: Grade B}, all: [annual_amount >= 10000]}
      C: {article: "1", title: {zh: C级, en: Grade C}, all: [annual_amount > 0]}
    fallback: {article: "1", mark: {zh: 没有订单, en: no orders}, lines: [{pending: {zh: 等待, en: waits}}]}
"""
Row = Mapping[str, Any]


def customer(number: int, name: str = "") -> dict[str, Any]:
    """A row of customers."""
    return {"customer": f"K{number:03}", "name": name or f"客户{number}"}


def order(number: int, amount: object, profit: object = "", day: date = AS_OF, **more: Any) -> dict[str, Any]:
    """A completed order of one customer."""
    row = {
        "customer": f"K{number:03}",
        "ordered_on": day,
        "amount": amount,
        "currency": "CNY",
        "profit": profit,
    }
    return {**row, "status": "completed", **more}


def activity(number: int, hours: object, cost: object = "") -> dict[str, Any]:
    """A service activity in the year."""
    return {"customer": f"K{number:03}", "done_on": AS_OF - timedelta(days=30), "kind": "visit", "hours": hours,
            "cost": cost}  # fmt: skip


def previous(number: int, grade: str) -> dict[str, Any]:
    """A previous grade."""
    return {"customer": f"K{number:03}", "rating": "value", "grade": grade}


COLUMNS = {
    "customers": ("customer", "name"),
    "orders": ("order", "customer", "ordered_on", "amount", "currency", "profit", "status"),
    "activities": ("activity", "customer", "done_on", "kind", "hours", "cost"),
    "previous_grades": ("customer", "rating", "grade"),
}


def write(folder: Path, tables: Mapping[str, Sequence[Row]]) -> Path:
    """The tables as CSV files; orders and activities are numbered."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, rows in tables.items():
        with (folder / f"{name}.csv").open("w", encoding="utf-8", newline="") as stream:
            writer = csv.DictWriter(stream, COLUMNS[name])
            writer.writeheader()
            for number, row in enumerate(rows):
                key = COLUMNS[name][0]
                writer.writerow(row if key in row else {key: f"{name[0]}{number}", **row})
    return folder


def graded(folder: Path, policy: str = POLICY, **tables: Sequence[Row]) -> Run:
    """A run of a policy over tables given as rows."""
    write(folder / "facts", tables)
    path = folder / "policy.yaml"
    path.write_text(policy, "utf-8")
    return run(load_policy(path), DuckDB(folder / "facts", threads=1), AS_OF)
