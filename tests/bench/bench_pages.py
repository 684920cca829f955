"""What a phone on a slow line waits for: largest paint of public pages, and the reader's page with its marks."""

import tempfile
from pathlib import Path

from playwright.sync_api import Browser, Page, expect

from tests.bench.figures import report_most
from tests.services.browser import PHONE, chromium
from tests.services.house import running, upload, wait_for
from tests.stage import makers

SLOW_4G = {"offline": False, "latency": 562, "downloadThroughput": 1_440_000 / 8, "uploadThroughput": 675_000 / 8}
PAINT = """() => new Promise((done) => new PerformanceObserver((list) => done(list.getEntries().at(-1).startTime))
  .observe({ type: 'largest-contentful-paint', buffered: true }))"""
ROUNDS = 3


def main() -> None:
    """All figures of the throttled profile."""
    with tempfile.TemporaryDirectory() as folder, running(Path(folder) / "var") as house, chromium() as browser:
        with house.administrator() as client:
            book = makers.textbook(Path(folder) / "toan-8.pdf", 60)
            scan = makers.scanned(book, Path(folder) / "quet.pdf", [makers.KEY_PAGE])
            row = wait_for(client, upload(client, book, approve="true"))
            scanned = wait_for(client, upload(client, scan, approve="true"))
        pages = {"home": "/", "search": "/tim?q=tam+giac", "material": f"/tl/{row['work_id']}"}
        for name, address in pages.items():
            report_most(
                f"LCP of {name}, slow 4G, 4× CPU",
                sorted(paint(browser, house.address + address) for _ in range(ROUNDS))[1] / 1000,
                1.5,
                " s",
            )
        address = f"{house.address}/doc/{scanned['work_id']}?p=1&q=dinh+li+thales"
        took = sorted(reader(browser, address) for _ in range(ROUNDS))[1]
        report_most("reader: scanned page with its marks visible, slow 4G, 4× CPU", took[0], 2.5, " s")
        report_most("reader: bytes until then", took[1] / 1000, 150, " kB")


def paint(browser: Browser, address: str) -> float:
    """Milliseconds until the largest paint."""
    context = browser.new_context(viewport={"width": PHONE[0], "height": PHONE[1]})
    page = context.new_page()
    throttle(page)
    page.goto(address, wait_until="load")
    took = float(page.evaluate(PAINT))
    context.close()
    return took


def reader(browser: Browser, address: str) -> tuple[float, float]:
    """Seconds until the page image with its marks stands there, and the bytes it took."""
    context = browser.new_context(viewport={"width": PHONE[0], "height": PHONE[1]})
    page = context.new_page()
    throttle(page)
    page.goto(address, wait_until="commit")
    expect(page.locator(".hits rect").first).to_be_attached()
    page.wait_for_function(
        "() => { const i = document.querySelector('img.sheet'); return i && i.complete && i.naturalWidth > 0 }"
    )
    took = float(page.evaluate("performance.now()")) / 1000
    sizes = (
        "performance.getEntriesByType('resource').concat(performance.getEntriesByType('navigation')).reduce((sum, one) "
        "=> sum + one.transferSize, 0)"
    )
    size = float(page.evaluate(sizes))
    context.close()
    return took, size


def throttle(page: Page) -> None:
    """The measured profile: 562 ms a request, 1.44 Mbit/s, a processor four times slower."""
    session = page.context.new_cdp_session(page)
    session.send("Network.enable")
    session.send("Network.emulateNetworkConditions", SLOW_4G)
    session.send("Emulation.setCPUThrottlingRate", {"rate": 4})


if __name__ == "__main__":
    main()
