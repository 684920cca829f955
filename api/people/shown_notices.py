"""The inbox on the wire."""

from sqlalchemy.orm import Session

from api.people import schemas
from library.announced import NOTICES
from library.notices import inbox
from library.people.sign_in import Actor


def notices_of(session: Session, actor: Actor, language: str) -> schemas.Notices:
    """The inbox of whoever asks."""
    person = actor.required()
    found = [
        schemas.Notice(
            id=str(one.id),
            kind=one.kind,
            line=one.words.line,
            more=one.words.more,
            path=one.words.path,
            created_at=one.created_at,
            read=one.read,
        )
        for one in inbox.lines(session, person.id, language, NOTICES)
    ]
    return schemas.Notices(unread=inbox.unread(session, person.id), notices=found)
