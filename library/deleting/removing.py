"""The end of a deletion: every row, everywhere. Safe to run twice; the audit line stays, without a name."""

from datetime import datetime

from sqlalchemy import delete as removed
from sqlalchemy.orm import Session

from library import audit
from library.catalogue import forgetting as catalogue
from library.catalogue.models import Work
from library.circulation import patrons
from library.learning import reading
from library.operations import deletions
from library.operations.deletions import Deletion, Subject
from library.people import forgetting as people
from library.people.models import Person
from library.reviews import forgetting as reviews
from library.usage import Usage


def is_ready(session: Session, deletion: Deletion) -> bool:
    """Whether the index has let go of the work already; a row that is gone could not tell it any more."""
    work = session.get(Work, deletion.subject_id, with_for_update=True) if deletion.kind == Subject.WORK else None
    return work is None or (work.indexed_revision == work.revision and work.lease_until is None)


def remove(session: Session, deletion: Deletion, *, at: datetime) -> set[str]:
    """Remove it now; returns the keys of files that perhaps no row names any more."""
    keys = (
        _remove_work(session, deletion, at=at)
        if deletion.kind == Subject.WORK
        else _remove_person(session, deletion, at=at)
    )
    deletions.finish(deletion, at=at)
    session.flush()
    return keys


def _remove_work(session: Session, deletion: Deletion, *, at: datetime) -> set[str]:
    work = session.get(Work, deletion.subject_id)
    if work is None:
        return set()
    audit.tell(session, "work-removed", work, unit_id=work.unit_id, by=None, at=at, reason=deletion.reason)
    session.flush()
    reading.forget_work(session, deletion.subject_id)
    reviews.forget_work(session, deletion.subject_id)
    session.execute(removed(Usage).where(Usage.work_id == deletion.subject_id))
    return catalogue.forget_work(session, deletion.subject_id)


def _remove_person(session: Session, deletion: Deletion, *, at: datetime) -> set[str]:
    person = session.get(Person, deletion.subject_id)
    if person is None:
        return set()
    audit.tell(session, "person-removed", person, unit_id=deletion.unit_id, by=None, at=at, reason=deletion.reason)
    name = people.forget_person(session, person.id, at=at)
    reviews.forget_person(session, person.id, name, instead=people.REMOVED[0])
    reading.forget_person(session, person.id)
    patrons.forget_person(session, person.id)
    return catalogue.forget_uploads(session, person.id)
