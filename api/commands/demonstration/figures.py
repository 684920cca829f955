"""Drawing the figures of the demonstration's books, with their letters."""

import math
from collections.abc import Callable
from typing import Any

import pymupdf

INK, TINT, WARM = (0.05, 0.3, 0.35), (0.88, 0.95, 0.94), (0.72, 0.32, 0.1)
Point = tuple[float, float]


def draw(page: pymupdf.Page, figure: dict[str, Any], caption: str) -> None:
    """A figure at the foot of a page, with its caption below."""
    FIGURES[figure["kind"]](page, figure)
    page.insert_htmlbox(
        (80, 790, 515, 812), f"<p style='text-align:center;font-size:10.5pt;color:#444'><i>{caption}</i></p>"
    )


def write(page: pymupdf.Page, text: str, at: Point, *, size: float = 11, width: float = 120) -> None:
    """A word whose middle stands at a point."""
    box = (at[0] - width / 2, at[1] - size, at[0] + width / 2, at[1] + size * 2)
    page.insert_htmlbox(box, f"<p style='text-align:center;font-size:{size}pt;margin:0'>{text}</p>")


def triangle(page: pymupdf.Page, figure: dict[str, Any]) -> None:
    """ABC with MN parallel to BC; in the middle of the sides where the figure says so."""
    a, b, c = (290.0, 590.0), (165.0, 765.0), (440.0, 765.0)
    share = 0.5 if figure.get("middle") else 0.6
    m, n = between(a, b, share), between(a, c, share)
    shape = page.new_shape()
    shape.draw_polyline([a, b, c, a])
    shape.finish(color=INK, fill=TINT, width=1.4, closePath=True)
    shape.draw_line(m, n)
    shape.finish(color=WARM, width=1.6)
    shape.commit()
    for letter, at in (
        ("A", (a[0], a[1] - 9)),
        ("B", (b[0] - 11, b[1] + 3)),
        ("C", (c[0] + 11, c[1] + 3)),
        ("M", (m[0] - 12, m[1])),
        ("N", (n[0] + 12, n[1])),
    ):
        write(page, letter, at, width=30)


def twins(page: pymupdf.Page, _figure: dict[str, Any]) -> None:
    """Two similar triangles beside each other."""
    shape = page.new_shape()
    for (left, scale), letters in (((120, 1.0), "MNP"), ((290, 1.6), "ABC")):
        a, b, c = (left + 45 * scale, 765 - 90 * scale), (left, 765.0), (left + 110 * scale, 765.0)
        shape.draw_polyline([a, b, c, a])
        for letter, at in zip(letters, ((a[0], a[1] - 9), (b[0] - 9, b[1] + 9), (c[0] + 9, c[1] + 9)), strict=True):
            write(page, letter, at, width=30)
    shape.finish(color=INK, fill=TINT, width=1.4, closePath=True)
    shape.commit()


def right(page: pymupdf.Page, _figure: dict[str, Any]) -> None:
    """A right triangle with the names of its sides."""
    a, b, c = (190.0, 765.0), (190.0, 610.0), (420.0, 765.0)
    shape = page.new_shape()
    shape.draw_polyline([a, b, c, a])
    shape.finish(color=INK, fill=TINT, width=1.4, closePath=True)
    shape.draw_polyline([(190, 750), (205, 750), (205, 765)])
    shape.finish(color=INK, width=1)
    shape.commit()
    for letter, at in (
        ("A", (180, 770)),
        ("B", (190, 600)),
        ("C", (432, 768)),
        ("c", (178, 690)),
        ("b", (300, 777)),
        ("a", (315, 678)),
    ):
        write(page, letter, at, width=30)


def area(page: pymupdf.Page, _figure: dict[str, Any]) -> None:
    """A rectangle of sides x and x + 3, cut into a square and a strip."""
    shape = page.new_shape()
    shape.draw_rect((170, 610, 320, 760))
    shape.finish(color=INK, fill=TINT, width=1.3)
    shape.draw_rect((320, 610, 430, 760))
    shape.finish(color=INK, fill=(0.99, 0.95, 0.88), width=1.3)
    shape.commit()
    for text, at in (
        ("x", (245, 600)),
        ("3", (375, 600)),
        ("x", (158, 685)),
        ("x<sup>2</sup>", (245, 685)),
        ("3x", (375, 685)),
    ):
        write(page, text, at, size=13, width=60)


def line(page: pymupdf.Page, figure: dict[str, Any]) -> None:
    """A straight line in a pair of axes whose names the figure says."""
    across, up = figure.get("axes", ["x", "y"])
    shape = page.new_shape()
    for start, end in (((130, 770), (480, 770)), ((160, 785), (160, 590))):
        arrow(shape, start, end)
    shape.finish(color=INK, width=1.2)
    shape.draw_line((160, 770 if "axes" in figure else 745), (440, 615))
    shape.finish(color=WARM, width=1.8)
    for at in ((230, 731.25), (370, 653.75)) if "axes" in figure else ((230, 712.5), (370, 647.5)):
        shape.draw_circle(at, 3)
    shape.finish(color=WARM, fill=WARM)
    shape.commit()
    write(page, across, (470, 780), width=140)
    write(page, up, (150 + len(up) * 2.5, 580), width=160)
    write(page, "O", (150, 778), width=20)


def bars(page: pymupdf.Page, figure: dict[str, Any]) -> None:
    """Bars with their names and heights."""
    shape = page.new_shape()
    named = figure["bars"]
    most, step = max(named.values()), 320 / len(named)
    for place, (name, height) in enumerate(named.items()):
        left, top = 150 + place * step, 760 - 130 * height / most
        shape.draw_rect((left, top, left + step * 0.6, 760))
        write(page, name, (left + step * 0.3, 770), size=9, width=step)
        write(page, str(height), (left + step * 0.3, top - 8), size=9, width=40)
    shape.finish(color=INK, fill=TINT, width=1.1)
    arrow(shape, (135, 760), (480, 760))
    arrow(shape, (135, 760), (135, 600))
    shape.finish(color=INK, width=1.1)
    shape.commit()


def atom(page: pymupdf.Page, figure: dict[str, Any]) -> None:
    """A nucleus with its shells; the figure says how many electrons each holds."""
    shape = page.new_shape()
    rings = [36 + 27 * number for number in range(len(figure["shells"]))]
    for ring in rings:
        shape.draw_circle((300, 690), ring)
    shape.finish(color=INK, width=1)
    for ring, count in zip(rings, figure["shells"], strict=True):
        for place in range(count):
            angle = 2 * math.pi * place / count - math.pi / 2
            shape.draw_circle((300 + ring * math.cos(angle), 690 + ring * math.sin(angle)), 4)
    shape.finish(color=INK, fill=INK)
    shape.draw_circle((300, 690), 17)
    shape.finish(color=WARM, fill=(0.99, 0.9, 0.82), width=1.2)
    shape.commit()
    write(page, f"+{sum(figure['shells'])}", (300, 689), size=11, width=40)


def molecule(page: pymupdf.Page, _figure: dict[str, Any]) -> None:
    """Water: one oxygen and two hydrogens."""
    shape = page.new_shape()
    for at in ((228, 735), (372, 735)):
        shape.draw_line((300, 670), at)
    shape.finish(color=INK, width=3)
    shape.draw_circle((300, 670), 38)
    shape.finish(color=WARM, fill=(0.99, 0.9, 0.82), width=1.3)
    for at in ((228, 735), (372, 735)):
        shape.draw_circle(at, 24)
    shape.finish(color=INK, fill=TINT, width=1.3)
    shape.commit()
    for letter, at in (("O", (300, 669)), ("H", (228, 734)), ("H", (372, 734))):
        write(page, f"<b>{letter}</b>", at, size=14, width=40)


def wave(page: pymupdf.Page, _figure: dict[str, Any]) -> None:
    """A sound wave with its amplitude."""
    shape = page.new_shape()
    shape.draw_polyline([(130 + step * 2.0, 690 - 55 * math.sin(step / 170 * 6 * math.pi)) for step in range(171)])
    shape.finish(color=WARM, width=1.8)
    arrow(shape, (120, 690), (490, 690))
    arrow(shape, (158, 690), (158, 635))
    shape.finish(color=INK, width=1.1)
    shape.commit()
    write(page, "biên độ", (190, 622), size=10, width=80)
    write(page, "thời gian", (470, 703), size=10, width=80)


def mirror(page: pymupdf.Page, _figure: dict[str, Any]) -> None:
    """A ray and its reflection on a plane mirror."""
    shape = page.new_shape()
    shape.draw_line((150, 765), (450, 765))
    for left in range(155, 450, 14):
        shape.draw_line((left, 773), (left + 8, 765))
    shape.finish(color=INK, width=1.6)
    shape.draw_line((300, 765), (300, 600))
    shape.finish(color=INK, width=1, dashes="[4 3] 0")
    arrow(shape, (180, 625), (300, 765))
    arrow(shape, (300, 765), (420, 625))
    shape.finish(color=WARM, width=1.7)
    shape.commit()
    for text, at in (
        ("S", (172, 617)),
        ("R", (428, 617)),
        ("N", (300, 590)),
        ("I", (300, 780)),
        ("i", (284, 715)),
        ("i'", (317, 715)),
    ):
        write(page, text, at, width=30)


def steps(page: pymupdf.Page, figure: dict[str, Any]) -> None:
    """Boxes one after another, joined by arrows."""
    names = figure["steps"]
    width = min(100.0, 400 / len(names) - 18)
    shape = page.new_shape()
    for place in range(len(names)):
        left = 100 + place * (width + 18)
        shape.draw_rect((left, 655, left + width, 715), radius=0.15)
    shape.finish(color=INK, fill=TINT, width=1.3)
    for place in range(1, len(names)):
        left = 100 + place * (width + 18)
        arrow(shape, (left - 17, 685), (left - 2, 685))
    shape.finish(color=WARM, width=1.6)
    shape.commit()
    for place, name in enumerate(names):
        write(page, name, (100 + place * (width + 18) + width / 2, 683), size=10, width=width - 2)


def arrow(shape: pymupdf.Shape, start: Point, end: Point) -> None:
    """A line with a head at its end."""
    angle = math.atan2(end[1] - start[1], end[0] - start[0])
    shape.draw_line(start, end)
    for turn in (2.7, -2.7):
        shape.draw_line(end, (end[0] + 8 * math.cos(angle + turn), end[1] + 8 * math.sin(angle + turn)))


def between(start: Point, end: Point, share: float) -> Point:
    """The point that divides a line so."""
    return start[0] + (end[0] - start[0]) * share, start[1] + (end[1] - start[1]) * share


FIGURES: dict[str, Callable[[pymupdf.Page, dict[str, Any]], None]] = {
    "triangle": triangle,
    "twins": twins,
    "right": right,
    "area": area,
    "line": line,
    "bars": bars,
    "atom": atom,
    "molecule": molecule,
    "wave": wave,
    "mirror": mirror,
    "steps": steps,
}
