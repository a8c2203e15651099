"""Every page of the product, from the resolver: its address, with parameters that lead somewhere."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.urls import URLPattern, get_resolver

from tests.browser.worlds import World

if TYPE_CHECKING:
    from playwright.sync_api import APIRequestContext

FIRST = (
    "SELECT code, customer.id FROM zhike_customer customer JOIN zhike_person ON manager_id = zhike_person.id"
    " WHERE username = 'linheng' ORDER BY customer.id LIMIT 1"
)
OF_FIRST = f"SELECT code, (SELECT min(id) FROM {{}} WHERE customer_id = customer.id) FROM ({FIRST}) customer"
KEYS = {
    "journal_entry": "zhike_journal", "job": "zhike_job", "job_progress": "zhike_job", "group_test": "zhike_chat_group",
    "group_close": "zhike_chat_group", "customers_view": "zhike_view", "merge_undone": "zhike_merge", "revoke_token": "zhike_token",
    "recovery": "zhike_recovery", "export_file": "zhike_export", "contact": "zhike_contact", "successor": "zhike_contact",
    "activity": "zhike_activity", "need": "zhike_need", "unit": "zhike_unit", "edit_unit": "zhike_unit", "new_unit_record":
    "zhike_unit", "document": "zhike_document", "post": "zhike_assignment", "handover": "zhike_handover", "review_grant":
    "zhike_grant", "withdraw_grant": "zhike_grant", "withdraw_certificate": "zhike_certificate", "end_duty": "zhike_duty",
    "end_delegation": "zhike_delegation",
}  # fmt: skip
"""Name of an address -> the table whose rows its number names."""
PORTAL = (
    "JOIN zhike_contact k ON k.customer_id = c.id JOIN zhike_portal_access a ON a.contact_id = k.id"
    " WHERE a.revoked_at IS NULL ORDER BY a.id LIMIT 1"
)
MANAGER = "(SELECT id FROM zhike_person WHERE username = 'linheng')"
RUN, DRAFT = "SELECT max(id) FROM zhike_grading_run", "SELECT 'key-account'"
CHECKED = f"SELECT min(id) FROM zhike_visit WHERE submitted_at IS NOT NULL AND checked_at IS NULL AND checker_id = {MANAGER}"
LAID = {
    "policies/": {"policy": DRAFT, "number": "SELECT 2"},
    "grading/start/": {"code": "SELECT 'foreign-trade'"},
    "grading/runs/<int:key>/results/<": {
        "key": RUN,
        "code": "SELECT code FROM zhike_customer c JOIN zhike_grading_result r ON r.customer_id = c.id WHERE r.run_id = 2",
    },
    "grading/runs/": {"key": RUN},
    "grading/runs/<int:run>/": {"run": RUN},
    "runs/": {"key": RUN},
    "grading/proposals/<": {"key": "SELECT min(id) FROM zhike_grade_proposal WHERE state = 'open'"},
    "grading/records/<": {"key": "SELECT max(id) FROM zhike_grade_adjustment"},
    "grading/treatments/<": {"key": "SELECT max(id) FROM zhike_treatment"},
    "submissions/<": {"key": "SELECT id FROM zhike_submission WHERE state = 'submitted'"},
    "submissions/<int:key>/correct": {"key": "SELECT max(id) FROM zhike_submission WHERE state = 'signed'"},
    "intelligence/<": {"key": "SELECT max(id) FROM zhike_intelligence WHERE closed_at IS NULL"},
    "letters/templates/<": {"key": "SELECT min(id) FROM zhike_letter_template"},
    "letters/<": {"key": "SELECT min(id) FROM zhike_letter WHERE state = 'received'"},
    "committees/<": {"name": "SELECT code FROM zhike_committee ORDER BY id DESC"},
    "committees/papers/<": {"key": "SELECT max(id) FROM zhike_committee_paper"},
    "committees/sessions/<": {
        "key": "SELECT max(id) FROM zhike_committee_session",
        "paper": "SELECT max(id) FROM zhike_committee_paper",
    },
    "committees/actions/<": {"key": "SELECT max(id) FROM zhike_committee_action"},
    "procedures/<": {"key": "SELECT max(id) FROM zhike_procedure"},
    "plans/<": {
        "key": "SELECT min(plan_id) FROM zhike_plan_item i JOIN zhike_service_plan p ON p.id = i.plan_id WHERE state = 'confirmed'",
        "item": "SELECT min(i.id) FROM zhike_plan_item i JOIN zhike_service_plan p ON p.id = i.plan_id WHERE state = 'confirmed'",
        "need": "SELECT min(id) FROM zhike_need",
    },
    "customers/<str:code>/accesses/<": {
        "code": f"SELECT c.code FROM zhike_customer c {PORTAL}",
        "key": f"SELECT a.id FROM zhike_customer c {PORTAL}",
    },
    "requests/<": {
        "key": "SELECT min(id) FROM zhike_service_request WHERE answered_at IS NULL AND closed_at IS NULL"
    },
    "visits/<": {"key": "SELECT max(visit_id) FROM zhike_visit_change WHERE taken IS NOT NULL"},
    "visits/<int:key>/form": {
        "key": f"SELECT min(id) FROM zhike_visit WHERE submitted_at IS NULL AND owner_id = {MANAGER}"
    },
    "visits/<int:key>/check": {"key": CHECKED},
    "visits/<int:key>/return": {"key": CHECKED},
}
"""How the pattern of an address begins -> what its parameters are; the longest beginning counts."""
WORDS = {
    "field": "industry",
    "fact": "address",
    "section": "basic",
    "kind": "products",
    "form": "pdf",
    "role": "finance",
    "provider_id": "company",
}
QUERIES = {"decide_proposals": "SELECT '?pick=' || min(id) FROM zhike_grade_proposal WHERE state = 'open'"}
"""Name of an address -> what is asked with it, where it is no page without."""
PERSON = "SELECT id FROM zhike_person WHERE username = 'bailu'"
WHO = ("linheng", "hezhou", "wenjia", "guanyuan", "rongqi", "huoran", "jingyuan", "jianlan", "xiabei", "dulan")  # fmt: skip
"""Who tries to open a page, in this order."""


@dataclass(frozen=True)
class Route:
    """An address of the resolver."""

    name: str
    pattern: str
    parameters: tuple[str, ...]


def routes() -> list[Route]:
    """Every address but those of the API, by name."""
    found = [
        Route(one.name or path, path, tuple(one.pattern.converters)) for path, one in _walk(get_resolver())
    ]
    return sorted(
        (route for route in found if not route.pattern.startswith("api/") and "(?P" not in route.pattern),
        key=lambda route: route.name,
    )


def _walk(resolver: Any, above: str = "") -> Iterator[tuple[str, URLPattern]]:
    for one in resolver.url_patterns:
        path = above + str(one.pattern)
        if isinstance(one, URLPattern):
            yield path, one
        else:
            yield from _walk(one, path)


def address(route: Route, world: World) -> str:
    """The path of a route, with parameters that lead to something where there is something."""
    values = {name: _value(route, name, world) for name in route.parameters}
    path = re.sub(r"<(?:\w+:)?(\w+)>", lambda found: str(values[found[1]]), route.pattern)
    asked = world.ask(QUERIES[route.name])[0][0] if route.name in QUERIES else ""
    return "/" + path.replace("^", "").replace("$", "") + asked


def _value(route: Route, name: str, world: World) -> Any:
    laid = max((one for one in LAID if route.pattern.startswith(one)), key=len, default="")
    if name in LAID.get(laid, {}):
        found = world.ask(LAID[laid][name])
        return found[0][0] if found and found[0][0] is not None else 0
    if name == "code":
        return world.ask(FIRST)[0][0]
    if name == "person":
        return world.ask(PERSON)[0][0]
    if name == "key" and route.pattern.startswith("imports/"):
        return world.ask("SELECT key FROM zhike_import")[0][0]
    if name in WORDS:
        return WORDS[name]
    table = KEYS.get(route.name) or f"zhike_{name}"
    tables = {row[0] for row in world.ask("SELECT name FROM sqlite_master WHERE type = 'table'")}
    if "code" in route.parameters and table in tables:
        return world.ask(OF_FIRST.format(table))[0][1] or 0
    found = world.ask(f"SELECT max(id) FROM {table}")[0][0] if table in tables else None
    return found or 0


def opens(path: str, request: APIRequestContext) -> tuple[int, bool]:
    """The status for these cookies, and whether a whole page came: not a file, a fragment, or a way on."""
    answer = request.get(path, max_redirects=0, headers={"Accept": "text/html"})
    html = answer.headers.get("content-type", "").startswith("text/html")
    return answer.status, html and "<html" in answer.text()
