"""`python docs/images/make.py`: take the pictures of the documentation anew, from a demo company and a demo report.

Wants `make demo` (what pages need) and `make browser` (what drives a Chromium).
"""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from tests.browser.desks import sign_in  # noqa: E402
from tests.browser.windows import browser, window  # noqa: E402

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

HERE = Path(__file__).parent
SHORT = {"zh-hans": "zh", "en": "en"}
SIZE, WIDE = (1280, 800), (1440, 860)
AS_OF = "2026-06-30"
MANAGER, CUSTOMER, ANALYST = "hezhou", "KA-A-01", "dulan"
LARGEST = 300_000
"""Bytes of a picture at most."""


def main() -> None:
    """Take every picture."""
    with tempfile.TemporaryDirectory() as folder, browser() as running:
        for language in SHORT:
            report(running, Path(folder) / language, language)
        with served(Path(folder)) as address:
            for language in SHORT:
                product(running, address, language)
    for picture in sorted(HERE.glob("*.png")):
        assert picture.stat().st_size <= LARGEST, f"{picture.name}: {picture.stat().st_size} bytes"


def report(running: Browser, folder: Path, language: str) -> None:
    """The page of a graded run."""
    lang = SHORT[language]
    words = ["demo", "--files", str(folder), "--customers", "600", "--lang", lang]
    subprocess.run([sys.executable, "-m", "zhike", *words], check=True, stdout=subprocess.DEVNULL)
    pages = sorted(folder.rglob("report.html"))
    page = window(running, size=SIZE, language=language).new_page()
    page.goto(next(one for one in pages if "foreign-trade" in str(one)).as_uri())
    page.screenshot(path=HERE / f"report-{lang}.png")


def product(running: Browser, address: str, language: str) -> None:
    """The list of customers, the page of one of them, and the board of a run."""
    lang = SHORT[language]
    page = signed_in(running, address, language, MANAGER)
    page.goto(f"{address}/customers/", wait_until="networkidle")
    page.screenshot(path=HERE / f"customers-{lang}.png", animations="disabled")
    page.goto(f"{address}/customers/{CUSTOMER}/", wait_until="networkidle")
    page.screenshot(path=HERE / f"record-{lang}.png", animations="disabled")
    page = signed_in(running, address, language, ANALYST)
    page.goto(f"{address}/grading/", wait_until="networkidle")
    page.locator("a[href*='/grading/runs/']").first.click()
    page.wait_for_load_state("networkidle")
    page.screenshot(path=HERE / f"board-{lang}.png", animations="disabled")


def signed_in(running: Browser, address: str, language: str, username: str) -> Page:
    """A window in which somebody has signed in."""
    person = window(running, size=WIDE, language=language, base_url=address)
    person.add_cookies([{"name": "zhike_language", "value": language, "url": address}])
    page = person.new_page()
    sign_in(page, username, "zhike-demo")
    return page


@contextmanager
def served(folder: Path) -> Iterator[str]:
    """The demo company, served until the block ends."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port = one.getsockname()[1]
    address = f"http://127.0.0.1:{port}"
    environment = {**os.environ, "ZHIKE_DATA_DIR": str(folder / "data"), "ZHIKE_ADDRESS": address}
    words = ["demo", "--customers", "800", "--as-of", AS_OF, "--port", str(port)]
    server = subprocess.Popen(
        [sys.executable, "-m", "zhike", *words], env=environment, stdout=subprocess.DEVNULL
    )
    try:
        while not answers(address):
            time.sleep(0.5)
        yield address
    finally:
        server.terminate()
        server.wait(30)


def answers(address: str) -> bool:
    """Whether the server is up."""
    try:
        urllib.request.urlopen(f"{address}/accounts/login/", timeout=5).close()
    except (urllib.error.URLError, TimeoutError, ConnectionError):
        return False
    return True


if __name__ == "__main__":
    main()
