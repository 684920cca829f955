"""What recognition finds takes the place of a page's text only where it says more."""

from pathlib import Path

import pytest
from sqlalchemy import select

from ingest.parsing import tessdata
from ingest.reading import LAYER_KEPT
from library.catalogue.models import Page
from library.database import reading_session
from library.house import House
from tests.ingest.worker.sent import read_all, send, warnings
from tests.stage import letters

pytestmark = pytest.mark.slow

LINES = ("Bài 21. Quang hợp ở thực vật", "Quang hợp là quá trình cây xanh dùng ánh sáng để tổng hợp chất hữu cơ.")


def kept(house: House) -> Page:
    with reading_session(house.engine) as session:
        return session.scalars(select(Page)).one()


@pytest.fixture
def broken(tmp_path: Path) -> Path:
    """A page whose letters with marks mean nothing."""
    whole = letters.written(tmp_path / "in.pdf", *LINES)
    return letters.meaning(whole, tmp_path / "quang-hop.pdf", lambda one: one if one.isascii() else "\ufffd")


def test_a_garbled_page_is_recognised(house: House, broken: Path) -> None:
    send(house, broken)
    read_all(house)
    page = kept(house)
    assert page.source == "ocr" and "Quang hợp là quá trình" in page.text and "ocr-wanted" not in page.steps


def test_without_a_recogniser_a_page_keeps_what_it_had_and_its_owner_is_told(
    house: House, broken: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tessdata, "MODEL", "not-on-this-machine")
    deposit = send(house, broken)
    read_all(house)
    page = kept(house)
    assert (page.source, page.text.split()[:2]) == ("text", ["B\ufffdi", "21."])
    assert LAYER_KEPT in page.steps and "ocr-wanted" not in page.steps
    assert warnings(house, deposit) == [("ocr-not-available", 1)]
