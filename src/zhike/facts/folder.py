"""A folder that appears whole or not at all."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path

from zhike import beside
from zhike.messages import say, system_says
from zhike_engine.errors import OutputFailed

MANIFEST = "facts.json"


@contextlib.contextmanager
def fresh_folder(out: Path, *, force: bool, keep: list[Path]) -> Iterator[Path]:
    """A new folder beside `out` to write into; it takes the place of `out` when the block ends well.

    Raises OutputFailed when `out` holds anything but facts and `force` is not given, when a path of `keep`
    lies inside `out`, or when the disk refuses. After any other end the folder is gone and `out` is as it was.
    """
    out = out.absolute()
    _check(out, force=force, keep=keep)
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        with beside.building(out) as fresh:
            yield fresh
            beside.put_in_place(fresh, out)
    except OSError as problem:
        raise _failed(out, problem) from None


def _check(out: Path, *, force: bool, keep: list[Path]) -> None:
    if out.exists() and not out.is_dir():
        raise OutputFailed(say("`{path}` is a file", path=out), hint=say("name a folder with `--out`"))
    for path in keep:
        if path.resolve().is_relative_to(out.resolve()):
            raise OutputFailed(
                say("`{out}` holds `{name}`, which is being read", out=out, name=path.name),
                hint=say("name another folder with `--out`"),
            )
    if out.is_dir() and any(out.iterdir()) and not (out / MANIFEST).is_file() and not force:
        raise OutputFailed(
            say("folder `{out}` is not empty and holds no facts", out=out),
            hint=say("name another folder with `--out`, or replace this one with `--force`"),
        )


def _failed(out: Path, problem: OSError) -> OutputFailed:
    return OutputFailed(
        say("`{path}` cannot be written: {reason}", path=out, reason=system_says(problem)),
        hint=say("free some space, or name another folder with `--out`"),
    )
