"""What keeps customers from the next better grade, in a few words: the conditions of their results that fail."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.db.models.fields.json import KeyTransform
from django.utils.translation import gettext as _

from zhike.grading.marks import told
from zhike.grading.models import GradingResult, GradingRun

SHOWN = 2


def in_short(failed: Iterable[str], conditions: Mapping[str, Any]) -> str:
    """The first conditions that fail, and how many more there are."""
    words = [told(conditions[code]) for code in failed if code in conditions]
    more = f" +{len(words) - SHOWN}" if len(words) > SHOWN else ""
    return _("; ").join(words[:SHOWN]) + more


def tell_shortfalls(rows: Iterable[Any]) -> None:
    """Give each proposal its `shortfall`: what is not met, where a run lowers a grade without another cause. Two queries."""
    lowered = []
    for row in rows:
        row.shortfall = ""
        if row.moved < 0 and row.cause == "run" and row.result_id:
            lowered.append(row)
    if not lowered:
        return
    results = GradingResult.objects.filter(pk__in=[row.result_id for row in lowered])
    failed = {
        key: (run, rating, codes or ())
        for key, run, rating, codes in results.values_list(
            "pk", "run_id", "rating", KeyTransform("!", "metrics")
        )
    }
    ratings = sorted({rating for _run, rating, _codes in failed.values()})
    told_in = [
        KeyTransform("conditions", KeyTransform(one, KeyTransform("ratings", "board"))) for one in ratings
    ]
    runs = GradingRun.objects.filter(pk__in={run for run, _rating, _codes in failed.values()}).order_by()
    known = {run: dict(zip(ratings, found, strict=True)) for run, *found in runs.values_list("pk", *told_in)}
    for row in lowered:
        run, rating, codes = failed[row.result_id]
        words = in_short(codes, known[run][rating] or {})
        row.shortfall = _("not met: %(conditions)s") % {"conditions": words} if words else ""
