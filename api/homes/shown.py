"""The home page and the vocabularies on the wire."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from api.catalogue.shown import card_of
from api.homes import schemas
from api.web.me import unit_named
from api.web.schemas import Named
from library import vocabulary
from library.catalogue import queries
from library.catalogue.overviews import Overviews
from library.house import House
from library.learning import reading as places
from library.people.models import Unit, UnitKind
from library.people.sign_in import Actor

NEWEST, BEGUN = 6, 4


def home_of(
    session: Session, actor: Actor, language: str, house: House, overviews: Overviews, *, at: datetime
) -> schemas.Home:
    """The home page of whoever asks."""
    seen = overviews.of(session, actor.sight, at=at)
    newest = queries.newest(session, actor.sight, at=at, limit=NEWEST)
    begun = places.begun(session, actor.person.id, actor.sight, at=at, limit=BEGUN) if actor.person else []
    loaded = queries.visible_works(session, [work_id for work_id, _ in begun], actor.sight, at=at)
    return schemas.Home(
        library_name=house.settings.library_name,
        work_total=seen.works,
        page_total=seen.pages,
        subjects=[
            schemas.Shelf(code=code, name=term.name(language), count=seen.subjects[code])
            for code, term in vocabulary.subjects().items()
            if seen.subjects[code]
        ],
        grades=[
            schemas.Shelf(code=str(grade), name=str(grade), count=seen.grades[grade]) for grade in vocabulary.GRADES
        ],
        newest=[card_of(work, language) for work in newest],
        read_on=[
            schemas.ReadOn(**card_of(loaded[work_id], language).model_dump(), place=place)
            for work_id, place in begun
            if work_id in loaded
        ],
        tries=[work.title for work in newest[:3]],
    )


def vocabulary_of(session: Session, language: str) -> schemas.Vocabulary:
    """All values in the language of the request."""
    subjects, types, series = (
        [Named(code=term.code, name=term.name(language)) for term in terms.values()]
        for terms in (vocabulary.subjects(), vocabulary.types(), vocabulary.series())
    )
    schools = session.scalars(select(Unit).where(Unit.kind == UnitKind.SCHOOL).order_by(Unit.name))
    return schemas.Vocabulary(
        subjects=subjects, types=types, series=series, schools=[unit_named(unit) for unit in schools]
    )
