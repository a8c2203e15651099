"""A worker with one kind of job that adds twenty regions in five seconds. Run by the tests that kill it."""

from __future__ import annotations

import threading

import django

django.setup()

from zhike.jobs import actions, registry  # noqa: E402
from zhike.jobs.worker import Worker  # noqa: E402
from zhike.people.models import Region  # noqa: E402

STEPS = 20


def add_regions(run):
    for number in range(1, STEPS + 1):
        with run.step(f"region {number}") as fresh:
            if fresh:
                Region.objects.create(code=f"r{number}", name_zh=f"{number}")
        run.progress(number, STEPS, now=True)
        threading.Event().wait(0.25)


registry.job("add_regions", title="Regions")(add_regions)

if __name__ == "__main__":
    actions.PAUSES = (0,)
    Worker(poll=0.05).run()
