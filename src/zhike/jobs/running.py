"""One attempt at a job: what its function gets in hand, and what becomes of it."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from types import TracebackType
from typing import Any, Self

from django.db import connection, transaction
from django.utils.translation import gettext as _

from zhike.jobs import actions
from zhike.jobs.models import Job, Step
from zhike.jobs.registry import kind_of
from zhike.kernel.refusals import Refused

log = logging.getLogger("zhike.jobs")
Clock = Callable[[], datetime]
THROTTLE = timedelta(milliseconds=500)


class Cancelled(Exception):
    """Somebody asked the job to stop."""


class Lost(Exception):
    """Another worker took the job over, because this one was silent for too long."""


class ShuttingDown(Exception):
    """The worker ends; the job goes back into the queue."""


class Broke(Exception):
    """The attempt came to nothing, and another one may help; the text is a sentence for people."""


class Run:
    """An attempt: the payload, who asked, the time it started, and the means to tell progress and to step."""

    def __init__(self, job: Job, clock: Clock, ending: Callable[[], bool] = lambda: False) -> None:
        self.job, self.clock, self.at = job, clock, clock()
        self._ending = ending
        self._told = self.at - THROTTLE
        self._depth = len(connection.atomic_blocks)

    @property
    def payload(self) -> dict[str, Any]:
        """What was given when the job was queued."""
        return dict(self.job.payload)

    @property
    def by(self) -> Any:
        """The person who asked for it, or None for the installation itself."""
        return self.job.asked_by

    def progress(self, done: int, total: int = 0, text: str = "", *, now: bool = False) -> None:
        """Tell how far it is; cheap to call often. Raises Cancelled, Lost or ShuttingDown when it is time to stop.

        Inside a transaction nothing is written, for nobody would see it before the end; it is only asked whether to stop.
        """
        at = self.clock()
        if not now and at - self._told < THROTTLE:
            return
        self._told = at
        self.check()
        if len(connection.atomic_blocks) == self._depth:
            Job.objects.filter(pk=self.job.pk, worker=self.job.worker, attempts=self.job.attempts).update(
                done=done, total=total, text=text[:200]
            )

    def check(self) -> None:
        """Raises Cancelled, Lost or ShuttingDown when it is time to stop."""
        if self._ending():
            raise ShuttingDown
        found = Job.objects.filter(pk=self.job.pk).values("cancelling", "worker", "attempts", "state").first()
        if found is None or not actions.is_held(self.job):
            raise Lost
        if found["cancelling"]:
            raise Cancelled

    @contextmanager
    def step(self, key: str) -> Iterator[bool]:
        """A transaction for one effect: True when it is to be done, False when an earlier attempt has done it."""
        with transaction.atomic():
            done = Step.objects.filter(job=self.job, key=key).exists()
            if not done:
                if not actions.is_held(self.job):
                    raise Lost
                Step.objects.create(job=self.job, key=key)
            yield not done


class Outcome:
    """Keeps whatever a job's function raises: a worker outlives every job."""

    error: Exception | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> bool:
        if isinstance(error, Exception):
            self.error = error
        return self.error is not None


def run_job(job: Job, *, clock: Clock, ending: Callable[[], bool] = lambda: False) -> None:
    """Do one attempt at a claimed job, and write down what became of it."""
    run = Run(job, clock, ending)
    result: dict[str, Any] = {}
    with Outcome() as outcome:
        result = kind_of(job.kind).handler(run) or {}
    at = clock()
    match outcome.error:
        case None:
            actions.finish(job, result=result, at=at)
        case Cancelled():
            actions.stopped(job, at=at)
        case ShuttingDown():
            actions.give_back(job, at=at)
        case Lost():
            log.warning("job %s was taken over by another worker", job.pk)
        case Refused() as refusal:
            actions.fail(job, error=str(refusal), at=at, for_good=True)
        case Broke() as known:
            log.error("job %s (%s) broke: %s", job.pk, job.kind, known)
            actions.fail(job, error=str(known), at=at, for_good=False)
        case error:
            log.error("job %s (%s) broke", job.pk, job.kind, exc_info=error)
            why = _("It broke unexpectedly: %(error)s") % {"error": f"{type(error).__name__}: {error}"}
            actions.fail(job, error=why, at=at, for_good=False)


def run_due(*, clock: Clock, worker: str = "here", limit: int = 1000) -> int:
    """Do every due job in this thread, for tests and commands; how many attempts were made."""
    for number in range(limit):
        job = actions.claim(worker=worker, at=clock())
        if job is None:
            return number
        run_job(job, clock=clock)
    return limit
