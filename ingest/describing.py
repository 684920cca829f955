"""Guessing what a work is from its name, its first pages and the vocabularies; its keeper corrects what is wrong."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from functools import cache
from pathlib import PurePath

from ingest.parsing.pages import Description, Identity
from library import vocabulary
from library.vietnamese import clean, fold, is_marked, syllable_score, tokens

TEXTBOOK = ("sach giao khoa", "SGK"), ("sach giao vien", "SGV"), ("sach bai tap", "SBT"), ("vo bai tap", "VBT")
TYPES = (
    *TEXTBOOK,
    ("sgk", "SGK"),
    ("sgv", "SGV"),
    ("sbt", "SBT"),
    ("giao an", "GIAO_AN"),
    ("ke hoach bai day", "GIAO_AN"),
    ("phieu hoc tap", "PHIEU_HOC_TAP"),
)
GRADE = re.compile(r"\blop (\d{1,2})\b")
SUBJECT_GRADE = re.compile(r"\b(\d{1,2})\b")
# titles and names that programs, scanners and phones give by themselves, folded
GIVEN_BY_PROGRAMS = re.compile(
    "|".join(
        (
            r"untitled( \w+)?|no (slide )?title|(khong|chua) co (ten|tieu de)|khong ten",
            r"(document|presentation|slides?|tai lieu|van ban|trang trinh bay|bai thuyet trinh)[ \d]*",
            r"(tai lieu|trang trinh bay|bai thuyet trinh) (khong (co )?(ten|tieu de)|moi)[ \d]*",
            r"(powerpoint|word|excel|google) (presentation|document|docs|slides)[ \d]*",
            r"(ban|bai|trang) (trinh bay|thuyet trinh) powerpoint[ \d]*|microsoft (word|powerpoint|excel|office)\b.*",
            r"(cam ?scanner|adobe scan|(office|microsoft) lens|(tap|clear|genius) ?scan(ner)?)\b.*",
            r"scann?(ed)?( (from|document) .*)?|(scan|image|img|dscn?|pxl|vid|photo|tep|doc|new doc)[ \d]*",
            r"anh[ \d]{4,}",  # and not the subject
            r"(bo|so|phong) giao duc va dao tao( .{0,40})?",
        )
    )
)
OF_A_FILE = re.compile(r".*\.(docx?|pptx?|xlsx?|indd|tex|dvi|cdr|qxd|pub|pmd?)$", re.I)
SENTENCE_END = re.compile(r"[.;:,]$")
LONGEST_TITLE = 120
WORDS_TO_TELL_LANGUAGE = 40


def describe(identity: Identity, name: str, first_pages: Sequence[str]) -> Description:
    """A title, and subject, grade, series and type where they can be told."""
    title = title_of(identity, name, first_pages)
    near = keyed(f"{PurePath(name).stem.replace('_', ' ').replace('-', ' ')} \n {title}")
    far = keyed(" ".join(heading_lines(first_pages)))
    subject = subject_in(near) or subject_in(far)
    return Description(
        title=title,
        subject=subject,
        grade=grade_in(near, subject) or grade_in(far, None),
        series=series_in(near) or series_in(far),
        type=next((code for words, code in TYPES if f" {words} " in near), None)
        or next((c for w, c in TEXTBOOK if f" {w} " in far[:400]), None),
        language=language_of(first_pages),
    )


def title_of(identity: Identity, name: str, first_pages: Sequence[str]) -> str:
    """The document's own title when it means something, else its file name, else its first line."""
    own = (identity.title or "").strip()
    if len(own) >= 4 and " " in own and not is_meaningless(own):
        return own[:LONGEST_TITLE]
    stem = re.sub(r"[_\s]+", " ", PurePath(name).stem).strip()
    if " " not in stem:
        stem = stem.replace("-", " ")
    own_words = next(
        (line for line in heading_lines(first_pages, 30) if not is_marked(stem) and keyed(stem) in keyed(line)), ""
    )
    if own_words:
        return own_words[:LONGEST_TITLE]  # the file name without marks, as the first page spells it
    line = next((line.strip() for page in first_pages[:1] for line in page.split("\n")[:8] if worth(line, stem)), "")
    if is_meaningless(stem) or (line and fold(line).lower().startswith(stem.lower()) and not is_marked(stem)):
        return (line or stem)[:LONGEST_TITLE]
    return (stem[:1].upper() + stem[1:])[:LONGEST_TITLE]


def is_meaningless(title: str) -> bool:
    """Whether a program, a scanner or a phone has given it by itself."""
    return bool(OF_A_FILE.fullmatch(title) or GIVEN_BY_PROGRAMS.fullmatch(keyed(title).strip()))


def heading_lines(first_pages: Sequence[str], most: int = 6) -> list[str]:
    """The first short lines of the first page: a title page speaks in them, a text does not."""
    lines = (line.strip() for page in first_pages[:1] for line in page.split("\n")[:most])
    return [line for line in lines if 1 <= len(line.split()) <= 12 and not SENTENCE_END.search(line)]


def worth(line: str, stem: str) -> bool:
    """Whether a line could be a title, and says more than the file name."""
    words = line.split()
    return (
        2 <= len(words) <= 16
        and any(word[0].isalpha() for word in words)
        and not SENTENCE_END.search(line.strip())
        and line != stem
    )


def keyed(text: str) -> str:
    """Folded words between spaces, for looking up names without marks."""
    return f" {' '.join(token.folded for token in tokens(clean(text)))} "


def subject_in(text: str) -> str | None:
    """The subject named first and longest in a keyed text."""
    found = [(text.find(f" {name} "), -len(name), code) for name, code in subject_names() if f" {name} " in text]
    return min(found)[2] if found else None


def grade_in(text: str, subject: str | None) -> int | None:
    """`lớp 8`, or the number right behind the subject: `Toán 8`."""
    numbers = [int(number) for number in GRADE.findall(text)]
    if not numbers and subject:
        for name, code in subject_names():
            at = text.find(f" {name} ")
            behind = SUBJECT_GRADE.match(text[at + len(name) + 2 :]) if code == subject and at >= 0 else None
            if behind:
                numbers.append(int(behind.group(1)))
    counted = Counter(number for number in numbers if number in vocabulary.GRADES)
    return counted.most_common(1)[0][0] if counted else None


def type_in(text: str, names: Iterable[tuple[str, str]]) -> str | None:
    """The resource type named in a keyed text."""
    return next((code for words, code in names if f" {words} " in text), None)


def series_in(text: str) -> str | None:
    """The textbook series named in a keyed text."""
    return next((code for name, code in series_names() if f" {name} " in text), None)


def language_of(first_pages: Iterable[str]) -> str:
    """`vi` when enough words carry Vietnamese marks, or when there is too little to tell; else `en`."""
    text = " ".join(first_pages)
    found = tokens(clean(text[:20000]))
    if len(found) < WORDS_TO_TELL_LANGUAGE:
        return "vi"
    return (
        "vi"
        if sum(token.marked for token in found) / len(found) > 0.15 and (syllable_score(text[:20000]) or 0) > 0.5
        else "en"
    )


@cache
def subject_names() -> list[tuple[str, str]]:
    """Folded names and long aliases of subjects with their codes."""
    rows = [
        (name, row["code"])
        for row in vocabulary.load("subjects-by-grade")["subjects"]
        for name in (row["vi"], *row.get("aliases", ()))
    ]
    return [(keyed(name).strip(), code) for name, code in rows if len(name) > 3]


@cache
def series_names() -> list[tuple[str, str]]:
    """Folded names of textbook series with their codes."""
    rows = [
        (name, row["code"])
        for row in vocabulary.load("textbook-series")["series"]
        for name in (row["vi"], *row.get("short", ()))
    ]
    return [(keyed(name).strip(), code) for name, code in rows if len(name) > 3]
