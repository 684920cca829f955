"""What one deposit may cost the house in all, over every slice and every worker that reads it
(docs/decisions/0018-what-a-deposit-may-cost.md).
"""

import threading
import time
from collections import Counter
from dataclasses import dataclass, field

from ingest.parsing.sandbox import Leash

MOST_KILLS = 2  # of its parser, before a page is given up
FOR_ANY, A_PAGE, BYTES_A_SECOND = 300.0, 60.0, 250  # seconds of work
DEATHS_FOR_ANY, PAGES_A_DEATH = 12, 10
PIXELS_FOR_ANY, PIXELS_A_PAGE, PIXELS_A_BYTE = 1_000_000_000, 40_000_000, 4_000


@dataclass(frozen=True)
class Allowance:
    """Seconds of the clock while it is in work, deaths of its parsers, pixels drawn."""

    seconds: float = float("inf")
    deaths: float = float("inf")
    pixels: float = float("inf")


def allowance_for(size: int, pages: int) -> Allowance:
    """So much for any file, more for each page, but never more than its bytes can be worth: a few thousand bytes hold
    no book.
    """
    return Allowance(
        FOR_ANY + min(A_PAGE * pages, size / BYTES_A_SECOND),
        DEATHS_FOR_ANY + pages // PAGES_A_DEATH,
        PIXELS_FOR_ANY + min(PIXELS_A_PAGE * pages, PIXELS_A_BYTE * size),
    )


@dataclass
class Budget:
    """What is spent of it. Parsers hang on its leash."""

    allowed: Allowance = Allowance()
    leash: Leash = field(default_factory=Leash)
    seconds_before: float = 0.0
    deaths: int = 0
    pixels: int = 0
    stopped_at: int | None = None  # the first page for which nothing was left
    _began: float = field(default_factory=time.monotonic)
    _killed: Counter[tuple[str, int]] = field(default_factory=Counter)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def seconds(self) -> float:
        """All the time it has been in work."""
        return self.seconds_before + time.monotonic() - self._began

    @property
    def left(self) -> float:
        """Seconds."""
        return self.allowed.seconds - self.seconds

    @property
    def spent(self) -> bool:
        """Whether one of the three is used up."""
        return self.left <= 0 or self.deaths > self.allowed.deaths or self.pixels > self.allowed.pixels

    def drew(self, pixels: int) -> None:
        """So many more."""
        with self._lock:
            self.pixels += pixels

    def died(self, task: str, number: int | None = None) -> bool:
        """A parser died at this page; returns whether the page is given up now."""
        with self._lock:
            self.deaths += 1
            if number is None:
                return True
            self._killed[task, number] += 1
            return self._killed[task, number] >= MOST_KILLS

    def suspects(self, task: str, number: int) -> bool:
        """Whether this page has killed once."""
        return self._killed[task, number] > 0

    def stops_at(self, number: int) -> None:
        """Nothing is left for this page."""
        with self._lock:
            self.stopped_at = min(number, self.stopped_at or number)
