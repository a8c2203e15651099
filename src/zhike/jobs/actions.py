"""Putting jobs into the queue and taking them out, stopping them and asking for them again.

Rights are asked by whoever calls: the pages in `zhike.system`, the verb that queues a job.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction
from django.db.models import F
from django.utils.translation import gettext as _

from zhike.jobs import registry
from zhike.jobs.models import CANCELLED, DONE, FAILED, OPEN, PARKED, QUEUED, RUNNING, STOPPED, Beat, Job
from zhike.jobs.registry import kind_of
from zhike.kernel.journal import plain

LEASE = timedelta(seconds=60)
PAUSES = (10, 40, 160, 640, 3600)
"""Seconds before the second, third … attempt; the last one again and again."""


@transaction.atomic
def enqueue(
    *,
    kind: str,
    payload: Mapping[str, Any] | None = None,
    by: Any = None,
    at: datetime,
    key: str = "",
    again: bool = False,
    start_at: datetime | None = None,
) -> Job:
    """Queue a job within the caller's transaction: it exists exactly when the caller's change does.

    A `key` names the work: as long as a job has it, the same key gives that job back. With `again`, a job that has
    ended hands its key over to a new one. `start_at` is the earliest start.
    """
    known = kind_of(kind)
    if key and again:
        Job.objects.filter(key=key).exclude(state__in=OPEN).update(key=None)
    fresh = Job(
        kind=kind, payload=plain(payload or {}), quick=known.quick, asked_by=by, created_at=at, next_at=start_at or at
    )  # fmt: skip
    if not key:
        fresh.save(force_insert=True)
        return fresh
    Job.objects.bulk_create([_with_key(fresh, key)], ignore_conflicts=True)
    return Job.objects.get(key=key)


def _with_key(job: Job, key: str) -> Job:
    job.key = key
    return job


def claim(*, worker: str, at: datetime, quick_only: bool = False) -> Job | None:
    """Take the next due job for a worker; None when there is none. No two workers get the same one.

    A job whose worker died too often is parked instead, one that somebody asked to stop is stopped.
    """
    waiting = Job.objects.due(at)
    if quick_only:
        waiting = waiting.filter(quick=True)
    while waiting.exists():
        with transaction.atomic():
            skip = connection.features.has_select_for_update_skip_locked
            job = waiting.select_for_update(skip_locked=skip).order_by("next_at", "id").first()
            if job is None:
                return None
            if not _end_if_hopeless(job, at):
                _take(job, worker, at)
                return job
    return None


def _take(job: Job, worker: str, at: datetime) -> None:
    job.state, job.worker, job.lease_until = RUNNING, worker, at + LEASE
    job.attempts, job.started_at = job.attempts + 1, job.started_at or at
    job.save(update_fields=["state", "worker", "lease_until", "attempts", "started_at"])


def _end_if_hopeless(job: Job, at: datetime) -> bool:
    known = registry.KINDS.get(job.kind)
    tries = known.tries if known else 0
    if job.cancelling:
        _end(job, CANCELLED, at)
    elif tries == 0:
        _end(
            job,
            PARKED,
            at,
            error=_("This version does not know jobs of the kind `%(kind)s`.") % {"kind": job.kind},
        )
    elif job.state == RUNNING and job.attempts >= tries:
        _end(job, PARKED, at, error=_("Whoever did it died every time."))
    else:
        return False
    return True


def _end(job: Job, state: str, at: datetime, **more: Any) -> None:
    Job.objects.filter(pk=job.pk).update(state=state, ended_at=at, lease_until=None, cancelling=False, **more)


def renew(*, worker: str, jobs: set[int], at: datetime) -> int:
    """Renew the leases of the jobs that a worker is doing right now."""
    if not jobs:
        return 0
    return Job.objects.filter(pk__in=jobs, worker=worker, state=RUNNING).update(lease_until=at + LEASE)


def _held(job: Job) -> Any:
    """The job as long as this attempt holds it."""
    return Job.objects.filter(pk=job.pk, state=RUNNING, worker=job.worker, attempts=job.attempts)


def is_held(job: Job) -> bool:
    """Whether this attempt still holds the job; another worker may have taken it over."""
    return bool(_held(job).exists())


def finish(job: Job, *, result: Mapping[str, Any], at: datetime) -> bool:
    """The attempt came to its end."""
    return bool(
        _held(job).update(
            state=DONE, ended_at=at, lease_until=None, cancelling=False, result=plain(result), error=""
        )
    )


def fail(job: Job, *, error: str, at: datetime, for_good: bool) -> bool:
    """The attempt broke: again after a pause, parked after the last one, failed when it refused `for_good`."""
    known = kind_of(job.kind)
    error = error.replace("\0", "�")[:500]
    if for_good or job.attempts >= known.tries:
        state = FAILED if for_good else PARKED
        return bool(_held(job).update(state=state, ended_at=at, lease_until=None, error=error))
    pause = PAUSES[min(job.attempts, len(PAUSES)) - 1]
    return bool(
        _held(job).update(
            state=QUEUED,
            next_at=at + timedelta(seconds=pause),
            lease_until=None,
            worker="",
            error=error,
        )
    )


def stopped(job: Job, *, at: datetime) -> bool:
    """The attempt noticed that it should stop."""
    return bool(_held(job).update(state=CANCELLED, ended_at=at, lease_until=None, cancelling=False))


def give_back(job: Job, *, at: datetime) -> bool:
    """The worker is shutting down: somebody else does it at once, and the attempt does not count."""
    return bool(
        _held(job).update(state=QUEUED, next_at=at, lease_until=None, worker="", attempts=F("attempts") - 1)
    )


def cancel(*, job: Job, at: datetime) -> bool:
    """Stop a job: a waiting one at once, a running one when it next tells its progress."""
    waiting = Job.objects.filter(pk=job.pk, state=QUEUED).update(state=CANCELLED, ended_at=at)
    return bool(waiting or Job.objects.filter(pk=job.pk, state=RUNNING).update(cancelling=True))


def retry(*, job: Job, at: datetime) -> bool:
    """Ask again for a job that has ended without success; what its steps did stays done."""
    return bool(
        Job.objects.filter(pk=job.pk, state__in=STOPPED).update(
            state=QUEUED, attempts=0, next_at=at, ended_at=None, cancelling=False, error="", worker=""
        )
    )


def tick(*, at: datetime) -> list[Job]:
    """Queue the periodic work that is due: once across all workers, and once however many times were missed."""
    made = []
    known = {beat.name: beat for beat in Beat.objects.all()}
    for periodic in registry.PERIODIC.values():
        beat = known.get(periodic.name)
        if beat is None:
            fresh = Beat(name=periodic.name, next_at=periodic.after(at))
            Beat.objects.bulk_create([fresh], ignore_conflicts=True)
        elif beat.next_at <= at:
            with transaction.atomic():
                moved = Beat.objects.filter(name=beat.name, next_at=beat.next_at)
                if moved.update(next_at=periodic.after(at), last_at=at):
                    made.append(enqueue(kind=periodic.kind, at=at, key=f"every {periodic.name}", again=True))
    return made


def forget(*, before: datetime) -> int:
    """Remove jobs that were done before a moment; what did not succeed stays for people to see."""
    return Job.objects.filter(state=DONE, ended_at__lt=before).delete()[0]
