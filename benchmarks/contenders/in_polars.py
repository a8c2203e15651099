"""The policy in Polars, lazy and streaming, as its own users would write it. `python in_polars.py FOLDER OUT`"""

from __future__ import annotations

import sys
from datetime import date
from pathlib import Path

import polars as pl
from meter import job
from rules import AS_OF, END, INDUSTRIES, LIMITS, QUARTERS, STEPS, Y1, Y2, Y3, grades

c = pl.col
COUNTS = ["y0", "y1", "y2", "p0", "rows0", "frequency", "active_months", "in_time", "due", "complaints",
          "major_disputes", *QUARTERS]  # fmt: skip


def within(day: pl.Expr, start: date, end: date) -> pl.Expr:
    return (day >= start) & (day < end)


def by_order(folder: Path) -> pl.LazyFrame:
    """One row per customer with orders."""
    rates = pl.scan_parquet(folder / "exchange_rates.parquet").select(
        "currency", ordered_on="rate_on", ppm=(c.rate.to_physical() // 100).cast(pl.Int64)
    )
    standing = (c.status != "cancelled") & (c.ordered_on < END)
    orders = pl.scan_parquet(folder / "orders.parquet").filter(standing)
    orders = orders.join(rates, on=["currency", "ordered_on"], how="left").with_columns(
        ppm=c.ppm.fill_null(1_000_000), done=c.status == "completed"
    )

    def converted(name: str) -> pl.Expr:
        stored = c(name).to_physical().cast(pl.Int64)
        return ((stored.abs() * c.ppm + 500_000) // 1_000_000) * stored.sign()

    orders = orders.with_columns(amount=converted("amount"), profit=converted("profit"))
    day = c.ordered_on
    this_year = within(day, Y1, END)
    sums = {"y0": (Y1, END), "y1": (Y2, Y1), "y2": (Y3, Y2), **QUARTERS}
    return orders.group_by("customer").agg(
        *(c.amount.filter(within(day, *span)).sum().alias(name) for name, span in sums.items()),
        p0=c.profit.filter(this_year).sum(),
        known=c.profit.filter(this_year).count(),
        rows0=this_year.sum(),
        first_day=day.filter(c.done).min(),
        last_day=day.filter(c.done).max(),
        frequency=(this_year & c.done).sum(),
        active_months=day.filter(this_year & c.done).dt.month().n_unique(),
    )


def gaps(folder: Path) -> pl.LazyFrame:
    """The longest gap of every customer with two days of orders."""
    orders = pl.scan_parquet(folder / "orders.parquet").filter(
        (c.status == "completed") & within(c.ordered_on, Y2, END)
    )
    days = orders.select("customer", "ordered_on").sort("customer", "ordered_on")
    gap = (c.ordered_on - c.ordered_on.shift()).dt.total_days()
    same = c.customer == c.customer.shift()
    days = days.select("customer", gap=pl.when(same).then(gap)).filter(c.gap > 0)
    return days.group_by("customer").agg(longest_gap=c.gap.max())


def base(folder: Path) -> pl.DataFrame:
    """One row per customer with everything that needs no other customer."""
    owed = pl.scan_parquet(folder / "receivables.parquet").filter(within(c.due_on, Y2, END))
    late = (pl.min_horizontal(c.paid_on.fill_null(AS_OF), pl.lit(AS_OF)) - c.due_on).dt.total_days()
    paid = owed.group_by("customer").agg(
        in_time=((c.due_on >= Y1) & (c.paid_on <= c.due_on) & (c.paid_on <= AS_OF)).sum(),
        due=(c.due_on >= Y1).sum(),
        max_overdue=late.clip(lower_bound=0).max(),
    )
    trouble = (
        pl.scan_parquet(folder / "complaints.parquet")
        .filter(within(c.opened_on, Y2, END))
        .group_by("customer")
        .agg(complaints=(c.opened_on >= Y1).sum(), major_disputes=(c.severity == "major").sum())
    )
    people = pl.scan_parquet(folder / "customers.parquet").select(
        "customer", "industry", "strategic", "blacklisted"
    )
    before = pl.scan_parquet(folder / "previous_grades.parquet").select("customer", previous_grade="grade")
    for part in (by_order(folder), gaps(folder), paid, trouble, before):
        people = people.join(part, on="customer", how="left")
    return people.with_columns(c(name).fill_null(0).cast(pl.Int64) for name in COUNTS).collect(
        engine="streaming"
    )


def quotient(top: pl.Expr, bottom: pl.Expr) -> pl.Expr:
    return top.cast(pl.Float64) / pl.when(bottom != 0).then(bottom.cast(pl.Float64))


def classes(frame: pl.DataFrame, by: str, name: str, *, descending: bool) -> pl.DataFrame:
    """Join a class of one to five by a column, ties broken by customer."""
    known = frame.select("customer", by).drop_nulls().sort([by, "customer"], descending=[descending, False])
    size, larger = divmod(known.height, 5)
    place, border = c.place.cast(pl.Int64), larger * (size + 1)
    tile = (
        pl.when(place < border)
        .then(place // (size + 1) + 1)
        .otherwise(larger + (place - border) // max(size, 1) + 1)
    )
    return frame.join(
        known.with_row_index("place").select("customer", tile.alias(name)), on="customer", how="left"
    )


def measured(frame: pl.DataFrame) -> pl.DataFrame:
    """Every metric."""
    day = lambda last, name: (pl.lit(last) - c(name)).dt.total_days()  # noqa: E731
    frame = frame.rename(
        {"y0": "annual_amount", "y1": "amount_prev", "y2": "amount_prev2", "in_time": "paid_on_time"}
    )
    frame = frame.with_columns(
        annual_profit=pl.when((c.rows0 == 0) | (c.known > 0)).then(c.p0),
        coop_days=day(END, "first_day"),
        recency_days=day(AS_OF, "last_day"),
    )
    frame = classes(frame, "recency_days", "r_class", descending=True)
    frame = classes(frame, "frequency", "f_class", descending=False)
    frame = classes(frame, "annual_amount", "m_class", descending=False)
    frame = frame.sort(["annual_amount", "customer"], descending=[True, False])
    quarters = [c(name) for name in QUARTERS]
    nothing = c.customer * 0  # makes columns of scalars, by which Polars divides with another last bit
    frame = frame.with_columns(
        ahead=c.annual_amount.cum_sum() - c.annual_amount,
        total=c.annual_amount.sum() + nothing,
        gain=c.annual_profit.sum() + nothing,
        others=pl.len().cast(pl.Int64) - 1 + nothing,
        behind=c.annual_amount.rank("min").cast(pl.Int64) - 1,
        mean=pl.sum_horizontal(quarters).cast(pl.Float64) / 8.0,
    )
    squares = [
        (quarter.cast(pl.Float64) - c.mean) * (quarter.cast(pl.Float64) - c.mean) for quarter in quarters
    ]
    variance = squares[0]
    for square in squares[1:]:
        variance = variance + square
    return frame.with_columns(
        growth_1=pl.when(c.amount_prev > 0).then(quotient(c.annual_amount - c.amount_prev, c.amount_prev)),
        growth_2=pl.when(c.amount_prev2 > 0).then(quotient(c.amount_prev - c.amount_prev2, c.amount_prev2)),
        profit_share=quotient(c.annual_profit, c.gain),
        amount_percentile=quotient(c.behind, c.others),
        on_time_ratio=quotient(c.paid_on_time, c.due),
        ahead=quotient(c.ahead, c.total),
        volatility=pl.when(c.mean > 0).then((variance / 8.0).sqrt() / c.mean),
    )


def points(name: str, steps: list[tuple[float, int]]) -> pl.Expr:
    cases: pl.Expr = pl.lit(0, pl.Int64)
    for low, given in steps:
        cases = pl.when(c(name) >= low).then(pl.lit(given, pl.Int64)).otherwise(cases)
    return cases


def graded(frame: pl.DataFrame) -> pl.DataFrame:
    """Score, conditions and grade."""
    score = pl.sum_horizontal(weight * points(name, steps) for name, (weight, steps) in STEPS.items())
    frame = frame.with_columns(potential=score * 100)
    exact = {name: test(c(metric), limit) for name, (metric, test, limit, _) in LIMITS.items()}
    eased = {name: test(c(metric), limit) for name, (metric, test, _, limit) in LIMITS.items()}
    exact["b5"] = eased["b5"] = c.industry.is_in(INDUSTRIES)
    a, b, other = grades(exact)
    keep = pl.when(c.previous == 1).then(grades(eased)[0]).when(c.previous == 2).then(grades(eased)[1])
    ranks = pl.when(a).then(1).when(b).then(2).when(other).then(3).otherwise(4)
    known = {"A": 1, "B": 2, "C": 3, "D": 4}
    frame = frame.with_columns(
        previous=c.previous_grade.replace_strict(known, return_dtype=pl.Int32),
        raw=ranks.cast(pl.Int32),
        **exact,
    )
    near = keep.when(c.previous == 3).then(grades(eased)[2]).fill_null(False)
    limited = pl.when(c.previous.is_null()).then(c.raw).otherwise(c.raw.clip(c.previous - 1, c.previous + 1))
    frame = frame.with_columns(rank=pl.when((c.raw > c.previous) & near).then(c.previous).otherwise(limited))
    frame = frame.with_columns(rank=pl.when(c.strategic).then(c.rank.clip(upper_bound=2)).otherwise(c.rank))
    overdue = pl.when(c.max_overdue > 180).then(c.rank.clip(lower_bound=3)).otherwise(c.rank)
    frame = frame.with_columns(rank=pl.when(c.blacklisted).then(4).otherwise(overdue))
    return frame.with_columns(
        grade=c.rank.replace_strict({1: "A", 2: "B", 3: "C", 4: "D"}, return_dtype=pl.String)
    )


def main(folder: Path, out: Path) -> None:
    graded(measured(base(folder))).write_parquet(out)


if __name__ == "__main__":
    with job():
        main(Path(sys.argv[1]), Path(sys.argv[2]))
