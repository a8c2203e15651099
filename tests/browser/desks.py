"""People at their screens: somebody signed in, in a size, a language and a theme, watched for faults."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from tests.browser.windows import DESKTOP, Faults, picture, window
from tests.browser.worlds import World

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Locator, Page, Response


class Desk:
    """One person's window on one world."""

    def __init__(self, world: World, context: BrowserContext, faults: Faults, label: str) -> None:
        self.world, self.context, self.faults, self.label = world, context, faults, label
        self.page: Page = context.new_page()

    def go(self, path: str) -> Response:
        """Open an address of the product."""
        answer = self.page.goto(path)
        assert answer is not None
        return answer

    def picture(self, name: str, *, whole: bool = False) -> None:
        """Keep a screenshot, named after the journey and this desk."""
        picture(self.page, f"{name}-{self.label}", whole=whole)

    def press(self, name: str, *, exact: bool = True) -> None:
        """Press the button of this name."""
        self.page.get_by_role("button", name=name, exact=exact).first.click()

    def follow(self, name: str, *, exact: bool = True) -> None:
        """Follow the link of this name."""
        self.page.get_by_role("link", name=name, exact=exact).first.click()

    @contextmanager
    def leaving(self) -> Iterator[None]:
        """What is done within leaves the page: wait until the next one stands.

        Not `expect_navigation`: htmx writes the history of the page it starts on, which can arrive late and counts as one.
        """
        self.page.wait_for_load_state()
        self.page.evaluate("window.left = true")
        yield
        self.page.wait_for_function("() => !window.left && document.readyState === 'complete'")

    @property
    def body(self) -> Locator:
        """What the page says, without the frame around it."""
        return self.page.locator("#page")


@contextmanager
def desk(
    running: Browser, world: World, username: str = "", *, size: tuple[int, int] = DESKTOP, language: str = "zh-hans", theme: str = "light",
) -> Iterator[Desk]:  # fmt: skip
    """A window in which `username` has signed in; nobody when empty. Faults fail at the end of the block."""
    faults = Faults(world.host)
    state = signed_in(running, world, username) if username else None
    with window(
        running, size=size, language=language, theme=theme, base_url=world.address, storage_state=state
    ) as context:
        context.add_cookies([{"name": "zhike_language", "value": language, "url": world.address}])
        faults.watch(context)
        yield Desk(world, context, faults, f"{language[:2]}-{theme}-{size[0]}")
    faults.none()


def signed_in(running: Browser, world: World, username: str) -> Any:
    """The cookies of a person who has signed in by the form; kept for the next window."""
    if username not in world.cookies:
        with window(running, base_url=world.address) as context:
            page = context.new_page()
            sign_in(page, username, world.password)
            world.cookies[username] = context.storage_state()
    return world.cookies[username]


def sign_in(page: Page, username: str, password: str) -> None:
    """Fill in the form of the sign-in page, and send it."""
    page.goto("/accounts/login/")
    page.locator("input[name=login]").fill(username)
    page.locator("input[name=password]").fill(password)
    page.locator("input[name=password]").press("Enter")
    page.wait_for_url(lambda address: "/accounts/login/" not in address)


def sign_in_again(one: Desk, username: str) -> None:
    """Somebody who signed in a while ago signs in anew, in the language of the window."""
    language = [cookie for cookie in one.context.cookies() if cookie.get("name") == "zhike_language"]
    one.context.clear_cookies()
    one.context.add_cookies(language)  # type: ignore[arg-type]
    sign_in(one.page, username, one.world.password)
