"""What a catalogue card says, as words that a database can look for."""

from collections.abc import Iterable

from library.vietnamese import clean, joined, tokens

ON_CARD = ("title", "authors", "aliases", "isbn")


def words_of(title: str, authors: str | None, aliases: Iterable[str], isbn: str | None) -> str:
    """The folded words of a card, a space before and after each, so that a whole word can be looked for."""
    said = " ".join(part for part in (title, authors, *aliases, isbn) if part)
    return f" {joined(tokens(clean(said)), folded=True)} "
