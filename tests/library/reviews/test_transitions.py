"""The table of a review, at every level: pure, so that it can be walked whole."""

from itertools import product

import pytest

from library.reviews import transitions
from library.reviews.refusals import (
    AlreadyDecided,
    NotAReviewer,
    NotYourDecision,
    OwnWork,
    TooLateToUndo,
    UnknownReview,
)
from library.reviews.transitions import (
    APPROVE,
    APPROVED,
    AUTHOR,
    CLAIM,
    DECIDER,
    LEVELS,
    RECALL,
    RETURN,
    RETURNED,
    REVIEWER,
    TABLE,
    UNDO,
    WAITING,
    move,
)

STATES = ("waiting", "approved", "returned", "recalled", "superseded", "overruled")
EVENTS = (CLAIM, APPROVE, RETURN, RECALL, UNDO)


@pytest.mark.parametrize("level", LEVELS)
def test_a_review_goes_the_same_way_at_every_level(level: str) -> None:
    assert move(level, WAITING, APPROVE, {REVIEWER}) == APPROVED
    assert move(level, WAITING, RETURN, {REVIEWER}) == RETURNED
    assert move(level, APPROVED, UNDO, {REVIEWER, DECIDER}) == WAITING
    assert move(level, WAITING, RECALL, {AUTHOR}) == "recalled"


@pytest.mark.parametrize(("state", "event"), [one for one in product(STATES, EVENTS) if ("school", *one) not in TABLE])
def test_what_is_not_in_the_table_does_not_happen(state: str, event: str) -> None:
    who = {RECALL: AUTHOR, UNDO: DECIDER}.get(event, REVIEWER)
    with pytest.raises(TooLateToUndo if event == UNDO else AlreadyDecided):
        move("school", state, event, {who})


@pytest.mark.parametrize(
    ("event", "parts", "refusal"),
    [
        (APPROVE, set(), UnknownReview),
        (APPROVE, {AUTHOR}, OwnWork),
        (APPROVE, {AUTHOR, REVIEWER}, OwnWork),
        (CLAIM, {AUTHOR, REVIEWER}, OwnWork),
        (RETURN, {DECIDER}, NotAReviewer),
        (UNDO, {REVIEWER}, NotYourDecision),
        (RECALL, {REVIEWER}, UnknownReview),
    ],
)
def test_whoever_has_another_part_is_refused_in_every_state(
    event: str, parts: set[str], refusal: type[Exception]
) -> None:
    for state in STATES:
        with pytest.raises(refusal):
            move("school", state, event, parts)


def test_every_level_has_a_pool() -> None:
    assert set(transitions.POOLS) == set(LEVELS) and all(transitions.POOLS.values())
