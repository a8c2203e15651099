"""How soon pages can be used on a phone: a processor four times slower, a mobile network, first with nothing kept, then again.

    python benchmarks/phone.py --address http://127.0.0.1:8000 --user linheng --password zhike-demo

Prints for each page: milliseconds until the first text, until it can be used (loaded, and the last task over 50 ms done), the
layout shift (CLS), and the kB that were sent. Needs `make browser` and a Chromium.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from statistics import median
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
PAGES = {
    "today": "/",
    "customers": "/customers/",
    "a customer": "/customers/{code}/",
    "inbox": "/inbox/",
    "requests": "/requests/",
    "imports": "/imports/",
    "gradings": "/grading/",
    "policies": "/policies/",
}
NETWORK = {"offline": False, "latency": 60, "downloadThroughput": 9e6 / 8, "uploadThroughput": 1.5e6 / 8}
"""As Chromium's own profile of a fast 4G network: 60 ms there and back, 9 Mbit/s down, 1.5 Mbit/s up."""
SLOWER = 4
WATCH = """
window.__seen = {shift: 0, tasks: 0};
new PerformanceObserver((list) => list.getEntries().forEach((one) => {
    if (!one.hadRecentInput) window.__seen.shift += one.value;
})).observe({type: 'layout-shift', buffered: true});
new PerformanceObserver((list) => list.getEntries().forEach((one) => {
    window.__seen.tasks = Math.max(window.__seen.tasks, one.startTime + one.duration);
})).observe({type: 'longtask', buffered: true});
"""
READ = """() => {
    const way = performance.getEntriesByType('navigation')[0];
    const paint = performance.getEntriesByName('first-contentful-paint')[0];
    const sent = [way, ...performance.getEntriesByType('resource')].reduce((sum, one) => sum + one.transferSize, 0);
    return {text: paint ? paint.startTime : 0, used: Math.max(way.domContentLoadedEventEnd, window.__seen.tasks),
            shift: window.__seen.shift, sent: sent / 1024, server: way.responseStart - way.requestStart};
}"""


def look(context: Any, address: str, *, cold: bool) -> dict[str, float]:
    """One visit of a page."""
    page = context.new_page()
    tools = context.new_cdp_session(page)
    tools.send("Network.enable")
    if cold:
        tools.send("Network.clearBrowserCache")
    tools.send("Network.emulateNetworkConditions", NETWORK)
    tools.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
    page.add_init_script(WATCH)
    page.goto(address, wait_until="load")
    page.wait_for_timeout(1500)
    found: dict[str, float] = page.evaluate(READ)
    page.close()
    return found


def main() -> None:
    """Sign in, visit every page five times cold and five times warm, print the medians."""
    from tests.browser.desks import sign_in
    from tests.browser.windows import PHONE, browser, window

    options = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    options.add_argument("--address", required=True)
    options.add_argument("--user", required=True)
    options.add_argument("--password", required=True)
    given = options.parse_args()
    with browser() as running, window(running, size=PHONE, base_url=given.address) as context:
        page = context.new_page()
        sign_in(page, given.user, given.password)
        page.goto("/customers/")
        code = page.locator("a[href^='/customers/C']").first.get_attribute("href") or ""
        page.close()
        print(
            "| page | text, cold | usable, cold | kB, cold | text | usable | kB | server | shift |\n| --- |"
            + " ---: |" * 8
        )
        for name, path in PAGES.items():
            address = given.address + (code if "{code}" in path else path)
            seen = {cold: [look(context, address, cold=cold) for _ in range(5)] for cold in (True, False)}
            cells = [
                f"{median(one[what] for one in seen[cold]):.0f}"
                for cold in (True, False)
                for what in ("text", "used", "sent")
            ]
            server = median(one["server"] for one in seen[False])
            shift = max(one["shift"] for both in seen.values() for one in both)
            print(f"| {name} | {' | '.join(cells)} | {server:.0f} | {shift:.3f} |", flush=True)


if __name__ == "__main__":
    main()
