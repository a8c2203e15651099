"""The policy as a loop over customers through an ORM, as customer systems do it: SQLAlchemy on an indexed SQLite file.

python in_orm.py FOLDER DATABASE prepare     load the facts into the database
python in_orm.py FOLDER OUT DATABASE         grade
"""

from __future__ import annotations

import math
import sqlite3
import sys
from bisect import bisect_right
from datetime import date
from itertools import pairwise
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
from meter import job
from rules import AS_OF, END, INDUSTRIES, LIMITS, QUARTERS, STEPS, Y1, Y2, Y3, grades
from sqlalchemy import BigInteger, Boolean, Date, String, create_engine, select
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

Row = dict[str, Any]


class Base(DeclarativeBase):
    pass


class Customer(Base):
    __tablename__ = "customers"
    customer: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    industry: Mapped[str] = mapped_column(String)
    strategic: Mapped[bool] = mapped_column(Boolean)
    blacklisted: Mapped[bool] = mapped_column(Boolean)


class PreviousGrade(Base):
    __tablename__ = "previous_grades"
    customer: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    grade: Mapped[str] = mapped_column(String)


class ExchangeRate(Base):
    __tablename__ = "exchange_rates"
    currency: Mapped[str] = mapped_column(String, primary_key=True)
    rate_on: Mapped[date] = mapped_column(Date, primary_key=True)
    rate: Mapped[int] = mapped_column(BigInteger)


class Order(Base):
    __tablename__ = "orders"
    order: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    customer: Mapped[int] = mapped_column(BigInteger, index=True)
    ordered_on: Mapped[date] = mapped_column(Date)
    amount: Mapped[int] = mapped_column(BigInteger)
    currency: Mapped[str] = mapped_column(String)
    profit: Mapped[int | None] = mapped_column(BigInteger)
    status: Mapped[str] = mapped_column(String)


class Receivable(Base):
    __tablename__ = "receivables"
    receivable: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    customer: Mapped[int] = mapped_column(BigInteger, index=True)
    due_on: Mapped[date] = mapped_column(Date)
    paid_on: Mapped[date | None] = mapped_column(Date)


class Complaint(Base):
    __tablename__ = "complaints"
    complaint: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    customer: Mapped[int] = mapped_column(BigInteger, index=True)
    opened_on: Mapped[date] = mapped_column(Date)
    severity: Mapped[str] = mapped_column(String)


def prepare(folder: Path, database: Path) -> None:
    """Load the facts; amounts as integers of 10^-4, rates of 10^-6."""
    database.unlink(missing_ok=True)
    Base.metadata.create_all(create_engine(f"sqlite:///{database}"))
    target, source = sqlite3.connect(database), duckdb.connect()
    for table in Base.metadata.sorted_tables:
        columns = []
        for column in table.columns:
            scale = {"amount": 10_000, "profit": 10_000, "rate": 1_000_000}.get(column.name)
            text = (
                f'cast("{column.name}" as varchar)' if isinstance(column.type, Date) else f'"{column.name}"'
            )
            columns.append(f'cast("{column.name}" * {scale} as bigint)' if scale else text)
        rows = source.execute(
            f"select {', '.join(columns)} from read_parquet('{folder / table.name}.parquet')"
        )
        names = ", ".join(f'"{column.name}"' for column in table.columns)
        while some := rows.fetchmany(100_000):
            marks = ", ".join("?" * len(columns))
            target.executemany(f"insert into {table.name} ({names}) values ({marks})", some)
    target.commit()


def convert(stored: int, rate: int) -> int:
    whole = (abs(stored) * rate + 500_000) // 1_000_000
    return whole if stored >= 0 else -whole


def orders_of(orders: list[Order], rates: dict[tuple[str, date], int]) -> Row:
    """What one customer's orders come to."""
    amounts, quarters, profits = [0, 0, 0], dict.fromkeys(QUARTERS, 0), []
    rows = frequency = 0
    months, days = set(), []
    starts = [Y3, Y2, Y1]
    ends = {span[0]: name for name, span in QUARTERS.items()}
    first_days = sorted(ends)
    for order in orders:
        day = order.ordered_on
        if order.status == "cancelled" or day >= END:
            continue
        rate = rates.get((order.currency, day), 1_000_000)
        amount = convert(order.amount, rate)
        if day >= Y3:
            amounts[3 - bisect_right(starts, day)] += amount
        place = bisect_right(first_days, day)
        if place and day < QUARTERS["q0"][1]:
            quarters[ends[first_days[place - 1]]] += amount
        done = order.status == "completed"
        if done:
            days.append(day)
        if day >= Y1:
            rows += 1
            if order.profit is not None:
                profits.append(convert(order.profit, rate))
            if done:
                frequency += 1
                months.add(day.month)
    days.sort()
    late = [day for day in days if day >= Y2]
    gaps = [(b - a).days for a, b in pairwise(late) if b > a]
    return {
        "annual_amount": amounts[0], "amount_prev": amounts[1], "amount_prev2": amounts[2], "frequency": frequency,
        "annual_profit": sum(profits) if profits or not rows else None, "active_months": len(months),
        "coop_days": (END - days[0]).days if days else None, "longest_gap": max(gaps, default=None),
        "recency_days": (AS_OF - days[-1]).days if days else None, "quarters": list(quarters.values()),
    }  # fmt: skip


def metrics_of(who: Customer, session: Session, rates: dict[tuple[str, date], int]) -> Row:
    """Every metric of one customer that needs no other customer."""
    mine = session.scalars(select(Order).where(Order.customer == who.customer)).all()
    row: Row = {"customer": who.customer, "industry": who.industry, "strategic": who.strategic,
                "blacklisted": who.blacklisted, **orders_of(list(mine), rates)}  # fmt: skip
    on_time = due = 0
    overdue: list[int] = []
    for one in session.scalars(select(Receivable).where(Receivable.customer == who.customer)):
        if Y2 <= one.due_on < END:
            paid = one.paid_on if one.paid_on is not None and one.paid_on <= AS_OF else None
            overdue.append(max(((paid or AS_OF) - one.due_on).days, 0))
            if one.due_on >= Y1:
                due += 1
                on_time += paid is not None and paid <= one.due_on
    made = session.scalars(select(Complaint).where(Complaint.customer == who.customer)).all()
    made = [one for one in made if Y2 <= one.opened_on < END]
    row |= {"paid_on_time": on_time, "due": due, "max_overdue": max(overdue, default=None),
            "complaints": sum(one.opened_on >= Y1 for one in made),
            "major_disputes": sum(one.severity == "major" for one in made)}  # fmt: skip
    return row


def follow(row: Row) -> None:
    """Add the metrics that follow from others."""

    def growth(now: int, before: int) -> float | None:
        return (now - before) / before if before > 0 else None

    row["growth_1"] = growth(row["annual_amount"], row["amount_prev"])
    row["growth_2"] = growth(row["amount_prev"], row["amount_prev2"])
    row["on_time_ratio"] = row["paid_on_time"] / row["due"] if row["due"] else None
    quarters = row.pop("quarters")
    mean, variance = sum(quarters) / 8.0, 0.0
    for quarter in quarters:
        variance += (quarter - mean) * (quarter - mean)
    row["volatility"] = math.sqrt(variance / 8.0) / mean if mean > 0 else None


def compare(rows: list[Row]) -> None:
    """Add the metrics that need all customers."""
    for name, of, sign in (
        ("r_class", "recency_days", -1),
        ("f_class", "frequency", 1),
        ("m_class", "annual_amount", 1),
    ):
        known = sorted((r for r in rows if r[of] is not None), key=lambda r: (sign * r[of], r["customer"]))
        size, larger = divmod(len(known), 5)
        border = larger * (size + 1)
        for place, row in enumerate(known):
            after = larger + (place - border) // max(size, 1) + 1
            row[name] = place // (size + 1) + 1 if place < border else after
    total, gain = sum(r["annual_amount"] for r in rows), sum(r["annual_profit"] or 0 for r in rows)
    ahead, sorted_amounts = 0, sorted(r["annual_amount"] for r in rows)
    behind: dict[int, int] = {}
    for place, amount in enumerate(sorted_amounts):
        behind.setdefault(amount, place)
    for row in sorted(rows, key=lambda r: (-r["annual_amount"], r["customer"])):
        row["ahead"], ahead = ahead / total, ahead + row["annual_amount"]
        row["profit_share"] = None if row["annual_profit"] is None else row["annual_profit"] / gain
        row["amount_percentile"] = behind[row["annual_amount"]] / (len(rows) - 1)


def grade(row: Row) -> None:
    """Add score, conditions and grade."""
    row["potential"] = 0
    for name, (weight, steps) in STEPS.items():
        value = row.get(name)
        points = [given for low, given in steps if value is not None and value >= low]
        row["potential"] += weight * 100 * (points[-1] if points else 0)
    eased = {}
    for name, (metric, test, limit, easy) in LIMITS.items():
        value = row.get(metric)
        row[name] = None if value is None else test(value, limit)
        eased[name] = value is not None and test(value, easy)
    row["b5"] = eased["b5"] = row["industry"] in INDUSTRIES
    told = {name: row[name] or False for name in eased}
    raw = next((rank for rank, holds in enumerate(grades(told), start=1) if holds), 4)
    before, rank = "ABCD".find(row["previous_grade"] or "?") + 1, raw
    if before:
        near = before < 4 and grades(eased)[before - 1]
        rank = before if raw > before and near else min(max(raw, before - 1), before + 1)
    if row["strategic"]:
        rank = min(rank, 2)
    if row["blacklisted"]:
        rank = 4
    elif row["max_overdue"] is not None and row["max_overdue"] > 180:
        rank = max(rank, 3)
    row["rank"], row["grade"] = rank, "ABCD"[rank - 1]


def main(out: Path, database: Path) -> None:
    rows = []
    with Session(create_engine(f"sqlite:///{database}")) as session:
        rates = {(one.currency, one.rate_on): one.rate for one in session.scalars(select(ExchangeRate))}
        before = {one.customer: one.grade for one in session.scalars(select(PreviousGrade))}
        for identity in session.scalars(select(Customer.customer)).all():
            who = session.get_one(Customer, identity)
            rows.append(metrics_of(who, session, rates))
            rows[-1]["previous_grade"] = before.get(identity)
            session.expunge_all()
    for row in rows:
        follow(row)
    compare(rows)
    for row in rows:
        row.setdefault("r_class", None)
        grade(row)
    pq.write_table(pa.Table.from_pylist(rows), out)


if __name__ == "__main__":
    if sys.argv[3:] == ["prepare"]:
        prepare(Path(sys.argv[1]), Path(sys.argv[2]))
    else:
        with job():
            main(Path(sys.argv[2]), Path(sys.argv[3]))
