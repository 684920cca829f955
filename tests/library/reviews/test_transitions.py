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
from library.reviews.transitions import LEVELS, TABLE, Move, Part, ReviewState, move

STATES = ("waiting", "approved", "returned", "recalled", "superseded", "overruled")
EVENTS = (Move.CLAIM, Move.APPROVE, Move.RETURN, Move.RECALL, Move.UNDO)


@pytest.mark.parametrize("level", LEVELS)
def test_a_review_goes_the_same_way_at_every_level(level: str) -> None:
    assert move(level, ReviewState.WAITING, Move.APPROVE, {Part.REVIEWER}) == ReviewState.APPROVED
    assert move(level, ReviewState.WAITING, Move.RETURN, {Part.REVIEWER}) == ReviewState.RETURNED
    assert move(level, ReviewState.APPROVED, Move.UNDO, {Part.REVIEWER, Part.DECIDER}) == ReviewState.WAITING
    assert move(level, ReviewState.WAITING, Move.RECALL, {Part.AUTHOR}) == "recalled"


@pytest.mark.parametrize(("state", "event"), [one for one in product(STATES, EVENTS) if ("school", *one) not in TABLE])
def test_what_is_not_in_the_table_does_not_happen(state: str, event: str) -> None:
    who = {Move.RECALL: Part.AUTHOR, Move.UNDO: Part.DECIDER}.get(event, Part.REVIEWER)
    with pytest.raises(TooLateToUndo if event == Move.UNDO else AlreadyDecided):
        move("school", state, event, {who})


@pytest.mark.parametrize(
    ("event", "parts", "refusal"),
    [
        (Move.APPROVE, set(), UnknownReview),
        (Move.APPROVE, {Part.AUTHOR}, OwnWork),
        (Move.APPROVE, {Part.AUTHOR, Part.REVIEWER}, OwnWork),
        (Move.CLAIM, {Part.AUTHOR, Part.REVIEWER}, OwnWork),
        (Move.RETURN, {Part.DECIDER}, NotAReviewer),
        (Move.UNDO, {Part.REVIEWER}, NotYourDecision),
        (Move.RECALL, {Part.REVIEWER}, UnknownReview),
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
