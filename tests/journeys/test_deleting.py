"""Deleting with the mouse, on a phone and at a desk: one question that says what will happen, the list of what was
deleted, and the way back.
"""

import os
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.services.browser import DESK, PHONE, chromium, settle, sign_in
from tests.services.house import RunningHouse, running, upload, wait_for
from tests.stage import makers

SHOTS = os.environ.get("SHOTS")


def shot(page: Page, name: str) -> None:
    """A picture for whoever wants to look."""
    if SHOTS and page.viewport_size:
        page.screenshot(path=str(Path(SHOTS) / f"{name}-{page.viewport_size['width']}.png"), full_page=True)


@pytest.mark.full
@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
def test_a_work_and_a_person_are_deleted_and_brought_back_by_hand(tmp_path: Path, size: tuple[int, int]) -> None:
    with running(tmp_path / "var") as house, chromium() as browser, house.administrator() as client:
        work = wait_for(
            client, upload(client, makers.textbook(tmp_path / "toan.pdf", 1, title="Sách gửi nhầm"), approve="true")
        )["work_id"]
        client.post(
            "/api/v1/units/tinh/members", json={"login": "co.hoa", "name": "Lê Thị Hoa", "role": "teacher"}
        ).raise_for_status()
        page = browser.new_context(viewport={"width": size[0], "height": size[1]}, locale="vi").new_page()
        sign_in(page, house.address, "quan.tri")
        deleted(page, house, f"/tl/{work}", "Xoá học liệu", "work")
        expect(page.get_by_role("heading", name="Sách gửi nhầm")).to_be_visible()
        settle(page)
        shot(page, "deleted")
        page.get_by_role("button", name="Lấy lại: Sách gửi nhầm").click()
        expect(page.get_by_text("Không có gì chờ xoá hẳn.")).to_be_visible()
        settle(page)
        page.goto(f"{house.address}/tl/{work}")
        expect(page.get_by_role("heading", name="Sách gửi nhầm")).to_be_visible()
        page.goto(f"{house.address}/quan-tri/nguoi-dung")
        page.locator("li", has_text="Lê Thị Hoa").get_by_text("Việc khác").click()
        deleted(page, house, "", "Xoá Lê Thị Hoa", "person")
        expect(page.get_by_role("heading", name="Lê Thị Hoa")).to_have_count(0)
        page.goto(f"{house.address}/da-xoa")
        page.get_by_role("button", name="Lấy lại: Lê Thị Hoa").click()
        page.goto(f"{house.address}/quan-tri/nguoi-dung")
        expect(page.get_by_role("heading", name="Lê Thị Hoa")).to_be_visible()


def deleted(page: Page, house: RunningHouse, address: str, label: str, name: str) -> None:
    """Open the question, look at it, answer it."""
    if address:
        page.goto(f"{house.address}{address}")
    page.get_by_label(label, exact=True).click()
    form = page.locator(".deleting[open] form")
    form.get_by_label("Lí do").select_option("mistaken")
    settle(page)
    shot(page, f"{name}-question")
    form.get_by_role("button", name="Xoá", exact=True).click()
