"""Errors that people can read as they stand.

Each refusal is a class with a stable code for programs, one Vietnamese and one English sentence for people, and the
facts of the case for logs and for the sentences themselves. Six bases say what kind of refusal it is; what each means
on the wire stands in `api/web/errors.py`.
"""

from typing import Any, ClassVar


class Refusal(Exception):
    """A wish that the house turns down. Subclasses give `code`, `vi` and `en`; the sentences may name facts in
    braces.
    """

    code: ClassVar[str] = "refused"
    vi: ClassVar[str] = "Việc này không làm được."
    en: ClassVar[str] = "This cannot be done."

    def __init__(self, **facts: Any) -> None:
        self.facts = facts
        super().__init__(self.sentence("vi"))

    def sentence(self, language: str) -> str:
        """The sentence in `vi` or `en`, with the facts filled in."""
        return (self.en if language == "en" else self.vi).format(**self.facts)


class Unknown(Refusal):
    """There is no such thing, or none that this person may know of."""


class Forbidden(Refusal):
    """The thing is there; this person may not do that to it."""


class Clash(Refusal):
    """The wish is sound, but things stand otherwise by now."""


class Wrong(Refusal):
    """What was typed, chosen or sent cannot be taken as it is."""


class Gone(Refusal):
    """It was there once and will not come back."""


class Busy(Refusal):
    """Something the house needs is away; the same wish may be granted in a moment."""


def refusals(base: type[Refusal] = Refusal) -> list[type[Refusal]]:
    """Every kind of refusal known to the program, for the tables and tests that must name them all."""
    return [found for kind in base.__subclasses__() for found in (kind, *refusals(kind))]


def sentence_of(code: str, facts: dict[str, object], language: str) -> str:
    """The sentence behind a stable code; facts that are not known any more leave the code itself."""
    kind = next((kind for kind in refusals() if kind.code == code), None)
    try:
        return kind(**facts).sentence(language) if kind else code
    except KeyError:
        return code
