"""The facets of an answer. An engine that counts in another thread knows the works first; their facets are asked there
meanwhile.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from threading import Lock
from types import TracebackType
from typing import Self

from sqlalchemy.orm import Session

from library.catalogue import listing
from library.catalogue.listing import Facets
from library.people.sight import Sight
from search.index import Counts


class Narrowing:
    """Asks for the facets of counted works, in whichever thread knows them first; after the `with` block nobody asks
    any more.

    A session serves one thread at a time: between the beginning and the end of the block everybody else holds
    `session_free`.
    """

    def __init__(self, session: Session, sight: Sight, *, at: datetime) -> None:
        self.session, self.sight, self.at = session, sight, at
        self.lock, self.over = Lock(), False
        self.works: frozenset[int] | None = None  # whose facets were asked
        self.facets = Facets()
        self.failure: Exception | None = None

    def __call__(self, counts: Counts) -> Facets:
        """The facets of these works."""
        works = frozenset(counts.pages_of)
        with self.lock:
            if works != self.works and not self.over:
                try:
                    self.facets, self.works = (
                        listing.facets_of(self.session, list(works), self.sight, at=self.at),
                        works,
                    )
                except Exception as error:
                    self.failure = error
                    raise
            return self.facets

    @contextmanager
    def session_free(self) -> Iterator[None]:
        """The session is free, and stays so. Raises what went wrong with it meanwhile: after that a transaction answers
        nothing else.
        """
        with self.lock:
            if self.failure is not None:
                raise self.failure
            yield

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with self.lock:
            self.over = True
