"""A hidden folder beside a target: what is written there takes the target's place in one step.

Whoever writes holds a lock on the folder until it is done. A process that dies lets go of its lock, so the next start
knows what nobody writes any more, removes it, and puts an earlier output back that a killed swap left aside.
"""

from __future__ import annotations

import contextlib
import errno
import os
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from secrets import token_hex

if sys.platform != "win32":
    import fcntl

EARLIER = "earlier"
"""Inside a hidden folder: the earlier output, while it makes room for the new one."""
MOST_TRIES = 10
"""So often another run may put its output there between the two steps of a swap."""


@contextmanager
def building(target: Path) -> Iterator[Path]:
    """A fresh hidden folder for what is to become `target`; gone when the block ends. Raises OSError."""
    sweep(target)
    with _locked(target) as home:
        fresh = home / target.name
        fresh.mkdir()
        yield fresh


def put_in_place(fresh: Path, target: Path) -> None:
    """Let the folder of `building` become `target`; an earlier one is removed. Raises OSError, and changes nothing then."""
    fresh.chmod(0o755)
    for again in range(MOST_TRIES):
        aside = fresh.parent / f"{EARLIER}{again or ''}"
        with contextlib.suppress(FileNotFoundError):
            target.rename(aside)
        try:
            fresh.rename(target)
        except OSError as problem:
            if problem.errno in (errno.ENOTEMPTY, errno.EEXIST) and again < MOST_TRIES - 1:
                continue
            if aside.exists():
                aside.rename(target)
            raise
        return


def sweep(target: Path) -> None:
    """Remove what dead processes left beside `target`; put back an earlier output that stood aside."""
    for left in sorted(target.parent.glob(f".{target.name}-*")):
        with contextlib.suppress(OSError), _hold(left):
            if (left / EARLIER).is_dir() and not target.exists():
                (left / EARLIER).rename(target)
            shutil.rmtree(left)


@contextmanager
def _locked(target: Path) -> Iterator[Path]:
    """A new hidden folder that this process holds.

    Its name is known before it is made: wherever an interrupt comes, the folder goes.
    """
    while True:
        home, held = target.parent / f".{target.name}-{token_hex(16)}", None
        try:
            home.mkdir(mode=0o700)
            try:
                held = _take(home)
            except BlockingIOError:
                continue
            if held is not None and not _is(held, home):
                continue
            yield home
            return
        finally:
            shutil.rmtree(home, ignore_errors=True)
            if held is not None:
                os.close(held)


@contextmanager
def _hold(folder: Path) -> Iterator[None]:
    """The lock of a folder that nobody holds; raises OSError where somebody does, or locks cannot be had."""
    held = _take(folder)
    if held is None:
        raise BlockingIOError
    try:
        yield
    finally:
        os.close(held)


def _take(folder: Path) -> int | None:
    """The lock of a folder, as a descriptor; None where the system has no locks. Raises BlockingIOError."""
    if sys.platform == "win32":
        return None
    held = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(held)
        raise
    except OSError:
        os.close(held)
        return None
    return held


def _is(held: int, folder: Path) -> bool:
    """Whether the folder that is held still stands: a sweep may have come between making it and taking it."""
    try:
        return os.path.samestat(os.fstat(held), folder.stat())
    except FileNotFoundError:
        return False
