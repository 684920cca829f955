"""Plain text and Markdown: read as pages, found, and shown in the reader as text."""

from pathlib import Path

import pytest

from ingest import reading
from ingest.kinds.text.pages import FULL, pages_of
from tests.services.house import RunningHouse, upload, wait_for

TALE = "Ngày xưa có một người đi biển đã lâu không về làng.\n\n"  # no words that other tests look for
WORDS = "Định lí Thalès đảo: đường thẳng cắt hai cạnh của tam giác.\n\n"


def read(path: Path) -> list[str]:
    count = reading.identify(path, path.name).page_count or 0
    return [page.text for page in reading.read_text(path, range(1, count + 1), kind="text")]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32"])
def test_a_text_is_read_in_the_encodings_of_unicode(encoding: str, tmp_path: Path) -> None:
    mark = "\ufeff" if encoding in ("utf-16-le", "utf-16-be") else ""
    (tmp_path / "bai.txt").write_text(mark + WORDS, encoding=encoding)
    assert read(tmp_path / "bai.txt") == [WORDS]


@pytest.mark.parametrize("data", [b"ch\xe0o c\xe1c em", b"abc\x00def", bytes(range(256)), b"\xff\xfea"])
def test_what_only_seems_to_be_text_is_kept_and_not_read(data: bytes, tmp_path: Path) -> None:
    (tmp_path / "bai.txt").write_bytes(data)
    identity = reading.identify(tmp_path / "bai.txt", "bai.txt")
    assert (identity.kind, identity.page_count, identity.warnings) == ("file", None, ("kept-not-read",))


def test_no_word_is_lost_between_pages_and_none_is_longer_than_a_page() -> None:
    text = WORDS * 300 + "x" * 10_000 + "\n" + "lời " * 5000 + "\n\f\nTrang mới\n"
    pages = pages_of(text)
    assert "".join("".join(pages).split()) == "".join(text.split())
    assert max(map(len, pages)) <= FULL + 1 and pages[-1] == "\nTrang mới\n"


def test_headings_of_markdown_are_its_contents_and_what_stands_in_a_fence_is_none(tmp_path: Path) -> None:
    text = f"# Bài 1: *Tam giác* đồng dạng #\n\n{WORDS * 30}\n```\n# không phải đề mục\n```\n\n## Luyện tập\n"
    (tmp_path / "bai.md").write_text(text, encoding="utf-8")
    (tmp_path / "bai.txt").write_text(text, encoding="utf-8")
    identity = reading.identify(tmp_path / "bai.md", "bai.md")
    assert identity.title == "Bài 1: Tam giác đồng dạng"
    assert [(one.level, one.title, one.page) for one in identity.contents] == [
        (1, identity.title, 1),
        (2, "Luyện tập", 2),
    ]
    assert reading.identify(tmp_path / "bai.txt", "bai.txt").contents == ()


def test_a_markdown_lesson_is_found_on_its_page_and_read_as_text(house: RunningHouse, tmp_path: Path) -> None:
    lesson = tmp_path / "bai-doc-them.md"
    lesson.write_text(
        "# Chuyện kể về Pythagore\n\n" + TALE * 60 + "\n\nCâu chuyện chiếc la bàn cổ.\n", encoding="utf-8"
    )
    with house.administrator() as client:
        row = wait_for(client, upload(client, lesson, approve="true"))
    assert (row["state"], row["work_state"], row["page_count"]) == ("ready", "published", 2)
    with house.client() as stranger:
        found = stranger.get("/api/v1/search", params={"q": "chiec la ban co"}).json()["works"]
        assert [(one["title"], [page["number"] for page in one["pages"]]) for one in found] == [
            ("Chuyện kể về Pythagore", [2])
        ]
        page = stranger.get(f"/doc/{row['work_id']}", params={"p": 2, "q": "la ban"}).text
        assert '<article class="as-text vua"' in page and "<mark" in page and '<img class="sheet"' not in page
        larger = stranger.get(f"/doc/{row['work_id']}", params={"p": 2, "che-do": "chu", "co": "to"}).text
        assert '<article class="as-text to"' in larger and "co=rat-to" in larger and "co=vua" in larger
        about = stranger.get(f"/tl/{row['work_id']}").text
        assert "Chuyện kể về Pythagore" in about and "/thumbnail" not in about + page and 'id="mode"' not in page
        assert found[0]["thumbnail"] is None and found[0]["cover"]["shape"]
