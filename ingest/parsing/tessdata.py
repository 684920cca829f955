"""Where the Vietnamese OCR model is: the operator's choice, the system's package, or what `make setup` fetched."""

import os
from pathlib import Path

MODEL = "vie.traineddata"
SYSTEM = ("/usr/share/tesseract-ocr/5/tessdata", "/usr/share/tessdata", "/opt/homebrew/share/tessdata")


class NoModel(Exception):
    """No Vietnamese model on this machine."""


def model_folder() -> Path:
    """The folder with `vie.traineddata`. Raises NoModel."""
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "hoclieu" / "tessdata"
    chosen = os.environ.get("HOCLIEU_TESSDATA")
    for folder in (*([Path(chosen)] if chosen else []), *map(Path, SYSTEM), cache):
        if (folder / MODEL).is_file():
            return folder
    raise NoModel(f"{MODEL} not found: run `make setup`, install tesseract-ocr-vie, or set HOCLIEU_TESSDATA")
