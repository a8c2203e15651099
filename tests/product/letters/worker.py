"""Does every due job, and dies of SIGKILL after so many statements: `worker.py 120`; 0 lives on. Run by the test that kills it."""

from __future__ import annotations

import os
import signal
import sys
from datetime import timedelta

import django

django.setup()

from django.db import connection  # noqa: E402
from django.utils import timezone  # noqa: E402

from zhike.jobs import actions  # noqa: E402
from zhike.jobs.running import run_due  # noqa: E402
from zhike.outbox import actions as outbox  # noqa: E402

left = int(sys.argv[1])


def count(execute, sql, params, many, context):
    """Die before a statement, or right after it, in turn."""
    global left
    left -= 1
    if left == 0 and len(sql) % 2:
        os.kill(os.getpid(), signal.SIGKILL)
    answer = execute(sql, params, many, context)
    if left == 0:
        os.kill(os.getpid(), signal.SIGKILL)
    return answer


if __name__ == "__main__":
    actions.LEASE = outbox.LEASE = timedelta(0)
    with connection.execute_wrapper(count):
        run_due(clock=timezone.now)
