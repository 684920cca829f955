"""The pages of a text: nobody drew them, so their words have no boxes."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from ingest.kinds.text.pages import pages_of, text_of
from ingest.parsing.legible import legibility
from ingest.parsing.pages import PageRead, page_to

A4 = (595.0, 842.0)


def work(path: Path, numbers: Sequence[int]) -> Iterator[dict[str, Any]]:
    """The pages in the order asked for. Raises ValueError when it is no text."""
    text = text_of(path)
    if text is None:
        raise ValueError("no text")
    pages = pages_of(text)
    for number in numbers:
        words = pages[number - 1]
        yield page_to(PageRead(number, *A4, words, (), "text", legibility(words), None, ("text",), ()))
