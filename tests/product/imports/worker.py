"""Workers one after another: `worker.py 120 14 0`. Each does every due job and dies of SIGKILL after so many statements; 0 lives on.

Each is a process of its own, forked from one that has only loaded the product. Tells how each ended. Run by the test.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import traceback
from datetime import timedelta

import django

django.setup()

from django.db import connection  # noqa: E402
from django.utils import timezone  # noqa: E402

from zhike.imports import running, undoing  # noqa: E402
from zhike.jobs import actions  # noqa: E402
from zhike.jobs.running import run_due  # noqa: E402

left = 0


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


def work() -> None:
    """Do every due job, and end the process."""
    code = 1
    try:
        with connection.execute_wrapper(count):
            run_due(clock=timezone.now)
        code = 0
    finally:
        traceback.print_exc() if code else None
        os._exit(code)


if __name__ == "__main__":
    running.BATCH = undoing.BATCH = 20
    actions.LEASE = timedelta(0)
    ends = []
    for life in map(int, sys.argv[1:]):
        child = os.fork()
        if not child:
            left = life
            work()
        ends.append(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
    sys.stdout.write(json.dumps(ends))
