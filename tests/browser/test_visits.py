"""The visit form on a phone: found on the first page, kept when the phone is put away, nothing lost on a bad field."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.browser.desks import desk
from tests.browser.windows import PHONE, overflow
from tests.browser.worlds import World

if TYPE_CHECKING:
    from playwright.sync_api import Browser

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.xdist_group("pages")]
PUT_AWAY = """() => {
    Object.defineProperty(document, "hidden", {value: true, configurable: true});
    document.dispatchEvent(new Event("visibilitychange"));
}"""


@pytest.mark.clause("ARC-10")
def test_the_form_is_kept_when_the_phone_is_put_away(chromium: Browser, demo: World) -> None:
    with desk(chromium, demo, "linheng", size=PHONE, language="en") as one:
        page = one.page
        one.go("/")
        page.get_by_role("link", name="Late: form of the visit").first.click()
        one.follow("Fill in the form")
        page.locator("textarea[name=topics]").fill("a second weighbridge")
        page.locator(".visit-people summary").first.click()
        page.evaluate(PUT_AWAY)
        page.get_by_role("status").filter(has_text="Draft saved at").wait_for()
        page.reload()
        assert page.locator("textarea[name=topics]").input_value() == "a second weighbridge"
        assert overflow(page) == 0
        one.press("Save draft")
        page.wait_for_load_state("networkidle")
        assert page.locator("textarea[name=topics]").input_value() == "a second weighbridge"
        heights = [button.bounding_box() for button in page.locator(".visit-foot .btn").all()]
        assert all(box is not None and box["height"] >= 44 for box in heights)
