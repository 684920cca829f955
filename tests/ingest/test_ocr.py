"""Recognition against the bare engine on the same images."""

import unicodedata
from pathlib import Path

import jiwer
import pytest
import tesserocr
from PIL import Image

from ingest import reading
from ingest.tessdata import model_folder


def plain(text: str) -> str:
    return " ".join(unicodedata.normalize("NFC", text).split())


@pytest.mark.parametrize("name", ["hien-phap-p3.scan200.jpg", "luat-giao-duc-p2.scan200.jpg", "lshort-vi-p27.photo200.jpg", "luat-xuat-ban-p4.clean200.png"])
def test_recognition_makes_no_more_errors_than_the_bare_engine(shared: Path, name: str) -> None:
    path = shared / "data" / "ocr" / name
    truth = plain((path.parent / f"{name.split('.')[0]}.gt.txt").read_text())
    ours = next(iter(reading.recognise(path, [1], kind="image")))
    with tesserocr.PyTessBaseAPI(path=str(model_folder()), lang="vie", psm=tesserocr.PSM.AUTO) as api:
        api.SetImage(Image.open(path))
        bare = api.GetUTF8Text()
    assert jiwer.cer(truth, plain(ours.text)) <= jiwer.cer(truth, plain(bare)) + 1e-9
