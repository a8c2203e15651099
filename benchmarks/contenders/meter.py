"""What a contender's own work takes, without the start of Python and its imports; printed as one line of JSON."""

from __future__ import annotations

import json
import re
import resource
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


def cpu_seconds() -> float:
    """Seconds of CPU that this process has used, in user and system mode."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


@contextmanager
def measured(steps: dict[str, dict[str, float]], step: str) -> Iterator[dict[str, float]]:
    """Write wall and CPU seconds of a block under a name."""
    found: dict[str, float] = {}
    wall, cpu = time.perf_counter(), cpu_seconds()
    yield found
    steps[step] = {"wall": time.perf_counter() - wall, "cpu": cpu_seconds() - cpu, **found}


@contextmanager
def job() -> Iterator[None]:
    """The whole of a contender's work."""
    steps: dict[str, dict[str, float]] = {}
    with measured(steps, "job"):
        yield
    tell(steps)


def tell(steps: dict[str, dict[str, float]]) -> None:
    """Print what was measured, with the peak memory of this process."""
    print(json.dumps({**steps, "peak": {"mib": peak_mib()}}))


def peak_mib() -> float:
    """The most memory this program held; what a program held from whose process it was started does not count."""
    status = Path("/proc/self/status")
    found = re.search(r"VmHWM:\s+(\d+) kB", status.read_text("ascii")) if status.is_file() else None
    if found:
        return int(found[1]) / 1024
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most / 2**20 if sys.platform == "darwin" else most / 1024
