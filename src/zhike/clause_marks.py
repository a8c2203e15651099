"""Reads which clauses the tests of a checkout say they prove, from the tests' syntax trees; nothing is run.

@pytest.mark.clause("GRD-15")                     on a test, on a class, or on a case of a parametrised test
pytestmark = pytest.mark.clause("GRD-15", …)      for a whole module or class
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from zhike_engine.issues import Place


@dataclass(frozen=True, slots=True)
class Mark:
    """A clause that a test says it proves. `test` is the node id without the case of a parametrised test."""

    clause: str
    test: str
    place: Place


def find_marks(root: Path) -> tuple[Mark, ...]:
    """Every clause mark on the tests of the checkout at `root`, in the order of files and lines.

    An argument that is not a plain text comes back as written, which is no clause. A file that is not Python
    has no marks: pytest reports it.
    """
    files = (file for folder in ("tests", "src") for file in (root / folder).rglob("test_*.py"))
    return tuple(
        mark for file in sorted(files) for mark in _marks_of(file, file.relative_to(root).as_posix())
    )


def _marks_of(file: Path, name: str) -> Iterator[Mark]:
    source = file.read_bytes()
    if b"mark.clause" not in source:
        return
    try:
        tree = ast.parse(source, filename=name)
    except (SyntaxError, ValueError):
        return
    for test, calls in _tests(tree.body, name, ()):
        for call in calls:
            place = Place(name, call.lineno, call.col_offset + 1)
            yield from (Mark(_written(argument), test, place) for argument in call.args)


def _tests(
    body: Sequence[ast.stmt], name: str, inherited: tuple[ast.Call, ...]
) -> Iterator[tuple[str, tuple[ast.Call, ...]]]:
    """The tests of a module or class, each with its marks and those of what it stands in."""
    outer = inherited + tuple(call for node in body if _is_pytestmark(node) for call in _clause_calls(node))
    for node in body:
        match node:
            case ast.FunctionDef() | ast.AsyncFunctionDef() if node.name.startswith("test"):
                yield f"{name}::{node.name}", outer + _decorations(node)
            case ast.ClassDef() if node.name.startswith("Test"):
                yield from _tests(node.body, f"{name}::{node.name}", outer + _decorations(node))


def _is_pytestmark(node: ast.stmt) -> bool:
    targets: list[Any] = []
    match node:
        case ast.Assign():
            targets = node.targets
        case ast.AnnAssign() | ast.AugAssign():
            targets = [node.target]
    return any(isinstance(target, ast.Name) and target.id == "pytestmark" for target in targets)


def _decorations(node: ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) -> tuple[ast.Call, ...]:
    return tuple(call for decorator in node.decorator_list for call in _clause_calls(decorator))


def _clause_calls(node: ast.AST) -> Iterator[ast.Call]:
    """The calls `pytest.mark.clause(…)` or `mark.clause(…)` anywhere in `node`, also among the cases of a test."""
    for part in ast.walk(node):
        match part:
            case ast.Call(
                func=ast.Attribute(attr="clause", value=ast.Attribute(attr="mark") | ast.Name(id="mark"))
            ):
                yield part


def _written(argument: ast.expr) -> str:
    match argument:
        case ast.Constant(value=str(text)):
            return text
    return ast.unparse(argument)
