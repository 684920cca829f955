"""Finding titles by what stands on a catalogue card, in the database alone: title, authors, other titles, ISBN."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, event, func, inspect, select
from sqlalchemy.orm import Mapper, Session

from library.catalogue.access import visible_to
from library.catalogue.models import Work
from library.people.models import Unit
from library.people.sight import Sight
from library.vietnamese import clean, joined, tokens

ON_CARD = ("title", "authors", "aliases", "isbn")


def words_of(title: str, authors: str | None, aliases: Iterable[str], isbn: str | None) -> str:
    """The folded words of a card, a space before and after each, so that a whole word can be looked for."""
    said = " ".join(part for part in (title, authors, *aliases, isbn) if part)
    return f" {joined(tokens(clean(said)), folded=True)} "


@event.listens_for(Work, "before_insert")
@event.listens_for(Work, "before_update")
def write_card(_mapper: Mapper[Work], _connection: Connection, work: Work) -> None:
    """The card follows the work, whoever changes it."""
    state = inspect(work)
    if not state.persistent or any(state.attrs[name].history.has_changes() for name in ON_CARD):
        work.card_words = words_of(work.title, work.authors, work.aliases or (), work.isbn)


def keys_with(session: Session, words: Sequence[str], sight: Sight, narrowing: Iterable[ColumnElement[bool]], *, at: datetime, limit: int) -> list[int]:
    """Keys of the works that may be seen and whose cards hold all these folded words; those that begin with them stand first, short cards before long ones."""
    all_words = [Work.card_words.contains(f" {word} ", autoescape=True) for word in words]
    begins = Work.card_words.startswith(f" {' '.join(words)} ", autoescape=True)
    wanted = select(Work.key).join(Unit, Unit.id == Work.unit_id).where(*all_words, *narrowing, visible_to(sight, at))
    return list(session.scalars(wanted.order_by(begins.desc(), func.length(Work.card_words), Work.key).limit(limit)))
