"""What the installation does by itself: it seals the journal every minute, forgets jobs that were done long ago, and counts its tables."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.db import connection
from django.utils import timezone
from django.utils.translation import gettext_lazy

from zhike.calendars.actions import ship_calendar
from zhike.jobs.actions import forget
from zhike.jobs.registry import every, job
from zhike.jobs.running import Run
from zhike.kernel.journal import seal

KEPT = timedelta(days=90)


@job("seal_journal", title=gettext_lazy("Sealing of the journal"), quick=True)
def seal_journal(run: Run) -> dict[str, Any]:
    """Number the new entries of the journal and move its anchor on."""
    return {"sealed": seal()}


@job("forget_jobs", title=gettext_lazy("Removal of old jobs"), quick=True)
def forget_jobs(run: Run) -> dict[str, Any]:
    """Remove jobs that were done 90 days ago."""
    return {"removed": forget(before=run.at - KEPT)}


@job("ship_calendar", title=gettext_lazy("Holidays of the calendar"), quick=True)
def ship_holidays(run: Run) -> dict[str, Any]:
    """Bring in holidays up to next year."""
    return {"days": ship_calendar(year=timezone.localtime(run.at).year)}


@job("tune_database", title=gettext_lazy("Statistics of the database"), quick=True)
def tune_database(run: Run) -> dict[str, Any]:
    """Let SQLite look at tables that have grown, so that it chooses its indexes well; PostgreSQL does so by itself."""
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA optimize = 0x10002")  # every table, not those of this connection alone
    return {}


every("tuning", kind="tune_database", daily="04:20")
every("shipping_calendar", kind="ship_calendar", daily="03:40")
every("sealing", kind="seal_journal", minutes=1)
every("forgetting", kind="forget_jobs", daily="04:10")
