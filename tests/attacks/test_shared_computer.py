"""Attack 22 in a real browser: the next person at a shared computer, and a sign-in that somebody else has prepared or
read.
"""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.services.browser import chromium
from tests.services.house import PASSWORD
from tests.stage.town import Town

pytestmark = pytest.mark.journey
NAME, TITLE = "teacher-a", "Đề kiểm tra own"
# a browser clears what it kept of the first when told to; of the second, without https, it does not
AT_HOME, AT_SCHOOL = "127.0.0.1", "thuvien.truong"
PRIVATE = ("/toi", "/bai-cua-toi", "/toi/thong-bao", "/toi/muon")


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium(
        f"--host-resolver-rules=MAP {AT_SCHOOL} 127.0.0.1", without=("--disable-back-forward-cache",)
    ) as found:
        yield found


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    found = browser.new_context(locale="vi")
    yield found
    found.close()


def session_of(context: BrowserContext) -> str:
    """The id of the sign-in; empty when there is none."""
    return next((str(one["value"]) for one in context.cookies() if str(one["name"]).endswith("hoclieu")), "")


def enter(page: Page, address: str) -> None:
    page.goto(f"{address}/dang-nhap?next=/toi")
    page.locator('input[name="login"]').fill(NAME)
    page.locator('input[name="password"]').fill(PASSWORD)
    page.locator('input[name="password"]').press("Enter")
    page.wait_for_url(f"{address}/toi")


def leave(page: Page, address: str) -> None:
    page.goto(f"{address}/toi")
    page.locator('main form[action="/dang-xuat"] button').click()
    page.wait_for_url(f"{address}/")


@pytest.mark.parametrize("host", [AT_HOME, AT_SCHOOL])
@pytest.mark.parametrize("script", [True, False], ids=["with script", "without script"])
def test_attack_22_back_after_signing_out_shows_nothing_of_the_pages_before(
    town: Town, browser: Browser, script: bool, host: str
) -> None:
    context, address = (
        browser.new_context(locale="vi", java_script_enabled=script),
        town.house.address.replace(AT_HOME, host),
    )
    page = context.new_page()
    enter(page, address)
    for path in PRIVATE:
        page.goto(address + path)
        assert NAME in page.content(), "the page is that of somebody who is signed in"
    page.goto(f"{address}/tl/{town.works['own']}")
    expect(page.locator("h1")).to_contain_text(TITLE)
    leave(page, address)
    for _ in range(len(PRIVATE) + 2):
        page.go_back()
        page.wait_for_load_state("load")
        for words in (NAME, TITLE):
            expect(page.locator("html")).not_to_contain_text(words)
            assert words not in page.content()
    context.close()


def test_attack_22_the_id_of_the_sign_in_is_in_no_address_and_nowhere_in_a_page(
    town: Town, context: BrowserContext
) -> None:
    page, address, asked = context.new_page(), town.house.address, list[str]()
    page.on("request", lambda request: asked.append(request.url + str(request.headers.get("referer", ""))))
    enter(page, address)
    secret = session_of(context)
    assert len(secret) >= 43, "256 bits"
    for path in (
        *PRIVATE,
        "/",
        "/tim?q=kiem+tra",
        f"/tl/{town.works['own']}",
        f"/doc/{town.works['own']}",
        "/gui",
        "/tro-giup",
    ):
        page.goto(address + path)
        page.wait_for_load_state("networkidle")
        kept = page.evaluate(
            "JSON.stringify([document.cookie, {...localStorage}, {...sessionStorage}, window.name, history.state])"
        )
        assert secret not in page.content() and secret not in kept and secret not in page.url
    assert len(asked) > 10 and not any(secret in one for one in asked)


def test_attack_22_an_id_from_before_signing_in_is_worth_nothing_afterwards(
    town: Town, context: BrowserContext
) -> None:
    page, address = context.new_page(), town.house.address
    planted = "x" * 43
    context.add_cookies([{"name": "hoclieu", "value": planted, "url": address}])
    enter(page, address)
    first = session_of(context)
    assert first != planted
    enter(page, address)
    second = session_of(context)
    assert second != first, "each sign-in has an id of its own"
    with town.house.client() as other:
        for old in (planted, first):
            assert other.get("/api/v1/me", headers={"Cookie": f"hoclieu={old}"}).json()["signed_in"] is False
        assert other.get("/api/v1/me", headers={"Cookie": f"hoclieu={second}"}).json()["signed_in"] is True
        leave(page, address)
        assert session_of(context) == ""
        assert other.get("/api/v1/me", headers={"Cookie": f"hoclieu={second}"}).json()["signed_in"] is False


def test_attack_22_what_the_browser_has_kept_of_a_draft_ends_with_the_sign_in(
    town: Town, context: BrowserContext
) -> None:
    page, address = context.new_page(), town.house.address
    enter(page, address)
    page.goto(f"{address}/doc/{town.works['draft']}")
    image = page.locator("img.sheet")
    expect(image).to_be_visible()
    source = str(image.evaluate("one => one.currentSrc"))
    status = "address => fetch(address).then((answer) => answer.status)"
    assert page.evaluate(status, source) == 200
    with town.house.client() as server:  # the sign-in ends at the server, where this browser hears nothing of it
        server.post("/api/v1/sign-out", headers={"Cookie": f"hoclieu={session_of(context)}"}).raise_for_status()
    assert page.evaluate(status, source) == 404
