"""The customer portal as a contact sees it: signed in by the code of a mail, every page in both looks, by keyboard, without a script."""

from __future__ import annotations

import re
import time
from typing import TYPE_CHECKING

import pytest

from tests.browser.desks import Desk, desk
from tests.browser.windows import DESKTOP, PHONE, overflow, picture, serious
from tests.browser.worlds import World

if TYPE_CHECKING:
    from playwright.sync_api import Browser

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.xdist_group("pages")]
OWN = {
    "portal", "portal_code", "portal_choose", "portal_leave", "portal_look", "portal_home", "portal_orders", "portal_order",
    "portal_requests", "portal_new_request", "portal_request", "portal_letters", "portal_letter", "portal_letter_file",
    "portal_plans", "portal_plan", "portal_change_plan", "portal_company",
}  # fmt: skip
"""Names of the portal's addresses."""
ACCESS = "SELECT a.email, k.customer_id FROM zhike_portal_access a JOIN zhike_contact k ON k.id = a.contact_id ORDER BY a.id LIMIT 1"
OF = "SELECT max(id) FROM {} WHERE customer_id = ?"
PATIENCE = 120.0


def code_of(world: World, before: int) -> str:
    """The code of the mail that was written after a number of mails."""
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        found = world.ask("SELECT subject FROM zhike_message WHERE kind = 'portal_code' ORDER BY id")
        if len(found) > before:
            return re.search(r"\d{6}", found[-1][0])[0]  # type: ignore[index]
        time.sleep(0.2)
    raise AssertionError("no code was written")


def sign_in(one: Desk, world: World) -> None:
    """From the first page to the contact's own, by keyboard alone."""
    before = len(world.ask("SELECT id FROM zhike_message WHERE kind = 'portal_code'"))
    one.go("/portal/")
    one.page.locator("input:focus").wait_for()
    one.page.keyboard.type(world.ask(ACCESS)[0][0])
    one.page.keyboard.press("Enter")
    one.page.wait_for_url("**/portal/code/")
    one.page.locator("input:focus").wait_for()
    one.page.keyboard.type(code_of(world, before))
    one.page.keyboard.press("Enter")
    one.page.wait_for_url("**/portal/start/")


def paths(world: World) -> list[str]:
    """Every page, with a record of the customer where there is one."""
    customer = world.ask(ACCESS)[0][1]
    keys = {kind: world.ask(OF.format(table), customer)[0][0] for kind, table in
            (("orders", "zhike_order"), ("requests", "zhike_service_request"), ("plans", "zhike_service_plan"),
             ("letters", "zhike_letter"))}  # fmt: skip
    records = [f"{kind}/{key}/" for kind, key in keys.items() if key]
    records += [f"plans/{keys['plans']}/change/"]
    return [
        "start/",
        "orders/",
        "requests/",
        "requests/new/",
        "letters/",
        "plans/",
        "company/",
        "orders/0/",
        *records,
    ]


@pytest.mark.parametrize(
    ("language", "theme", "size"), [("zh-hans", "light", DESKTOP), ("en", "dark", PHONE)]
)
def test_every_page_of_the_portal(
    chromium: Browser, demo: World, language: str, theme: str, size: tuple[int, int]
) -> None:
    found: list[str] = []
    with desk(chromium, demo, size=size, language=language, theme=theme) as one:
        one.context.add_cookies(
            [{"name": "portal-language", "value": language, "url": f"{demo.address}/portal/"}]
        )
        for path in ("/portal/", "/portal/code/"):
            one.go(path)
            found += looked_at(one, path)
        sign_in(one, demo)
        for path in paths(demo):
            one.go(f"/portal/{path}")
            found += looked_at(one, path)
    assert not found, "\n".join(found)


def looked_at(one: Desk, path: str) -> list[str]:
    """What is wrong with an open page."""
    name = path.strip("/").replace("/", "-")
    picture(one.page, f"portal-{name}-{one.label}")
    wide = overflow(one.page)
    return [f"{path}: {fault}" for fault in serious(one.page)] + (
        [f"{path}: {wide} px too wide"] if wide > 0 else []
    )
