"""Nothing that a person reads is left in one language."""

from __future__ import annotations

import ast
from collections.abc import Iterator

import pytest

from tests.house.sources import PRODUCT, place, python_files, tree
from zhike.ui.translations import faults

pytestmark = pytest.mark.xdist_group("house")


def test_every_text_has_its_chinese_and_every_word_is_marked() -> None:
    assert [str(fault) for fault in faults()] == []


EAGER = {"gettext", "ngettext", "pgettext", "npgettext"}


def eager_names(module: ast.Module) -> set[str]:
    """What the functions that translate at once are called in a module."""
    return {
        one.asname or one.name
        for node in ast.walk(module)
        if isinstance(node, ast.ImportFrom) and node.module == "django.utils.translation"
        for one in node.names
        if one.name in EAGER
    }


def at_load(node: ast.AST) -> Iterator[ast.AST]:
    """Nodes that run while the module loads: nothing inside a function."""
    for child in ast.iter_child_nodes(node):
        if not isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            yield child
            yield from at_load(child)


def test_no_module_chooses_the_language_while_it_loads() -> None:
    chosen = [
        place(path, node)
        for path in python_files(PRODUCT)
        if (names := eager_names(tree(path)))
        for node in at_load(tree(path))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in names
    ]
    assert chosen == []


def test_what_marks_a_text_goes_by_a_name_that_is_looked_for() -> None:
    """A text under another name is not gathered, so that nobody misses its Chinese."""
    hidden = [
        place(path, node)
        for path in python_files(PRODUCT)
        for node in ast.walk(tree(path))
        if isinstance(node, ast.ImportFrom) and node.module == "django.utils.translation"
        for one in node.names
        if "gettext" in one.name and one.asname not in {None, "_"}
    ]
    assert hidden == []
