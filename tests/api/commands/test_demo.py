"""`make demo`: a throwaway house with people, copies, loans and books; accounts on the screen, a banner in the
pages.
"""

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from api.commands.demonstration.town import PASSWORD

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, str, Path]]:
    """Its address, what it said before, and the folder that holds its folder."""
    place = tmp_path_factory.mktemp("demo")
    said = (place / "said").open("w+")
    command = [sys.executable, "-m", "api.commands.main", "demo", "--port", "0"]
    process = subprocess.Popen(
        command, stdout=said, stderr=subprocess.STDOUT, env={**os.environ, "TMPDIR": str(place)}, start_new_session=True
    )
    end = time.monotonic() + 150
    while not (found := re.search(r"Hoclieu: (http\S+)", (place / "said").read_text())):
        assert process.poll() is None and time.monotonic() < end, (place / "said").read_text()[-2000:]
        time.sleep(0.3)
    yield found.group(1), (place / "said").read_text(), place
    process.send_signal(signal.SIGTERM)
    process.wait(40)
    assert list(place.glob("hoclieu-demo-*")) == [], "the throwaway folder is gone"


def entered(address: str, login: str) -> httpx.Client:
    with httpx.Client(base_url=address, timeout=30) as door:
        door.post("/api/v1/sign-in", json={"login": login, "password": PASSWORD}).raise_for_status()
        return httpx.Client(base_url=address, timeout=30, cookies=dict(door.cookies))


def test_the_demonstration_has_people_copies_and_loans_and_says_what_it_is(demo: tuple[str, str, Path]) -> None:
    address, said, _ = demo
    assert all(
        login in said
        for login in ("quan.tri", "co.huong", "thay.minh", "co.anh", "hs01", "co.lien", "thay.hai", "can.bo.xa")
    )
    with entered(address, "co.anh") as librarian, entered(address, "hs01") as pupil:
        assert len(librarian.get("/api/v1/copies").json()["copies"]) == 300
        desk = librarian.get("/api/v1/desk").json()
        assert (desk["open_loans"], desk["overdue"]) == (24, 3)
        assert len(pupil.get("/api/v1/me/loans").json()["loans"]) == 1
        assert "tự đặt" in pupil.get("/").text


def test_one_lecture_is_approved_one_is_returned_and_one_waits(demo: tuple[str, str, Path]) -> None:
    address, _, _ = demo
    end = time.monotonic() + 120
    with entered(address, "co.huong") as teacher, entered(address, "thay.minh") as reviewer:
        while sorted(stands := [str(one["stands"]) for one in teacher.get("/api/v1/deposits").json()["deposits"]]) != [
            "in-review",
            "published",
            "returned",
        ]:
            assert time.monotonic() < end, stands
            time.sleep(0.5)
        waiting = reviewer.get("/api/v1/reviews").json()
        assert waiting["waiting"] == 1 and waiting["reviews"][0]["author"] == "Nguyễn Thị Hương"


@pytest.mark.full
def test_its_books_can_be_searched_soon(demo: tuple[str, str, Path]) -> None:
    address, _, _ = demo
    end = time.monotonic() + 120
    with httpx.Client(base_url=address, timeout=30) as visitor:
        while not (works := visitor.get("/api/v1/search", params={"q": "dinh li thales dao"}).json()["works"]):
            assert time.monotonic() < end
            time.sleep(0.5)
        assert works[0]["title"].startswith("Toán 8") and works[0]["pages"][0]["number"] in range(31, 41)
