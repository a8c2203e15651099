"""Views and the API find, ask and show; every change is a verb in a noun's actions, with its journal entry."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from tests.house.sources import PRODUCT, place, python_files, tree

pytestmark = pytest.mark.xdist_group("house")

WRITES = {
    "save", "create", "delete", "update", "bulk_create", "bulk_update", "get_or_create", "update_or_create",
    "acreate", "asave", "adelete", "aupdate", "raw", "execute",
}  # fmt: skip
"""Methods that change rows, or may."""
MANAGERS = {"objects", "_base_manager", "_default_manager"}
PAGES = re.compile(r"(\w+_)?views|operations|entrance|pages|screen|context")


def of_rows(node: ast.expr) -> bool:
    """Whether an expression is a manager or a query: `X.objects`, `X.objects.filter(…)`, …"""
    while isinstance(node, ast.Call | ast.Attribute):
        if isinstance(node, ast.Attribute) and node.attr in MANAGERS:
            return True
        node = node.func if isinstance(node, ast.Call) else node.value
    return False


def writes(node: ast.AST) -> bool:
    """A call that changes rows: of a manager or query, or `.save()` and `.delete()` of anything."""
    match node:
        case ast.Call(func=ast.Attribute(attr="execute"), args=[ast.Constant(value="SELECT 1")]):
            return False  # whether the database answers
        case ast.Call(func=ast.Attribute(value=owner, attr=name)) if name in WRITES:
            return name in {"save", "delete", "asave", "adelete", "execute"} or of_rows(owner)
    return False


def pages() -> list[Path]:
    return [path for path in python_files(PRODUCT) if PAGES.fullmatch(path.stem) and "cli" not in path.parts]


def test_no_view_changes_a_row():
    assert len(pages()) > 15
    assert [place(path, node) for path in pages() for node in ast.walk(tree(path)) if writes(node)] == []


def test_the_detector_detects():
    bad = "Person.objects.filter(a=1).update(b=2)\nrecord.save()\nX.objects.create()\ncursor.execute(1)"
    good = "form.update({})\nX.objects.filter(a=1).first()\nhash.update(b'')\nactions.update(record)"
    assert [writes(one.value) for one in ast.parse(bad).body] == [True] * 4
    assert [writes(one.value) for one in ast.parse(good).body] == [False] * 4
