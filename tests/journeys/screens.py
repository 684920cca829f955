"""`make screens`: every page at both widths, light and dark, into build/screens/."""

import shutil
import tempfile
import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import httpx
from playwright.sync_api import Browser, Page

from tests.services.browser import DESK, PHONE, chromium
from tests.services.house import RunningHouse, running, upload, wait_for
from tests.services.people import enter, open_school
from tests.stage import makers

FOLDER = Path("build/screens")
VISITOR = ""
SCHOOL = (
    ("co.huong", "teacher", "Nguyễn Thị Hương"),
    ("thay.minh", "reviewer", "Đỗ Quang Minh"),
    ("thay.son", "leader", "Vũ Hồng Sơn"),
    ("co.anh", "librarian", "Phạm Ngọc Ánh"),
    ("em.khue", "pupil", "Đỗ Minh Khuê"),
    ("em.lan", "pupil", "Hoàng Ngọc Lan"),
)
COPIES = {"Đất rừng phương Nam": 12, "Dế Mèn phiêu lưu kí": 8}
# what is scanned before the picture, and what shows that it is done; ?: a copy on the shelf
SCANNED = {
    "desk-lent": (("thay.son", "#at-desk .panel"), ("?", ".band.ok:has-text('hạn trả')")),
    "desk-refused": (("LA-LAM", ".band.error"),),
}


@dataclass(frozen=True)
class Screen:
    """A page, and who looks at it. The address names what the house has in braces."""

    name: str
    address: str
    who: str = VISITOR


FIRST = Screen("first-administrator", "/moi/{link}")
SCREENS = (
    Screen("home", "/"),
    Screen("home-en", "/en/"),
    Screen("home-pupil", "/", "em.khue"),
    Screen("search", "/tim?q=dinh+li+thales+dao"),
    Screen("search-many", "/tim?q=tam+giac"),
    Screen("search-nothing", "/tim?q=xyzzy+qwertz"),
    Screen("search-shelf", "/tim?lop=8"),
    Screen("material", "/tl/{work}"),
    Screen("material-keeper", "/tl/{work}", "quan.tri"),
    Screen("material-paper", "/tl/{paper}", "em.khue"),
    Screen("material-draft", "/tl/{draft}", "quan.tri"),
    Screen("reader", f"/doc/{{work}}?p={makers.KEY_PAGE}&q=dinh+li+thales"),
    Screen("reader-text", f"/doc/{{work}}?p={makers.KEY_PAGE}&q=dinh+li+thales&che-do=chu"),
    Screen("sign-in", "/dang-nhap"),
    Screen("invitation-gone", "/moi/khong-co"),
    Screen("missing", "/tl/khong-co"),
    Screen("not-allowed", "/quay", "em.khue"),
    *(
        Screen(f"help-{one}", f"/tro-giup?cho={one}")
        for one in ("hoc-sinh", "giao-vien", "nguoi-duyet", "thu-thu", "quan-tri")
    ),
    Screen("help-en", "/en/tro-giup"),
    *(Screen(f"me-{login}", "/toi", login) for login in ("quan.tri", *(login for login, _, _ in SCHOOL))),
    Screen("me-en", "/en/toi", "co.huong"),
    Screen("my-loans", "/toi/muon", "em.khue"),
    Screen("notices", "/toi/thong-bao", "co.huong"),
    Screen("notices-none", "/toi/thong-bao", "quan.tri"),
    Screen("choose-password", "/doi-mat-khau", "quan.tri"),
    Screen("upload", "/gui", "co.huong"),
    Screen("upload-again", "/gui?bai={returned}", "co.huong"),
    Screen("my-uploads", "/bai-cua-toi", "co.huong"),
    Screen("many-cards", "/bai-cua-toi/the", "co.huong"),
    Screen("card", "/tl/{work}/the", "quan.tri"),
    Screen("my-uploads-keeper", "/bai-cua-toi", "quan.tri"),
    Screen("deleted", "/da-xoa", "quan.tri"),
    Screen("review", "/duyet", "thay.minh"),
    Screen("review-en", "/en/duyet/{review}", "thay.minh"),
    Screen("review-decided", "/duyet/{approved}", "thay.minh"),
    Screen("review-author", "/duyet/{review}", "co.huong"),
    Screen("review-none", "/duyet", "co.mai"),
    Screen("desk", "/quay", "co.anh"),
    Screen("desk-refused", "/quay", "co.anh"),
    Screen("desk-lent", "/quay", "co.anh"),
    Screen("copies", "/kho", "co.anh"),
    Screen("calendar", "/quay/lich", "co.anh"),
    Screen("school", "/truong/AA"),
    Screen("school-empty", "/truong/BB"),
    Screen("admin-people", "/quan-tri/nguoi-dung?don_vi=AA", "quan.tri"),
    Screen("admin-units", "/quan-tri/truong", "quan.tri"),
)


def main() -> None:
    """Fill a throw-away house and photograph it."""
    shutil.rmtree(FOLDER, ignore_errors=True)
    FOLDER.mkdir(parents=True)
    with tempfile.TemporaryDirectory() as folder, running(Path(folder) / "var") as house, chromium() as browser:
        for look in looks():
            photograph(browser, house, look, (FIRST,), {"link": house.link or ""})
        known = fill(house, Path(folder))
        for look in looks():
            photograph(browser, house, look, SCREENS, known)


def looks() -> Iterator[tuple[tuple[int, int], str]]:
    """Every size in every light."""
    yield from ((size, theme) for size in (PHONE, DESK) for theme in ("light", "dark"))


def fill(house: RunningHouse, folder: Path) -> dict[str, str]:
    """A school at work: books, one of them refused, a queue of reviews, copies and loans; what the addresses name."""
    with house.administrator() as root:
        known = {}
        for name, title in (
            ("toan-8.pdf", "Toán 8 – tập hai"),
            ("khtn-7.pdf", "Khoa học tự nhiên 7"),
            ("van-9.pdf", "Ngữ văn 9 – tập một"),
        ):
            row = wait_for(root, upload(root, makers.textbook(folder / name, 40, title=title), approve="true"))
            known.setdefault("work", row["work_id"])
        known["draft"] = wait_for(
            root, upload(root, makers.textbook(folder / "on-tap.pdf", 4, title="Ôn tập giữa kì"))
        )["work_id"]
        wait_for(root, upload(root, makers.encrypted(folder / "de-thi-co-mat-khau.pdf")))
        open_school(root, people=SCHOOL)
        open_school(root, "BB", "THCS Ba Đình", people=[("co.mai", "reviewer", "Bùi Thị Mai")])
        root.post(
            "/api/v1/units", json={"kind": "department", "code": "AA-TOAN", "name": "Tổ Toán", "place": "AA"}
        ).raise_for_status()
        for name in ("8A1", "8A2"):
            root.post("/api/v1/units/AA/classes", json={"name": name, "grade": 8}).raise_for_status()
        root.patch(f"/api/v1/works/{known['work']}", json={"grade": 8, "subject": "TOAN"})
    with enter(house, "co.huong") as teacher, enter(house, "thay.minh") as reviewer:
        known |= reviews(teacher, reviewer, folder)
    with enter(house, "co.anh") as desk:
        known |= loans(desk)
    with enter(house, "em.khue") as pupil:
        pupil.put(f"/api/v1/works/{known['work']}/place", json={"page": 12}).raise_for_status()
    return known


def reviews(teacher: httpx.Client, reviewer: httpx.Client, folder: Path) -> dict[str, str]:
    """One lecture approved, one returned, two that wait."""
    sent = {}
    for title in (
        "Nhật thực và nguyệt thực",
        "Phương trình bậc nhất một ẩn",
        "Ôn tập chương Tam giác đồng dạng",
        "Từ tượng hình, từ tượng thanh",
    ):
        path = makers.textbook(folder / f"bai-giang-{len(sent) + 1}.pdf", 3, title=title)
        sent[title] = wait_for(teacher, upload(teacher, path, review="true", sight="school"))
    approved, returned, waiting, _ = ((row["review"]["id"], row["work_id"]) for row in sent.values())
    remark = "Bài gọn, dễ theo. Cô ghi thêm nguồn của bảng số liệu và xem lại chính tả ở hai trang đầu."
    for (review, _), act, more in (
        (approved, "approval", {}),
        (returned, "return", {"reasons": ["THIEU_NGUON", "LOI_CHINH_TA"], "remark": remark}),
    ):
        found = reviewer.get(f"/api/v1/reviews/{review}").raise_for_status().json()
        wish = {"version_id": found["version_id"], "digest": found["digest"], **more}
        reviewer.post(f"/api/v1/reviews/{review}/{act}", json=wish).raise_for_status()
    return {"approved": approved[0], "returned": returned[1], "review": waiting[0]}


def loans(desk: httpx.Client) -> dict[str, str]:
    """Copies of two titles; a pupil has one of each at home."""
    hours = {
        "opening_hours": "Thứ Hai – thứ Sáu, 7:00 – 11:00 và 13:30 – 16:30",
        "open_weekdays": [1, 2, 3, 4, 5],
        "closed_days": [],
    }
    desk.put("/api/v1/desk/calendar", json=hours).raise_for_status()
    made = [
        desk.post("/api/v1/copies", json={"title": title, "count": count, "shelf": "V 895"})
        .raise_for_status()
        .json()["copies"]
        for title, count in COPIES.items()
    ]
    card = (
        desk.post("/api/v1/desk/scans", json={"id": str(uuid.uuid4()), "code": "em.khue"})
        .raise_for_status()
        .json()["borrower"]["card"]
    )
    for copies in made:
        desk.post(
            "/api/v1/desk/scans", json={"id": str(uuid.uuid4()), "code": copies[0]["barcode"], "card": card}
        ).raise_for_status()
    free = {
        f"copy-{width}-{theme}": copy["barcode"]
        for ((width, _), theme), copy in zip(looks(), made[0][1:], strict=False)
    }
    return {"paper": made[0][0]["work_id"], **free}


def photograph(
    browser: Browser,
    house: RunningHouse,
    look: tuple[tuple[int, int], str],
    screens: Sequence[Screen],
    known: dict[str, str],
) -> None:
    """All of them in one size and one light; everybody has a browser of their own."""
    (width, height), theme = look
    pages: dict[str, Page] = {}
    for one in screens:
        if one.who not in pages:
            context = browser.new_context(
                viewport={"width": width, "height": height},
                color_scheme="dark" if theme == "dark" else "light",
                locale="vi",
            )
            context.add_cookies(
                [{"name": key, "value": value, "url": house.address} for key, value in cookies(house, one.who).items()]
            )
            pages[one.who] = context.new_page()
        page = pages[one.who]
        page.goto(house.address + one.address.format(**known), wait_until="networkidle")
        for code, done in SCANNED.get(one.name, ()):
            page.keyboard.type(known[f"copy-{width}-{theme}"] if code == "?" else code)
            page.keyboard.press("Enter")
            page.locator(done).wait_for()
        # what floats is below all
        page.set_viewport_size(
            {"width": width, "height": max(height, page.evaluate("document.documentElement.scrollHeight"))}
        )
        page.screenshot(path=FOLDER / f"{one.name}-{width}-{theme}.png")
        page.set_viewport_size({"width": width, "height": height})
    for page in pages.values():
        page.context.close()


def cookies(house: RunningHouse, who: str) -> dict[str, str]:
    """The sign-in of somebody; nobody has none."""
    if who == VISITOR:
        return {}
    with enter(house, who) as client:
        return dict(client.cookies)


if __name__ == "__main__":
    main()
