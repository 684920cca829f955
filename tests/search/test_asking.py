"""Words that only ask are not looked for; words that are written alike are."""

import pytest

from library.people.sight import VISITOR
from library.vietnamese import fold
from search.marking import marks
from search.query import parse


def matter(text: str) -> str:
    return " ".join(word.key for word in parse(text, VISITOR).words)


@pytest.mark.parametrize(
    ("question", "looked_for"),
    [
        ("Ai là người tìm ra châu Mỹ?", "tìm ra châu mĩ"),
        ("Oxi là gì?", "oxi"),
        ("quang hợp là gì vậy", "quang hợp"),
        ("Thế nào là quang hợp", "quang hợp"),
        ("Em hãy cho biết vì sao cá thở được dưới nước", "cá thở được dưới nước"),
        ("Thủ đô của nước Pháp ở đâu", "thủ đô của nước pháp"),
        ("Dân số Việt Nam là bao nhiêu?", "dân số việt nam"),
        ("AI là gì", "ai"),
        ("Bảng tuần hoàn của ai?", "bảng tuần hoàn"),
        ("Ở Hoa Kỳ, ai quyết định?", "ở hoa kì quyết định"),
        ("What is photosynthesis?", "photosynthesis"),
    ],
)
def test_words_that_only_ask_are_not_looked_for_with_marks_or_without(question: str, looked_for: str) -> None:
    assert matter(question) == looked_for
    assert matter(fold(question)) == fold(looked_for)
    assert parse(question, VISITOR).asks


@pytest.mark.parametrize(
    "text",
    [
        "Ai Cập cổ đại",
        "AI có thể thay giáo viên",
        "AI được dùng trong lớp học",
        "bi ai",
        "viem nao",
        "bo nao nguoi",
        "ở đầu chương",
        "trong không gian",
        "khong gian",
        "may moc",
        "ngôi sao",
        "là gì",
        "?",
        "tam giác?",
    ],
)
def test_words_that_ask_nothing_here_are_looked_for(text: str) -> None:
    assert not parse(text, VISITOR).asks
    assert len(parse(text, VISITOR).words) == len(text.replace("?", "").split())


@pytest.mark.parametrize("title", ["Vì sao trái đất nóng lên?", "Bốn mùa như thế nào", "Trường nào cũng có cây"])
def test_what_is_marked_is_what_is_looked_for(title: str) -> None:
    text = "Gì thì gì, nào, vì sao ai cũng có cây. Trái đất nóng lên."
    found = [text[mark.start : mark.end].lower() for mark in marks(text, parse(title, VISITOR))]
    assert not {"gì", "nào", "vì sao", "ai"} & set(found)
