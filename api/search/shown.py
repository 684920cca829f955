"""The answer to a query on the wire."""

import re
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from api.catalogue.shown import cover_of, thumbnail_at
from api.search import schemas
from api.web.schemas import Named
from api.web.terms import named
from library import vocabulary
from library.catalogue import listing
from library.circulation import desk
from library.circulation import queries as stock
from library.circulation.models import Item
from library.circulation.refusals import LabelOfTwo
from library.people.models import UnitKind
from library.people.sight import Sight, units_of
from library.people.sign_in import VISITING, Actor, PasswordToChoose
from search import shelves, standing_in
from search.finding import WORKS_A_PAGE, Found, FoundWork
from search.index import MOST_WORKS, Index
from search.query import Filters, parse

LAST_PAGE = 50
CODE = re.compile(r"(?=.*\d)[^ ]{1,200}")


def filters_of(subjects: list[str], grades: list[str], types: list[str], schools: list[str]) -> Filters:
    """Filters as they stand in an address; senseless grades are left out."""
    known = {str(grade): grade for grade in vocabulary.GRADES}
    chosen = frozenset(known[one] for one in grades if one in known)
    return Filters(
        frozenset(filter(None, subjects)), chosen, frozenset(filter(None, types)), frozenset(filter(None, schools))
    )


def found(
    session: Session,
    index: Index,
    q: str,
    filters: Filters,
    sight: Sight,
    page: int,
    language: str,
    *,
    at: datetime,
    by: Actor = VISITING,
) -> schemas.Found:
    """The answer to a query, for the API and the first screen alike."""
    query = parse(q, sight, filters)
    item = item_at_desk(session, query.text, by)
    answer = standing_in.answer(session, index, query, at=at, page=page)
    if item and not answer.works:  # a number may be a barcode and a year
        answer = shelves.of_keys(session, [item.work.key], query, at=at, page=page, most=MOST_WORKS)
    on_paper = on_shelves(session, [*answer.works, *answer.partial], sight)
    return schemas.Found(
        query=q,
        item=_item(item) if item else None,
        work_total=answer.work_total,
        work_total_exact=answer.work_total_exact,
        page_total=answer.page_total,
        works=[_work(one, language, on_paper.get(one.work.id)) for one in answer.works],
        partial=[_work(one, language, on_paper.get(one.work.id)) for one in answer.partial],
        nowhere=answer.nowhere,
        guesses=[_work(one, language) for one in answer.guesses],
        facets=_facets(session, answer, filters, language),
        degraded=answer.degraded,
        page=page,
        page_count=min(LAST_PAGE, max(1, -(-answer.work_total // WORKS_A_PAGE)))
        if answer.work_total_exact
        else LAST_PAGE,
    )


def item_at_desk(session: Session, code: str, by: Actor) -> Item | None:
    """The copy with this barcode, for whoever keeps the desk of its school; to everybody else it is a word like any."""
    if not CODE.fullmatch(code) or not desk.keeps_one(session, by):
        return None
    try:
        return desk.find_item(session, code, desk.school_of(session, by))
    except (PasswordToChoose, LabelOfTwo):
        return None


def on_shelves(session: Session, works: list[FoundWork], sight: Sight) -> dict[UUID, schemas.OnShelf]:
    """Paper copies in the asker's own school, as the database has them now; visitors have none."""
    mine = units_of(sight)
    found = stock.availability(session, [one.work.id for one in works], mine) if mine else {}
    return {
        work_id: schemas.OnShelf(
            school=Named(code=best.school_code, name=best.school), free=best.free, total=best.total, shelf=best.shelf
        )
        for work_id, schools in found.items()
        for best in [max(schools, key=lambda one: one.free)]
    }


def _item(item: Item) -> schemas.FoundItem:
    return schemas.FoundItem(
        barcode=item.barcode,
        accession=item.accession,
        shelf=item.shelf,
        status=item.status,
        work_id=str(item.work_id),
        title=item.work.title,
    )


def _work(one: FoundWork, language: str, on_shelf: schemas.OnShelf | None = None) -> schemas.FoundWork:
    work = one.work
    return schemas.FoundWork(
        id=str(work.id),
        title=work.title,
        title_pieces=one.title,
        type=named(vocabulary.types(), work.type_code, language),
        subject=named(vocabulary.subjects(), work.subject_code, language),
        grade=work.grade,
        series=named(vocabulary.series(), work.series_code, language),
        school=Named(code=work.unit_code, name=work.unit_name) if work.unit_kind == UnitKind.SCHOOL else None,
        state=work.state,
        page_count=work.page_count,
        cover=cover_of(work),
        thumbnail=thumbnail_at(work.id, work.version_id, work.version_kind, work.page_count)
        if work.version_id
        else None,
        tier=one.tier,
        pages=[
            schemas.PageHit(
                number=page.number,
                snippet=page.snippet,
                tier=page.tier,
            )
            for page in one.pages
        ],
        page_total=one.page_total,
        on_shelf=on_shelf,
    )


def _facets(session: Session, answer: Found, filters: Filters, language: str) -> list[schemas.Facet]:
    found = answer.facets
    absent = sorted(filters.schools - found.school_names.keys())
    schools = {code: found.school_names[code] for code, _ in found.schools.most_common()} | listing.school_names(
        session, absent
    )
    grade = "Grade" if language == "en" else "Lớp"
    return [
        _facet(
            "subject", found.subjects, filters.subjects, {c: t.name(language) for c, t in vocabulary.subjects().items()}
        ),
        _facet(
            "grade",
            found.grades,
            frozenset(map(str, filters.grades)),
            {str(number): f"{grade} {number}" for number in vocabulary.GRADES},
        ),
        _facet("type", found.types, filters.types, {c: t.name(language) for c, t in vocabulary.types().items()}),
        _facet("school", found.schools, filters.schools, schools),
    ]


def _facet(name: str, counts: dict[str, int], chosen: frozenset[str], names: dict[str, str]) -> schemas.Facet:
    shown = [code for code in names if counts.get(code) or code in chosen]
    values = [
        schemas.FacetValue(code=code, name=names[code], count=counts.get(code, 0), chosen=code in chosen)
        for code in shown
    ]
    return schemas.Facet(name=name, values=values)
