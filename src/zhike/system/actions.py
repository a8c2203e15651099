"""What people may do about jobs: whoever asked for one, and whoever runs the installation."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from zhike.jobs import actions
from zhike.jobs.models import Job
from zhike.kernel.journal import journal, sentences
from zhike.kernel.refusals import Conflict
from zhike.people.models import Person
from zhike.people.rules import allow, can

sentences({
    "job_cancelled": gettext_lazy("%(who)s stopped the job “%(what)s”"),
    "job_asked_again": gettext_lazy("%(who)s asked again for the job “%(what)s”"),
})  # fmt: skip


def jobs_of(person: Person) -> QuerySet[Job]:
    """The jobs a person sees: the own ones, or all with the right to run the installation."""
    found = Job.objects.select_related("asked_by")
    return found if can(person, "run_system") else found.filter(asked_by=person)


def _may(job: Job, by: Person) -> None:
    if job.asked_by_id != by.pk:
        allow(by, "run_system")


@transaction.atomic
def cancel_job(*, job: Job, by: Person, at: datetime) -> Job:
    """Stop a job that has not ended. Raises Conflict when it has."""
    _may(job, by)
    if not actions.cancel(job=job, at=at):
        raise Conflict(_("The job has ended already."))
    journal(job, "job_cancelled", by=by, at=at)
    return job


@transaction.atomic
def retry_job(*, job: Job, by: Person, at: datetime) -> Job:
    """Ask again for a job that ended without success. Raises Conflict for any other."""
    _may(job, by)
    if not actions.retry(job=job, at=at):
        raise Conflict(_("Only a job that ended without success can be asked for again."))
    journal(job, "job_asked_again", by=by, at=at)
    return job


def tone_of(job: Job) -> str:
    """The colour of a job's state."""
    tones: dict[str, Any] = {
        "running": "primary",
        "done": "success",
        "failed": "error",
        "parked": "error",
        "cancelled": "warning",
    }
    return str(tones.get(job.state, "quiet"))
