"""The card that somebody corrects, on the wire and as its form shows it."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy.orm import Session

from api.catalogue import schemas
from api.web.pages import Text
from library import vocabulary
from library.catalogue import correcting, versions
from library.catalogue.models import Version, Work
from library.people.sign_in import Actor
from library.vocabulary import Term

TYPED = tuple(name for name in versions.FIELDS if name != "language")


@dataclass(frozen=True)
class CardForm:
    """A card as a form sends it: all of it, an empty field for what there is not."""

    title: Text = ""
    authors: Text = ""
    type: Text = ""
    subject: Text = ""
    grade: Text = ""
    lesson: Text = ""
    series: Text = ""
    keywords: Text = ""
    source: Text = ""
    licence: Text = ""
    description: Text = ""
    isbn: Text = ""

    def said(self) -> dict[str, str]:
        """What was filled in: for where a field left empty says nothing."""
        return {name: value for name, value in self.all().items() if value.strip()}

    def all(self) -> dict[str, str]:
        """Every field, by name."""
        return asdict(self)


def card_of(session: Session, work: Work, actor: Actor) -> schemas.CardOfVersion:
    """The card of a work that this person corrects. `work.audience` is loaded."""
    version = correcting.version_to_correct(session, work, actor)
    return card_of_version(work, version, waits=not correcting.may_correct_at_once(session, work, actor))


def card_of_version(work: Work, version: Version | None, *, waits: bool = False) -> schemas.CardOfVersion:
    """The card of one version."""
    card = versions.card_of(work, version)
    return schemas.CardOfVersion(
        **{name: card[versions.FIELDS[name]] for name in TYPED},
        guessed=version.guessed if version else [],
        waits=waits,
        version=version.number if version else None,
    )


def form_of(card: schemas.CardOfVersion | None, given: Mapping[str, Any], language: str) -> Mapping[str, Any]:
    """What the fields of a form hold: what was typed before it was refused, else the card; and what can be chosen."""
    typed = typed_in(given)
    known = card.model_dump() if card else {}
    known["keywords"] = ", ".join(known.get("keywords", ()))
    return {
        "held": {name: str(typed.get(name, known.get(name)) or "") for name in TYPED},
        "guessed": [] if typed or card is None else card.guessed,
        "choices": {
            "type": pairs(vocabulary.types(), language),
            "subject": pairs(vocabulary.subjects(), language),
            "grade": [(str(grade), str(grade)) for grade in vocabulary.GRADES],
            "series": pairs(vocabulary.series(), language),
            "licence": pairs(vocabulary.licences(), language),
        },
    }


def typed_in(given: Mapping[str, Any]) -> Mapping[str, Any]:
    """The fields of a card in a form that was refused, also when one was too long to be read at all."""
    card = given.get("card")
    return card.all() if isinstance(card, CardForm) else {name: given[name] for name in TYPED if name in given}


def pairs(terms: Mapping[str, Term], language: str) -> list[tuple[str, str]]:
    """Codes and names to choose from."""
    return [(code, term.name(language)) for code, term in terms.items()]
