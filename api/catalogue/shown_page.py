"""One page of a work with its marked text and boxes, and the hits of a query, on the wire."""

from sqlalchemy.orm import Session

from api.catalogue import schemas
from api.catalogue.shown import image_of
from library.catalogue import boxes, queries
from library.catalogue.flowing import Run, paragraphs
from library.catalogue.models import Work
from library.people.sight import Sight
from search import marking, reading
from search.query import parse


def page_of(session: Session, work: Work, number: int, q: str, sight: Sight) -> schemas.Page:
    """A page for the reader."""
    version = work.version
    if version is None:
        raise queries.UnknownPage
    found = queries.page(session, version.id, number)
    query = parse(q, sight)
    pieces = numbered(marking.pieces(found.text, marking.marks(found.text, query)))
    words = boxes.unpack(found.boxes)
    around = queries.texts_around(session, version.id, number)
    flowing = paragraphs(found.text, words, around, divides=work.language != "vi")
    drawn = queries.rendition(session, version.id, "page-800", number)
    return schemas.Page(
        number=number,
        width=found.width,
        height=found.height,
        source=found.source,
        confidence=found.confidence,
        image_400=image_of(work.id, version.id, number, 400) if drawn else None,
        image_800=image_of(work.id, version.id, number, 800) if drawn else None,
        text=pieces,
        paragraphs=[flowed(pieces, runs) for runs in flowing],
        boxes=[
            schemas.HitBox(
                x=box.box[0], y=box.box[1], width=box.box[2] - box.box[0], height=box.box[3] - box.box[1], hit=box.hit
            )
            for box in reading.boxes_of(found.text, words, query)
        ],
    )


def numbered(pieces: list[marking.Piece]) -> list[schemas.TextPiece]:
    """Pieces with the hits numbered as their boxes are."""
    sent: list[schemas.TextPiece] = []
    hit = 0
    for piece in pieces:
        sent.append(schemas.TextPiece(text=piece.text, marked=piece.marked, hit=hit if piece.marked else None))
        hit += piece.marked
    return sent


def flowed(pieces: list[schemas.TextPiece], runs: list[Run]) -> list[schemas.TextPiece]:
    """The pieces of one paragraph, a space between two lines."""
    sent: list[schemas.TextPiece] = []
    for run in runs:
        at = 0
        for piece in pieces:
            start, at = at, at + len(piece.text)
            text = piece.text[max(0, run.start - start) : max(0, run.end - start)]
            if text:
                sent.append(piece.model_copy(update={"text": text}))
        if run != runs[-1] and not run.open:
            sent.append(schemas.TextPiece(text=" ", marked=False))
    return sent


def hits_of(session: Session, work: Work, q: str, sight: Sight) -> schemas.Hits:
    """The hit list of a work."""
    query = parse(q, sight)
    if work.version is None or not query.terms:
        return schemas.Hits(query=q, hit_total=0, pages=[])
    found = reading.hits_in(queries.page_texts(session, work.version.id), query)
    contents = sorted((heading["page"], heading["title"]) for heading in work.version.contents)
    return schemas.Hits(
        query=q,
        hit_total=sum(one.hits for one in found),
        pages=[
            schemas.PageOfHits(
                number=one.number,
                hits=one.hits,
                snippet=one.snippet,
                heading=next((title for number, title in reversed(contents) if number <= one.number), None),
            )
            for one in found
        ],
    )
