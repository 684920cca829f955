"""A real Chromium, the system's own."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.services.house import PASSWORD

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]
PHONE, DESK = (360, 740), (1280, 860)
# ms; the machine that runs the tests may be slow, which proves nothing about the pages
expect.set_options(timeout=30_000)


@contextmanager
def chromium(*flags: str, without: tuple[str, ...] = ()) -> Iterator[Browser]:
    """One browser. `without`: flags that Playwright sets and people's browsers do not have."""
    with sync_playwright() as play:
        browser = play.chromium.launch(
            executable_path="/usr/bin/chromium", args=[*FLAGS, *flags], ignore_default_args=list(without)
        )
        yield browser
        browser.close()


def phone(browser: Browser, **more: Any) -> Page:
    """A small phone that speaks Vietnamese."""
    return browser.new_context(viewport={"width": PHONE[0], "height": PHONE[1]}, locale="vi", **more).new_page()


def first_administrator(page: Page, begins: str) -> None:
    """Use the link of a new house, and stand before the form of its first file."""
    page.goto(begins)
    settle(page)
    page.get_by_label("Họ và tên").fill("Trần Thị Quản")
    page.get_by_label("Tên đăng nhập").fill("quan.tri")
    page.get_by_label("Mật khẩu").fill(PASSWORD)
    page.get_by_role("button", name="Bắt đầu").click()
    page.get_by_role("link", name="Gửi học liệu đầu tiên").click()


def sign_in(page: Page, address: str, login: str, password: str = PASSWORD) -> None:
    """Sign in by the form."""
    page.goto(f"{address}/dang-nhap")
    page.get_by_label("Tên đăng nhập").fill(login)
    page.get_by_label("Mật khẩu").fill(password)
    page.get_by_role("button", name="Đăng nhập").click()
    page.wait_for_url(f"{address}/**")


def settle(page: Page) -> None:
    """Look at the page as axe and a ruler do."""
    assert faults(page) == []
    assert overflow(page) <= 0


def faults(page: Page) -> list[str]:
    """What axe finds on the page as it stands."""
    return [f"{one['id']}: {node['target']}" for one in Axe().run(page).response["violations"] for node in one["nodes"]]


def overflow(page: Page) -> int:
    """How many pixels the page is wider than its window."""
    return int(page.evaluate("document.documentElement.scrollWidth - window.innerWidth"))
