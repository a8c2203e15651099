"""The engine's page `report.html` in a real browser: it works, fetches nothing, and keeps no reader out."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner

from tests.browser.windows import DESKTOP, PHONE, Faults, overflow, picture, serious, window
from zhike.cli.main import cli
from zhike.demo.company import generate

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.xdist_group("browser")]
SETTLED = (
    "() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(done))))"
)
"""Two frames later the page has answered to its new size."""
POLICY, AS_OF = "foreign-trade", date(2026, 6, 30)


@pytest.fixture(scope="module")
def report(chromium: Browser, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The report about a small demo company, made by the command that people use."""
    home = tmp_path_factory.mktemp("report")
    generate(home / "facts", seed=1, customers=202, as_of=AS_OF)
    words = [
        "grade",
        POLICY,
        "--facts",
        home / "facts",
        "--as-of",
        AS_OF.isoformat(),
        "--values",
        "example",
        "--out",
        home / "out",
    ]
    done = CliRunner().invoke(cli, [str(word) for word in words])
    assert done.exit_code == 0, done.output
    return home / "out" / "report.html"


def opened(page: Page, report: Path, language: str) -> None:
    """The report in a language, with the reasons of two customers unfolded."""
    page.goto(report.as_uri())
    if language == "en":
        page.locator("#lang").click()
    for row in page.locator("tr.one").all()[:2]:
        row.click()


@pytest.mark.parametrize(("language", "theme"), [("zh-hans", "light"), ("en", "dark")])
def test_everybody_can_read_it(chromium: Browser, report: Path, language: str, theme: str) -> None:
    faults, found = Faults(host=""), []
    with window(chromium, language=language, theme=theme) as context:
        faults.watch(context)
        page = context.new_page()
        opened(page, report, language)
        assert page.locator("html").get_attribute("data-lang") == language[:2]
        for size in (DESKTOP, PHONE):
            page.set_viewport_size({"width": size[0], "height": size[1]})
            page.evaluate(SETTLED)
            found += [f"{size[0]} px: {one}" for one in serious(page)]
            assert overflow(page) == 0, f"{size[0]} px"
            page.evaluate("scrollTo(0, 0)")
            picture(page, f"report-{language[:2]}-{theme}-{size[0]}")
    assert not found, "\n".join(found)
    faults.none()


def test_a_customer_is_found_by_a_part_of_the_name(chromium: Browser, report: Path) -> None:
    with window(chromium, language="en") as context:
        page = context.new_page()
        opened(page, report, "en")
        rows = page.locator("tr.one")
        code = rows.nth(3).get_attribute("data-id")
        page.locator("#search").fill(code)
        rows.nth(1).wait_for(state="detached")
        assert rows.get_attribute("data-id") == code
