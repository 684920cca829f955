"""Attacks 15 and 16: nobody approves what they had a hand in, and nothing is published that was not seen."""

import random
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from library.catalogue import cataloguing, publishing
from library.catalogue.models import Rendition, RenditionKind, Version, Work, WorkState
from library.catalogue.publishing import VersionChanged
from library.database import writing_session
from library.errors import Refusal
from library.people.models import Person
from library.reviews import amending, claiming, closing, deciding, queries, submitting
from library.reviews.deciding import Seen
from library.reviews.models import Review
from library.reviews.refusals import AlreadyDecided, OwnWork, UnknownReview
from tests.stage.school import MONDAY, SECOND, actor, lecture, open_school, seen, sha

pytestmark = pytest.mark.slow

STAFF = ("huong", "minh", "lan", "son", "quan", "xa")
who = st.sampled_from(STAFF)
deciders = st.sampled_from(("minh", "lan", "minh", "lan", "son", "huong"))
any_of = st.integers(0, 10_000)


def submitted(session: Session, by: str, title: str = "Tam giác đồng dạng") -> Review:
    return submitting.submit(session, lecture(session, actor(session, by), title), by=actor(session, by), at=MONDAY)


def test_attack_15_a_reviewer_never_decides_on_their_own_work(session: Session) -> None:
    review = submitted(session, "minh")
    shown, minh = seen(session, review.id), actor(session, "minh")
    for decide in (
        lambda: deciding.approve(session, review.id, shown, by=minh, at=MONDAY),
        lambda: deciding.return_(session, review.id, shown, ["MO_KHO_DOC"], None, by=minh, at=MONDAY),
        lambda: claiming.open_one(session, review.id, by=minh, at=MONDAY),
    ):
        with pytest.raises(OwnWork):
            decide()
    assert queries.queue(session, minh) == [] and claiming.open_next(session, by=minh, at=MONDAY) is None


def test_attack_15_whoever_uploaded_or_submitted_a_colleagues_work_does_not_decide_on_it_either(
    session: Session,
) -> None:
    review = submitted(session, "huong")
    for column in ("uploaded_by_id", "submitted_by_id"):
        with session.begin_nested() as inner:
            setattr(review, column, actor(session, "minh").person_id)
            with pytest.raises(OwnWork):
                deciding.approve(session, review.id, seen(session, review.id), by=actor(session, "minh"), at=MONDAY)
            inner.rollback()


@pytest.mark.parametrize("part", ["author_id", "uploaded_by_id", "submitted_by_id"])
def test_attack_15_the_database_refuses_what_the_program_would_let_through(session: Session, part: str) -> None:
    review = submitted(session, "huong")
    minh = actor(session, "minh").person_id
    for sql in (
        f"UPDATE review SET {part} = :who, state = 'approved', decided_by_id = :who, decided_at = '2026-11-23'",
        f"UPDATE review SET {part} = :who, claimed_by_id = :who",
        "UPDATE review SET state = 'approved'",
    ):
        assert review.id and minh
        with pytest.raises(IntegrityError), session.begin_nested():
            session.execute(text(sql), {"who": minh.hex})


def test_attack_16_a_version_that_came_between_opening_and_approving_is_not_approved(session: Session) -> None:
    review = submitted(session, "huong")
    shown = seen(session, review.id)
    work = lecture(session, actor(session, "huong"), "Thay ruột", work=review.work)
    with pytest.raises(VersionChanged):
        deciding.approve(session, review.id, shown, by=actor(session, "minh"), at=MONDAY)
    assert session.get_one(Work, work.id).published_at is None


@pytest.mark.parametrize("wish", [{"title": "Tên khác"}, {"grade": 1}, {"authors": "Người khác"}])
def test_attack_16_words_that_changed_between_opening_and_approving_are_not_approved(
    session: Session, wish: dict[str, object]
) -> None:
    review = submitted(session, "huong")
    shown = seen(session, review.id)
    amending.correct(
        session, cataloguing.with_audience(session, review.work_id), wish, by=actor(session, "huong"), at=MONDAY
    )
    for decide in (
        lambda: deciding.approve(session, review.id, shown, by=actor(session, "minh"), at=MONDAY),
        lambda: deciding.return_(session, review.id, shown, ["MO_KHO_DOC"], None, by=actor(session, "minh"), at=MONDAY),
    ):
        with pytest.raises(VersionChanged):
            decide()
    assert (
        deciding.approve(session, review.id, seen(session, review.id), by=actor(session, "minh"), at=MONDAY).state
        == "approved"
    )


def test_attack_16_readers_that_changed_between_opening_and_approving_are_not_approved(session: Session) -> None:
    review = submitted(session, "huong")
    shown = seen(session, review.id)
    review.sight = "public"
    session.flush()
    with pytest.raises(VersionChanged):
        deciding.approve(session, review.id, shown, by=actor(session, "minh"), at=MONDAY)


def test_attack_16_an_old_approval_cannot_be_replayed(session: Session) -> None:
    review = submitted(session, "huong")
    shown, minh, huong = seen(session, review.id), actor(session, "minh"), actor(session, "huong")
    deciding.approve(session, review.id, shown, by=minh, at=MONDAY)
    with pytest.raises(AlreadyDecided):
        deciding.approve(session, review.id, shown, by=minh, at=MONDAY)
    second = submitting.submit(session, lecture(session, huong, "Bản hai", work=review.work), by=huong, at=MONDAY)
    with pytest.raises(VersionChanged):
        deciding.approve(session, second.id, shown, by=minh, at=MONDAY)
    with pytest.raises(VersionChanged):
        deciding.approve(session, second.id, Seen(second.version_id, shown.digest), by=minh, at=MONDAY)
    work = cataloguing.with_audience(session, review.work_id)
    assert work.version_id == review.version_id


class House(RuleBasedStateMachine):
    """Six people do whatever they like with a few works, with whatever they have seen at any time."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = TemporaryDirectory(prefix="hoclieu-reviews-")
        self.engine = open_school(f"sqlite:///{self.folder.name}/h.db")
        self.session = writing_session(self.engine)
        self.works: list[object] = []
        self.reviews: list[object] = []
        self.looks: list[tuple[object, Seen]] = []
        self.approved: set[tuple[object, str]] = set()  # work, digest of a version somebody entitled has let through
        self.at = MONDAY

    def teardown(self) -> None:
        self.session.close()
        self.engine.dispose()
        self.folder.cleanup()

    @contextmanager
    def trying(self) -> Iterator[None]:
        """One transaction; a refusal leaves nothing."""
        self.at += SECOND
        with suppress(Refusal), self.session.begin_nested():
            yield

    def chosen(self, number: int, things: list[object]) -> object:
        """One of the last few: people act on what they have just seen."""
        return things[-1 - number % min(len(things), 3)]

    def work(self, number: int) -> Work:
        return cataloguing.with_audience(self.session, self.chosen(number, self.works))  # type: ignore[arg-type]

    @rule(by=who, number=any_of)
    def uploads(self, by: str, number: int) -> None:
        with self.trying():
            old = self.work(number) if len(self.works) > 2 else None
            work = lecture(self.session, actor(self.session, by), f"Bài {random.random()}", at=self.at, work=old)
            self.works = list(dict.fromkeys([*self.works, work.id]))

    @precondition(lambda self: self.works)
    @rule(number=any_of)
    def submits(self, number: int) -> None:
        with self.trying():
            work = self.work(number)
            owner = actor(self.session, self.session.get_one(Person, work.owner_id).login)
            self.reviews.append(submitting.submit(self.session, work, by=owner, at=self.at).id)
            self.looks_at(0)

    @initialize(by=st.sampled_from(["minh", "huong"]))
    def something_waits(self, by: str) -> None:
        self.uploads(by, 0)
        self.submits(0)

    @precondition(lambda self: self.reviews)
    @rule(number=any_of)
    def looks_at(self, number: int) -> None:
        review_id = self.chosen(number, self.reviews)
        self.looks.append((review_id, seen(self.session, review_id)))  # type: ignore[arg-type]

    @precondition(lambda self: self.looks)
    @rule(by=deciders, number=any_of, fresh=st.booleans())
    def approves(self, by: str, number: int, fresh: bool) -> None:
        review_id, shown = self.chosen(number, self.looks)  # type: ignore[misc,arg-type]
        if fresh:
            shown = seen(self.session, review_id)
        with self.trying():
            done = deciding.approve(self.session, review_id, shown, by=actor(self.session, by), at=self.at)
            assert shown == seen(self.session, review_id), "what was approved is what was seen"
            self.approved.add((done.work_id, done.digest))

    @precondition(lambda self: self.looks)
    @rule(by=deciders, number=any_of)
    def returns(self, by: str, number: int) -> None:
        review_id, shown = self.chosen(number, self.looks)  # type: ignore[misc,arg-type]
        with self.trying():
            deciding.return_(
                self.session, review_id, shown, ["MO_KHO_DOC"], None, by=actor(self.session, by), at=self.at
            )

    @precondition(lambda self: self.reviews)
    @rule(by=who, number=any_of, what=st.sampled_from(["undo", "recall", "open"]))
    def takes_back_or_opens(self, by: str, number: int, what: str) -> None:
        act = {"undo": deciding.undo, "recall": closing.recall, "open": claiming.open_one}[what]
        with self.trying():
            act(self.session, self.chosen(number, self.reviews), by=actor(self.session, by), at=self.at)  # type: ignore[operator]

    @precondition(lambda self: self.works)
    @rule(by=st.sampled_from(["quan", "huong"]), number=any_of, grade=st.integers(1, 12))
    def describes(self, by: str, number: int, grade: int) -> None:
        work = self.work(number)
        with self.trying():
            amending.correct(self.session, work, {"grade": grade}, by=actor(self.session, by), at=self.at)
            if by == "quan" and work.state == WorkState.PUBLISHED:
                self.approved.add((work.id, self.session.get_one(Version, work.version_id).digest))

    @precondition(lambda self: self.works)
    @rule(number=any_of)
    def is_withdrawn(self, number: int) -> None:
        with self.trying():
            work, quan = self.work(number), actor(self.session, "quan")
            publishing.withdraw(self.session, work, by=quan, at=self.at)
            closing.overruled(self.session, work, by=quan, at=self.at)

    @invariant()
    def nobody_decides_on_their_own(self) -> None:
        for review in self.session.scalars(select(Review).where(Review.decided_by_id.is_not(None))):
            decider = self.session.get_one(Person, review.decided_by_id)
            assert review.decided_by_id not in review.author_ids and decider.login in ("minh", "lan", "son")

    @invariant()
    def only_approved_bytes_are_served(self) -> None:
        for work in self.session.scalars(select(Work).where(Work.state == WorkState.PUBLISHED)):
            version = self.session.get_one(Version, work.version_id)
            assert (work.id, version.digest) in self.approved
            assert publishing.seal(self.session, version) == version.digest, (
                "and their digest is still that of their files"
            )


def walk(examples: int, steps: int) -> None:
    """A walk that fails is told as it was walked: making it shorter would take minutes."""
    phases, checks = (Phase.explicit, Phase.reuse, Phase.generate), list(HealthCheck)
    found = settings(
        max_examples=examples, stateful_step_count=steps, deadline=None, suppress_health_check=checks, phases=phases
    )
    run_state_machine_as_test(House, settings=found)


def test_attack_15_16_whatever_six_people_do() -> None:
    walk(12, 40)


@pytest.mark.full
def test_attack_15_16_whatever_six_people_do_in_ten_thousand_steps() -> None:
    walk(100, 100)


def test_attack_16_the_files_served_are_those_of_the_approved_digest(session: Session) -> None:
    """What readers are given is what was sealed into the digest that was approved."""
    chance = random.Random(16)
    huong, minh = actor(session, "huong"), actor(session, "minh")
    for number in range(50):
        words = f"Bài {number} {chance.random()}"
        review = submitting.submit(session, lecture(session, huong, words), by=huong, at=MONDAY)
        done = deciding.approve(session, review.id, seen(session, review.id), by=minh, at=MONDAY)
        served = session.scalars(
            select(Rendition.key).where(
                Rendition.version_id == done.work.version_id, Rendition.kind == RenditionKind.ORIGINAL
            )
        ).one()
        assert (
            served == sha(words)
            and publishing.seal(session, session.get_one(Version, done.work.version_id)) == review.digest
        )


def test_a_review_of_another_school_is_unknown(session: Session) -> None:
    review = submitted(session, "huong")
    with pytest.raises(UnknownReview):
        deciding.approve(session, review.id, seen(session, review.id), by=actor(session, "xa"), at=MONDAY)
