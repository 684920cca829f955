"""The table of a review: at every level, what may happen in which state, by whom, and what it leads to. Pure.

A deployment uses the levels it is ready for; the school's is in use.
"""

from collections.abc import Collection
from dataclasses import dataclass

from library.people.roles import APPROVERS, COUNCIL, DEPARTMENT_HEAD, SPECIALIST
from library.reviews.refusals import (
    AlreadyDecided,
    NotAReviewer,
    NotYourDecision,
    OwnWork,
    TooLateToUndo,
    UnknownReview,
)

DEPARTMENT, SCHOOL, PROVINCE = "department", "school", "province"
LEVELS = (DEPARTMENT, SCHOOL, PROVINCE)  # in the order a work climbs them
# the roles that review there
POOLS = {DEPARTMENT: frozenset({DEPARTMENT_HEAD}), SCHOOL: APPROVERS, PROVINCE: frozenset({SPECIALIST, COUNCIL})}

WAITING, APPROVED, RETURNED, RECALLED = "waiting", "approved", "returned", "recalled"
# a newer version has come; a keeper has published or withdrawn the work meanwhile
SUPERSEDED, OVERRULED = "superseded", "overruled"
CLAIM, APPROVE, RETURN, RECALL, UNDO = "claim", "approve", "return", "recall", "undo"
AUTHOR, REVIEWER, DECIDER = "author", "reviewer", "decider"


@dataclass(frozen=True)
class Rule:
    """Who may bring it about, and the state it leads to."""

    who: str
    after: str


RULES = {
    (WAITING, CLAIM): Rule(REVIEWER, WAITING),
    (WAITING, APPROVE): Rule(REVIEWER, APPROVED),
    (WAITING, RETURN): Rule(REVIEWER, RETURNED),
    (WAITING, RECALL): Rule(AUTHOR, RECALLED),
    (APPROVED, UNDO): Rule(DECIDER, WAITING),
    (RETURNED, UNDO): Rule(DECIDER, WAITING),
}
TABLE = {(level, *key): rule for level in LEVELS for key, rule in RULES.items()}


def move(level: str, state: str, event: str, parts: Collection[str], *, decider: str = "") -> str:
    """The state that follows. `parts`: what the person is to this review; `decider`: the name of who has dealt with it.

    Raises UnknownReview, OwnWork, NotAReviewer, NotYourDecision, AlreadyDecided, TooLateToUndo.
    """
    who = next(rule.who for (_, of), rule in RULES.items() if of == event)
    if not parts:
        raise UnknownReview
    if who == REVIEWER and AUTHOR in parts:
        raise OwnWork
    if who not in parts:
        raise {REVIEWER: NotAReviewer, DECIDER: NotYourDecision}.get(who, UnknownReview)
    rule = TABLE.get((level, state, event))
    if rule is None:
        raise TooLateToUndo if event == UNDO else AlreadyDecided(who=decider or "…")
    return rule.after
