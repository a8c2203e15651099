"""What a run says about the customers as a whole: distribution, movement, 80/20, tilt, lists, development.

Every figure is counted by the run's own engine; the definitions stand in docs/algorithms/population.md.
"""

from __future__ import annotations

from zhike_engine.plan.rules import PlannedRating
from zhike_engine.plan.windows import Window
from zhike_engine.population_results import grades, lists
from zhike_engine.population_results.concentration import concentration
from zhike_engine.population_results.development import development, records, yearly
from zhike_engine.population_results.model import (
    NO_GRADE,
    Concentration,
    Development,
    Distribution,
    Line,
    Listed,
    MeasureName,
    Mismatch,
    MismatchKind,
    Near,
    Population,
    RatingResults,
    Span,
    Tilt,
    Transitions,
    Year,
)
from zhike_engine.population_results.standing import keep_standing, window_of
from zhike_engine.population_results.tilt import tilt, verdict
from zhike_engine.run import Run

__all__ = [
    "population_results",
    "records",
    "yearly",
    "Population",
    "RatingResults",
    "Distribution",
    "Transitions",
    "Concentration",
    "Tilt",
    "Mismatch",
    "MismatchKind",
    "Near",
    "Line",
    "Listed",
    "Development",
    "Span",
    "Year",
    "NO_GRADE",
]
LIMIT = 100
NEAR = 40
"""Customers near the next grade are explained, which takes time, so fewer are listed."""


def population_results(run: Run, *, limit: int = LIMIT, over_time: bool = True) -> Population:
    """The results of a finished run as a whole; every list holds at most `limit` customers and says how many there are.

    The development needs every order once more; without `over_time` it is left out.
    """
    window = window_of(run)
    [(customers,)] = run.backend.rows("select count(*) from result r")
    return Population(
        as_of=run.plan.as_of,
        currency=run.plan.document.currency,
        customers=int(customers),
        window=window,
        has_activities="activities" in run.facts.columns,
        ratings=tuple(
            _rating(run, run.plan.rating(name), window, limit) for name in run.plan.document.ratings
        ),
        development=development(run) if over_time else None,
        findings=tuple(run.facts.findings),
    )


def _rating(run: Run, rating: PlannedRating, window: Window, limit: int) -> RatingResults:
    standing = keep_standing(run, rating, window)
    rows = grades.counted(standing)
    spread: dict[MeasureName, Concentration] = {}
    measures: tuple[MeasureName, ...] = ("amount", "profit")
    for measure in measures:
        if measure in standing.figures:
            spread[measure] = concentration(standing, measure)
    tilted = tilt(standing)
    reviewed, marks = lists.review(standing, limit)
    return RatingResults(
        rating=rating.name,
        title=rating.spec.title.text,
        distribution=grades.distribution(rating, rows),
        transitions=grades.transitions(rating, rows),
        concentration=spread,
        tilt=tilted,
        verdict=verdict(tilted),
        mismatches=lists.mismatches(standing, limit),
        near=lists.near(standing, min(limit, NEAR)),
        review=reviewed,
        marks=marks,
        upgrades=lists.movers(standing, limit, up=True),
        downgrades=lists.movers(standing, limit, up=False),
    )
