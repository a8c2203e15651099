"""The tutorial, played: its files are written, its commands run, its outputs filled in.

A block of YAML starts with the comment `# NAME` (write the file) or `# NAME, continued` (append to it). A block of
`sh` is typed as it stands; the block of `text` right behind it shows what came out, and may end with `…` where the
rest is left out.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

TUTORIALS = ("docs/tutorial.md", "docs/tutorial.zh.md")
_FENCE = re.compile(r"^```(yaml|sh|text)\n(.*?)^```$", re.DOTALL | re.MULTILINE)
_NAME = re.compile(r"# ([\w.-]+\.yaml)(, continued|，续)?\n")
_MARK = "--- step ---"


@dataclass(frozen=True)
class Block:
    """A block of the page: its kind, its text, and where the text stands."""

    kind: str
    text: str
    start: int
    end: int


def blocks(page: str) -> list[Block]:
    """The blocks of a page, in order."""
    return [Block(found[1], found[2], found.start(2), found.end(2)) for found in _FENCE.finditer(page)]


def played(page: str, root: Path) -> str:
    """The page with what its commands say today. `root` is the checkout whose folders the commands may name."""
    found = blocks(page)
    with tempfile.TemporaryDirectory() as folder:
        here = Path(folder)
        for name, target in (
            ("docs", root / "docs"),
            ("policies", root / "policies"),
            (".venv", Path(sys.prefix)),
        ):
            (here / name).symlink_to(target)
        said = _said(_script(found), here)
    if "Traceback (most recent call last)" in said:
        raise RuntimeError(f"a command of the tutorial broke:\n{said}")
    outputs = iter(said.split(f"{_MARK}\n")[1:])
    answers = dict(_answers(found, outputs))
    for block in reversed(found):
        if block in answers:
            page = page[: block.start] + answers[block] + page[block.end :]
    return page


def _script(found: list[Block]) -> str:
    """One shell script that writes the files and runs the commands, with a mark before each block of commands."""
    lines = []
    for block in found:
        if block.kind == "sh":
            lines += [f"echo '{_MARK}'", block.text.rstrip("\n")]
        elif block.kind == "yaml" and (name := _NAME.match(block.text)):
            sign = ">>" if name[2] else ">"
            text = "\n" + block.text[name.end() :] if name[2] else block.text
            lines += [f"cat {sign} {name[1]} <<'END_OF_FILE'", text.rstrip("\n"), "END_OF_FILE"]
    return "\n".join(lines) + "\n"


def _said(script: str, here: Path) -> str:
    """What a shell says to a script, errors included, on a terminal of 100 columns without colours."""
    kept = {key: os.environ[key] for key in ("PATH", "HOME", "TMPDIR", "LANG") if key in os.environ}
    environment = {**kept, "COLUMNS": "100", "NO_COLOR": "1", "PYTHONWARNINGS": "error"}
    done = subprocess.run(  # noqa: S603 - the script is our own page
        [shutil.which("bash") or "sh", "-s"],
        input=script,
        text=True,
        cwd=here,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        env=environment,
        check=False,
    )
    return done.stdout


def _answers(found: list[Block], outputs: Iterator[str]) -> Iterator[tuple[Block, str]]:
    """Each block of output with what came out, cut where the page cuts it."""
    for block, following in zip(found, [*found[1:], None], strict=True):
        if block.kind != "sh":
            continue
        said = "".join(line.rstrip() + "\n" for line in next(outputs).strip("\n").splitlines())
        if following is None or following.kind != "text":
            continue
        shown = following.text.splitlines()
        if shown and shown[-1] == "…":
            said = "".join(f"{line}\n" for line in [*said.splitlines()[: len(shown) - 1], "…"])
        yield following, said
