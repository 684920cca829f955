"""Errors that people can read as they stand.

Each refusal is a class with a stable code for programs, one Vietnamese and one English sentence for people,
and the facts of the case for logs and for the sentences themselves. HTTP statuses live in `api/errors.py`.
"""

from typing import Any, ClassVar


class Refusal(Exception):
    """A wish that the house turns down. Subclasses give `code`, `vi` and `en`; the sentences may name facts in braces."""

    code: ClassVar[str] = "refused"
    vi: ClassVar[str] = "Việc này không làm được."
    en: ClassVar[str] = "This cannot be done."

    def __init__(self, **facts: Any) -> None:
        self.facts = facts
        super().__init__(self.sentence("vi"))

    def sentence(self, language: str) -> str:
        """The sentence in `vi` or `en`, with the facts filled in."""
        return (self.en if language == "en" else self.vi).format(**self.facts)


def refusals(base: type[Refusal] = Refusal) -> list[type[Refusal]]:
    """Every kind of refusal known to the program, for the tables and tests that must name them all."""
    return [found for kind in base.__subclasses__() for found in (kind, *refusals(kind))]
