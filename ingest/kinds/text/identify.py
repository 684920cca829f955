"""Is it text? How many pages does it make, and which headings stand on them?"""

import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from ingest.kinds.text.pages import FENCE, HEADING, pages_of, text_of

LONGEST_TITLE, MOST_HEADINGS = 300, 2000
ORNAMENT = re.compile(r"[*_`]+|\s#+\s*$")  # marks of emphasis, and closing signs of a heading


def work(path: Path) -> Iterator[dict[str, Any]]:
    """One answer; none when it is no text."""
    text = text_of(path)
    if text is not None:
        pages = pages_of(text)
        yield {"page_count": len(pages), "headings": list(headings(pages))[:MOST_HEADINGS]}


def headings(pages: Iterable[str]) -> Iterator[tuple[int, str, int]]:
    """Level, title and page of each heading; what stands in a fenced block is none."""
    fenced = False
    for number, page in enumerate(pages, 1):
        for line in page.splitlines():
            fenced ^= bool(FENCE.match(line))
            found = None if fenced else HEADING.match(line)
            title = ORNAMENT.sub("", found[2]).strip()[:LONGEST_TITLE] if found else ""
            if found and title:
                yield len(found[1]), title, number
