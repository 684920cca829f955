"""Step 2 of the page ladder: files with a damaged structure are rebuilt by qpdf and read; whole ones are left alone."""

import uuid
from collections.abc import Callable
from pathlib import Path

import pymupdf
import pypdfium2
import pytest
from sqlalchemy import select

from ingest import reading
from ingest.kinds.pdf.refusals import Damaged, Encrypted, NoPages
from ingest.refusals import Rebuilt
from library.catalogue.models import Page, Work
from library.database import open_engine, reading_session
from library.errors import Refusal
from tests.services.house import RunningHouse, upload, wait_for
from tests.stage import makers

Make = Callable[[Path], Path]


def nothing_by_mupdf(path: Path) -> Path:
    return makers.miscounted(path, 0)


def refused_by_mupdf(path: Path) -> Path:
    return makers.miscounted(path, -1)


def nine_pages_hidden(path: Path) -> Path:
    return makers.miscounted(path, 1)


@pytest.mark.parametrize(
    ("make", "pages"), [(makers.cut_short, 3), (nothing_by_mupdf, 10), (refused_by_mupdf, 10), (nine_pages_hidden, 10)]
)
def test_a_file_with_a_damaged_structure_is_rebuilt_read_and_drawn(make: Make, pages: int, tmp_path: Path) -> None:
    path = make(tmp_path / "hong.pdf")
    identity = reading.identify(path, path.name, folder=tmp_path)
    assert (identity.page_count, identity.warnings) == (pages, ("rebuilt",))
    assert identity.rebuilt is not None
    for page in reading.read_text(identity.rebuilt, range(1, pages + 1)):
        assert makers.page_lines(page.number)[0] in page.text
    assert len(list(reading.draw_pages(identity.rebuilt, range(1, pages + 1), tmp_path))) == 2 * pages + 1


def test_a_cut_file_is_refused_by_both_engines_as_it_is(tmp_path: Path) -> None:
    path = makers.cut_short(tmp_path / "hong.pdf")
    with pytest.raises(pymupdf.FileDataError):
        pymupdf.open(path, filetype="pdf")
    with pytest.raises(pypdfium2.PdfiumError):
        pypdfium2.PdfDocument(path)


def test_a_file_that_the_engine_mends_as_well_by_itself_and_a_whole_one_are_not_copied(tmp_path: Path) -> None:
    whole = makers.textbook(tmp_path / "b.pdf", 3)
    lost = tmp_path / "lost.pdf"
    lost.write_bytes(whole.read_bytes().replace(b"startxref", b"startxxxx"))
    for path, warnings in ((whole, ()), (lost, ("repaired",))):
        identity = reading.identify(path, path.name, folder=tmp_path)
        assert (identity.page_count, identity.warnings, identity.rebuilt) == (3, warnings, None)


@pytest.mark.parametrize(
    ("make", "refusal"), [(makers.truncated, Damaged), (makers.page_less, NoPages), (makers.encrypted, Encrypted)]
)
def test_what_cannot_be_rebuilt_is_refused_as_before(make: Make, refusal: type[Refusal], tmp_path: Path) -> None:
    path = make(tmp_path / "bad.pdf")
    with pytest.raises(refusal):
        reading.identify(path, path.name, folder=tmp_path)


def test_the_uploader_is_told_and_the_pages_say_what_was_done(house: RunningHouse, tmp_path: Path) -> None:
    path = makers.cut_short(tmp_path / "hong-mot-phan.pdf")
    with house.administrator() as client:
        row = wait_for(client, upload(client, path))
        assert (row["state"], row["page_count"]) == ("ready", 3)
        assert [warning["code"] for warning in row["warnings"]] == ["rebuilt"]
        assert client.get(f"/api/v1/works/{row['work_id']}/file").content == path.read_bytes()
    engine = open_engine(f"sqlite:///{house.home}/hoclieu.db")
    with reading_session(engine) as session:
        work = session.get_one(Work, uuid.UUID(row["work_id"]))
        steps = session.scalars(select(Page.steps).where(Page.version_id == work.version_id)).all()
    engine.dispose()
    assert [one[:2] for one in steps] == [["qpdf", "mupdf"]] * 3
    assert Rebuilt().sentence("vi") != Rebuilt().sentence("en")


def test_the_odd_corpus_loses_nothing_by_rebuilding(shared: Path, tmp_path: Path) -> None:
    """Whoever was read before is read still; a page tree that is a single page is opened now."""
    folder = shared / "data" / "pdf" / "odd"
    single = reading.identify(folder / "qpdf__pages-is-page.pdf", "a.pdf", folder=tmp_path)
    assert (single.page_count, single.warnings) == (1, ("rebuilt",))
    for name in (
        "qpdf__bad-xref.pdf",
        "qpdf__bad17.pdf",
        "pypdf__issue-297.pdf",
        "pikepdf__cyclic-toc.pdf",
        "qpdf__recover-xref-stream.pdf",
    ):
        plain, rebuilt = (reading.identify(folder / name, name, folder=place) for place in (None, tmp_path))
        assert (rebuilt.page_count or 0) >= (plain.page_count or 0), name
