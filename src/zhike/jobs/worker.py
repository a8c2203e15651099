"""The worker: two lanes that do jobs, one of them for quick jobs only, and a heart that renews leases and ticks.

SIGTERM and SIGINT let running jobs stop at their next progress and put them back; SIGKILL loses nothing, since the lease
runs out and another worker takes the job over.
"""

from __future__ import annotations

import logging
import os
import secrets
import signal
import socket
import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from django.db import close_old_connections, connection
from django.db.utils import DatabaseError, InterfaceError, OperationalError
from django.utils import timezone

from zhike.jobs import actions
from zhike.jobs.models import Alive
from zhike.jobs.running import run_job

log = logging.getLogger("zhike.jobs")
POLL = 1.0
HEARTBEAT = 10.0
RECONNECT = 3.0


class Worker:
    """Runs until told to end, or until the process `parent` is gone."""

    def __init__(
        self, *, clock: Callable[[], datetime] = timezone.now, parent: int | None = None, poll: float = POLL
    ) -> None:
        self.name = f"{socket.gethostname()[:40]}-{os.getpid()}-{secrets.token_hex(3)}"
        self.clock, self.parent, self.poll = clock, parent, poll
        self.ending = threading.Event()
        self.active: set[int] = set()

    def end(self, *_: Any) -> None:
        """Stop as soon as the running jobs can."""
        self.ending.set()

    def run(self) -> None:
        """Work until the end."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self.end)
        lanes = [
            threading.Thread(target=self._safely, args=(partial(self._work, quick), self.poll), name=name)
            for name, quick in (("any", False), ("quick", True))
        ]
        started = self.clock()
        for lane in lanes:
            lane.start()
        log.info("worker %s takes jobs", self.name)
        self._safely(partial(self._beat, started), HEARTBEAT)
        self._outlive(lanes, started)
        Alive.objects.filter(pk=self.name).delete()
        log.info("worker %s has ended", self.name)

    def _outlive(self, lanes: list[threading.Thread], started: datetime) -> None:
        """Wait for the lanes, and keep what they still do: a job between two progresses must not be taken over."""
        while any(lane.is_alive() for lane in lanes):
            self._try(partial(self._hold, started))
            for lane in lanes:
                lane.join(HEARTBEAT / len(lanes))

    def _safely(self, act: Callable[[], None], pause: float) -> None:
        """Repeat until the end, whatever goes wrong once. A database that is away for a while is waited for."""
        while not self.ending.is_set():
            self.ending.wait(pause if self._try(act) else RECONNECT)
        connection.close()

    def _try(self, act: Callable[[], None]) -> bool:
        """Do something once; whether the database took it. A lane must survive: nobody would start it again."""
        try:
            act()
        except (OperationalError, InterfaceError) as error:
            log.warning("the database does not answer: %s", error)
        except (DatabaseError, ValueError):
            log.exception("the database refused what was written")
        else:
            return True
        connection.close()
        return False

    def _work(self, quick: bool) -> None:
        close_old_connections()
        while not self.ending.is_set():
            job = actions.claim(worker=self.name, at=self.clock(), quick_only=quick)
            if job is None:
                return
            log.info("job %s (%s) starts, attempt %s", job.pk, job.kind, job.attempts)
            self.active.add(job.pk)
            try:
                run_job(job, clock=self.clock, ending=self.ending.is_set)
            finally:
                self.active.discard(job.pk)

    def _beat(self, started: datetime) -> None:
        if self.parent is not None and os.getppid() != self.parent:
            log.warning("the server that started this worker is gone")
            self.end()
            return
        self._hold(started)
        at = self.clock()
        Alive.objects.filter(seen_at__lt=at - timedelta(days=1)).delete()
        actions.tick(at=at)

    def _hold(self, started: datetime) -> None:
        """Say that this worker lives, and renew the leases of what it is doing."""
        close_old_connections()
        at = self.clock()
        actions.renew(worker=self.name, jobs=set(self.active), at=at)
        Alive.objects.update_or_create(worker=self.name, defaults={"seen_at": at, "started_at": started})
