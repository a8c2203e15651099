"""The policy in pandas, with numpy where pandas is slow. `python in_pandas.py FOLDER OUT`"""

from __future__ import annotations

import sys
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
from meter import job
from rules import AS_OF, END, INDUSTRIES, LIMITS, QUARTERS, STEPS, Y1, Y2, Y3, grades

EPOCH = date(1970, 1, 1)


def number(day: date) -> int:
    return (day - EPOCH).days


def read(folder: Path, table: str, columns: list[str], words: tuple[str, ...] = ()) -> dict[str, Any]:
    """Columns as numpy arrays: days as integers, amounts in 10^-4, texts as categories; empty cells as NaN."""
    found: dict[str, Any] = {}
    for name in columns:
        column = pq.read_table(folder / f"{table}.parquet", columns=[name], read_dictionary=list(words))[name]
        if pa.types.is_date32(column.type):
            column = column.cast(pa.int32())
        if pa.types.is_decimal(column.type):
            whole = column.combine_chunks()
            found[name] = np.frombuffer(whole.buffers()[1], np.int64)[::2][whole.offset :][: len(whole)]
            found[f"{name}_known"] = ~np.asarray(column.is_null())
        else:
            found[name] = column.to_pandas() if name in words or column.null_count else column.to_numpy()
    return found


def converted(orders: dict[str, Any], folder: Path) -> tuple[np.ndarray, np.ndarray]:
    """Amount and profit in the policy's currency, half up."""
    rates = read(folder, "exchange_rates", ["currency", "rate_on", "rate"], ("currency",))
    codes = list(orders["currency"].cat.categories)
    first = rates["rate_on"].min()
    table = np.full((len(codes), rates["rate_on"].max() - first + 1), 1_000_000, np.int64)
    for row, code in enumerate(codes):
        mine = (rates["currency"] == code).to_numpy()
        table[row, rates["rate_on"][mine] - first] = rates["rate"][mine] // 100
    rate = table[orders["currency"].cat.codes.to_numpy(), orders["ordered_on"] - first]
    stored = (orders["amount"], np.where(orders["profit_known"], orders["profit"], 0))
    amount, profit = (np.sign(one) * ((np.abs(one) * rate + 500_000) // 1_000_000) for one in stored)
    return amount, profit


def by_order(folder: Path) -> pd.DataFrame:
    """One row per customer with orders, over a step of one row per customer and month."""
    columns = ["customer", "ordered_on", "amount", "currency", "profit", "status"]
    orders = read(folder, "orders", columns, ("currency", "status"))
    codes = list(orders["status"].cat.categories)
    status = orders.pop("status").cat.codes.to_numpy()
    standing = (status != codes.index("cancelled")) & (orders["ordered_on"] < number(END))
    orders = {name: column[standing] for name, column in orders.items()}
    amount, profit = converted(orders, folder)
    day, customer = orders["ordered_on"], orders["customer"]
    done = status[standing] == codes.index("completed")
    month = day.astype("datetime64[D]").astype("datetime64[M]").astype(np.int64)
    rows = pd.DataFrame({
        "customer": customer, "month": month, "amount": amount, "profit": profit, "known": orders["profit_known"],
        "done": done, "first": np.where(done, day, 2**31 - 1), "last": np.where(done, day, -1),
    }, copy=False)  # fmt: skip
    del orders, amount, profit, status
    monthly = rows.groupby(["customer", "month"], sort=False).agg(
        amount=("amount", "sum"), profit=("profit", "sum"), rows=("amount", "size"), known=("known", "sum"),
        done=("done", "sum"), first=("first", "min"), last=("last", "max"),
    ).reset_index()  # fmt: skip
    found = by_customer(monthly)
    recent = done & (day >= number(Y2))
    found["longest_gap"] = longest_gaps(customer[recent], day[recent])
    return found


def by_customer(monthly: pd.DataFrame) -> pd.DataFrame:
    """Months added up into the windows."""

    def within(what: Any, start: date, end: date) -> np.ndarray:
        low, high = ((day.year - 1970) * 12 + day.month - 1 for day in (start, end))
        return np.where((monthly.month >= low) & (monthly.month < high), what, 0)

    columns = {"customer": monthly.customer, "annual_amount": within(monthly.amount, Y1, END),
               "amount_prev": within(monthly.amount, Y2, Y1), "amount_prev2": within(monthly.amount, Y3, Y2),
               "profit": within(monthly.profit, Y1, END), "rows": within(monthly.rows, Y1, END),
               "known": within(monthly.known, Y1, END), "frequency": within(monthly.done, Y1, END),
               "active_months": within(monthly.done > 0, Y1, END)}  # fmt: skip
    columns |= {name: within(monthly.amount, *span) for name, span in QUARTERS.items()}
    found = pd.DataFrame(columns).groupby("customer").sum()
    ends = monthly.groupby("customer").agg(first=("first", "min"), last=("last", "max"))
    found["coop_days"] = (number(END) - ends["first"]).where(ends["last"] >= 0)
    found["recency_days"] = (number(AS_OF) - ends["last"]).where(ends["last"] >= 0)
    return found


def longest_gaps(customer: np.ndarray, day: np.ndarray) -> pd.Series:
    """Longest gap between two days, by customer."""
    order = np.lexsort((day, customer))
    customer, day = customer[order], day[order].astype(np.int64)
    gap = np.diff(day)
    between = (customer[1:] == customer[:-1]) & (gap > 0)
    return pd.Series(gap[between]).groupby(customer[1:][between]).max()


def base(folder: Path) -> pd.DataFrame:
    """One row per customer with everything that needs no other customer."""
    owed = pd.DataFrame(read(folder, "receivables", ["customer", "due_on", "paid_on"]), copy=False)
    owed = owed[(owed.due_on >= number(Y2)) & (owed.due_on < number(END))]
    this_year, in_time = (
        owed.due_on >= number(Y1),
        (owed.paid_on <= owed.due_on) & (owed.paid_on <= number(AS_OF)),
    )
    late = np.maximum(np.minimum(owed.paid_on.fillna(number(AS_OF)), number(AS_OF)) - owed.due_on, 0)
    paid = pd.DataFrame(
        {"customer": owed.customer, "paid_on_time": this_year & in_time, "due": this_year, "late": late}
    )
    paid = paid.groupby("customer").agg(
        paid_on_time=("paid_on_time", "sum"), due=("due", "sum"), max_overdue=("late", "max")
    )
    made = pd.DataFrame(read(folder, "complaints", ["customer", "opened_on", "severity"], ("severity",)))
    made = made[(made.opened_on >= number(Y2)) & (made.opened_on < number(END))]
    trouble = {"customer": made.customer, "complaints": made.opened_on >= number(Y1),
               "major_disputes": made.severity == "major"}  # fmt: skip
    columns = ["customer", "industry", "strategic", "blacklisted"]
    people = pq.read_table(folder / "customers.parquet", columns=columns).to_pandas().set_index("customer")
    before = pq.read_table(folder / "previous_grades.parquet", columns=["customer", "grade"]).to_pandas()
    people = people.join(by_order(folder)).join(paid).join(pd.DataFrame(trouble).groupby("customer").sum())
    people = people.join(
        before.set_index("customer").rename(columns={"grade": "previous_grade"})
    ).sort_index()
    counts = ["annual_amount", "amount_prev", "amount_prev2", "profit", "rows", "known", "frequency", "active_months",
              "paid_on_time", "due", "complaints", "major_disputes", *QUARTERS]  # fmt: skip
    people[counts] = people[counts].fillna(0).astype("int64")
    return people


def quotient(top: Any, bottom: pd.Series) -> pd.Series:
    return top.astype(float) / bottom.astype(float).where(bottom != 0)


def classes(column: pd.Series, *, low_first: bool) -> pd.Series:
    """A class of one to five, ties broken by customer; NaN where the column has no value."""
    known = column.dropna()
    key = -known.to_numpy() if low_first else known.to_numpy()
    place = np.empty(len(known), np.int64)
    place[np.lexsort((known.index.to_numpy(), key))] = np.arange(len(known))
    size, larger = divmod(len(known), 5)
    border = larger * (size + 1)
    tile = np.where(place < border, place // (size + 1) + 1, larger + (place - border) // max(size, 1) + 1)
    return pd.Series(tile, known.index).reindex(column.index)


def measure(t: pd.DataFrame) -> None:
    """Add every metric and the score."""
    t["annual_profit"] = t.profit.where((t.rows == 0) | (t.known > 0))
    t["r_class"] = classes(t.recency_days, low_first=True)
    t["f_class"] = classes(t.frequency, low_first=False)
    t["m_class"] = classes(t.annual_amount, low_first=False)
    t["growth_1"] = quotient(t.annual_amount - t.amount_prev, t.amount_prev.where(t.amount_prev > 0))
    t["growth_2"] = quotient(t.amount_prev - t.amount_prev2, t.amount_prev2.where(t.amount_prev2 > 0))
    t["profit_share"] = t.annual_profit.astype(float) / float(t.annual_profit.sum())
    t["amount_percentile"] = (t.annual_amount.rank(method="min") - 1) / float(len(t) - 1)
    t["on_time_ratio"] = quotient(t.paid_on_time, t.due)
    order = np.lexsort((t.index.to_numpy(), -t.annual_amount.to_numpy()))
    amount = t.annual_amount.to_numpy()[order]
    ahead = np.empty(len(t), np.int64)
    ahead[order] = np.cumsum(amount) - amount
    t["ahead"] = ahead.astype(float) / float(amount.sum())
    quarters = t[list(QUARTERS)].to_numpy()
    mean, variance = quarters.sum(1).astype(float) / 8.0, np.zeros(len(t))
    for column in quarters.T:
        away = column.astype(float) - mean
        variance = variance + away * away
    t["volatility"] = np.sqrt(variance / 8.0) / np.where(mean > 0, mean, np.nan)
    score = np.zeros(len(t), np.int64)
    for name, (weight, steps) in STEPS.items():
        points = np.zeros(len(t), np.int64)
        for low, given in steps:
            points = np.where(t[name] >= low, given, points)
        score += weight * points
    t["potential"] = score * 100


def grade(t: pd.DataFrame) -> None:
    """Add conditions and grade."""
    exact = {name: test(t[metric], limit) for name, (metric, test, limit, _) in LIMITS.items()}
    eased = {name: test(t[metric], limit) for name, (metric, test, _, limit) in LIMITS.items()}
    exact["b5"] = eased["b5"] = t.industry.isin(INDUSTRIES)
    ranks = [1, 2, 3]
    raw = np.select(list(grades(exact)), ranks, 4)
    before = t.previous_grade.map({"A": 1, "B": 2, "C": 3, "D": 4}).to_numpy(float)
    near = np.select([before == rank for rank in ranks], list(grades(eased)), False)
    limited = np.where(np.isnan(before), raw, np.clip(raw, before - 1, before + 1))
    rank = np.where((raw > before) & near, before, limited)
    rank = np.where(t.strategic, np.minimum(rank, 2), rank)
    rank = np.where(t.blacklisted, 4, np.where(t.max_overdue > 180, np.maximum(rank, 3), rank)).astype(
        np.int64
    )
    for name, column in exact.items():
        metric = LIMITS[name][0] if name in LIMITS else "industry"
        t[name] = column.astype("boolean").where(t[metric].notna())
    t["rank"], t["grade"] = rank, np.array(list("?ABCD"))[rank]


def main(folder: Path, out: Path) -> None:
    table = base(folder)
    measure(table)
    grade(table)
    for name in ("annual_profit", "coop_days", "recency_days", "longest_gap", "max_overdue", "r_class"):
        table[name] = table[name].astype("Int64")
    table.reset_index().to_parquet(out)


if __name__ == "__main__":
    with job():
        main(Path(sys.argv[1]), Path(sys.argv[2]))
