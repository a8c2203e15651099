"""Jobs, the steps they have done, and the times of periodic work.

queued -> running -> done
   ^         |-----> queued      it broke, or its worker died: again after a while
   |         |-----> parked      it broke too often; a person looks
   |         |-----> failed      it refused for good, with a sentence
   |         `-----> cancelled   somebody asked it to stop
   `------- failed, parked, cancelled: a person asks for it again
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

QUEUED, RUNNING, DONE, FAILED, PARKED, CANCELLED = (
    "queued",
    "running",
    "done",
    "failed",
    "parked",
    "cancelled",
)
STATES = {
    QUEUED: _("waiting"),
    RUNNING: pgettext_lazy("job", "running"),
    DONE: _("done"),
    FAILED: _("failed"),
    PARKED: _("parked"),
    CANCELLED: _("cancelled"),
}
"""State -> what people read."""
OPEN = (QUEUED, RUNNING)
STOPPED = (FAILED, PARKED, CANCELLED)


class JobQuerySet(models.QuerySet["Job"]):
    """Jobs."""

    def due(self, at: datetime) -> Self:
        """Those a worker may take: waiting and due, or running under a lease that ran out."""
        return self.filter(Q(state=QUEUED, next_at__lte=at) | Q(state=RUNNING, lease_until__lt=at))

    def open(self) -> Self:
        """Those that have not ended."""
        return self.filter(state__in=OPEN)


class Job(models.Model):
    """One piece of work, kept until long after it is done."""

    kind = models.CharField(_("kind"), max_length=60)
    payload = models.JSONField(default=dict)
    key = models.CharField(max_length=120, null=True, unique=True)
    quick = models.BooleanField(default=False)
    state = models.CharField(_("state"), max_length=10, default=QUEUED)
    attempts = models.PositiveSmallIntegerField(default=0)
    next_at = models.DateTimeField()
    lease_until = models.DateTimeField(null=True)
    worker = models.CharField(max_length=80, blank=True)
    cancelling = models.BooleanField(default=False)
    done = models.BigIntegerField(default=0)
    total = models.BigIntegerField(default=0)
    text = models.CharField(max_length=200, blank=True)
    result = models.JSONField(default=dict)
    error = models.CharField(max_length=500, blank=True)
    asked_by = models.ForeignKey("zhike.Person", models.PROTECT, null=True, related_name="jobs")
    created_at = models.DateTimeField()
    started_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    objects = JobQuerySet.as_manager()

    class Meta:
        db_table = "zhike_job"
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["next_at", "id"], condition=Q(state=QUEUED), name="job_waiting"),
            models.Index(fields=["lease_until"], condition=Q(state=RUNNING), name="job_running"),
            models.Index(fields=["asked_by", "-id"], name="job_person"),
            models.Index(fields=["state", "-id"], name="job_state"),
        ]

    def __str__(self) -> str:
        from zhike.jobs.registry import title_of

        return title_of(self.kind)

    def get_absolute_url(self) -> str:
        """The job among the jobs."""
        return f"/jobs/{self.pk}/"

    def is_open(self) -> bool:
        """Whether it has not ended."""
        return self.state in OPEN

    def percent(self) -> int | None:
        """How far it is, 0 to 100, or None while nobody knows."""
        if self.state == DONE:
            return 100
        return min(99, self.done * 100 // self.total) if self.total > 0 else None

    def state_text(self) -> str:
        """The state in the reader's language."""
        return str(STATES[self.state])


class Step(models.Model):
    """A step that a job has done; written in the transaction of its effect, so the effect happens once."""

    job = models.ForeignKey(Job, models.CASCADE, related_name="steps")
    key = models.CharField(max_length=120)

    class Meta:
        db_table = "zhike_job_step"
        constraints = [models.UniqueConstraint(fields=["job", "key"], name="step_once")]


class Beat(models.Model):
    """When a periodic piece of work is due next. Whoever moves `next_at` on, queues the job."""

    name = models.CharField(max_length=60, primary_key=True)
    next_at = models.DateTimeField()
    last_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "zhike_beat"


class Alive(models.Model):
    """A worker says that it lives; the health page reads it."""

    worker = models.CharField(max_length=80, primary_key=True)
    started_at = models.DateTimeField()
    seen_at = models.DateTimeField()

    class Meta:
        db_table = "zhike_worker"

    def is_silent(self, at: datetime) -> bool:
        """Whether nothing was heard of it for two minutes."""
        return self.seen_at < at - timedelta(minutes=2)
