"""What the days bring to procedures, carried out and told every quarter of an hour."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from zhike.jobs.registry import every, job
from zhike.jobs.running import Run
from zhike.procedures.course import catch_up, look_again
from zhike.procedures.models import ProcedureStep


@job("watch_procedures", title=_("Time limits of procedures"))
def watch(run: Run) -> dict[str, Any]:
    """Carry out defaults, tell of escalations, find steps at which nobody can decide. Safe to run twice."""
    counts = catch_up(at=run.at)
    keys = list(ProcedureStep.objects.filter(state="open").values_list("pk", flat=True))
    counts["met"] = sum(look_again(key, at=run.at) for key in keys)
    return dict(counts)


every("watching_procedures", kind="watch_procedures", minutes=15)
