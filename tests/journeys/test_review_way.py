"""The reviewer's journey and the teacher's: three clicks to send, one to approve, three to return, ten seconds to undo,
and the reason is read.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.services.browser import DESK, PHONE, chromium, overflow, settle, sign_in
from tests.services.house import RunningHouse, running, upload, wait_for
from tests.services.people import enter, open_school
from tests.stage import makers

pytestmark = pytest.mark.journey
CLICKS = (
    "addEventListener('click', (one) => { if (one.isTrusted && one.detail) sessionStorage.clicks = "
    "Number(sessionStorage.clicks || 0) + 1 }, true)"
)
SLOW = 60_000  # milliseconds for what the worker has to do first


@pytest.fixture(scope="module")
def school(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningHouse]:
    with running(tmp_path_factory.mktemp("review-way") / "var") as house:
        with house.administrator() as root:
            open_school(
                root, people=[("co.huong", "teacher", "Nguyễn Thị Hương"), ("thay.minh", "reviewer", "Đỗ Quang Minh")]
            )
        yield house


def enters(browser: Browser, house: RunningHouse, login: str, size: tuple[int, int] = PHONE, **more: Any) -> Page:
    """Somebody in a browser of their own, whose clicks are counted."""
    page = browser.new_context(viewport={"width": size[0], "height": size[1]}, **more).new_page()
    page.add_init_script(CLICKS)
    sign_in(page, house.address, login)
    return page


def clicks(page: Page) -> int:
    """The clicks since the last time somebody asked."""
    return int(page.evaluate("() => { const n = sessionStorage.clicks || 0; sessionStorage.clicks = 0; return n }"))


def waiting(house: RunningHouse, folder: Path, *titles: str) -> None:
    """Works that wait for their review, in this order."""
    with enter(house, "co.huong") as client:
        for title in titles:
            wait_for(
                client,
                upload(client, makers.textbook(folder / f"{title}.pdf", 3, title=title), review="true", sight="school"),
            )


def sends(teacher: Page, school: RunningHouse, lecture: Path) -> None:
    """The first time: three clicks."""
    teacher.goto(f"{school.address}/toi")
    clicks(teacher)
    teacher.get_by_role("link", name="Gửi bài giảng").click()
    with teacher.expect_file_chooser() as chooser:
        teacher.get_by_label("Tệp", exact=True).click()
    chooser.value.set_files(lecture)
    teacher.get_by_role("button", name="Gửi duyệt").click()
    assert clicks(teacher) == 3
    expect(teacher.locator("#sent")).to_contain_text("tự chuyển cho người duyệt")
    settle(teacher)
    tray = teacher.get_by_role("region", name="Tệp đang gửi")
    tray.get_by_role("button", name="Mở ra").click()
    expect(tray.get_by_text("Xong, đã chuyển cho người duyệt")).to_be_visible(timeout=SLOW)
    teacher.goto(f"{school.address}/bai-cua-toi")
    expect(teacher.get_by_text("Trường đang xem")).to_be_visible()
    settle(teacher)


def returns(reviewer: Page, school: RunningHouse) -> None:
    """With a reason and a word: three clicks."""
    reviewer.goto(f"{school.address}/toi")
    expect(reviewer.get_by_role("heading", name="Việc cần duyệt 1")).to_be_visible()
    settle(reviewer)
    reviewer.get_by_role("link", name="Duyệt bài tiếp").click()  # the queue opens on the oldest
    expect(reviewer.get_by_role("heading", name="Định lí Pythagore và ứng dụng")).to_be_visible()
    assert reviewer.locator("img.leaf").evaluate("one => one.decode().then(() => one.naturalWidth)") > 0
    settle(reviewer)
    clicks(reviewer)
    reviewer.locator("summary", has_text="Trả lại").click()
    settle(reviewer)
    reviewer.get_by_label("Sai kiến thức").click()
    reviewer.get_by_label("Lời nhắn").fill("Bài rất hay. Cô sửa giúp đơn vị ở trang 2.")
    before = clicks(reviewer)
    reviewer.get_by_role("button", name="Gửi trả lại").click()
    expect(reviewer.get_by_text("Đã trả lại “Định lí Pythagore và ứng dụng”")).to_be_visible()
    assert before + clicks(reviewer) == 3
    settle(reviewer)


def sends_again(teacher: Page, mended: Path) -> None:
    """The reason is read, and the mended file sent."""
    teacher.reload()
    expect(teacher.get_by_text("Trả lại để sửa")).to_be_visible()
    expect(teacher.locator(".word")).to_contain_text("Đỗ Quang Minh lí do: Sai kiến thức")
    expect(teacher.locator(".word")).to_contain_text("Cô sửa giúp đơn vị ở trang 2.")
    settle(teacher)
    teacher.get_by_role("link", name="Sửa và gửi lại").click()
    expect(teacher.get_by_text("Cô sửa giúp đơn vị ở trang 2.")).to_be_visible()
    settle(teacher)
    teacher.get_by_label("Tệp", exact=True).set_input_files(mended)
    teacher.get_by_role("button", name="Gửi duyệt").click()
    expect(
        teacher.get_by_role("region", name="Tệp đang gửi").get_by_text("Xong, đã chuyển cho người duyệt")
    ).to_be_attached(timeout=SLOW)


def approves(reviewer: Page, school: RunningHouse) -> None:
    """One click."""
    reviewer.goto(f"{school.address}/duyet")
    expect(reviewer.get_by_text("Trang 1 trên 4")).to_be_visible()
    clicks(reviewer)
    reviewer.get_by_role("button", name="Duyệt & bài kế").click()
    expect(reviewer.get_by_text("Đã duyệt “Định lí Pythagore và ứng dụng”")).to_be_visible()
    assert clicks(reviewer) == 1
    settle(reviewer)


def test_a_teacher_sends_in_three_clicks_a_reviewer_returns_in_three_and_approves_in_one(
    school: RunningHouse, tmp_path: Path
) -> None:
    lecture = makers.textbook(tmp_path / "bai-giang.pdf", 3, title="Định lí Pythagore và ứng dụng")
    mended = makers.textbook(tmp_path / "ban-sua.pdf", 4, title="Bản sửa")
    with chromium() as browser:
        teacher = enters(browser, school, "co.huong", locale="vi")
        reviewer = enters(browser, school, "thay.minh", locale="vi")
        sends(teacher, school, lecture)
        returns(reviewer, school)
        sends_again(teacher, mended)
        approves(reviewer, school)
        teacher.goto(f"{school.address}/bai-cua-toi")
        expect(teacher.get_by_text("Đang mở cho người đọc")).to_be_visible()
        settle(teacher)


@pytest.mark.full
def test_a_decision_is_undone_and_keys_decide_too_at_a_desk_in_english(school: RunningHouse, tmp_path: Path) -> None:
    waiting(school, tmp_path, "Tứ giác quanh em", "Hình trụ quanh em")
    with chromium() as browser:
        page = enters(browser, school, "thay.minh", DESK, locale="en", color_scheme="dark")
        page.goto(f"{school.address}/en/duyet")
        expect(page.get_by_role("heading", name="Tứ giác quanh em")).to_be_visible()
        settle(page)
        page.keyboard.press("ArrowRight")
        expect(page.get_by_text("Page 2 of 3")).to_be_visible()
        page.keyboard.press("Alt+KeyD")
        expect(page.get_by_role("heading", name="Hình trụ quanh em")).to_be_visible()
        expect(page.locator("#vua-xong")).to_contain_text("Approved “Tứ giác quanh em”")
        settle(page)
        page.get_by_role("button", name="Undo").click()
        expect(page.get_by_role("heading", name="Tứ giác quanh em")).to_be_visible()
        page.wait_for_load_state("networkidle")  # a key that is pressed before the script has come is not heard
        page.keyboard.press("Alt+KeyT")
        expect(page.get_by_role("checkbox", name="Factual error")).to_be_focused()
        page.keyboard.press("Space")
        settle(page)
        page.get_by_role("button", name="Send it back").click()
        expect(page.locator("#vua-xong")).to_contain_text("Returned “Tứ giác quanh em”")
        expect(page.locator("#vua-xong")).to_have_count(0, timeout=30_000)  # the way back is gone after its ten seconds
        page.keyboard.press("Alt+KeyD")
        expect(page.get_by_text("All done, nothing waits.")).to_be_visible()
        settle(page)


@pytest.mark.full
def test_without_script_and_at_320_px_everything_is_there(school: RunningHouse, tmp_path: Path) -> None:
    waiting(school, tmp_path, "Số nguyên âm và nước triều", "Hàm số bậc nhất qua cước taxi")
    with chromium() as browser:
        page = enters(browser, school, "thay.minh", (320, 640), locale="vi", java_script_enabled=False)
        page.goto(f"{school.address}/duyet")
        page.get_by_role("link", name="Trang sau").click()
        page.locator("summary", has_text="Trả lại").click()
        page.get_by_label("Mờ, khó đọc").click()
        page.get_by_role("button", name="Gửi trả lại").click()
        expect(page.get_by_text("Đã trả lại “Số nguyên âm và nước triều”")).to_be_visible()
        page.get_by_role("button", name="Hoàn tác").click()
        expect(page.get_by_role("heading", name="Số nguyên âm và nước triều")).to_be_visible()
        page.get_by_role("button", name="Duyệt & bài kế").click()
        expect(page.get_by_role("heading", name="Hàm số bậc nhất qua cước taxi")).to_be_visible()
        narrow = enters(browser, school, "thay.minh", (320, 640), locale="vi")
        for one in ("/toi", "/duyet"):
            narrow.goto(f"{school.address}{one}")
            assert (one, overflow(narrow)) == (one, 0)
