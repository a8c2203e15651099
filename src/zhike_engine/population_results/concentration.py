"""80/20: how amount and profit are spread over the customers, and how much service the largest get."""

from __future__ import annotations

from decimal import Decimal

from zhike_engine.population_results.model import Concentration, MeasureName, Top
from zhike_engine.population_results.standing import Standing, money_of, share

PERCENTS = (1, 5, 10, 20, 50)
POINTS = 100
"""A curve has at most this many steps."""
Cumulated = tuple[Decimal, Decimal, Decimal]
"""Measure, hours and cost of the first so many customers."""


def places_needed(customers: int) -> tuple[dict[int, int], list[int]]:
    """How many customers each of PERCENTS stands for, and the places of the curve's points.

    >>> places_needed(30)[0]
    {1: 1, 5: 2, 10: 3, 20: 6, 50: 15}
    """
    tops = {percent: -(-customers * percent // 100) for percent in PERCENTS}
    steps = min(customers, POINTS)
    points = sorted({customers * step // steps for step in range(1, steps + 1)}) if steps else []
    return tops, points


def concentration(standing: Standing, measure: MeasureName) -> Concentration:
    """The spread of a measure over the rated customers."""
    table = ranked(standing, measure)
    rows = standing.run.backend.rows
    [(count, raw, negative)] = rows(
        f"select count(*), {standing.run.backend.dialect.total('x.worth')},"
        f" count(case when x.worth < 0 then 1 end) from {table} x"
    )
    customers, total = int(count), int(raw or 0)
    tops, points = places_needed(customers)
    wanted = sorted({*tops.values(), *points, customers} - {0})
    sums = _cumulated(standing, table, wanted)
    everything = sums.get(customers, (Decimal(0),) * 3)
    whole = Decimal(total)
    return Concentration(
        measure=measure,
        customers=customers,
        total=money_of(total) or Decimal(0),
        negative=int(negative),
        tops=tuple(_top(percent, place, sums, everything) for percent, place in tops.items() if place),
        least=_least(standing, table, total),
        lorenz=tuple(
            (place / customers, float(worth / whole))
            for place, (worth, _, _) in [(0, (Decimal(0),) * 3), *((p, sums[p]) for p in points)]
        )
        if total > 0
        else (),
    )


def ranked(standing: Standing, measure: MeasureName) -> str:
    """Keep the rated customers in order of a measure, largest first, with running totals; returns the table."""
    d, table = standing.run.backend.dialect, f"ranked_{standing.rating.prefix}_{measure}"
    order = f"order by w.worth desc, {d.ordered_text('w.id')}"
    rows = f"{order} rows between unbounded preceding and current row"
    running = ", ".join(
        f"cast(sum(w.{name}) over ({rows}) as {d.integer_type}) as {name}_run"
        for name in ("worth", "hours", "cost")
    )
    inner = (
        f"select s.customer as customer, {d.as_text('s.customer')} as id, coalesce(s.{measure}, 0) as worth,"
        f" coalesce(s.hours, 0) as hours, coalesce(s.cost, 0) as cost from {standing.table} s"
        f" where s.state <> {d.text('not_rated')}"
    )
    standing.run.backend.keep(
        table,
        f"select w.customer as customer, w.worth as worth, row_number() over ({order}) as place, {running}"
        f" from ({inner}) w",
    )
    return table


def _cumulated(standing: Standing, table: str, places: list[int]) -> dict[int, Cumulated]:
    if not places:
        return {}
    listed = ", ".join(map(str, places))
    found = standing.run.backend.rows(
        f"select x.place, x.worth_run, x.hours_run, x.cost_run from {table} x where x.place in ({listed})"
    )
    return {int(row[0]): (Decimal(int(row[1])), Decimal(int(row[2])), Decimal(int(row[3]))) for row in found}


def _top(percent: int, place: int, sums: dict[int, Cumulated], everything: Cumulated) -> Top:
    shares = [share(part, whole) for part, whole in zip(sums[place], everything, strict=True)]
    return Top(percent, place, money_of(sums[place][0]) or Decimal(0), *shares)


def _least(standing: Standing, table: str, total: int) -> int | None:
    """The first place at which the running total reaches 80 % of the whole."""
    if total <= 0:
        return None
    goal = -(-total * 4 // 5)
    [(place,)] = standing.run.backend.rows(f"select min(x.place) from {table} x where x.worth_run >= {goal}")
    return int(place)
