"""The table of a review: at every level, what may happen in which state, by whom, and what it leads to. Pure.

A deployment uses the levels it is ready for; the school's is in use.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum

from library.people.roles import APPROVERS, Role
from library.reviews.refusals import (
    AlreadyDecided,
    NotAReviewer,
    NotYourDecision,
    OwnWork,
    TooLateToUndo,
    UnknownReview,
)


class Level(StrEnum):
    DEPARTMENT = "department"
    SCHOOL = "school"
    PROVINCE = "province"


LEVELS = (Level.DEPARTMENT, Level.SCHOOL, Level.PROVINCE)  # in the order a work climbs them
# the roles that review there
POOLS: Mapping[str, frozenset[str]] = {
    Level.DEPARTMENT: frozenset({Role.DEPARTMENT_HEAD}),
    Level.SCHOOL: APPROVERS,
    Level.PROVINCE: frozenset({Role.SPECIALIST, Role.COUNCIL}),
}


class ReviewState(StrEnum):
    WAITING = "waiting"
    APPROVED = "approved"
    RETURNED = "returned"
    RECALLED = "recalled"
    SUPERSEDED = "superseded"
    OVERRULED = "overruled"


# a newer version has come; a keeper has published or withdrawn the work meanwhile


class Move(StrEnum):
    CLAIM = "claim"
    APPROVE = "approve"
    RETURN = "return"
    RECALL = "recall"
    UNDO = "undo"


class Part(StrEnum):
    AUTHOR = "author"
    REVIEWER = "reviewer"
    DECIDER = "decider"


@dataclass(frozen=True)
class Rule:
    """Who may bring it about, and the state it leads to."""

    who: Part
    after: ReviewState


RULES = {
    (ReviewState.WAITING, Move.CLAIM): Rule(Part.REVIEWER, ReviewState.WAITING),
    (ReviewState.WAITING, Move.APPROVE): Rule(Part.REVIEWER, ReviewState.APPROVED),
    (ReviewState.WAITING, Move.RETURN): Rule(Part.REVIEWER, ReviewState.RETURNED),
    (ReviewState.WAITING, Move.RECALL): Rule(Part.AUTHOR, ReviewState.RECALLED),
    (ReviewState.APPROVED, Move.UNDO): Rule(Part.DECIDER, ReviewState.WAITING),
    (ReviewState.RETURNED, Move.UNDO): Rule(Part.DECIDER, ReviewState.WAITING),
}
TABLE: Mapping[tuple[str, str, str], Rule] = {(level, *key): rule for level in LEVELS for key, rule in RULES.items()}


STRANGERS = {Part.AUTHOR: UnknownReview, Part.REVIEWER: NotAReviewer, Part.DECIDER: NotYourDecision}


def move(level: str, state: str, event: str, parts: Collection[str], *, decider: str = "") -> ReviewState:
    """The state that follows. `parts`: what the person is to this review; `decider`: the name of who has dealt with it.

    Raises UnknownReview, OwnWork, NotAReviewer, NotYourDecision, AlreadyDecided, TooLateToUndo.
    """
    who = next(rule.who for (_, of), rule in RULES.items() if of == event)
    if not parts:
        raise UnknownReview
    if who == Part.REVIEWER and Part.AUTHOR in parts:
        raise OwnWork
    if who not in parts:
        raise STRANGERS[who]
    rule = TABLE.get((level, state, event))
    if rule is None:
        raise TooLateToUndo if event == Move.UNDO else AlreadyDecided(who=decider or "…")
    return rule.after
