"""What the days bring to procedures: carried out and told every quarter of an hour; once a day every open step is looked at."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from zhike.jobs.registry import every, job
from zhike.jobs.running import Run
from zhike.procedures.course import catch_up, look_again
from zhike.procedures.models import ProcedureStep


@job("watch_procedures", title=_("Time limits of procedures"))
def watch(run: Run) -> dict[str, Any]:
    """Carry out defaults and tell of escalations. Safe to run twice."""
    return dict(catch_up(at=run.at))


@job("look_at_procedures", title=_("Open steps of procedures"))
def look(run: Run) -> dict[str, Any]:
    """Find steps at which nobody can decide any more, and those that are met since somebody left. Safe to run twice."""
    keys = list(ProcedureStep.objects.filter(state="open").order_by("pk").values_list("pk", flat=True))
    met = 0
    for number, key in enumerate(keys, 1):
        met += look_again(key, at=run.at)
        run.progress(number, len(keys))
    return {"looked_at": len(keys), "met": met}


every("watching_procedures", kind="watch_procedures", minutes=15)
every("looking_at_procedures", kind="look_at_procedures", daily="01:50")
