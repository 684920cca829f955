"""Typesetting the demonstration's own material: textbooks with chapters, figures and formulas, a scan of one, and a
slide lecture.
"""

import io
import json
import random
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path
from typing import Any

import pymupdf
from PIL import Image, ImageFilter

from api.commands.demonstration import exercises, figures

A4, WIDE = (595, 842), (960, 540)  # points
PAGES_A_LESSON = 5
SCAN_DPI = 150
INK = (0.05, 0.3, 0.35)
STYLE = (
    "body {font-size: 15.5pt; line-height: 1.5} h1 {font-size: 24pt} h2 {font-size: 18pt; color: #0b4d59} .f "
    "{text-align: center; font-size: 19pt}"
)


def lessons(name: str) -> dict[str, Any]:
    """What one book says."""
    found: dict[str, Any] = json.loads(
        files("api.commands.demonstration").joinpath("lessons.json").read_text(encoding="utf-8")
    )[name]
    return found


def textbook(name: str, path: Path) -> Path:
    """One book: twelve lessons of five pages each."""
    book = lessons(name)
    document, contents, count = pymupdf.open(), [], 0
    for chapter in book["chapters"]:
        contents.append([1, chapter["title"], document.page_count + 1])
        for lesson in chapter["lessons"]:
            count += 1
            contents.append([2, lesson["title"], document.page_count + 1])
            for number, html in enumerate(pages_of(lesson)):
                page = document.new_page(width=A4[0], height=A4[1])
                head(page, chapter["title"], lesson["title"], document.page_count)
                page.insert_htmlbox((60, 66, 535, 572 if number == 0 else 800), html, css=STYLE)
                if number == 0:
                    figures.draw(page, lesson["figure"], f"Hình {count}. {lesson['caption']}")
    return saved(document, contents, book["title"], book["author"], path)


def head(page: pymupdf.Page, chapter: str, lesson: str, number: int) -> None:
    """The running head: the chapter on the left, the lesson on the right, and the page number at the foot."""
    grey = "style='font-size:9pt;color:#555;margin:0"
    page.insert_htmlbox((60, 32, 300, 50), f"<p {grey}'>{chapter}</p>")
    page.insert_htmlbox((300, 32, 535, 50), f"<p {grey};text-align:right'>{lesson}</p>")
    page.draw_line((60, 52), (535, 52), color=INK, width=0.6)
    page.insert_text((292, 825), str(number), fontsize=10)


def pages_of(lesson: dict[str, Any]) -> Iterator[str]:
    """The pages of a lesson: what it is about, three examples with practice, and the exercises at its end."""
    first, second, *rest = lesson["ideas"]
    known = f"<h2>Kiến thức</h2><p>{first} {second}</p><p class='f'>{lesson['formula']}</p><p>{' '.join(rest)}</p>"
    yield f"<h1>{lesson['title']}</h1><p>{lesson['opening']}</p>{known}"
    if "topic" in lesson:
        yield from by_rule(lesson)
    else:
        yield from by_hand(lesson)


def by_rule(lesson: dict[str, Any]) -> Iterator[str]:
    """Examples with their solutions, practice, and exercises with answers, all made by rule."""
    made = exercises.tasks(lesson["topic"], random.Random(lesson["title"]), 18)
    for number in range(1, PAGES_A_LESSON - 1):
        shown, *practice = made[number * 4 - 4 : number * 4]
        reminder = f"<p class='f'>{lesson['formula']}</p><p><b>Ghi nhớ.</b> {lesson['ideas'][number]}</p>"
        tasks = "".join(f"<p>{letter}) {task.asked}</p>" for letter, task in zip("abc", practice, strict=True))
        yield (
            f"<h2>Ví dụ {number}</h2><p>{shown.asked}</p><p><i>Giải.</i> {shown.solved}</p>{reminder}<h2>Luyện tập "
            f"{number}</h2>{tasks}"
        )
    last = made[12:]
    asked = "".join(f"<p><b>{number}.</b> {task.asked}</p>" for number, task in enumerate(last, 1))
    answers = "; ".join(f"<b>{number}.</b> {task.answer}" for number, task in enumerate(last, 1))
    yield f"<h2>Bài tập cuối bài</h2>{asked}<h2>Đáp số</h2><p>{answers}.</p>"


def by_hand(lesson: dict[str, Any]) -> Iterator[str]:
    """What to look at and to try, three questions after each, and all of them once more to check oneself."""
    for number, example in enumerate(lesson["examples"], 1):
        asked = "".join(
            f"<p>{letter}) {one}</p>"
            for letter, one in zip("abc", lesson["questions"][number * 3 - 3 : number * 3], strict=True)
        )
        note = f"<p><b>Ghi nhớ.</b> {lesson['ideas'][number]}</p>"
        yield f"<h2>Khám phá {number}. {example['title']}</h2><p>{example['text']}</p>{note}<h2>Câu hỏi</h2>{asked}"
    kept = "".join(f"<p>• {idea}</p>" for idea in lesson["ideas"])
    asked = "".join(f"<p><b>{number}.</b> {one}</p>" for number, one in enumerate(lesson["questions"][::2], 1))
    yield f"<h2>Em đã học</h2>{kept}<p class='f'>{lesson['formula']}</p><h2>Tự kiểm tra</h2>{asked}"


def scanned(source: Path, path: Path) -> Path:
    """The same book as a school's scanner gives it: grey, a little skewed, without any text."""
    chance = random.Random(7)
    with pymupdf.open(source) as book, pymupdf.open() as scan:
        for number in range(book.page_count):
            raster = book[number].get_pixmap(dpi=SCAN_DPI, colorspace=pymupdf.csGRAY)
            image = Image.frombytes("L", (raster.width, raster.height), raster.samples)
            image = image.rotate(chance.uniform(-0.4, 0.4), fillcolor=250, resample=Image.Resampling.BICUBIC).filter(
                ImageFilter.GaussianBlur(0.4)
            )
            packed = io.BytesIO()
            image.save(packed, "JPEG", quality=70)
            page = scan.new_page(width=A4[0], height=A4[1])
            page.insert_image(page.rect, stream=packed.getvalue())
        scan.set_metadata(
            {"title": f"{book.metadata['title'].split(' (')[0]} – bản quét", "author": book.metadata["author"]}
        )
        scan.save(path, deflate=True)
    return path


def slides(name: str, path: Path, chapter_at: int = -1) -> Path:
    """A lecture of one chapter: a title, then a slide for every idea."""
    chapter = lessons(name)["chapters"][chapter_at]
    document, contents = pymupdf.open(), []
    for lesson in chapter["lessons"]:
        contents.append([1, lesson["title"], document.page_count + 1])
        for html in (
            f"<h1>{lesson['title']}</h1><p>{lesson['opening']}</p><p class='f'>{lesson['formula']}</p>",
            *(f"<h2>{lesson['title']}</h2><p>{idea}</p>" for idea in lesson["ideas"]),
        ):
            page = document.new_page(width=WIDE[0], height=WIDE[1])
            page.draw_rect((0, 0, WIDE[0], 26), color=INK, fill=INK)
            page.insert_htmlbox(
                (70, 80, 890, 500),
                html,
                css="body {font-size: 26pt; line-height: 1.5} h1 {font-size: 40pt} h2 {font-size: 28pt}",
            )
    return saved(
        document, contents, f"Bài giảng {chapter['title'].split('. ', 1)[1].lower()}", "Nguyễn Thị Hương", path
    )


def saved(document: pymupdf.Document, contents: list[list[Any]], title: str, author: str, path: Path) -> Path:
    """Write it with its contents and names, fonts cut down to what is used."""
    document.set_toc(contents)
    document.set_metadata({"title": title, "author": author})
    document.subset_fonts()
    document.save(path, garbage=3, deflate=True)
    document.close()
    return path
