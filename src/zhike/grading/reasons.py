"""Why a grade was found, one click away: the explanation of the run's result, where its frozen facts are still there."""

from __future__ import annotations

from dataclasses import dataclass, field
from importlib import import_module
from typing import Any

from django.utils.translation import get_language

from zhike.grading.models import Grade, GradingResult, Proposal


@dataclass(frozen=True)
class Reasons:
    """The explanation in sentences; empty where there is none."""

    lines: tuple[str, ...] = ()
    nearest: str = ""
    explanation: Any = None
    metrics: dict[str, Any] = field(default_factory=dict)


def reasons_of(one: Proposal | Grade | GradingResult | None) -> Reasons:
    """The reasons of a proposal, a grade or a result."""
    result = one if isinstance(one, GradingResult) else result_of(one)
    if result is None:
        return Reasons()
    found = _explanation(result)
    if found is None:
        return Reasons(metrics=dict(result.metrics))
    return Reasons(tuple(_lines(found)), explanation=found, metrics=dict(result.metrics))


def result_of(one: Proposal | Grade | None) -> GradingResult | None:
    """The result of a run that a grade or a proposal goes back to."""
    if one is None:
        return None
    if isinstance(one, Proposal):
        return one.result
    if one.run_id is None:
        return None
    rating = one.rating.partition(".")[2]
    return GradingResult.objects.filter(run=one.run_id, customer=one.customer_id, rating=rating).first()


def _explanation(result: GradingResult) -> Any:
    try:
        return import_module("zhike.grading.explaining").explanation(result)
    except (ImportError, LookupError, OSError, AttributeError):
        return None


def _lines(explanation: Any) -> list[str]:
    lang = "zh" if (get_language() or "zh").startswith("zh") else "en"
    text = getattr(explanation, "text", None)
    return [line for line in str(text(lang) if callable(text) else "").splitlines() if line.strip()]
