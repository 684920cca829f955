"""The limited child: it dies alone."""

from dataclasses import replace
from pathlib import Path

import pytest

from ingest import reading
from ingest.kinds.pdf.kind import PDF
from ingest.parsing import sandbox
from ingest.parsing.asking import Task
from ingest.parsing.sandbox import ChildDied, Limits
from tests.stage import makers

pytestmark = pytest.mark.slow


def test_a_child_over_its_memory_dies_and_only_its_job_fails(tmp_path: Path) -> None:
    book = makers.textbook(tmp_path / "b.pdf", 2)
    job = {"module": "ingest.kinds.pdf.read_text", "path": str(book), "numbers": [1, 2]}
    with pytest.raises(ChildDied):
        list(sandbox.run(job, Limits(memory=40 * sandbox.MB)))
    assert len(list(sandbox.run(job, Limits()))) == 2


def test_a_child_that_hangs_is_ended(tmp_path: Path) -> None:
    book = makers.textbook(tmp_path / "b.pdf", 1)
    with pytest.raises(ChildDied):
        list(
            sandbox.run(
                {"module": "ingest.kinds.pdf.read_text", "path": str(book), "numbers": [1] * 50_000},
                Limits(cpu=60, wall=2),
            )
        )


def test_a_page_that_kills_its_reader_is_named_and_the_others_are_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    huge = b"q " + b"0 0 m 100 100 l 50 20 l S " * 6_000_000
    document = makers.pymupdf.open(makers.textbook(tmp_path / "b.pdf", 3))
    document.update_stream(document[1].get_contents()[0], huge)
    document.save(tmp_path / "bomb.pdf", deflate=True)
    hasty = replace(PDF, read=Task("ingest.kinds.pdf.read_text", batch=64, start=1, page=0))
    monkeypatch.setattr(reading, "named", lambda _kind: hasty)
    pages = list(reading.read_text(tmp_path / "bomb.pdf", [1, 2, 3]))
    assert [page.number for page in pages] == [1, 2, 3]
    assert [page.source for page in pages] == ["text", "none", "text"]
    assert pages[1].warnings == ("page-unreadable",)
