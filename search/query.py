"""What somebody looks for: words with their other ways of saying it, filters, and the sight of who asks."""

from dataclasses import dataclass, field
from functools import cache, cached_property

from library import vocabulary
from library.errors import Wrong
from library.people.sight import Sight
from library.vietnamese import Token, clean, fold, in_one_piece, tokens
from library.vietnamese.syllables import is_syllable
from search import names
from search.asking import matter_of

LONGEST = 256  # characters
MOST_TERMS = 16
LONGEST_ENTRY = 6  # words of the longest abbreviation or synonym


class QueryTooLong(Wrong):
    code = "query-too-long"
    vi = "Câu tìm dài quá ({length} kí tự). Gõ vài chữ chính thôi là đủ, nhiều nhất {limit} kí tự."
    en = "The query is too long ({length} characters). A few key words are enough, at most {limit} characters."


@dataclass(frozen=True)
class Word:
    """One token of a query."""

    key: str
    folded: str

    @property
    def marked(self) -> bool:
        """Typed with marks: then only the same marks match (P2)."""
        return self.key != self.folded


Way = tuple[Word, ...]


@dataclass(frozen=True)
class Term:
    """Something a page must say, in one of several ways; the first is what was typed."""

    ways: tuple[Way, ...]

    @property
    def typed(self) -> Way:
        """The words as they were typed."""
        return self.ways[0]


@dataclass(frozen=True)
class Filters:
    """Narrowing to values; several values of one filter widen it again. An empty filter does nothing."""

    subjects: frozenset[str] = frozenset()
    grades: frozenset[int] = frozenset()
    types: frozenset[str] = frozenset()
    schools: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Query:
    """A parsed query, ready for any engine."""

    text: str
    terms: tuple[Term, ...]
    sight: Sight
    filters: Filters = field(default_factory=Filters)
    asked: Way = ()  # of a question: all its words, also those that only ask

    @cached_property
    def words(self) -> Way:
        """The words that are looked for, as they were typed, in order."""
        return tuple(word for term in self.terms for word in term.typed)

    @property
    def asks(self) -> bool:
        """Whether it is a question: some of its words only ask."""
        return bool(self.asked)

    @cached_property
    def phrases(self) -> tuple[Way, ...]:
        """The whole query as one phrase: as typed, without the words that only ask, and with the other ways of its
        terms.
        """
        most = max((len(term.ways) for term in self.terms), default=1)
        others = (
            tuple(word for term in self.terms for word in term.ways[min(place, len(term.ways) - 1)])
            for place in range(1, most)
        )
        return tuple(dict.fromkeys((self.words, *others, self.asked or self.words)))


def parse(text: str, sight: Sight, filters: Filters | None = None) -> Query:
    """A query from what was typed. Raises QueryTooLong."""
    if len(text) > LONGEST:
        raise QueryTooLong(length=len(text), limit=LONGEST)
    stored = clean(text).strip()
    found = in_one_piece(tokens(stored), names.wholes(stored))
    matter = matter_of(stored, found)
    asked = tuple(map(word_of, found)) if len(matter) < len(found) else ()
    return Query(stored, terms_of(matter)[:MOST_TERMS], sight, filters or Filters(), asked[: 2 * MOST_TERMS])


def word_of(token: Token) -> Word:
    return Word(token.key, token.folded)


def terms_of(found: list[Token]) -> tuple[Term, ...]:
    """Group tokens into terms: known abbreviations and synonyms get their other ways, everything else stands for
    itself.
    """
    words = list(map(word_of, found))
    terms: list[Term] = []
    at = 0
    while at < len(words):
        length, others = _entry_at(words, at)
        terms.append(Term((tuple(words[at : at + length]), *others)))
        at += length
    return tuple(terms)


def _entry_at(words: list[Word], at: int) -> tuple[int, tuple[Way, ...]]:
    """The longest entry of the vocabulary that begins here: how many words it takes, and its other ways."""
    for length in range(min(LONGEST_ENTRY, len(words) - at), 0, -1):
        typed = words[at : at + length]
        by_key = entries().get(tuple(word.key for word in typed))
        if by_key is None and not any(word.marked for word in typed):
            by_key = folded_entries().get(tuple(word.folded for word in typed))
        if by_key is not None:
            return length, by_key
    return 1, ()


@cache
def entries() -> dict[tuple[str, ...], tuple[Way, ...]]:
    """Abbreviations, synonyms and spellings of names by the keys of their words."""
    known = vocabulary.load("vi-text")
    alike = known["synonyms"] + names.spellings()
    groups = [list(pair) for pair in known["abbreviations"].items()] + alike
    found: dict[tuple[str, ...], tuple[Way, ...]] = {}
    for group in groups:
        ways = [tuple(map(word_of, tokens(clean(entry)))) for entry in group]
        for way in ways:
            others = tuple(dict.fromkeys(other for other in ways if other != way))
            if way in ways[:1] or group in alike:
                found[tuple(word.key for word in way)] = others
    return found


@cache
def folded_entries() -> dict[tuple[str, ...], tuple[Way, ...]]:
    """The same by folded keys, for queries without marks; what would be a syllable without them stays out: `viet` is
    Việt, whatever it is in Viét.
    """
    folded = ((tuple(map(fold, keys)), keys, ways) for keys, ways in entries().items())
    return {typed: ways for typed, keys, ways in folded if typed == keys or len(typed) > 1 or not is_syllable(typed[0])}
