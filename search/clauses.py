"""The grammar between our tiers and the engines: a handful of clauses that each adapter compiles."""

from dataclasses import dataclass, replace


@dataclass(frozen=True)
class Is:
    """A field holds exactly this term."""

    field: str
    term: str


@dataclass(frozen=True)
class IsOneOf:
    """A field holds one of these terms; never scored."""

    field: str
    terms: tuple[str, ...]


@dataclass(frozen=True)
class Adjacent:
    """A field holds these terms side by side, in this order."""

    field: str
    terms: tuple[str, ...]


@dataclass(frozen=True)
class All:
    """Every clause holds; `better` ones only raise the score, `without` ones must not hold."""

    clauses: tuple["Clause", ...]
    better: tuple["Clause", ...] = ()
    without: tuple["Clause", ...] = ()


@dataclass(frozen=True)
class Some:
    """At least `least` of the clauses hold; their scores add up."""

    clauses: tuple["Clause", ...]
    least: int = 1


@dataclass(frozen=True)
class Best:
    """At least one of the clauses holds; the best one scores."""

    clauses: tuple["Clause", ...]


@dataclass(frozen=True)
class Weighted:
    """The clause's score times a weight."""

    clause: "Clause"
    weight: float


@dataclass(frozen=True)
class Constant:
    """The same score for everything that the clause holds for."""

    clause: "Clause"
    score: float


Clause = Is | IsOneOf | Adjacent | All | Some | Best | Weighted | Constant


def to_count(clause: Clause) -> Clause:
    """The same documents for less work: what only raises scores is left out."""
    return replace(clause, better=()) if isinstance(clause, All) and clause.clauses else clause
