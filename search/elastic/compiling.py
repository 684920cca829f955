"""Clauses in the words of Elasticsearch's query language, and texts in letters that its tokenizer splits at spaces
only.
"""

import hashlib
import re
from typing import Any

from search.clauses import Adjacent, All, Best, Clause, Constant, Is, IsOneOf, Some, Weighted

TEXTS = {f"{where}_{kind}" for where in ("body", "head", "title") for kind in ("exact", "folded", "plain")}
PLAIN = re.compile("[ 0-9A-Za-zÀ-ɏḀ-ỿͰ-ԯ]*")  # what the tokenizer never splits; and no word of it is too long
LONGEST_PLAIN = 60
Json = dict[str, Any]


def as_engine_text(text: str) -> str:
    """Tokens joined by spaces, as the `standard` tokenizer splits them at the spaces and nowhere else.

    Words of other scripts, which it has ideas of its own about, and very long ones become an upper-case letter and
    digits; our own keys are lower-case, so nothing else is called so.
    """
    if PLAIN.fullmatch(text) and (len(text) <= LONGEST_PLAIN or max(map(len, text.split(" "))) <= LONGEST_PLAIN):
        return text
    return " ".join(as_engine_term(word) for word in text.split(" "))


def as_engine_term(word: str) -> str:
    """The same for one token."""
    if len(word) <= LONGEST_PLAIN and PLAIN.fullmatch(word):
        return word
    spelled = word.encode("utf-8", "surrogatepass")
    return "X" + (spelled.hex() if len(spelled) <= LONGEST_PLAIN else hashlib.sha256(spelled).hexdigest())


def compiled(clause: Clause) -> Json:
    """The query for a clause; it scores as the embedded engine does."""
    match clause:
        case Is(field, term):
            return {"term": {field: as_engine_term(term) if field in TEXTS else term}}
        case IsOneOf(field, terms):
            return {"bool": {"filter": [{"terms": {field: list(terms)}}]}}
        case Adjacent(field, terms):
            return {"match_phrase": {field: " ".join(map(as_engine_term, terms))}}
        case All():
            return _all(clause)
        case Some(clauses, least):
            return (
                {"bool": {"should": [compiled(one) for one in clauses], "minimum_should_match": least}}
                if clauses
                else {"match_none": {}}
            )
        case Best(clauses):
            return {"dis_max": {"queries": [compiled(one) for one in clauses], "tie_breaker": 0.1}}
        case Weighted(inner, weight):
            return {"bool": {"must": [compiled(inner)], "boost": weight}}
        case Constant(inner, score):
            return {"constant_score": {"filter": compiled(inner), "boost": score}}


def _all(clause: All) -> Json:
    filters = [compiled(one) for one in clause.clauses if isinstance(one, IsOneOf)]
    must = [compiled(one) for one in clause.clauses if not isinstance(one, IsOneOf)]
    should = [compiled(one) for one in clause.better]
    if not (filters or must or should):
        return {"match_none": {}}
    parts = {"filter": filters, "must": must, "should": should, "must_not": [compiled(one) for one in clause.without]}
    return {"bool": {name: part for name, part in parts.items() if part}}
