"""The engine asks no clock and no chance; nobody catches what they cannot name."""

from __future__ import annotations

import ast
from collections.abc import Iterator

import pytest

from tests.house.sources import ENGINE, ROOT, place, python_files, tree

pytestmark = pytest.mark.xdist_group("house")

CLOCKS = {
    "now",
    "today",
    "utcnow",
    "monotonic",
    "perf_counter",
    "process_time",
    "time",
    "time_ns",
    "localtime",
}
CLOCK_OWNERS = {"date", "datetime", "time"}
IMPURE_MODULES = {"locale", "random", "secrets", "time", "uuid"}


def asks_the_clock(node: ast.AST) -> bool:
    """`datetime.now()`, `datetime.datetime.now()`, `date.today()`, `time.time()` and their like."""
    match node:
        case ast.Attribute(value=ast.Name(id=owner), attr=name):
            return owner in CLOCK_OWNERS and name in CLOCKS
        case ast.Attribute(value=ast.Attribute(attr=owner), attr=name):
            return owner in CLOCK_OWNERS and name in CLOCKS
    return False


def imported(node: ast.AST) -> set[str]:
    match node:
        case ast.Import(names=names):
            return {alias.name.split(".")[0] for alias in names}
        case ast.ImportFrom(module=str(module), level=0):
            return {module.split(".")[0]}
    return set()


def catches_anything(node: ast.AST) -> bool:
    """A bare `except`, `except Exception`, or `except BaseException` that does not end in `raise`."""
    if not isinstance(node, ast.ExceptHandler):
        return False
    kinds = node.type.elts if isinstance(node.type, ast.Tuple) else [node.type]
    names = {kind.id if isinstance(kind, ast.Name) else "" if kind else "bare" for kind in kinds}
    ends_in_raise = isinstance(node.body[-1], ast.Raise)
    return bool(names & {"bare", "Exception"}) or ("BaseException" in names and not ends_in_raise)


def engine_nodes() -> Iterator[tuple[str, ast.AST]]:
    for path in python_files(ENGINE):
        if not path.name.startswith("test_"):
            for node in ast.walk(tree(path)):
                yield place(path, node) if hasattr(node, "lineno") else place(path), node


def test_the_engine_never_asks_what_time_it_is():
    assert [where for where, node in engine_nodes() if asks_the_clock(node)] == []


def test_the_engine_imports_no_clock_and_no_chance():
    assert [(where, bad) for where, node in engine_nodes() if (bad := imported(node) & IMPURE_MODULES)] == []


def test_nobody_catches_what_they_cannot_name():
    caught = [
        place(path, node)
        for folder in ("src", "benchmarks", "tests")
        for path in python_files(ROOT / folder)
        for node in ast.walk(tree(path))
        if catches_anything(node)
    ]
    assert caught == []


def test_the_detectors_detect():
    bad = ast.parse("import time\ndatetime.datetime.now()\ntry: pass\nexcept (ValueError, Exception): pass")
    found = [check for node in ast.walk(bad) for check in (asks_the_clock, catches_anything) if check(node)]
    assert found == [catches_anything, asks_the_clock] or found == [asks_the_clock, catches_anything]
    assert imported(bad.body[0]) == {"time"}
