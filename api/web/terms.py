"""Coded values with their names in the language of whoever asks."""

from api.web.schemas import Named
from library.deleting import reasons
from library.vocabulary import Term


def named(terms: dict[str, Term], code: str | None, language: str) -> Named | None:
    """A coded value with its name; None when there is none."""
    if code is None:
        return None
    term = terms.get(code)
    return Named(code=code, name=term.name(language) if term else code)


def reasons_for(kind: str, language: str) -> list[tuple[str, str]]:
    """The reasons to choose from."""
    return [(code, reasons.in_words(kind, code, language)) for code in reasons.REASONS[kind]]
