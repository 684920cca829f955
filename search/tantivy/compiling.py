"""Clauses as the engine's own queries."""

import tantivy
from tantivy import Occur, Query

from search.clauses import Adjacent, All, Best, Clause, Constant, Is, IsOneOf, Some, Weighted
from search.tantivy.fields import TEXTS


def compiled(schema: tantivy.Schema, clause: Clause) -> Query:
    """The query for a clause."""
    match clause:
        case Is(field, term):
            return Query.term_query(schema, field, term, "position" if field in TEXTS else "basic")
        case IsOneOf(field, terms):
            return Query.const_score_query(Query.term_set_query(schema, field, list(terms)), 0.0)
        case Adjacent(field, terms):
            return Query.phrase_query(schema, field, list(terms))
        case All(clauses, better, without):
            parts = [(Occur.Must, compiled(schema, one)) for one in clauses]
            parts += [(Occur.Should, compiled(schema, one)) for one in better]
            return Query.boolean_query(parts + [(Occur.MustNot, compiled(schema, one)) for one in without])
        case Some(clauses, least):
            return Query.boolean_query([(Occur.Should, compiled(schema, one)) for one in clauses], least)
        case Best(clauses):
            return Query.disjunction_max_query([compiled(schema, one) for one in clauses], 0.1)
        case Weighted(inner, weight):
            return Query.boost_query(compiled(schema, inner), weight)
        case Constant(inner, score):
            return Query.const_score_query(compiled(schema, inner), score)
