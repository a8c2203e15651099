"""The result board as plain data, made once at the end of a run, so that showing it reads no rows."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from zhike_engine.explain import Miss
from zhike_engine.language.sentences import Titles, to_text
from zhike_engine.plan.rules import PlannedRating
from zhike_engine.population_results import Population, RatingResults
from zhike_engine.population_results.model import Concentration, Line
from zhike_engine.run import Run
from zhike_engine.words import Text

POINTS = 26


def board_of(run: Run, found: Population) -> dict[str, Any]:
    """Everything the board shows of a run."""
    titles = Titles(run.plan)
    metrics = {name: _both(spec.title) for name, spec in run.plan.document.metrics.items()}
    units = {name: run.compiled.values[name].unit for name in metrics if name in run.compiled.values}
    scores = {name: _both(spec.title) for name, spec in run.plan.document.scorecards.items()}
    return {
        "currency": found.currency,
        "customers": found.customers,
        "window": [
            found.window.start.isoformat() if found.window.start else "",
            found.window.end.isoformat(),
        ],
        "ratings": {one.rating: _rating(run.plan.rating(one.rating), one, titles) for one in found.ratings},
        "metrics": {**metrics, **scores},
        "units": units,
        "findings": [
            {"text": _both(one.reason), "table": one.table, "rows": one.rows} for one in found.findings
        ],
    }


def _rating(planned: PlannedRating, one: RatingResults, titles: Titles) -> dict[str, Any]:
    d, t = one.distribution, one.transitions
    before = {code: sum(n for (old, _), n in t.cells.items() if old == code) for code in t.before}
    return {
        "title": _both(one.title),
        "grades": [
            {"code": g.code, "title": _both(g.title), "colour": g.colour, "rank": g.rank, "customers": g.customers,
             "provisional": g.provisional, "share": round(g.share, 5), "before": before.get(g.code, 0)}
            for g in d.grades
        ],
        "customers": d.customers, "pending": d.pending, "not_rated": d.not_rated, "provisional": d.provisional,
        "moves": {
            "known": t.known, "before": list(t.before), "after": list(t.after), "up": t.upgrades, "down": t.downgrades,
            "same": t.unchanged, "first": t.first, "lost": t.lost,
            "cells": [[old, new, number] for (old, new), number in sorted(t.cells.items())],
        },
        "concentration": {name: _spread(spread) for name, spread in one.concentration.items()},
        "tilt": [
            {"grade": line.grade, "customers": line.customers, "amount": _number(line.amount),
             "customer_share": _share(line.customer_share), "amount_share": _share(line.amount_share),
             "profit_share": _share(line.profit_share), "effort_share": _share(line.effort_share), "flag": line.flag or ""}
            for line in one.tilt
        ],
        "verdict": one.verdict,
        "marks": [{"text": _both(text), "customers": number} for text, number in one.marks],
        "review": _listed(one.review, lambda found: {**_line(found.line), "marks": [_both(mark) for mark in found.marks]}),
        "near": _listed(one.near, lambda found: {**_line(found.line), "target": found.target, "way": _way(found.miss)}),
        "up": _listed(one.upgrades, lambda found: {**_line(found.line), "steps": found.steps}),
        "down": _listed(one.downgrades, lambda found: {**_line(found.line), "steps": found.steps}),
        "mismatches": {
            kind: _listed(listed, lambda found: {**_line(found.line), "place": found.value_place, "of": found.of})
            for kind, listed in one.mismatches.items() if listed.total
        },
        "conditions": {leaf.id: {**_both(to_text(leaf.node, titles)), "article": leaf.article} for leaf in planned.leaves()},
    }  # fmt: skip


def _listed(found: Any, shown: Any) -> dict[str, Any]:
    return {"total": found.total, "items": [shown(item) for item in found.items]}


def _line(line: Line) -> dict[str, Any]:
    return {
        "customer": int(line.customer), "name": line.name, "grade": line.grade or "", "previous": line.previous or "",
        "state": line.state, "amount": _number(line.amount),
    }  # fmt: skip


def _spread(spread: Concentration) -> dict[str, Any]:
    step = max(1, (len(spread.lorenz) - 1) // (POINTS - 1)) if spread.lorenz else 1
    return {
        "customers": spread.customers, "total": str(spread.total), "least": spread.least,
        "tops": [{"percent": top.percent, "customers": top.customers, "share": _share(top.share)} for top in spread.tops],
        "lorenz": [[round(x, 4), round(y, 4)] for x, y in _thin(spread.lorenz, step)],
    }  # fmt: skip


def _thin(points: tuple[tuple[float, float], ...], step: int) -> Iterable[tuple[float, float]]:
    kept = list(points[::step])
    return kept if not points or kept[-1] == points[-1] else [*kept, points[-1]]


def _way(miss: Miss | None) -> dict[str, str]:
    return _both(miss.summary) if miss is not None else {}


def _share(value: float | None) -> float | None:
    return None if value is None else round(value, 5)


def _number(value: Decimal | None) -> str | None:
    return None if value is None else str(value)


def _both(text: Any) -> dict[str, str]:
    found = getattr(text, "text", text)
    return (
        {"zh": str(found.zh), "en": str(found.en)}
        if isinstance(found, Text)
        else {"zh": str(text), "en": str(text)}
    )
