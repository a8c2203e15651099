"""80/20 and fit: how much the first fifth brings, what service it gets, and whether effort follows value by grade (ANA-07)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from zhike.analysis.grades import in_order
from zhike.analysis.standing import Line, Standing, share, total
from zhike.kernel.amounts import amount
from zhike_engine.population_results.concentration import places_needed
from zhike_engine.population_results.model import Tilt, Verdict
from zhike_engine.population_results.tilt import flagged, verdict

FIFTH = 20


@dataclass(frozen=True)
class Top:
    """The first so many percent of customers by a figure, and their shares of everything."""

    percent: int
    customers: int
    amount: float | None
    profit: float | None
    minutes: float | None
    contacts: float | None
    cost: float | None


@dataclass(frozen=True)
class Fit:
    """The concentration of a figure, and what each grade brings and gets."""

    measure: str
    customers: int
    tops: list[Top]
    least: int | None
    curve: list[tuple[float, float]]
    grades: list[Tilt]
    verdict: Verdict

    @property
    def fifth(self) -> Top | None:
        """The first fifth."""
        return next((one for one in self.tops if one.percent == FIFTH), None)


def fit(standing: Standing, measure: str, ranks: Mapping[str, int]) -> Fit:
    """How a figure is spread, and whether effort follows it."""
    ordered = standing.ordered(measure)
    needed, points = places_needed(len(ordered))
    whole = {name: total(ordered, name) for name in ("amount", "profit", "minutes", "contacts", "cost")}
    tops = [
        Top(percent, place, *(share(total(ordered[:place], name), whole[name]) for name in whole))
        for percent, place in needed.items()
        if place
    ]
    running, sums = 0, []
    for one in ordered:
        running += int(getattr(one, measure))
        sums.append(running)
    goal = -(-whole[measure] * 4 // 5)
    least = (
        next((place for place, value in enumerate(sums, 1) if value >= goal), None)
        if whole[measure] > 0
        else None
    )
    curve = [(0.0, 0.0)] + [
        (place / len(ordered), sums[place - 1] / whole[measure]) for place in points if whole[measure] > 0
    ]
    tilts = tilt(standing, measure, ranks)
    return Fit(measure, len(ordered), tops, least, curve, tilts, verdict(tilts))


def tilt(standing: Standing, measure: str, ranks: Mapping[str, int]) -> list[Tilt]:
    """What each grade brings and gets, best first; the engine's own rule flags a grade whose effort does not follow."""
    groups: dict[str, list[Line]] = {}
    for one in standing.graded:
        groups.setdefault(one.grade, []).append(one)
    everyone = standing.graded
    whole = {name: total(everyone, name) for name in ("amount", "profit", standing.effort, "cost")}
    found = []
    for code in in_order(groups, dict(ranks)):
        lines = groups[code]
        effort = total(lines, standing.effort)
        hours = (
            (Decimal(effort) / 60).quantize(Decimal("0.01"))
            if standing.effort == "minutes"
            else Decimal(effort)
        )
        found.append(
            flagged(
                Tilt(
                    grade=code, customers=len(lines), amount=amount(total(lines, "amount")),
                    profit=amount(total(lines, "profit")) if measure == "profit" else None, hours=hours,
                    cost=amount(total(lines, "cost")), customer_share=len(lines) / len(everyone),
                    amount_share=share(total(lines, "amount"), whole["amount"]),
                    profit_share=share(total(lines, "profit"), whole["profit"]) if measure == "profit" else None,
                    hours_share=share(effort, whole[standing.effort]), cost_share=share(total(lines, "cost"), whole["cost"]),
                )
            )
        )  # fmt: skip
    return found
