"""What the project promises about speed, and what was measured."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import log

from measure import Measures

HAND = ("hand-written SQL, by month", "hand-written SQL, one pass")
ORDERS = {"S": 1_000_000, "M": 10_000_000, "L": 50_000_000}
CUSTOMERS = {"S": 10_000, "M": 100_000, "L": 1_000_000}
IMPORTS = ("zhike facts", "DuckDB's own CSV reader")
PRODUCT = ("a run of the product", "the engine on the same facts")
ORDERED = ("by name", "by last order", "grade A", "grade, life and region", "page 150", "two characters", "initials", "a code",
           "nothing found", "region, by last contact", "few of a grade and an amount")  # fmt: skip
"""Pages of the list that are held against its first page: orders, filters, a deep page, searches (names of `pages.py`)."""
Pages = Mapping[str, Mapping[int, Mapping[str, tuple[float, float, int]]]]
"""Database -> customers -> page -> (ms of CPU, ms of the clock, queries)."""
Found = Mapping[str, Mapping[str, Measures]]
"""Size -> contender -> what it took."""


@dataclass(frozen=True)
class Goal:
    """One promise: the words, the number measured, and the most (or the least) it may be."""

    words: str
    measured: float
    limit: float
    at_least: bool = False
    form: str = "{:.2f}"

    @property
    def met(self) -> bool:
        """Whether the promise is kept."""
        return self.measured >= self.limit if self.at_least else self.measured <= self.limit


def best_hand(measures: Mapping[str, Measures], what: str) -> float:
    """Seconds of the better of the hand-written scripts."""
    return min(measures[name].median("job", what) for name in HAND)


def exponent(found: Found) -> float:
    """Slope of log(CPU) over log(orders): 1 is linear growth."""
    points = [(log(ORDERS[size]), log(one["zhike"].median("job", "cpu"))) for size, one in found.items()]
    mean_x, mean_y = (sum(axis) / len(points) for axis in zip(*points, strict=True))
    across = sum((x - mean_x) * (y - mean_y) for x, y in points)
    return float(across / sum((x - mean_x) ** 2 for x, _ in points))


def raw_goals(size: str, measures: Mapping[str, Measures]) -> list[Goal]:
    """Grading from Parquet against hand-written SQL, Polars and pandas."""
    mine = measures["zhike"]
    wall, cpu = mine.median("job", "wall"), mine.median("job", "cpu")
    goals: list[Goal] = []
    if size == "L":  # below a million customers, start-up weighs as much as the work
        goals.append(Goal("L: time, of the best hand-written SQL", wall / best_hand(measures, "wall"), 1.15))
        goals.append(Goal("L: CPU, of the best hand-written SQL", cpu / best_hand(measures, "cpu"), 1.15))
        goals.append(Goal("L: peak memory, MiB", mine.peak, 2048, form="{:.0f}"))
    for name in ("Polars", "pandas"):
        if name in measures:
            other = measures[name]
            goals.append(Goal(f"{size}: time, of {name}", wall / other.median("job", "wall"), 1))
            goals.append(Goal(f"{size}: memory, of {name}", mine.peak / other.peak, 0.5))
    return goals


def month_goals(size: str, measures: Mapping[str, Measures]) -> list[Goal]:
    """Work on prepared months against grading from Parquet."""
    months, mine = measures["zhike, prepared months"], measures["zhike"]
    goals = []
    for what, word in (("wall", "time"), ("cpu", "CPU")):
        raw = mine.median("job", what)
        again = months.median("take in changes", what) + months.median("grade after changes", what)
        whatif = max(months.median(step, what) for step in months.steps[0] if step.startswith("what-if"))
        goals += [
            Goal(f"{size}: {word} of a full grading from months, of the raw run",
                 months.median("grade from months", what) / raw, 0.4),
            Goal(f"{size}: {word} of a what-if, of the raw run", whatif / raw, 1 / 40, form="{:.4f}"),
            Goal(f"{size}: {word} after 0.1 % of the customers changed, of the raw run", again / raw, 1 / 8,
                 form="{:.3f}"),
        ]  # fmt: skip
    return goals


def import_goals(measures: Mapping[str, Measures]) -> list[Goal]:
    """Import of a real file against reading it with DuckDB; no goals where the file is not at hand."""
    if not measures:
        return []
    mine, theirs = (measures[name] for name in IMPORTS)
    return [
        Goal(f"{word} of importing 1.07 million lines, of DuckDB's CSV reader",
             mine.median("job", what) / theirs.median("job", what), 3)
        for what, word in (("wall", "time"), ("cpu", "CPU"))
    ]  # fmt: skip


def product_goals(measures: Mapping[str, Measures]) -> list[Goal]:
    """A run from the product's own database against the engine on Parquet files of the same facts."""
    mine, theirs = (measures[name] for name in PRODUCT)
    return [
        Goal(f"{word} of a run of 10,000 customers and 1,000,000 orders from the product's database, of the engine's",
             mine.median("job", what) / theirs.median("job", what), 2)
        for what, word in (("wall", "time"), ("cpu", "CPU"))
    ]  # fmt: skip


def page_goals(pages: Pages) -> list[Goal]:
    """The list of customers: as many queries at every size, and nothing much slower than its first page."""
    goals = []
    for database, sizes in pages.items():
        small, large = sizes[min(sizes)], sizes[max(sizes)]
        most = max(max(large[name][1] for name in ORDERED) / large["first page"][1], 1)
        more = max(large[name][2] - small[name][2] for name in ("first page", *ORDERED))
        queries = max(large[name][2] for name in ("first page", *ORDERED))
        words = f"{database}, list of {max(sizes):,} customers"
        goals += [
            Goal(f"{words}: slowest order, filter, deep page or search, of its first page's time", most, 3),
            Goal(f"{words}: queries", queries, 8, form="{:.0f}"),
            Goal(f"{words}: queries more than with {min(sizes):,}", more, 0, form="{:.0f}"),
        ]
    return goals


def all_goals(found: Found, planning: Mapping[str, Mapping[str, float]]) -> list[Goal]:
    """Every promise that the sizes at hand can be held to; those about prepared months speak of a million customers."""
    goals = []
    for size, measures in found.items():
        if size != "S":
            goals += raw_goals(size, measures)
        if size == "L":
            goals += month_goals(size, measures)
    if "ORM loop" in found.get("S", {}):
        ratio = found["S"]["ORM loop"].median("job", "cpu") / found["S"]["zhike"].median("job", "cpu")
        goals.append(
            Goal(
                "S: CPU of a loop through an ORM, times that of Zhike",
                ratio,
                50,
                at_least=True,
                form="{:.0f}",
            )
        )
    if len(found) > 1:
        goals.append(
            Goal(
                f"growth of CPU with orders, exponent from {next(iter(found))} to {list(found)[-1]}",
                exponent(found),
                1.05,
            )
        )
    first = planning["plan and compile"]["first"]
    goals.append(Goal("planning and compiling the policy for the first time, ms", first, 50, form="{:.0f}"))
    return goals
