"""A small sound file of each kind."""

from collections.abc import Callable
from pathlib import Path

from PIL import Image

from tests.stage import makers


def pdf(folder: Path) -> Path:
    return makers.textbook(folder / "toan-8.pdf", 2)


def image(folder: Path) -> Path:
    Image.new("RGB", (620, 877), "white").save(folder / "trang.png")
    return folder / "trang.png"


def text(folder: Path) -> Path:
    path = folder / "bai-1.md"
    path.write_text("# Bài 1: Tam giác đồng dạng\n\n" + "Định lí Thalès đảo.\n\n" * 200, encoding="utf-8")
    return path


def file(folder: Path) -> Path:
    path = folder / "bai-giang.docx"
    path.write_bytes(b"PK\x03\x04" + bytes(range(256)))
    return path


SAMPLES: dict[str, Callable[[Path], Path]] = {"pdf": pdf, "image": image, "text": text, "file": file}
