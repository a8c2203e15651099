"""Data in and out, and who did it: import with errors, mend, undo; export with a purpose; the journal; keyboard, language, theme."""

from __future__ import annotations

import re
from pathlib import Path
from secrets import token_hex
from typing import TYPE_CHECKING

import pytest
import xlsxwriter
from python_calamine import CalamineWorkbook

from tests.browser.desks import Desk, desk
from tests.browser.worlds import World

if TYPE_CHECKING:
    from playwright.sync_api import Browser

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.xdist_group("journeys")]
MANAGER, HEAD = "linheng", "hezhou"
HEADS = ["客户编码", "客户名称", "城市", "合作起始"]


def workbook(path: Path, rows: list[list[str]]) -> Path:
    """An Excel file with these rows under the usual heads."""
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet("客户")
        for number, row in enumerate([HEADS, *rows]):
            sheet.write_row(number, 0, row)
    return path


def bring_in(one: Desk, file: Path) -> None:
    """Upload a file of customers, let it be checked, and import what is sound."""
    one.go("/imports/new/")
    one.page.locator("input[name=target][value=customers]").check()
    one.page.locator("input[name=upload]").set_input_files(file)
    one.page.locator("form.import-new button.btn-primary").click()
    one.page.wait_for_url(re.compile(r"/imports/[0-9a-f]+/$"))
    one.page.locator("select[name=c-since]").select_option(label=HEADS[3])
    one.page.locator("form[action$='/match/'] button.btn-primary").click()


def customers(world: World, prefix: str) -> list[str]:
    """The codes that begin so."""
    return sorted(
        code for (code,) in world.ask("SELECT code FROM zhike_customer WHERE code LIKE ?", f"{prefix}%")
    )


def test_import_an_excel_file_mend_it_and_undo_it(chromium: Browser, demo: World, tmp_path: Path) -> None:
    key = token_hex(3).upper()
    messy = workbook(
        tmp_path / "customers.xlsx",
        [[f"{key}1", f"宁波{key}机电有限公司", "宁波", "2024-03-01"], [f"{key}2", f"绍兴{key}纺织有限公司", "绍兴", "去年春天"],
         [f"{key}3", "", "温州", "2024-05-01"]],
    )  # fmt: skip
    with desk(chromium, demo, HEAD) as one:
        bring_in(one, messy)
        one.page.locator(".import-problems li").nth(1).wait_for(timeout=180_000)
        one.picture("import-problems", whole=True)
        begin(one)
        rejected = one.page.locator("a[href$='rejected.xlsx']").first
        one.picture("import-report", whole=True)
        assert customers(demo, key) == [f"{key}1"]
        with one.page.expect_download() as got:
            rejected.click()
        refused = CalamineWorkbook.from_path(str(got.value.path())).get_sheet_by_index(0).to_python()
        assert len(refused) == 3, refused
        assert all(re.search(r"\w", str(row[-1]) + str(row[0])) for row in refused)
        bring_in(one, mended(refused, key, tmp_path / "mended.xlsx"))
        begin(one)
        assert customers(demo, key) == [f"{key}1", f"{key}2", f"{key}3"]
        one.page.locator("form[action$='/undo/'] button").click()
        one.page.locator("dialog[open] button[value=yes]").click()
        one.page.locator(".notice", has_text=re.compile("已撤销|撤销")).first.wait_for(timeout=180_000)
        one.picture("import-undone", whole=True)
    assert customers(demo, key) == [f"{key}1"]


def begin(one: Desk) -> None:
    """Press the button that imports, and wait for the report."""
    one.page.locator("form[action$='/begin/'] button.btn-primary").click()
    one.page.locator("form[action$='/undo/']").wait_for(timeout=180_000)


def mended(refused: list[list[object]], key: str, path: Path) -> Path:
    """The workbook of rejected rows, with its faults mended as a person would, and everything else left in it."""
    head = [str(cell) for cell in refused[0]]
    name, day = head.index(HEADS[1]), head.index(HEADS[3])
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet("客户")
        for number, row in enumerate(refused):
            cells = [str(cell) for cell in row]
            if number and not cells[name]:
                cells[name] = f"温州{key}鞋业有限公司"
            if number and cells[day] == "去年春天":
                cells[day] = "2025-03-01"
            sheet.write_row(number, 0, cells)
    return path


def test_export_with_a_purpose(chromium: Browser, demo: World) -> None:
    purpose = f"季度复盘 {token_hex(3)}"
    with desk(chromium, demo, HEAD) as one:
        one.go("/customers/export/?sort=-amount")
        one.page.locator("input[name=purpose]").fill(purpose)
        one.picture("export-purpose")
        one.page.locator("form:has([name=purpose]) button.btn-primary").click()
        one.page.wait_for_url(re.compile(r"/exports/\d+/|/jobs/\d+/"))
        file = one.page.locator(
            "a[href*='/exports/'][href$='/file/'], a[download], a.btn[href*='/exports/']"
        ).first
        file.wait_for(timeout=180_000)
        one.picture("export-done")
        with one.page.expect_download() as got:
            file.click()
        rows = CalamineWorkbook.from_path(str(got.value.path())).get_sheet_by_index(0).to_python()
        assert len(rows) > 20
    assert demo.ask("SELECT count(*) FROM zhike_export WHERE purpose = ?", purpose) == [(1,)]


def test_read_in_the_journal_who_did_it(chromium: Browser, demo: World) -> None:
    subject = f"客户来电 {token_hex(3)}"
    code = demo.ask(
        "SELECT code FROM zhike_customer JOIN zhike_person p ON p.id = manager_id WHERE username = ? ORDER BY zhike_customer.id DESC",
        MANAGER,
    )[6][0]
    with desk(chromium, demo, MANAGER) as one:
        one.go(f"/customers/{code}/activities/new/")
        one.page.locator("[name=subject]").fill(subject)
        one.page.locator("form:has([name=subject]) button.btn-primary").click()
        one.page.locator("[name=subject]").wait_for(state="detached")
    for language in ("zh-hans", "en"):
        with desk(chromium, demo, "jianlan", language=language) as one:
            one.go(f"/journal/?customer={code}")
            assert subject in one.body.inner_text()
            one.picture("journal")


def test_the_list_by_the_keyboard_alone(chromium: Browser, demo: World) -> None:
    with desk(chromium, demo, HEAD) as one:
        one.go("/customers/")
        keys = one.page.keyboard
        active = one.page.locator(".list tbody tr[data-active]")
        for key, place in (("j", 0), ("j", 1), ("j", 2), ("k", 1)):
            keys.press(key)
            assert active.get_attribute("data-key") == one.page.locator(".list tbody tr[data-key]").nth(
                place
            ).get_attribute("data-key")
        code = active.get_attribute("data-key")
        keys.press("x")
        assert active.locator("input[name=pick]").is_checked()
        one.page.locator("[data-bulk]:not([hidden])").wait_for()
        one.picture("keyboard-picked")
        keys.press("x")
        keys.press("?")
        one.page.locator("dialog#shortcuts[open]").wait_for()
        one.picture("keyboard-help")
        keys.press("Escape")
        keys.press("/")
        assert one.page.evaluate("document.activeElement.matches('[data-search]')")
        keys.press("Escape")
        one.page.locator(f".list tr[data-key='{code}'] a.name").focus()
        keys.press("Enter")
        one.page.wait_for_url(f"**/customers/{code}/")


def test_language_and_theme_are_kept(chromium: Browser, demo: World) -> None:
    with desk(chromium, demo, MANAGER) as one:
        one.go("/customers/")
        root = one.page.locator("html")
        one.page.locator(".side summary, .side [aria-haspopup], .side .person-button").last.click()
        one.page.locator("[data-theme-choice=zhike-dark]").click()
        assert root.get_attribute("data-theme") == "zhike-dark"
        one.picture("switch-dark")
        with one.leaving():
            one.page.locator("button[name=language][value=en]").click()
        assert root.get_attribute("lang") == "en"
        assert root.get_attribute("data-theme") == "zhike-dark"
        one.go("/customers/")
        assert root.get_attribute("lang") == "en"
        assert one.page.locator("h1").inner_text() == "Customers"
        one.picture("switch-english")
