"""Who is told before a confidentiality agreement ends: the person, and the superior (SEC-02)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from zhike.jobs.registry import every, job
from zhike.jobs.running import Run
from zhike.outbox.actions import tell
from zhike.outbox.kinds import notice
from zhike.people.agreements import ending

notice(
    "agreement_ends", about=_("Confidentiality agreement"), must=True,
    subject=_("Your confidentiality agreement ends on %(until)s"),
    text=_("From the next day on customers' data is closed to you. Read and sign the agreement: %(link)s"),
)  # fmt: skip
notice(
    "agreement_of_report_ends", about=_("Confidentiality agreement"), must=True,
    subject=_("The confidentiality agreement of %(person)s ends on %(until)s"),
    text=_("From the next day on customers' data is closed to %(person)s."),
)  # fmt: skip


def warn(at: datetime) -> int:
    """Tell everybody whose signature ends within the days of warning, and their superiors; once for each signature."""
    told = 0
    for one in ending(timezone.localtime(at).date()):
        assert one.until_on is not None, "a signature that ends has a day"
        words = {
            "until": date_format(one.until_on, "Y-m-d"),
            "person": one.person,
            "link": "/people/agreement/",
        }
        key = f"{one.person.pk} {one.until_on}"
        told += tell(kind="agreement_ends", key=key, to=one.person, at=at, **words) is not None
        superior = one.person.superior
        if superior is not None:
            told += tell(kind="agreement_of_report_ends", key=key, to=superior, at=at, **words) is not None
    return told


@job("warn_of_agreements", title=_("Warnings before agreements end"), quick=True)
def warn_of_agreements(run: Run) -> dict[str, Any]:
    """The job."""
    return {"told": warn(run.at)}


every("warn_of_agreements", kind="warn_of_agreements", daily="07:30")
