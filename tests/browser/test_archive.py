"""A day at the archive: find, add, change at the same time as somebody else, log, hand over, print."""

from __future__ import annotations

import re
from secrets import token_hex
from typing import TYPE_CHECKING

import pytest

from tests.browser.desks import desk
from tests.browser.furnish import LONG
from tests.browser.windows import DESKTOP, PHONE
from tests.browser.worlds import World

if TYPE_CHECKING:
    from playwright.sync_api import Browser

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.xdist_group("journeys")]
MANAGER, HEAD, COLLEAGUE = "linheng", "hezhou", "bailu"


def archives(world: World, username: str = MANAGER) -> list[tuple[str, str]]:
    """Code and name of somebody's customers, the last first: the first ones are for the pages."""
    return world.ask(
        "SELECT code, name FROM zhike_customer WHERE merged_into_id IS NULL AND life <> 'closed' AND manager_id = "
        "(SELECT id FROM zhike_person WHERE username = ?) ORDER BY id DESC",
        username,
    )


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_find_a_customer_by_the_initials_of_its_pinyin(
    chromium: Browser, demo: World, size: tuple[int, int]
) -> None:
    with desk(chromium, demo, MANAGER, size=size) as one:
        one.go("/customers/")
        one.page.locator("[data-search]").fill("nmgxlgl")
        row = one.page.locator(".list tbody tr[data-key]")
        row.nth(1).wait_for(state="detached")
        assert LONG in row.inner_text()
        one.picture("find-in-the-list")
        one.page.keyboard.press("Escape")
        one.page.locator("[data-palette]").last.click() if size == PHONE else one.page.keyboard.press(
            "Control+k"
        )
        one.page.locator("#palette input").fill("nmgxlgl")
        one.page.locator("#palette [role=option]", has_text=LONG).first.wait_for()
        one.picture("find-by-palette")
        one.page.keyboard.press("Enter")
        one.page.wait_for_url(re.compile(r"/customers/C\d+/$"))
        assert LONG in one.page.locator("h1").inner_text()


def test_add_a_customer_and_be_warned_of_its_likeness(chromium: Browser, demo: World) -> None:
    code, (_other, name) = f"J{token_hex(3)}", archives(demo)[0]
    with desk(chromium, demo, MANAGER) as one:
        one.go("/customers/")
        one.page.keyboard.press("c")
        one.page.wait_for_url("**/customers/new/")
        one.page.locator("input[name=code]").fill(code)
        one.page.locator("input[name=name]").fill(name)
        one.page.locator("input[name=name]").press("Tab")
        one.body.get_by_text(name).first.wait_for()
        one.picture("add-likeness")
        one.page.locator("input[name=name]").fill(f"宁波甬{code}机电设备有限公司")
        one.page.locator("#page form button.btn-primary").last.click()
        one.page.wait_for_url(f"**/customers/{code}/")
        one.picture("add-done")
    assert demo.ask("SELECT count(*) FROM zhike_customer WHERE code = ?", code) == [(1,)]


def test_two_people_change_the_same_fact(chromium: Browser, demo: World) -> None:
    code, _name = archives(demo)[1]
    with desk(chromium, demo, MANAGER) as mine, desk(chromium, demo, HEAD) as theirs:
        for one in (mine, theirs):
            one.go(f"/customers/{code}/edit/")
        theirs.page.locator("input[name=address]").fill("江南路 1 号")
        theirs.page.locator("#page form button.btn-primary").last.click()
        theirs.page.wait_for_url(f"**/customers/{code}/")
        mine.page.locator("input[name=address]").fill("江南路 2 号")
        mine.page.locator("#page form button.btn-primary").last.click()
        row = mine.page.locator("table.meeting tbody tr")
        row.wait_for()
        assert "江南路 1 号" in row.inner_text()
        assert "江南路 2 号" in row.inner_text()
        mine.picture("conflict")
        assert demo.ask("SELECT address FROM zhike_customer WHERE code = ?", code) == [("江南路 1 号",)]
        mine.page.locator("#page form button.btn-primary").last.click()
        mine.page.wait_for_url(f"**/customers/{code}/")
    assert demo.ask("SELECT address FROM zhike_customer WHERE code = ?", code) == [("江南路 2 号",)]


def test_log_a_visit_on_a_phone(chromium: Browser, demo: World) -> None:
    code, _name = archives(demo)[2]
    subject = f"拜访 {token_hex(3)}：看样机，谈明年框架"
    with desk(chromium, demo, MANAGER, size=PHONE) as one:
        one.go(f"/customers/{code}/")
        one.picture("visit-record")
        one.page.locator("a[href$='/activities/new/']").first.click()
        one.page.locator("[name=subject]").fill(subject)
        one.page.locator("[name=content]").fill("客户对新款满意，希望下周报价。")
        one.picture("visit-form")
        one.page.locator("form:has([name=subject]) button.btn-primary").click()
        one.page.locator("[name=subject]").wait_for(state="detached")
        one.go(f"/customers/{code}/?tab=timeline")
        assert subject in one.page.content()
    assert demo.ask("SELECT channel FROM zhike_activity WHERE subject = ?", subject) == [("visit",)]


def test_hand_a_customer_over_and_both_sign(chromium: Browser, demo: World) -> None:
    code, _name = archives(demo)[3]
    with desk(chromium, demo, HEAD) as one:
        one.go(f"/customers/{code}/handovers/new/")
        one.page.locator("select[name=receiver]").select_option(
            str(demo.ask("SELECT id FROM zhike_person WHERE username = ?", COLLEAGUE)[0][0])
        )
        one.page.locator("input[name=reason]").fill("区域调整")
        one.page.locator("form:has([name=receiver]) button.btn-primary").click()
        one.page.wait_for_url(re.compile(r"/handovers/\d+/|/customers/[^/]+/$"))
    key = demo.ask(
        "SELECT max(zhike_handover.id) FROM zhike_handover JOIN zhike_customer c ON c.id = customer_id WHERE code = ?",
        code,
    )[0][0]
    for username, size in ((MANAGER, DESKTOP), (COLLEAGUE, PHONE)):
        with desk(chromium, demo, username, size=size) as one:
            assert one.go(f"/customers/{code}/handovers/{key}/").status == 200
            one.picture(f"handover-{username}")
            with one.leaving():
                one.page.locator("#page form button.btn-primary").first.click()
    assert demo.ask(
        "SELECT username FROM zhike_customer c JOIN zhike_person p ON p.id = c.manager_id WHERE code = ?",
        code,
    ) == [(COLLEAGUE,)]


def test_print_the_archive_card(chromium: Browser, demo: World) -> None:
    code, name = archives(demo)[4]
    with desk(chromium, demo, HEAD) as one:
        one.go(f"/customers/{code}/card/")
        assert name in one.page.content()
        one.page.emulate_media(media="print")
        one.picture("card", whole=True)
        pages = one.page.pdf(format="A4", print_background=True)
        assert len(re.findall(rb"/Type\s*/Page\b", pages)) == 1, "the card is one page"
        one.page.emulate_media(media="screen")
        for form, magic in (("pdf", b"%PDF"), ("docx", b"PK")):
            one.go(f"/customers/{code}/card/{form}/")
            for box in one.page.locator("#page form [required]").all():
                box.fill("客户来访前准备资料")
            with one.page.expect_download() as got:
                one.page.locator("#page form button.btn-primary").click()
            assert got.value.path().read_bytes().startswith(magic)
