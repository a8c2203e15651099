"""A Chromium that is watched: every error of a page, every request to another host, is a fault of the test."""

from __future__ import annotations

import importlib.util
import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Locator, Page, Request

ROOT = Path(__file__).resolve().parents[2]
PICTURES = ROOT / "build" / "screenshots"
DESKTOP, PHONE = (1440, 900), (390, 844)
LOCALES = {"zh-hans": "zh-CN", "en": "en-GB"}
ANSWERS = re.compile(r"Failed to load resource: .* status of (400|403|404|409|422|429)")
"""A refusal is an answer; Chromium writes it to the console like a fault."""
PATIENCE = 90_000
"""Milliseconds that a step may take on a busy machine; one that never comes fails all the same."""
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking", "--disable-dev-shm-usage",
         "--font-render-hinting=none", "--force-color-profile=srgb"]  # fmt: skip


def what_is_missing() -> tuple[str, str] | None:
    """What keeps a browser from starting, and the way out; None when nothing does."""
    if (
        importlib.util.find_spec("playwright") is None
        or importlib.util.find_spec("axe_playwright_python") is None
    ):
        return "what drives a browser is not installed", "run `make browser`"
    if chromium() is None:
        return "no Chromium", "install chromium, or set CHROMIUM to its program"
    return None


def chromium() -> str | None:
    """The program: what CHROMIUM names, or the first on the path."""
    given = os.environ.get("CHROMIUM", "")
    if given:
        return shutil.which(given)
    names = ("chromium", "chromium-browser", "google-chrome", "chrome")
    return next((found for name in names if (found := shutil.which(name))), None)


@contextmanager
def browser() -> Iterator[Browser]:
    """A running Chromium."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as driver:
        running = driver.chromium.launch(executable_path=chromium(), args=FLAGS)
        try:
            yield running
        finally:
            running.close()


class Faults:
    """Whatever went wrong in the pages of one context."""

    def __init__(self, host: str) -> None:
        self.host = host
        self.found: list[str] = []

    def watch(self, context: BrowserContext) -> None:
        """Listen to everything the context's pages do."""
        context.on("request", self._request)
        context.on("console", self._console)
        context.on("weberror", lambda error: self.found.append(f"error in the page: {error.error}"))

    def _request(self, request: Request) -> None:
        parts = urlsplit(request.url)
        if parts.scheme in {"http", "https", "ws", "wss"} and parts.netloc != self.host:
            self.found.append(f"request to another host: {request.url}")

    def _console(self, message: ConsoleMessage) -> None:
        place = message.location.get("url", "") if message.location else ""
        answer = ANSWERS.match(message.text) and "/static/" not in place
        if message.type in {"error", "warning"} and not answer:
            self.found.append(f"console {message.type}: {message.text} ({place})")

    def none(self) -> None:
        """Fail when there was one."""
        assert not self.found, "\n".join(self.found)


def window(
    running: Browser,
    *,
    size: tuple[int, int] = DESKTOP,
    language: str = "zh-hans",
    theme: str = "light",
    **more: Any,
) -> BrowserContext:
    """A context of its own: size, language and theme as a person would have them."""
    width, height = size
    touch = {"has_touch": True, "is_mobile": True} if width < 500 else {}
    context = running.new_context(
        viewport={"width": width, "height": height}, locale=LOCALES[language], color_scheme=theme, reduced_motion="reduce",
        timezone_id="Asia/Shanghai", accept_downloads=True, **touch, **more,
    )  # fmt: skip
    context.set_default_timeout(PATIENCE)
    return context


AXE = {
    "resultTypes": ["violations"],
    "runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]},
}


def serious(page: Page) -> list[str]:
    """What axe finds serious or critical on the page: rule, element, reason."""
    from axe_playwright_python.sync_playwright import Axe

    if not page.evaluate("'axe' in window"):
        page.evaluate(Axe().axe_script)
    violations = page.evaluate(
        "options => axe.run(document, options).then(({violations}) => violations)", AXE
    )
    return [
        f"{one['id']} ({one['impact']}): {node['html'][:200]} -- {node.get('failureSummary', '')[:300]}"
        for one in violations
        if one["impact"] in {"serious", "critical"}
        for node in one["nodes"][:3]
    ]


def reads(shown: Locator, text: str) -> None:
    """Wait until an element says exactly this: what a tap sets off comes a moment after it."""
    from playwright.sync_api import expect

    expect(shown).to_have_text(text, timeout=PATIENCE)


def overflow(page: Page) -> int:
    """By how many pixels the page is wider than the window."""
    return int(page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth"))


def picture(page: Page, name: str, *, whole: bool = False) -> None:
    """Keep a screenshot."""
    PICTURES.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=PICTURES / f"{name}.png", full_page=whole, animations="disabled")
