"""A policy by somebody who never saw its text: from a shipped one to a changed band, its tests, and review."""

from __future__ import annotations

import re
from secrets import token_hex
from typing import TYPE_CHECKING

import pytest

from tests.browser.desks import Desk, desk
from tests.browser.windows import DESKTOP, PHONE
from tests.browser.worlds import World

if TYPE_CHECKING:
    from playwright.sync_api import Browser

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.xdist_group("journeys")]
WRITER = "feihe"


def begun(one: Desk, code: str) -> str:
    """A policy of the company's own, from the shipped one; where it stands."""
    one.go("/policies/new/")
    one.page.locator("select[name=source]").select_option("preset:direct-supply")
    one.page.locator("input[name=code]").fill(code)
    one.page.locator("input[name=title_zh]").fill(f"直供客户分级办法 {code}")
    one.page.locator("input[name=examples]").check()
    one.page.locator("#page form button.btn-primary").click()
    one.page.wait_for_url(re.compile(rf"/policies/{code}/1/$"))
    return f"/policies/{code}/1/"


def set_end(one: Desk, value: str) -> None:
    """Give the first number line another lower end of its best band, and save it there."""
    form = one.page.locator("form.scale-ends", has=one.page.locator("input[name=large_from]")).first
    form.locator("input[name=large_from]").fill(value)
    with one.leaving():
        form.locator("button").click()


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_from_a_shipped_policy_to_a_changed_band_and_review(
    chromium: Browser, demo: World, size: tuple[int, int]
) -> None:
    """Every step by its tab or button; a contradiction is told where it was made, and submission names what is missing."""
    code = f"own-{token_hex(3)}"
    with desk(chromium, demo, WRITER, size=size) as one:
        begun(one, code)
        one.follow("等级与界限")
        set_end(one, "1")
        one.page.locator("#faults").wait_for()
        set_end(one, "900")
        one.page.locator("#faults").wait_for(state="detached")
        assert "900 万" in (one.page.locator(".number-line").first.text_content() or "")
        one.picture("policy-limits", whole=True)
        one.follow("用例")
        one.press("运行用例")
        one.page.locator("#ran li").first.wait_for()
        with one.leaving():
            one.press("提交审核")
        told = one.page.locator(".notice.tone-error")
        assert "没有提交" in told.inner_text()
        one.picture("policy-refused")
        told.get_by_role("link").first.click()
        one.page.locator("input[name=document_number]").fill(code.upper())
        one.page.locator("select[name=supervising]").select_option(label="监督部")
        with one.leaving():
            one.page.locator("#page form button.btn-primary").last.click()
        with one.leaving():
            one.press("提交审核")
        one.picture("policy-submitted")
        assert demo.ask(
            "SELECT v.state FROM zhike_policy_version v JOIN zhike_policy p ON p.id = v.policy_id WHERE p.code = ?",
            code,
        ) == [("review",)]
        one.follow("参数")
        assert one.page.locator("input[name=large_from]").count() == 0  # what is under review stays as it is
