"""Every page of the product, as the resolver lists them: no error, no request to another host, nothing that keeps a reader
out, nothing wider than the screen: in Chinese on a desktop, in light, and in English on a phone, in dark."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import ExitStack
from typing import TYPE_CHECKING

import pytest

from tests.browser.desks import Desk, desk, sign_in_again
from tests.browser.pages import WHO, Route, address, opens, routes
from tests.browser.test_portal import OWN
from tests.browser.windows import DESKTOP, LOCALES, PHONE, overflow, picture, serious
from tests.browser.worlds import World

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.xdist_group("pages")]
ELSEWHERE = {
    "add_signer": "only takes what is sent to a step",
    "analysis_customers": "answers a question that the analyses ask, as do the next three",
    "analysis_export": "answers a question",
    "analysis_movements": "answers a question",
    "analysis_orders": "answers a question",
    "evaluation": "needs a day on which one is due, which tests of decisions set",
    "exit": "needs a customer who is leaving, whom tests of decisions let go",
    "give_judgement": "needs a class that a policy asks for, which tests of runs do",
    "procedure_note_file": "is a file",
    "public_letter": "needs the address that a letter carries, which tests of letters follow",
    "public_letter_file": "is a file",
    "submission_file": "is a file, where a sheet was sent",
    "settle_grievance": "needs a complaint or a dispute that is open, which tests of contacts raise",
    "openid_connect_login": "leads to the company's directory",
    "openid_connect_callback": "is where the directory sends people back to",
    "mfa_deactivate_totp": "needs a second factor",
    "mfa_download_recovery_codes": "needs a second factor",
    "mfa_view_recovery_codes": "needs a second factor",
    "export_file": "is a file, and the journey of exports opens it",
    "import_rejected": "is a file, and the journey of imports opens it",
    "import_mapping": "is a file",
    "socialaccount_login_error": "is what the directory's refusal leads to, with the status of a refusal",
}
"""Addresses that no test can open as a page, and why."""
ELSEWHERE |= dict.fromkeys(OWN, "needs a customer's contact: tests/browser/test_portal.py looks at it")
NO_PAGES = {
    "figures_form": "is a file",
    "grading_progress": "is a part of the page of a run",
    "inbox_count": "is a part of the navigation",
    "letter_file": "is a file",
    "plan_file": "is a file",
    "letter_template_file": "is a file",
    "policy": "leads on to the version that counts",
    "policy_draft": "leads on to the draft",
    "customer_cell": "is a cell of the list",
    "customer_fact": "is a part of the customer's page",
    "customer_likeness": "is a part of the form of a new customer",
    "document": "is a file",
    "healthz": "is for machines",
    "import_problems": "is a part of the page of an import",
    "import_progress": "is a part of the page of an import",
    "job_progress": "is a part of the page of a job",
    "mfa_reauthenticate": "leads on for whoever has just signed in",
    "palette": "is what the search finds",
}
"""Addresses that answer with something else than a whole page, and what it is."""
FRESH = "mfa_"
"""Pages that ask who it is once more, unless the sign-in is of the last minutes."""
ONLY_SENT = "(405)"
"""Stands for an address that only takes what is sent to it."""
BEFORE = {"account_login", "account_reset_password", "mfa_authenticate"}
"""Pages before sign-in, which whoever has signed in is sent away from."""
SETTLED = """async () => {
    await document.fonts.ready;
    const moving = () => document.getAnimations().filter((one) => one.effect.getComputedTiming().endTime !== Infinity);
    while (moving().length) await Promise.allSettled(moving().map((one) => one.finished));
}"""
"""Until fonts are there and no colour is on its way to another: what inherits a colour follows only then."""
UNCOVERED = "document.querySelectorAll('.form-foot').forEach((foot) => (foot.style.position = 'static'))"
"""What lies under the foot of a long form is scrolled to by people; axe does not scroll."""
LOOKS = {"zh-hans": ("light", DESKTOP), "en": ("dark", PHONE)}
"""Language -> theme and size in which every rule is asked."""
KEPT = bool(os.environ.get("ZHIKE_TEST_PICTURES"))
"""Whether pictures of all pages are kept, which takes a minute; those of the journeys always are."""


@pytest.fixture(scope="module")
def people(chromium: Browser, demo: World) -> Iterator[dict[tuple[str, str], Desk]]:
    """A window for everybody who may be asked to open a page, in each language, opened when first needed."""
    with ExitStack() as stack:

        class Desks(dict[tuple[str, str], Desk]):
            def __missing__(self, key: tuple[str, str]) -> Desk:
                theme, size = LOOKS[key[1]]
                one = desk(chromium, demo, key[0], language=key[1], theme=theme, size=size)
                self[key] = stack.enter_context(one)
                return self[key]

        yield Desks()


def holder(path: str, people: dict[tuple[str, str], Desk]) -> str | None:
    """Who may open the page; None where something else than a page is answered, ONLY_SENT where nothing is."""
    statuses = {}
    for username in WHO:
        status, whole = opens(path, people[username, "zh-hans"].context.request)
        statuses[username] = status
        if status == 405:
            return ONLY_SENT
        if (
            status < 400 and not whole and "?" not in path
        ):  # what is asked may lead one on, and be a page for another
            return None
        if status == 200:
            return username
    raise AssertionError(f"nobody can open {path}: {statuses}")


@pytest.mark.parametrize(
    "route", [one for one in routes() if one.name not in ELSEWHERE], ids=lambda one: one.name
)
def test_page(route: Route, demo: World, people: dict[tuple[str, str], Desk]) -> None:
    path = address(route, demo)
    if route.name.startswith(FRESH) and route.name not in BEFORE:
        for language in LOCALES:
            sign_in_again(people[WHO[0], language], WHO[0])
    username = "" if route.name in BEFORE else holder(path, people)
    if username == ONLY_SENT:
        return
    assert (username is None) == (route.name in NO_PAGES), "a page that nobody looks at, or no page"
    if username is None:
        return
    found: list[str] = []
    for language in LOCALES:
        one = people[username, language]
        one.faults.found.clear()
        assert one.go(path).status == 200
        found += looked_at(one.page, route.name, language) + one.faults.found
        one.faults.found.clear()
    assert not found, "\n".join(dict.fromkeys(found))


def looked_at(page: Page, name: str, language: str) -> list[str]:
    """What is wrong with an open page, in the looks of its language."""
    theme, (width, _height) = LOOKS[language]
    page.evaluate(SETTLED)
    page.evaluate(UNCOVERED)
    where = f"{language[:2]} {{}} {width} px"
    found = [f"{where.format(theme)}: {one}" for one in serious(page)]
    if overflow(page) > 0:
        found.append(f"{where.format(theme)}: {overflow(page)} px wider than the window")
    if KEPT:
        picture(page, f"page-{name}-{language[:2]}-{theme}-{width}")
    return found
