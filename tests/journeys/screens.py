"""`make screens`: every page at both widths, light and dark, into build/screens/."""

import tempfile
from pathlib import Path

from playwright.sync_api import Browser, Page

from tests import makers
from tests.services.browser import DESK, PHONE, chromium
from tests.services.house import RunningHouse, running, upload, wait_for
from tests.services.people import person

FOLDER = Path("build/screens")
SIGNED_IN = ("upload", "my-uploads", "material-staff", "me", "admin-people", "admin-units", "choose-password")


def main() -> None:
    """Fill a throw-away house and photograph it."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, running(Path(folder) / "var") as house, chromium() as browser:
        link = house.link
        with browser.new_context(viewport={"width": PHONE[0], "height": PHONE[1]}).new_page() as page:
            page.goto(f"{house.address}/moi/{link}")
            page.screenshot(path=FOLDER / "first-administrator-360-light.png")
        cookies, work = fill(house, Path(folder))
        for width, height in (PHONE, DESK):
            for theme in ("light", "dark"):
                for name, address in pages(work).items():
                    photograph(browser, house, cookies if name in SIGNED_IN else {}, name, address, width, height, theme)


def fill(house: RunningHouse, folder: Path) -> tuple[dict[str, str], str]:
    """A few books, one waiting, one refused."""
    with house.administrator() as client:
        work = ""
        for name, title in (("toan-8.pdf", "Toán 8 – tập hai"), ("khtn-7.pdf", "Khoa học tự nhiên 7"), ("van-9.pdf", "Ngữ văn 9 – tập một")):
            row = wait_for(client, upload(client, makers.textbook(folder / name, 40, title=title), approve="true"))
            work = work or row["work_id"]
        wait_for(client, upload(client, makers.textbook(folder / "on-tap.pdf", 4, title="Ôn tập giữa kì")))
        wait_for(client, upload(client, makers.encrypted(folder / "de-thi-co-mat-khau.pdf")))
        client.post("/api/v1/units", json={"kind": "school", "code": "THCS-1", "name": "THCS Vĩnh Thuận", "place": "tinh"}).raise_for_status()
        staff = (("co.huong", "Nguyễn Thị Hương", "teacher"), ("thay.minh", "Đỗ Quang Minh", "reviewer"), ("em.khue", "Đỗ Minh Khuê", "pupil"))
        for login, name, role in staff:
            person(client, "THCS-1", login, role, name=name)
        return dict(client.cookies), work


def pages(work: str) -> dict[str, str]:
    """Every page with its address."""
    return {
        "home": "/",
        "home-en": "/en/",
        "search": "/tim?q=dinh+li+thales+dao",
        "search-many": "/tim?q=tam+giac",
        "search-nothing": "/tim?q=xyzzy+qwertz",
        "material": f"/tl/{work}",
        "material-staff": f"/tl/{work}",
        "reader": f"/doc/{work}?p={makers.KEY_PAGE}&q=dinh+li+thales",
        "reader-text": f"/doc/{work}?p={makers.KEY_PAGE}&q=dinh+li+thales&che-do=chu",
        "upload": "/gui",
        "my-uploads": "/bai-cua-toi",
        "sign-in": "/dang-nhap",
        "help": "/tro-giup",
        "missing": "/tl/khong-co",
        "me": "/toi",
        "admin-people": "/quan-tri/nguoi-dung?don_vi=THCS-1",
        "admin-units": "/quan-tri/truong",
        "choose-password": "/doi-mat-khau",
    }


def photograph(browser: Browser, house: RunningHouse, cookies: dict[str, str], name: str, address: str, width: int, height: int, theme: str) -> None:
    """One page, once."""
    context = browser.new_context(viewport={"width": width, "height": height}, color_scheme="dark" if theme == "dark" else "light")
    context.add_cookies([{"name": key, "value": value, "url": house.address} for key, value in cookies.items()])
    page: Page = context.new_page()
    page.goto(house.address + address, wait_until="networkidle")
    page.screenshot(path=FOLDER / f"{name}-{width}-{theme}.png")
    context.close()


if __name__ == "__main__":
    main()
