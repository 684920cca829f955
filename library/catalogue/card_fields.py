"""What may stand in each field of a card, by whichever door. Pure: a wish goes in, values by column come out."""

from collections.abc import Callable, Mapping
from typing import Any

from library import vocabulary
from library.catalogue.isbn import isbn_of
from library.catalogue.versions import FIELDS
from library.errors import Wrong
from library.vietnamese import clean

NAMED: Mapping[str, tuple[str, str]] = {
    "title": ("tên", "title"),
    "authors": ("tác giả", "authors"),
    "type": ("loại", "type"),
    "subject": ("môn", "subject"),
    "grade": ("lớp", "grade"),
    "lesson": ("bài", "lesson"),
    "series": ("bộ sách", "series"),
    "keywords": ("từ khoá", "keywords"),
    "source": ("nguồn", "source"),
    "licence": ("giấy phép", "licence"),
    "description": ("mô tả", "description"),
    "isbn": ("ISBN", "ISBN"),
    "language": ("ngôn ngữ", "language"),
}
LONGEST = {"title": 300, "authors": 300, "lesson": 200, "source": 1000, "description": 2000}
MANY_LINES = frozenset({"source", "description"})
MOST_KEYWORDS, LONGEST_KEYWORD = 20, 60


class UnknownValue(Wrong):
    code = "unknown-value"
    vi = "“{value}” không có trong danh mục."
    en = "“{value}” is not in the vocabulary."


class TitleMissing(Wrong):
    code = "title-missing"
    vi = "Chưa có tên học liệu. Viết tên như muốn người đọc thấy."
    en = "The title is missing. Write it as readers shall see it."


class TooLong(Wrong):
    code = "field-too-long"
    vi = "Ô “{field_vi}” dài quá: nhiều nhất {most} kí tự."
    en = "“{field_en}” is too long: {most} characters at most."


class GradeWrong(Wrong):
    code = "grade-wrong"
    vi = "Lớp là một số từ 1 đến 12; không thuộc lớp nào thì để trống."
    en = "A grade is a number from 1 to 12; leave it empty when there is none."


class TooManyKeywords(Wrong):
    code = "too-many-keywords"
    vi = "Nhiều nhất {most} từ khoá, mỗi từ khoá tới {longest} kí tự, cách nhau bằng dấu phẩy."
    en = "{most} keywords at most, each of up to {longest} characters, with commas between them."


def checked(wish: Mapping[str, Any]) -> dict[str, Any]:
    """What a wish writes, by column. Raises TitleMissing, TooLong, UnknownValue, GradeWrong, TooManyKeywords,
    IsbnWrong.
    """
    return {FIELDS[name]: _read(name, value) for name, value in wish.items()}


def _read(name: str, value: Any) -> Any:
    if name in LONGEST:
        return _text(name, value)
    if name in CODED:
        return _coded(value, CODED[name]())
    return OTHERS[name](value)


def _text(name: str, value: str | None) -> str | None:
    lines = (" ".join(line.split()) for line in clean(value or "").split("\n"))
    text = ("\n" if name in MANY_LINES else " ").join(lines).strip()
    if name == "title" and not text:
        raise TitleMissing
    if len(text) > LONGEST[name]:
        vi, en = NAMED[name]
        raise TooLong(field_vi=vi, field_en=en, most=LONGEST[name])
    return text or None


def _coded(value: str | None, known: Mapping[str, object]) -> str | None:
    if value and value not in known:
        raise UnknownValue(value=value[:60])
    return value or None


def _grade(value: int | str | None) -> int | None:
    text = "" if value is None else str(value).strip()
    if text and not (text.isascii() and text.isdecimal() and len(text) < 3 and int(text) in vocabulary.GRADES):
        raise GradeWrong
    return int(text) if text else None


def _keywords(value: str | list[str] | None) -> list[str]:
    parts = value.replace(";", ",").replace("\n", ",").split(",") if isinstance(value, str) else value or []
    words = list(dict.fromkeys(word for part in parts if (word := " ".join(clean(part).split()))))
    if len(words) > MOST_KEYWORDS or any(len(word) > LONGEST_KEYWORD for word in words):
        raise TooManyKeywords(most=MOST_KEYWORDS, longest=LONGEST_KEYWORD)
    return words


def _isbn(value: str | None) -> str | None:
    return isbn_of(value) if value and value.strip() else None


CODED: Mapping[str, Callable[[], Mapping[str, object]]] = {
    "type": vocabulary.types,
    "subject": vocabulary.subjects,
    "series": vocabulary.series,
    "licence": vocabulary.licences,
}
OTHERS: Mapping[str, Callable[[Any], Any]] = {
    "grade": _grade,
    "keywords": _keywords,
    "isbn": _isbn,
    "language": lambda value: _coded(value, {"vi": "", "en": ""}) or "vi",
}
