"""The Python files of the repository, parsed once, for the tests in this folder."""

from __future__ import annotations

import ast
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
ENGINE = ROOT / "src" / "zhike_engine"
PRODUCT = ROOT / "src" / "zhike"


@cache
def repository_files() -> tuple[Path, ...]:
    """Every file that git tracks or would track; a file deleted but not committed is left out."""
    listing = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT, capture_output=True, check=True,
    )  # fmt: skip
    names = filter(None, listing.stdout.decode().split("\0"))
    return tuple(path for name in sorted(names) if (path := ROOT / name).is_file())


@cache
def tree(path: Path) -> ast.Module:
    """The syntax tree of a Python file."""
    return ast.parse(path.read_text(encoding="utf-8"), filename=str(path))


def python_files(folder: Path) -> Iterator[Path]:
    """The Python files under `folder`, in order, but for migrations: Django writes those."""
    files = (path for path in repository_files() if path.suffix == ".py" and path.is_relative_to(folder))
    return (path for path in files if path.parent.name != "migrations")


def place(path: Path, node: ast.expr | ast.stmt | ast.ExceptHandler | None = None) -> str:
    """`src/zhike/demo.py:12`, or without the line for a whole file."""
    name = path.relative_to(ROOT).as_posix()
    return name if node is None else f"{name}:{node.lineno}"
