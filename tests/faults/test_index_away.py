"""The search engine goes away and comes back: the catalogue stands in, writes go on, and the index catches up without
bringing anything back.
"""

import json
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.faults.searching import asked
from tests.services.browser import chromium, phone, settle, sign_in
from tests.services.elasticsearch import Elasticsearch
from tests.services.house import RunningHouse, running, upload, wait_for
from tests.services.waiting import until
from tests.stage import makers
from tests.stage.shelf import Shelf

CHANGES = 500
WORKS = 250


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("away") / "var"


@pytest.fixture(scope="module")
def province(elasticsearch: Elasticsearch, home: Path) -> Iterator[RunningHouse]:
    """A house on the real engine."""
    with running(
        home, HOCLIEU_INDEX=f"{elasticsearch.address}/away-{uuid.uuid4().hex}", HOCLIEU_INDEX_ANSWER_SECONDS="10"
    ) as house:
        yield house


@pytest.fixture(scope="module")
def shelf(province: RunningHouse, home: Path) -> Iterator[Shelf]:
    """Its database, with works that the index holds."""
    made = Shelf(home)
    made.fill(WORKS)
    made.enqueue()
    until(lambda: made.waiting() == 0)
    yield made
    made.engine.dispose()


@contextmanager
def away(server: Elasticsearch) -> Iterator[None]:
    """The server is stopped for a while."""
    server.stop()
    try:
        yield
    finally:
        server.start()


@pytest.mark.full
def test_the_catalogue_stands_in_and_the_index_catches_up(
    province: RunningHouse, shelf: Shelf, elasticsearch: Elasticsearch
) -> None:
    assert asked(province, "sach7") == (False, ["Sách 7"])  # by a word of its page
    with away(elasticsearch):
        assert asked(province, "sách 7") == (True, ["Sách 7"])
        assert asked(province, "sach7") == (True, [])  # pages are not searched
        assert asked(province, "sach 7", grade="8") == (True, [])
        with province.client() as client:
            assert (
                "Đang tìm theo tên sách"
                in client.get("/tim", params={"q": "sach 7"}, headers={"Accept": "text/html"}).text
            )
            assert client.get("/readyz").status_code == 200
        shelf.withdraw(7)
        assert asked(province, "sach 7") == (True, [])  # the rule of sight holds in the database too
        for number in range(8, WORKS + 1):
            shelf.retitle(number, f"Tên giữa chừng {number}")
            shelf.withdraw(number) if number % 2 else shelf.retitle(number, f"Vở {number}")
        shelf.fill(CHANGES - 2 * (WORKS - 7) - 1, first=WORKS + 1)
        shelf.enqueue()
        assert asked(province, "vo 8") == (True, ["Vở 8"])
    until(lambda: shelf.waiting() == 0)
    until(lambda: asked(province, "vo 8") == (False, ["Vở 8"]))
    assert asked(province, "sach9")[1] == asked(province, "sach7")[1] == asked(province, "chung")[1] == []
    compared = province.command("index", "status", "--compare", "--json")
    row = json.loads(compared.stdout.splitlines()[-1])
    assert (compared.returncode, row["differences"], row["set_aside"], row["waiting"]) == (0, 0, 0, 0), compared.stdout


def test_an_engine_that_hangs_is_as_good_as_away(
    province: RunningHouse, shelf: Shelf, elasticsearch: Elasticsearch
) -> None:
    elasticsearch.pause()
    try:
        assert asked(province, "sach 2") == (True, ["Sách 2"])
    finally:
        elasticsearch.resume()
    until(lambda: asked(province, "sach 2") == (False, ["Sách 2"]))


@pytest.mark.full
def test_the_commands_say_so_too(province: RunningHouse, shelf: Shelf, elasticsearch: Elasticsearch) -> None:
    with away(elasticsearch):
        found = province.command("search", "sach 2", "--json")
        assert (found.returncode, json.loads(found.stdout)["title"], "does not answer" in found.stderr) == (
            0,
            "Sách 2",
            True,
        )
        for words in (("index", "status"), ("index", "rebuild")):
            refused = province.command(*words)
            assert (refused.returncode, "does not answer" in refused.stderr) == (2, True)
        assert "does not answer" in province.command("doctor").stdout


@pytest.mark.full
def test_who_waits_at_their_uploads_sees_by_itself_that_the_book_can_be_found(
    province: RunningHouse, elasticsearch: Elasticsearch, tmp_path: Path
) -> None:
    with chromium() as browser, province.administrator() as client:
        page = phone(browser)
        with away(elasticsearch):
            sheet = makers.textbook(tmp_path / "phieu.pdf", 1, title="Phiếu học tập")
            wait_for(client, upload(client, sheet, approve="true"), searchable=False)
            sign_in(page, province.address, "quan.tri")
            page.goto(f"{province.address}/bai-cua-toi")
            expect(page.get_by_text("đang đưa vào ô tìm")).to_be_visible()
        expect(page.get_by_text("đang đưa vào ô tìm")).to_have_count(0, timeout=240_000)
        settle(page)
    assert asked(province, "phiếu học tập") == (False, ["Phiếu học tập"])
