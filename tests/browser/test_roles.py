"""Sign in as each role and see exactly what that role may see; sign the agreement first."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest

from tests.browser.desks import desk
from tests.browser.windows import PHONE
from tests.browser.worlds import World
from tests.product.cast import CANARY

if TYPE_CHECKING:
    from playwright.sync_api import Browser

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.xdist_group("journeys")]
SEES = {
    "ming": "A", "tess": "A", "gao": "B", "shu": "C", "rong": "AB", "head": "A", "boss": "ABC", "fang": "ABC", "keep": "ABC",
    "audit": "ABC",
    "root": "", "hana": "", "idle": "",
}  # fmt: skip
"""Person of the cast -> the customers that the person may see; see the drawing in tests/product/cast.py."""
WITHOUT_AMOUNTS = {"keep"}


@pytest.mark.parametrize("username", SEES)
def test_each_role_sees_its_customers_and_no_others(
    chromium: Browser, cast_world: World, username: str
) -> None:
    mine = SEES[username]
    with desk(chromium, cast_world, username, language="en") as one:
        answer = one.go("/customers/")
        assert answer.status == (200 if mine else 403)
        one.picture(f"role-{username}")
        if mine:
            rows = one.page.locator(".list tbody tr[data-key]")
            assert sorted(rows.nth(n).get_attribute("data-key") for n in range(rows.count())) == sorted(
                key_of(cast_world, mine)
            )
            assert ("1,000" in one.body.inner_text()) is (username not in WITHOUT_AMOUNTS)
        for code, word in CANARY.items():
            expected = 200 if code in mine else (404 if mine else 403)
            assert one.go(f"/customers/{code}/").status == expected, code
            assert (word in one.page.content()) is (code in mine)
            hits = one.context.request.get(f"/search/palette/?q={word}").text()
            assert (f"{word} 有限公司" in hits) is (code in mine)


def key_of(world: World, codes: str) -> list[str]:
    """What the list calls the rows of these customers: their code."""
    return [code for (code,) in world.ask("SELECT code FROM zhike_customer") if code in codes]


def test_nobody_sees_customers_before_signing_the_agreement(chromium: Browser, cast_world: World) -> None:
    with desk(chromium, cast_world, "nina", size=PHONE) as one:
        one.go("/customers/")
        assert not one.page.locator(".list tbody tr[data-key]").count()
        one.picture("agreement-before")
        one.page.locator("a[href*='/people/agreement/']").first.click()
        one.page.locator("input[name=typed_name]").fill("倪新")
        one.picture("agreement-signing", whole=True)
        with one.leaving():
            one.page.locator("#page form button.btn-primary").last.click()
        assert one.go("/customers/").status == 200
        one.picture("agreement-after")
        assert cast_world.ask(
            "SELECT count(*) FROM zhike_signature JOIN zhike_person ON person_id = zhike_person.id WHERE username = 'nina'"
        ) == [(1,)]


def test_a_wrong_password_opens_nothing(chromium: Browser, cast_world: World) -> None:
    with desk(chromium, cast_world, language="en") as one:
        one.go("/customers/")
        assert "/accounts/login/" in one.page.url
        one.page.locator("input[name=login]").fill("ming")
        one.page.locator("input[name=password]").fill("not the password")
        one.page.locator("input[name=password]").press("Enter")
        one.page.locator("[role=alert], .field-error").first.wait_for()
        assert "/accounts/login/" in one.page.url
        one.picture("sign-in-refused")


def test_the_page_that_asks_for_a_second_factor_stands_still(chromium: Browser, cast_world: World) -> None:
    with desk(chromium, cast_world, "grace", size=PHONE) as one:
        asked: list[str] = []
        one.page.on("request", lambda request: asked.append(urlsplit(request.url).path))
        with one.page.expect_response("**/inbox/count/"):
            one.go("/")
        one.page.wait_for_load_state("networkidle")
        assert "/2fa/totp/activate/" in one.page.url
        assert asked.count("/inbox/count/") == 1, "the number beside a link takes nobody to another page"
        one.picture("second-factor-first")
