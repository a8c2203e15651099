"""The frame in a real browser: dialogs, keys, themes, phones, lost sessions, and what a screen reader gets."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from django.test import Client

from tests.browser.windows import DESKTOP, PHONE, Faults, overflow, reads, serious, window
from tests.product.cast import Cast, assemble

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True), pytest.mark.slow]
LOOKS = [("zh-hans", "zhike"), ("en", "zhike-dark")]


@pytest.fixture(scope="session", autouse=True)
def sync_beside_the_driver() -> None:
    """Playwright keeps an event loop in this thread; Django would refuse to speak to its database there."""
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"


@pytest.fixture
def cast(transactional_db: None) -> Cast:
    """Everybody of tests/product/cast.py."""
    return assemble()


@pytest.fixture
def browse(chromium: Any, live_server: Any) -> Iterator[Callable[..., Any]]:
    """`browse(person, "/people/", size=PHONE)`: a page in which that person has signed in; its faults fail the test."""
    contexts = []
    faults = Faults(urlsplit(live_server.url).netloc)

    def page_of(
        person: Any, path: str = "/", *, size: tuple[int, int] = DESKTOP, language: str = "en"
    ) -> Any:
        context = window(chromium, size=size, language=language, base_url=live_server.url)
        contexts.append(context)
        faults.watch(context)
        client = Client()
        client.force_login(person)
        cookies = {"zhike_language": language, settings.SESSION_COOKIE_NAME: client.session.session_key or ""}
        context.add_cookies(
            [{"name": name, "value": value, "url": live_server.url} for name, value in cookies.items()]
        )
        page = context.new_page()
        page.goto(path)
        page.locator("[data-htmx-powered]").first.wait_for(state="attached")
        return page

    yield page_of
    for context in contexts:
        context.close()
    faults.none()


def test_a_form_in_a_dialog_shows_its_errors_then_closes_and_says_so(cast, browse):
    page = browse(cast.people.idle, "/components/")
    page.keyboard.press("c")
    dialog = page.locator("#dialog")
    dialog.get_by_label("E-mail").fill("nobody")
    dialog.get_by_role("button", name="Save").click()
    page.wait_for_selector("#dialog .field-error")
    page.wait_for_function(
        "document.activeElement.closest('#dialog') && document.activeElement.name === 'name'"
    )
    dialog.get_by_label("Name").fill("Acme")
    dialog.get_by_label("E-mail").fill("")
    dialog.get_by_role("button", name="Save").click()
    page.get_by_text("Nothing was saved: this is an example.").wait_for()
    dialog.wait_for(state="hidden")


def test_a_changed_form_in_a_dialog_is_not_thrown_away_by_a_slip(cast, browse):
    page = browse(cast.people.idle, "/components/")
    page.keyboard.press("c")
    dialog = page.locator("#dialog")
    dialog.get_by_label("Name").fill("Acme")
    page.keyboard.press("Escape")
    page.locator("#confirm").get_by_role("button", name="Cancel").click()
    assert dialog.get_by_label("Name").input_value() == "Acme"
    page.keyboard.press("Escape")
    page.locator("#confirm").get_by_role("button", name="Yes, continue").click()
    page.wait_for_selector("#dialog", state="hidden")


def test_a_list_is_worked_through_by_keys_and_picked_rows_show_what_can_be_done(cast, browse):
    page = browse(cast.people.idle, "/components/")
    for key in ("j", "x", "j", "x"):
        page.keyboard.press(key)
    bar = page.locator("#table-light [data-bulk]")
    reads(bar.locator("[data-count]"), "2 picked")
    page.locator("#table-light thead [data-pick-all]").check()
    bar.get_by_role("button", name="Pick all 4").click()
    reads(bar.locator("[data-count]"), "4 picked")
    assert page.locator("#table-light input[name=every]").input_value() == "1"
    bar.get_by_role("button", name="Pick none").click()
    assert not bar.is_visible()


def test_on_a_phone_rows_are_picked_by_a_tap_once_that_is_asked_for(cast, browse):
    page = browse(cast.people.idle, "/components/", size=PHONE)
    frame = page.locator("#table-light")
    rows, start = frame.locator("tbody tr[data-key]"), frame.get_by_role("button", name="Pick", exact=True)
    start.click()
    rows.nth(0).locator(".p-title").tap()
    rows.nth(2).locator(".p-title").tap()
    reads(frame.locator("[data-count]"), "2 picked")
    assert urlsplit(page.url).path == "/components/"
    frame.get_by_label("Pick this page").and_(page.locator(".pick-bar input")).check()
    assert frame.locator("input[name=pick]:checked").count() == rows.count()
    start.click()
    assert frame.locator("input[name=pick]:checked, .pick:visible").count() == 0


def test_one_key_shortcuts_can_be_switched_off(cast, browse):
    page = browse(cast.people.idle, "/components/")
    page.keyboard.press("?")
    page.get_by_role("switch", name="Use one-key shortcuts").uncheck()
    page.keyboard.press("Escape")
    page.keyboard.press("j")
    assert page.locator("tr[data-active]").count() == 0


def test_the_theme_chosen_stays_after_loading_again(cast, browse):
    page = browse(cast.people.idle, "/components/")
    page.locator(".side-foot summary").click()
    page.get_by_role("button", name="Dark").click()
    page.reload()
    assert page.locator("html").get_attribute("data-theme") == "zhike-dark"
    assert page.evaluate("getComputedStyle(document.documentElement).colorScheme") == "dark"


def test_the_palette_goes_where_it_is_told(cast, browse):
    page = browse(cast.people.ming, "/components/")
    page.keyboard.press("Control+k")
    page.keyboard.type("respons")
    page.keyboard.press("Enter")
    page.wait_for_url("**/responsibilities/")


def test_a_lost_session_leads_to_the_way_in_not_into_the_dialog(cast, browse):
    page = browse(cast.people.idle, "/components/")
    page.context.clear_cookies(name=settings.SESSION_COOKIE_NAME)
    page.keyboard.press("c")
    page.wait_for_url("**/login/**")
    assert page.locator("html[data-door]").count() == 1


def test_what_is_not_saved_is_not_left_by_mistake(cast, browse):
    page = browse(cast.people.idle, "/components/?show=form")
    asked = []
    page.on("dialog", lambda question: (asked.append(question.type), question.accept()))
    page.get_by_label("Name").fill("Acme")
    page.goto("/components/")
    assert asked == ["beforeunload"]


def test_a_record_is_picked_from_what_is_found(cast, browse):
    page = browse(cast.people.ming, "/customers/new/")
    field = page.locator("input[name=parent]")
    field.press_sequentially("a")
    page.locator(".picker-list [role=option]").first.wait_for()
    field.press("Enter")
    assert field.input_value() == "A"
    assert page.url.endswith("/customers/new/")


FITS = "document.documentElement.scrollWidth <= document.documentElement.clientWidth"


def test_a_phone_has_its_places_at_the_thumb_and_never_scrolls_sideways(cast, browse):
    page = browse(cast.people.ming, "/components/", size=PHONE)
    assert overflow(page) == 0
    page.set_viewport_size({"width": 320, "height": 640})
    page.wait_for_function(FITS)  # charts are drawn anew a moment after the window changes
    page.get_by_role("navigation", name="Quick places").get_by_role("button", name="Menu").click()
    page.locator(".side").get_by_role("link", name="Responsibilities").click()
    page.wait_for_url("**/responsibilities/")


@pytest.mark.parametrize("size", [DESKTOP, PHONE])
def test_everybody_can_use_every_component(cast, browse, size):
    found = {}
    page = browse(cast.people.idle, size=size)
    for language, theme in LOOKS:
        page.context.add_cookies([{"name": "zhike_language", "value": language, "url": page.url},
                                  {"name": "zhike_theme", "value": theme, "url": page.url}])  # fmt: skip
        page.goto("/components/?show=wrong")
        page.locator(".chart:not([data-ready])").first.wait_for(state="detached")
        found[language, theme] = serious(page)
    assert found == {look: [] for look in LOOKS}


COLOURFUL = """() => { const canvas = document.querySelector('.chart canvas');
  const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
  for (let i = 0; i < data.length; i += 4)
    if (data[i + 3] > 250 && Math.max(data[i], data[i + 1], data[i + 2]) - Math.min(data[i], data[i + 1], data[i + 2]) > 60) return true;
  return false; }"""


def test_charts_have_their_colours_where_motion_is_reduced(cast, browse):
    page = browse(cast.people.ming, "/components/")
    page.locator(".chart canvas").first.wait_for()
    page.wait_for_function(COLOURFUL)
