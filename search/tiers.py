"""The tiers: the phrase, all words, most words, guesses. Adjacent pairs raise the score inside a tier.

A page's words may stand on the page (`body`) or in the work's title and names (`head`). A page counts only for words
that its head does not already say: "toán 8" finds the book "Toán 8" once, not each of its pages that happens to hold an
8.
"""

from itertools import pairwise

from search.clauses import Adjacent, All, Best, Clause, Constant, Is, IsOneOf, Some, Weighted
from search.query import Query, Term, Way, Word

PHRASE, ALL_WORDS, MOST_WORDS, GUESS = 1, 2, 3, 4
PHRASE_SCORE = 1000.0  # above any sum of word scores, so that one query ranks both upper tiers
EXACT = {"body": 0.4, "head": 2.0}  # names and titles are short: their own form weighs more there
PAIR, TITLE, TITLE_FOLDED, HEAD, SAME_PHRASE = 0.6, 2.0, 0.3, 1.0, 2.0
# of the words of a long question; a half costs 0.012 nDCG@10 on questions asked by people (docs/benchmarks.md)
MOST = 0.3
LONG_QUESTION = 4  # terms, those that only ask not counted
WORK_ITSELF = Is("page_term", "0")


def main(query: Query) -> Clause:
    """Tiers one and two in one query: all words, and the phrase lifted above the rest."""
    head = All(tuple(term_in(term, "head") for term in query.terms))
    body = All(tuple(term_in(term, "body") for term in query.terms))
    only_said_by_head = All((head,), without=(WORK_ITSELF, body))
    everywhere = (*(anywhere(term) for term in query.terms), *together(query))
    better = (Constant(phrase(query), PHRASE_SCORE), *niceties(query))
    return All((*everywhere, *limits(query)), better=better, without=(only_said_by_head,))


def most(query: Query) -> Clause:
    """Tier three: most of the words that matter, which for a long question is a third of all its words."""
    least = max(2, -int(-len(query.terms) * MOST // 1)) if len(query.terms) > 2 else len(query.terms)
    words = Some(tuple(anywhere(term) for term in query.terms), least)
    return All((words, *limits(query)), better=niceties(query), without=(main(query),))


def guess(query: Query) -> Clause:
    """Tier four: any of the words, whatever their marks."""
    folded = tuple(Some((Is("body_folded", word.folded), Is("head_folded", word.folded))) for word in query.words)
    pairs = tuple(Weighted(adjacent(pair, "body", folded=True), PAIR) for pair in pairwise(query.words))
    return All((Some(folded), *limits(query)), better=pairs, without=(main(query), most(query)))


def together(query: Query) -> tuple[Clause, ...]:
    """Half of the neighbours of a long question side by side: whoever asks does not expect to read all the words, and
    a page that has them all by chance is no better than one that has most.
    """
    if not query.asks or len(query.terms) < LONG_QUESTION:
        return ()
    pairs = tuple(
        Some(tuple(adjacent(pair, where, folded=not (pair[0].marked and pair[1].marked)) for where in ("body", "head")))
        for pair in pairwise(query.words)
    )
    return (Some(pairs, -(-len(pairs) // 2)),)


def somewhere(query: Query, term: Term) -> Clause:
    """Whatever holds the term, among all that may be seen."""
    return All((anywhere(term), IsOneOf("sight", tuple(sorted(query.sight.tokens)))))


def limits(query: Query) -> tuple[Clause, ...]:
    """Sight and filters; they never score."""
    filters = query.filters
    chosen = {
        "subject": filters.subjects,
        "grade": frozenset(str(grade) for grade in filters.grades),
        "type": filters.types,
        "school": filters.schools,
    }
    wanted = [IsOneOf("sight", tuple(sorted(query.sight.tokens)))]
    wanted += [IsOneOf(field, tuple(sorted(values))) for field, values in chosen.items() if values]
    return tuple(wanted)


def anywhere(term: Term) -> Clause:
    """The term on the page or in its head."""
    return Best((term_in(term, "body"), Weighted(term_in(term, "head"), HEAD)))


def term_in(term: Term, where: str) -> Clause:
    """One of the term's ways in `body`, `head` or `title`."""
    ways = tuple(way_in(way, where) for way in term.ways)
    return ways[0] if len(ways) == 1 else Best(ways)


def way_in(way: Way, where: str) -> Clause:
    """One way: a word, or several side by side."""
    if len(way) == 1:
        return word_in(way[0], where)
    return All((adjacent(way, where, folded=True), *(word_in(word, where) for word in way if word.marked)))


def word_in(word: Word, where: str) -> Clause:
    """A marked word as it is, or where nobody typed marks; an unmarked word in every form, its own form better (P2,
    P3).
    """
    if word.marked:
        return Best((Is(f"{where}_exact", word.key), Is(f"{where}_plain", word.folded)))
    return All((Is(f"{where}_folded", word.folded),), better=(Weighted(Is(f"{where}_exact", word.key), EXACT[where]),))


def adjacent(words: Way, where: str, *, folded: bool) -> Clause:
    """The words side by side; with their marks when `folded` is false."""
    field = f"{where}_folded" if folded else f"{where}_exact"
    return Adjacent(field, tuple(word.folded if folded else word.key for word in words))


def phrase(query: Query) -> Clause:
    """The whole query in one piece, on the page or in the head of the work itself. One word alone must stand in its own
    form.
    """
    if len(query.words) == 1 and len(query.phrases) == 1:
        word = query.words[0]
        own = (Is("body_exact", word.key), All((Is("head_exact", word.key), WORK_ITSELF)))
        return Some((*own, *((Is("body_plain", word.folded), Is("head_plain", word.folded)) if word.marked else ())))
    pieces = tuple(
        piece for words in query.phrases for piece in (_piece(words, "body"), All((_piece(words, "head"), WORK_ITSELF)))
    )
    return Some(pieces)


def niceties(query: Query) -> tuple[Clause, ...]:
    """What raises the score inside a tier: adjacent pairs, the same marks in the same order, words of the title. Each
    is asked once.
    """
    words = query.words
    pairs = (
        (adjacent(pair, where, folded=not (pair[0].marked and pair[1].marked)), PAIR)
        for pair in pairwise(words)
        for where in ("body", "title")
    )
    same = ((_piece(words, where, folded=False), SAME_PHRASE) for where in ("body", "head") if len(words) > 1)
    title = (
        entry
        for word in words
        for entry in ((Is("title_exact", word.key), TITLE), (Is("title_folded", word.folded), TITLE_FOLDED))
    )
    weights: dict[Clause, float] = {}
    for clause, weight in (*pairs, *same, *title):
        weights[clause] = weights.get(clause, 0.0) + weight
    return tuple(Weighted(clause, weight) for clause, weight in weights.items())


def _piece(words: Way, where: str, *, folded: bool = True) -> Clause:
    return way_in(words, where) if len(words) == 1 else adjacent(words, where, folded=folded)
