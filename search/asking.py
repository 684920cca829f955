"""Questions: which words of a query only ask, and say nothing of what is looked for."""

from functools import cache
from typing import NamedTuple

from library import vocabulary
from library.vietnamese import Token, clean, fold, tokens

ORDER = ("anywhere", "end", "begin", "with_a_mark")


class Phrase(NamedTuple):
    """Words that ask; `where` in a query they do."""

    keys: tuple[str, ...]
    folded: tuple[str, ...]
    where: str

    def asks(self, said: tuple[str, ...]) -> bool:
        """Whether it asks by itself, as it was typed: several words, or one with its marks."""
        return self.where != "with_a_mark" and (len(said) > 1 or said == self.keys != self.folded)


def matter_of(stored: str, found: list[Token]) -> list[Token]:
    """The words without those that only ask; all of them where nothing else would be left, or nothing asks."""
    names = frozenset(at for at, token in enumerate(found) if _is_name(stored, token))
    asking = _asking(found, names, sure=True)
    if not asking and stored.rstrip().endswith("?"):
        asking = _asking(found, names, sure=False)
    matter = [token for at, token in enumerate(found) if at not in asking]
    return matter or found


def _is_name(stored: str, token: Token) -> bool:
    """Whether a word stands in capitals among others that do not: AI is no question."""
    written = stored[token.start : token.end]
    return len(written) > 1 and written.isupper() and not stored.isupper()


def _asking(found: list[Token], names: frozenset[int], *, sure: bool) -> set[int]:
    """The places of the words that ask."""
    keys = tuple(token.key for token in found)
    unmarked = not any(token.marked for token in found)
    last = len(found) - (bool(keys) and keys[-1] in _behind())
    places = [at for at in range(last) if keys[at] in _first_words() and at not in names]
    asking: set[int] = set()
    for phrase in _phrases() if places else ():
        for at in places:
            here = range(at, at + len(phrase.keys))
            said = keys[at : here.stop]
            says = said == phrase.keys or (unmarked and said == phrase.folded)
            if (
                says
                and asking.isdisjoint(here)
                and _stands(phrase, asking, here, last)
                and (not sure or phrase.asks(said))
            ):
                asking.update(here)
    return asking | ({last} if asking and last - 1 in asking and last < len(found) else set())


def _stands(phrase: Phrase, asking: set[int], here: range, last: int) -> bool:
    """Whether it asks there; what begins a question may follow what else does."""
    if phrase.where == "begin":
        return asking.issuperset(range(here.start))
    return phrase.where != "end" or here.stop == last


@cache
def _phrases() -> tuple[Phrase, ...]:
    """All of them in the order in which they are looked for, the longest first: “AI là gì” begins with no question."""
    known = vocabulary.load("questions")
    found = [
        Phrase(tuple(token.key for token in said), tuple(token.folded for token in said), where)
        for where in ORDER
        for words in known[where]
        for said in [tokens(clean(words))]
    ]
    return tuple(sorted(found, key=lambda phrase: (phrase.where == "begin", -len(phrase.keys))))


@cache
def _first_words() -> frozenset[str]:
    """Words with which one of them begins, as they are typed with marks or without."""
    return frozenset(word for phrase in _phrases() for word in (phrase.keys[0], phrase.folded[0]))


@cache
def _behind() -> frozenset[str]:
    return frozenset(form for word in vocabulary.load("questions")["behind"] for form in (word, fold(word)))
