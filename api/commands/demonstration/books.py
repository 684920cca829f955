"""Typesetting the demonstration's own material: textbooks with chapters, figures and formulas, a scan of one, and a slide lecture."""

import io
import json
import math
import random
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path
from typing import Any

import pymupdf
from PIL import Image, ImageFilter

A4, WIDE = (595, 842), (960, 540)  # points
PAGES_A_LESSON = 5
SCAN_DPI = 150
INK, TINT = (0.05, 0.3, 0.35), (0.88, 0.95, 0.94)
STYLE = "body {font-size: 12pt; line-height: 1.5} h1 {font-size: 19pt} h2 {font-size: 14pt} .f {text-align: center; font-size: 15pt}"


def lessons(name: str) -> dict[str, Any]:
    """What one book says."""
    found: dict[str, Any] = json.loads(files("api.commands.demonstration").joinpath("lessons.json").read_text(encoding="utf-8"))[name]
    return found


def textbook(name: str, path: Path) -> Path:
    """One book: twelve lessons of five pages each."""
    book = lessons(name)
    document, contents = pymupdf.open(), []
    for chapter in book["chapters"]:
        contents.append([1, chapter["title"], document.page_count + 1])
        for lesson in chapter["lessons"]:
            contents.append([2, lesson["title"], document.page_count + 1])
            for number, html in enumerate(pages_of(lesson)):
                page = document.new_page(width=A4[0], height=A4[1])
                page.insert_htmlbox((60, 60, 535, 560 if number % 2 == 0 else 780), html, css=STYLE)
                if number % 2 == 0:
                    draw(page, lesson["figure"], number)
                page.insert_text((290, 815), str(document.page_count), fontsize=10)
    return saved(document, contents, book["title"], book["author"], path)


def pages_of(lesson: dict[str, Any]) -> Iterator[str]:
    """The pages of a lesson: what it is about, examples, exercises."""
    chance = random.Random(lesson["title"])
    yield f"<h1>{lesson['title']}</h1><p>{' '.join(lesson['ideas'])}</p><p class='f'>{lesson['formula']}</p>"
    for number in range(1, PAGES_A_LESSON - 1):
        idea = lesson["ideas"][number % len(lesson["ideas"])]
        tasks = "".join(f"<p>{letter}) {task(chance)}</p>" for letter in "abcde")
        yield f"<h2>Ví dụ {number}</h2><p>{idea} {example(chance)}</p><p class='f'>{lesson['formula']}</p><h2>Luyện tập {number}</h2>{tasks}"
    exercises = "".join(f"<p><b>{number}.</b> {task(chance)} {lesson['ideas'][number % 4]}</p>" for number in range(1, 7))
    yield f"<h2>Bài tập cuối bài</h2>{exercises}"


def example(chance: random.Random) -> str:
    """A sentence with numbers of its own."""
    first, second = chance.randint(2, 40), chance.randint(2, 40)
    return f"Chẳng hạn, với hai số đo {first} cm và {second} cm, tỉ số của chúng là {first} : {second}; hãy giải thích vì sao."


def task(chance: random.Random) -> str:
    """One exercise."""
    number, other = chance.randint(3, 90), chance.randint(3, 90)
    verb = chance.choice(["Tính", "Quan sát hình rồi cho biết", "Thảo luận theo nhóm và trình bày", "Lập bảng và so sánh", "Vẽ hình và giải thích"])
    return f"{verb} kết quả khi số đo thứ nhất là {number} và số đo thứ hai là {other}."


def draw(page: pymupdf.Page, figure: str, seed: int) -> None:
    """A figure at the foot of a page."""
    shape = page.new_shape()
    {"triangle": triangle, "line": line, "bars": bars, "atom": atom}[figure](shape, seed)
    shape.commit()


def triangle(shape: pymupdf.Shape, seed: int) -> None:
    """A triangle cut by a parallel to its base."""
    top, left, right = (300, 590), (160, 770), (420 + seed * 8, 770)
    shape.draw_polyline([top, left, right, top])
    shape.draw_line((230, 680), ((top[0] + right[0]) / 2, 680))
    shape.finish(color=INK, fill=TINT, width=1.4)


def line(shape: pymupdf.Shape, seed: int) -> None:
    """A straight line in a pair of axes."""
    shape.draw_line((120, 770), (480, 770))
    shape.draw_line((140, 790), (140, 590))
    shape.draw_line((140, 770 - seed * 6), (440, 620))
    shape.finish(color=INK, width=1.4)


def bars(shape: pymupdf.Shape, seed: int) -> None:
    """Six bars."""
    for place in range(6):
        height = 40 + (place * 37 + seed * 23) % 120
        shape.draw_rect((130 + place * 56, 780 - height, 166 + place * 56, 780))
    shape.finish(color=INK, fill=TINT, width=1.2)


def atom(shape: pymupdf.Shape, seed: int) -> None:
    """A nucleus with its electrons."""
    for ring in (40, 75):
        shape.draw_circle((300, 690), ring)
        for place in range(2 + seed):
            angle = 2 * math.pi * place / (2 + seed)
            shape.draw_circle((300 + ring * math.cos(angle), 690 + ring * math.sin(angle)), 5)
    shape.draw_circle((300, 690), 12)
    shape.finish(color=INK, width=1.2)


def scanned(source: Path, path: Path) -> Path:
    """The same book as a school's scanner gives it: grey, a little skewed, without any text."""
    chance = random.Random(7)
    with pymupdf.open(source) as book, pymupdf.open() as scan:
        for number in range(book.page_count):
            raster = book[number].get_pixmap(dpi=SCAN_DPI, colorspace=pymupdf.csGRAY)
            image = Image.frombytes("L", (raster.width, raster.height), raster.samples)
            image = image.rotate(chance.uniform(-0.4, 0.4), fillcolor=250, resample=Image.Resampling.BICUBIC).filter(ImageFilter.GaussianBlur(0.4))
            packed = io.BytesIO()
            image.save(packed, "JPEG", quality=70)
            page = scan.new_page(width=A4[0], height=A4[1])
            page.insert_image(page.rect, stream=packed.getvalue())
        scan.save(path, deflate=True)
    return path


def slides(name: str, path: Path, chapter_at: int = -1) -> Path:
    """A lecture of one chapter: a title, then a slide for every idea."""
    chapter = lessons(name)["chapters"][chapter_at]
    document, contents = pymupdf.open(), []
    for lesson in chapter["lessons"]:
        contents.append([1, lesson["title"], document.page_count + 1])
        for html in (
            f"<h1>{lesson['title']}</h1><p class='f'>{lesson['formula']}</p>",
            *(f"<h2>{lesson['title']}</h2><p>{idea}</p>" for idea in lesson["ideas"]),
        ):
            page = document.new_page(width=WIDE[0], height=WIDE[1])
            page.draw_rect((0, 0, WIDE[0], 26), color=INK, fill=INK)
            page.insert_htmlbox((70, 80, 890, 500), html, css="body {font-size: 26pt; line-height: 1.5} h1 {font-size: 40pt} h2 {font-size: 28pt}")
    return saved(document, contents, f"Bài giảng {chapter['title'].split('. ', 1)[1].lower()}", "Nguyễn Thị Hương", path)


def saved(document: pymupdf.Document, contents: list[list[Any]], title: str, author: str, path: Path) -> Path:
    """Write it with its contents and names, fonts cut down to what is used."""
    document.set_toc(contents)
    document.set_metadata({"title": title, "author": author})
    document.subset_fonts()
    document.save(path, garbage=3, deflate=True)
    document.close()
    return path
