"""The wall of the customer portal, by name: what it may take from the company's side, and that its views ask for no records."""

from __future__ import annotations

import ast

import pytest

from tests.house.sources import PRODUCT, place, python_files, tree

pytestmark = pytest.mark.xdist_group("house")

PORTAL = PRODUCT / "portal"
OPEN = {
    "zhike.accesses.actions": {"note_entry", "note_visit"},
    "zhike.accesses.models": {"PortalAccess"},
    "zhike.accesses.telling": {"language_of", "tell_contact"},
    "zhike.customers.formats": {"countries"},
    "zhike.customers.models": {"Contact", "Customer"},
    "zhike.customers.owners": {"Chain"},
    "zhike.facts.models": {"STATUS", "Order"},
    "zhike.letters.making": {"kept", "letterhead", "number_of"},
    "zhike.letters.models": {"Letter"},
    "zhike.letters.receiving": {"confirm_receipt", "note_opening"},
    "zhike.letters.sheet": {"as_html"},
    "zhike.people.company": {"limits"},
    "zhike.people.doors": {"Rule"},
    "zhike.people.models": {"Denial", "Person", "signed_on"},
    "zhike.plans.actions": {"ask_for_change", "confirm"},
    "zhike.plans.models": {"COMPONENTS", "MODES", "TYPES", "ServicePlan"},
    "zhike.requests.asking": {"ask"},
    "zhike.requests.models": {"CHANNELS", "KINDS", "UNANSWERED", "ServiceRequest"},
}
"""Module -> the names that the portal may take from it. Nothing here serves the company's own people."""
BELOW = ("zhike.kernel", "zhike.ui", "zhike.jobs", "zhike.outbox", "zhike.portal")
"""What knows no customers, and the portal itself."""


def taken(node: ast.AST) -> list[tuple[str, str]]:
    """What an import takes from the product: module and name."""
    if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("zhike"):
        return [(node.module or "", one.name) for one in node.names]
    if isinstance(node, ast.Import):
        return [(one.name, "*") for one in node.names if one.name.startswith("zhike")]
    return []


def is_open(module: str, name: str) -> bool:
    return module.startswith(BELOW) or name in OPEN.get(module, set())


def test_the_portal_takes_only_what_is_listed():
    found = [
        (place(path, node), one)
        for path in python_files(PORTAL)
        for node in ast.walk(tree(path))
        for one in taken(node)
    ]
    assert len(found) > 30
    assert [(where, one) for where, one in found if not is_open(*one)] == []
    used = {one for _where, one in found}
    assert {(module, name) for module, names in OPEN.items() for name in names} - used == set(), (
        "the list has grown stale"
    )


def test_views_of_the_portal_get_records_only_from_own():
    asked = [
        place(path, node)
        for path in python_files(PORTAL)
        if path.stem.endswith("views") or path.stem in ("doors", "fields", "forms")
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Attribute) and node.attr in ("objects", "_base_manager", "_default_manager")
    ]
    assert asked == []
