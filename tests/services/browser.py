"""A real Chromium, the system's own."""

from collections.abc import Iterator
from contextlib import contextmanager

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect, sync_playwright

FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking", "--disable-component-update", "--disable-sync", "--no-first-run",
]  # fmt: skip
PHONE, DESK = (360, 740), (1280, 860)
expect.set_options(timeout=30_000)  # ms; the machine that runs the tests may be slow, which proves nothing about the pages


@contextmanager
def chromium(*flags: str, without: tuple[str, ...] = ()) -> Iterator[Browser]:
    """One browser. `without`: flags that Playwright sets and people's browsers do not have."""
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path="/usr/bin/chromium", args=[*FLAGS, *flags], ignore_default_args=list(without))
        yield browser
        browser.close()


def faults(page: Page) -> list[str]:
    """What axe finds on the page as it stands."""
    return [f"{one['id']}: {node['target']}" for one in Axe().run(page).response["violations"] for node in one["nodes"]]


def overflow(page: Page) -> int:
    """How many pixels the page is wider than its window."""
    return int(page.evaluate("document.documentElement.scrollWidth - window.innerWidth"))
