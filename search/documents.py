"""What is indexed: one document a page, and one (page 0) for the work itself, so that its title is found without a
page.
"""

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from library.vietnamese import Token, clean, in_one_piece, joined, tokens
from search.names import wholes

# stands in every empty text: keys are lower-case, so nobody can look for it, and all engines average over the same
# documents
SILENT = "X"
PAUSE = Token(SILENT, SILENT, 0, 0)  # no phrase goes over it
AROUND = 3  # words on each side of a whole word, so that phrases with it are found


@dataclass(frozen=True)
class Fielded:
    """A text as the engines get it. `plain` holds the folded tokens of fields that were typed without any marks
    (P2).
    """

    exact: str
    folded: str
    plain: str


@dataclass(frozen=True)
class Document:
    """One page, or the work itself (page 0)."""

    work_id: str
    work_key: int
    page: int
    body: Fielded
    head: Fielded  # title, authors and aliases, on every page of the work
    title: Fielded  # on page 0 only
    subject: str
    grade: str
    type: str
    school: str
    sight: tuple[str, ...]
    revision: int  # of the work, when this was written

    @property
    def audience(self) -> int:
        """A digest of who may see it, for comparing index and database."""
        return audience_of(self.sight)


@dataclass(frozen=True)
class WorkFacts:
    """What all documents of one work share."""

    work_id: str
    work_key: int
    title: str
    names: Sequence[str]  # authors, aliases, the names of type and series
    subject: str | None
    grade: int | None
    type: str | None
    school: str
    sight: tuple[str, ...]
    revision: int = 1


NOTHING = Fielded(SILENT, SILENT, SILENT)


def audience_of(sight: Iterable[str]) -> int:
    """The digest of a set of sight tokens; 56 bits, so that every engine keeps it exactly."""
    return int.from_bytes(hashlib.sha256("\n".join(sorted(sight)).encode()).digest()[:7])


def fielded(*texts: str) -> Fielded:
    """Several fields of one kind, joined; each judges for itself whether it was typed without marks. Behind a text as
    it is printed stand its whole words, among the words around them.
    """
    stored = [clean(text) for text in texts]
    found = [spoken + _in_one_piece(text, spoken) for text in stored if (spoken := tokens(text))]
    plain = [one for one in found if not any(token.marked for token in one)]
    return Fielded(
        " ".join(joined(one) for one in found) or SILENT,
        " ".join(joined(one, folded=True) for one in found) or SILENT,
        " ".join(joined(one, folded=True) for one in plain) or SILENT,
    )


def _in_one_piece(text: str, spoken: list[Token]) -> list[Token]:
    """The whole words of a text with their neighbours, and a pause before each such stretch."""
    added = set(wholes(text))
    if not added:
        return []
    line = in_one_piece(spoken, tuple(added))
    places = {near for at, token in enumerate(line) if token in added for near in range(at - AROUND, at + AROUND + 1)}
    stretches: list[Token] = []
    for at, token in enumerate(line):
        if at in places:
            stretches += [token] if at and at - 1 in places else [PAUSE, token]
    return stretches


def documents_of(facts: WorkFacts, pages: Iterable[tuple[int, str]]) -> Iterator[Document]:
    """All documents of one work, from its facts and its pages (number, text)."""
    head = fielded(facts.title, *facts.names)
    yield _document(facts, 0, NOTHING, head, fielded(facts.title))
    for number, text in pages:
        yield _document(facts, number, fielded(text), head, NOTHING)


def _document(facts: WorkFacts, page: int, body: Fielded, head: Fielded, title: Fielded) -> Document:
    return Document(
        work_id=facts.work_id,
        work_key=facts.work_key,
        page=page,
        body=body,
        head=head,
        title=title,
        subject=facts.subject or "",
        grade=str(facts.grade or ""),
        type=facts.type or "",
        school=facts.school,
        sight=facts.sight,
        revision=facts.revision,
    )
