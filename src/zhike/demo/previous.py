"""Last year's grades, one CSV file per shipped policy: customer, rating, grade, since.

They come from a plain rule on the amounts of the year before, with a few set by hand, so that this
year's run shows rises and falls. Customers who came later have none.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping

import numpy as np

from zhike.demo.clock import Clock, as_date
from zhike.demo.customers import Customers
from zhike.demo.decisions import yearly
from zhike.demo.frames import EMPTY, Ints, ints, stream
from zhike.demo.orders import Orders
from zhike.demo.rates import Rates

RATINGS: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "key-account": {"value": ("A", "B", "C")},
    "foreign-trade": {"value": ("A", "B", "C", "D")},
    "direct-supply": {"strategic": ("core", "important", "general"), "scale": ("large", "medium", "small")},
    "weighing-equipment": {"segment": ("A", "B", "C")},
}
"""Every rating of every shipped policy with its grades, best first."""

_WAN = 10_000 * 10_000
_LIMITS = {
    ("key-account", "value"): (800, 150),
    ("foreign-trade", "value"): (500, 100, 10),
    ("direct-supply", "strategic"): (700, 250),
    ("direct-supply", "scale"): (500, 100),
}
_DEPARTMENT = {"key-account": "key_account", "foreign-trade": "foreign_trade"}
_SEGMENT_GRADE = {"expressway": "A", "class2_highway": "B", "large_mine": "B", "industrial": "B"}
Row = tuple[str, str, str, str]


def files(seed: int, clock: Clock, customers: Customers, orders: Orders, rates: Rates) -> dict[str, str]:
    """The text of every file by its name under `previous/`."""
    amount = yearly(clock, customers, orders, rates, 1)
    known = _known(clock, customers, amount)
    found = {}
    for policy, ratings in RATINGS.items():
        rng = stream(seed, f"previous {policy}")
        inside = [position for position in known if _in_scope(customers, policy, position)]
        rows: list[Row] = []
        for rating, grades in ratings.items():
            ranks = _ranks(customers, policy, rating, amount)[inside] + _moves(rng, len(inside))
            days = [as_date(clock.back(12 * years)).isoformat() for years in rng.integers(1, 4, len(inside))]
            for position, rank, day in zip(inside, np.clip(ranks, 0, len(grades) - 1), days, strict=True):
                rows.append((str(customers.frame["customer"][position]), rating, grades[rank], day))
        found[f"{policy}.csv"] = _text(sorted(rows))
    return found


def _ranks(customers: Customers, policy: str, rating: str, amount: Ints) -> Ints:
    """The place of each customer's grade, 0 for the best, by the plain rule."""
    if rating == "segment":
        order = RATINGS[policy][rating]
        return ints([order.index(_SEGMENT_GRADE.get(str(one), "C")) for one in customers.frame["segment"]])
    limits = np.array(_LIMITS[policy, rating]) * _WAN
    return np.asarray((amount[:, None] < limits).sum(axis=1))


def _moves(rng: np.random.Generator, count: int) -> Ints:
    """A few grades given by hand: one place lower or higher."""
    luck = rng.random(count)
    return np.asarray((luck > 0.95).astype(np.int64) - (luck < 0.04))


def _known(clock: Clock, customers: Customers, amount: Ints) -> list[int]:
    """Customers who were there a year ago."""
    since = customers.frame["since"]
    there = np.where(since == EMPTY, amount != 0, since < clock.back(12))
    return [int(position) for position in np.flatnonzero(there)]


def _in_scope(customers: Customers, policy: str, position: int) -> bool:
    at_home = str(customers.frame["country"][position]) == "CN"
    if policy == "direct-supply":
        return at_home and bool(customers.frame["direct"][position])
    if policy == "weighing-equipment":
        return at_home
    return str(customers.frame["department"][position]) == _DEPARTMENT[policy]


def _text(rows: list[Row]) -> str:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(("customer", "rating", "grade", "since"))
    writer.writerows(rows)
    return out.getvalue()
