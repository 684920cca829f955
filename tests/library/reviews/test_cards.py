"""The card belongs to the version: who corrects it when, what is guessed, how far a licence lets it be opened."""

import uuid
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from library.catalogue import cataloguing, correcting, depositing, history, licensing, publishing, versions
from library.catalogue.card_fields import GradeWrong, TitleMissing, TooLong, TooManyKeywords, UnknownValue
from library.catalogue.isbn import IsbnWrong
from library.catalogue.licensing import LicenceMissing, LicenceTooNarrow
from library.catalogue.models import Deposit, Page, Rendition, Version, Work
from library.catalogue.publishing import Readers
from library.circulation import stock
from library.errors import Refusal
from library.people import inviting
from library.people.roles import Role
from library.people.sign_in import NotAllowed
from library.reviews import amending, binding, deciding, queries, submitting
from library.reviews.deciding import Seen
from library.reviews.models import Review
from library.reviews.refusals import NothingChosen, OwnWork, UnknownReview
from tests.stage.school import MONDAY, SECOND, actor, deposit, lecture, read, seen

WRONG: tuple[tuple[dict[str, Any], type[Refusal]], ...] = (
    ({"title": "  "}, TitleMissing),
    ({"title": "x" * 301}, TooLong),
    ({"description": "x" * 2001}, TooLong),
    ({"subject": "KHONG_CO"}, UnknownValue),
    ({"licence": "CHUA_CO"}, UnknownValue),
    ({"grade": "13"}, GradeWrong),
    ({"grade": 0}, GradeWrong),
    ({"keywords": ",".join(map(str, range(21)))}, TooManyKeywords),
    ({"isbn": "978-604-0-18600-4"}, IsbnWrong),
)


def draft(session: Session, **card: Any) -> Work:
    work = lecture(session, actor(session, "huong"), f"Bài {uuid.uuid4()}")
    amending.correct(session, work, {"title": "Tên", **card}, by=actor(session, "huong"), at=MONDAY)
    return cataloguing.with_audience(session, work.id)


def submitted(session: Session, work: Work) -> Review:
    review = submitting.submit(session, work, by=actor(session, "huong"), at=MONDAY)
    return queries.locked(session, review.id)


def approved(session: Session, **card: Any) -> Work:
    review = submitted(session, draft(session, **card))
    deciding.approve(session, review.id, seen(session, review.id), by=actor(session, "minh"), at=MONDAY)
    return cataloguing.with_audience(session, review.work_id)


def publish(session: Session, work: Work, sight: str) -> Work:
    version = cataloguing.newest_version(session, work.id)
    assert version is not None and version.digest is not None
    quan = actor(session, "quan")
    return publishing.publish(session, work, version.id, version.digest, Readers(sight), by=quan, at=MONDAY)


@pytest.mark.parametrize(("wish", "refusal"), WRONG, ids=lambda one: next(iter(one)) if isinstance(one, dict) else "")
def test_what_does_not_fit_is_refused_by_its_field_and_writes_nothing(
    session: Session, wish: dict[str, Any], refusal: type[Refusal]
) -> None:
    work = draft(session)
    before = versions.card_of(work, None)
    with pytest.raises(refusal):
        amending.correct(session, work, {"authors": "Ai đó", **wish}, by=actor(session, "huong"), at=MONDAY)
    assert versions.card_of(session.get_one(Work, work.id), None) == before


def test_what_was_guessed_is_marked_until_somebody_has_looked_and_what_was_said_goes_before_it(
    session: Session,
) -> None:
    huong = actor(session, "huong")
    arrived = deposit(session, huong, "Đoán")
    arrived.card = {"subject_code": "NGU_VAN", "licence_code": None}
    work = read(session, arrived)
    version = session.get_one(Version, work.version_id)
    assert (work.subject_code, work.grade) == ("NGU_VAN", 8)
    assert set(version.guessed) == {"title", "grade", "type"}
    amending.correct(session, work, {"grade": 8}, by=huong, at=MONDAY)
    assert set(version.guessed) == {"title", "type"}, "whoever says it again has confirmed it"


def test_the_card_is_part_of_the_digest_and_the_text_of_pages_is_not(session: Session) -> None:
    work = draft(session)
    version = session.get_one(Version, work.version_id)
    session.add(Page(version_id=version.id, number=1, text="a", boxes=b"", width=1, height=1, source="text"))
    before = version.digest
    session.flush()
    assert publishing.seal(session, version) == before
    amending.correct(
        session, work, {"keywords": "tam giác; đồng dạng, tam giác"}, by=actor(session, "huong"), at=MONDAY
    )
    assert work.keywords == ["tam giác", "đồng dạng"] and version.digest != before


def test_a_new_version_by_its_card_has_the_same_files_and_pages_and_its_own_deposit(session: Session) -> None:
    work = approved(session)
    old = session.get_one(Version, work.version_id)
    session.add(Page(version_id=old.id, number=1, text="a", boxes=b"b", width=1, height=1, source="text"))
    session.flush()
    amending.correct(session, work, {"title": "Tên hay hơn"}, by=actor(session, "huong"), at=MONDAY)
    new = cataloguing.newest_version(session, work.id)
    assert new is not None and new.id != old.id

    def told(version: Version) -> tuple[list[Any], list[Any]]:
        files = select(Rendition.kind, Rendition.page_number, Rendition.key).where(Rendition.version_id == version.id)
        pages = select(Page.number, Page.text, Page.boxes).where(Page.version_id == version.id)
        return sorted(map(tuple, session.execute(files))), list(map(tuple, session.execute(pages)))

    assert told(new) == told(old) and told(new)[1]
    sent = session.scalars(select(Deposit).where(Deposit.version_id == new.id)).one()
    assert (sent.owner_id, sent.work_id, sent.state) == (actor(session, "huong").person_id, work.id, "ready")
    (review,) = queries.waiting_of(session, work.id)
    with pytest.raises(OwnWork):
        deciding.approve(session, review.id, seen(session, review.id), by=actor(session, "huong"), at=MONDAY)


def test_a_reviewer_corrects_the_card_under_their_name_and_then_approves_what_it_says_now(session: Session) -> None:
    review = submitted(session, draft(session))
    before, minh = seen(session, review.id), actor(session, "minh")
    for login, refusal in (("huong", OwnWork), ("thu", UnknownReview), ("xa", UnknownReview)):
        with pytest.raises(refusal):
            amending.correct_in_review(session, review.id, {"grade": 9}, by=actor(session, login), at=MONDAY)
    amending.correct_in_review(session, review.id, {"grade": 9, "title": "Tên"}, by=minh, at=MONDAY + SECOND)
    work = cataloguing.with_audience(session, review.work_id)
    line = history.of_work(session, work, by=actor(session, "quan"))[0]
    assert (line.who, line.act, line.facts["fields"]) == ("Minh", "card-corrected-in-review", ["grade"])
    with pytest.raises(publishing.VersionChanged):
        deciding.approve(session, review.id, before, by=actor(session, "lan"), at=MONDAY)
    fresh = queries.locked(session, review.id)
    deciding.approve(session, review.id, Seen(fresh.version_id, binding.digest_of(fresh)), by=minh, at=MONDAY)
    assert session.get_one(Work, work.id).grade == 9


def test_a_correction_of_what_readers_have_goes_with_the_version_that_waits(session: Session) -> None:
    work, huong = approved(session), actor(session, "huong")
    work = lecture(session, huong, f"Bản hai {uuid.uuid4()}", work=work)
    review = submitted(session, work)
    old = seen(session, review.id)
    amending.correct(session, work, {"authors": "Cô Hương"}, by=actor(session, "quan"), at=MONDAY)
    assert work.authors == "Cô Hương"
    with pytest.raises(publishing.VersionChanged):
        deciding.approve(session, review.id, old, by=actor(session, "minh"), at=MONDAY)
    deciding.approve(session, review.id, seen(session, review.id), by=actor(session, "minh"), at=MONDAY)
    assert session.get_one(Work, work.id).authors == "Cô Hương"


def test_a_decision_taken_back_brings_the_card_of_before_back(session: Session) -> None:
    work = approved(session)
    amending.correct(session, work, {"title": "Tên hai"}, by=actor(session, "huong"), at=MONDAY)
    (review,) = queries.waiting_of(session, work.id)
    minh = actor(session, "minh")
    deciding.approve(session, review.id, seen(session, review.id), by=minh, at=MONDAY)
    assert session.get_one(Work, work.id).title == "Tên hai"
    deciding.undo(session, review.id, by=minh, at=MONDAY + SECOND)
    assert session.get_one(Work, work.id).title == "Tên"


@pytest.mark.parametrize(
    ("licence", "sight", "refusal"),
    [
        (None, "public", LicenceMissing),
        (None, "province", LicenceMissing),
        (None, "commune", LicenceMissing),
        (None, "school", None),
        ("NGOAI_LE_DAY_HOC", "province", LicenceTooNarrow),
        ("NGOAI_LE_DAY_HOC", "school", None),
        ("TRUONG", "province", LicenceTooNarrow),
        ("NOI_BO", "public", LicenceTooNarrow),
        ("NOI_BO", "province", None),
        ("CC-BY-4.0", "public", None),
    ],
)
def test_a_work_is_opened_no_wider_than_its_licence_says(
    session: Session, licence: str | None, sight: str, refusal: type[Refusal] | None
) -> None:
    work = draft(session, licence=licence)
    if refusal is None:
        assert publish(session, work, sight).sight == sight
        return
    with pytest.raises(refusal):
        licensing.refuse_unlicensed(work.licence_code, sight)
    if sight == "commune":
        return  # the school of this test lies in none
    with pytest.raises(refusal):
        publish(session, work, sight)
    with pytest.raises(refusal):
        submitting.submit(session, work, {"sight": sight}, by=actor(session, "huong"), at=MONDAY)
    with pytest.raises(refusal), session.begin_nested():
        depositing.begin(
            session,
            name="a.pdf",
            size=1,
            media_type=None,
            sight=sight,
            approve=True,
            by=actor(session, "quan"),
            at=MONDAY,
            lasts=SECOND,
            card={"licence": licence},
        )


def test_what_is_open_to_everybody_keeps_a_licence_for_it(session: Session) -> None:
    work = publish(session, draft(session, licence="CC-BY-4.0"), "public")
    work = cataloguing.with_audience(session, work.id)
    with pytest.raises(LicenceMissing):
        amending.correct(session, work, {"licence": None}, by=actor(session, "quan"), at=MONDAY)
    amending.correct(session, work, {"licence": "CC0-1.0"}, by=actor(session, "quan"), at=MONDAY)
    assert work.licence_code == "CC0-1.0"


def test_a_title_on_paper_is_described_by_the_librarians_of_its_school(session: Session) -> None:
    school = inviting.unit_by_code(session, "AA")
    login = f"thuthu.{uuid.uuid4().hex[:8]}"
    for name in (login, f"{login}.b"):
        inviting.add_person(session, name, name, Role.LIBRARIAN, school, at=MONDAY)
    first, second = actor(session, login), actor(session, f"{login}.b")
    work = stock.title_for(session, school, title=f"Dế Mèn {login}", isbn="", by=first, at=MONDAY)
    work = cataloguing.with_audience(session, work.id)
    revision = work.revision
    amending.correct(session, work, {"authors": "Tô Hoài", "isbn": "978-604-0-18600-3"}, by=second, at=MONDAY)
    session.expire_all()
    work = cataloguing.with_audience(session, work.id)
    assert (work.authors, work.isbn) == ("Tô Hoài", "9786040186003") and "to hoai" in work.card_words
    assert work.revision > revision, "the index follows"
    with pytest.raises(NotAllowed):
        amending.correct(session, work, {"authors": "Ai"}, by=actor(session, "thu"), at=MONDAY)
    assert not correcting.may_correct(session, work, actor(session, "xa"))


def test_several_cards_are_written_at_once_or_not_at_all(session: Session) -> None:
    works = [draft(session), approved(session)]
    ids, huong = [str(one.id) for one in works], actor(session, "huong")
    with pytest.raises(NothingChosen):
        amending.correct_many(session, [], {"grade": 7}, by=huong, at=MONDAY)
    assert amending.correct_many(session, ids, {"grade": 7}, by=huong, at=MONDAY) == 1, "the open one waits"
    session.expire_all()
    assert [session.get_one(Work, one.id).grade for one in works] == [7, 8]
    with pytest.raises(cataloguing.UnknownWork), session.begin_nested():
        amending.correct_many(session, ids[::-1], {"subject": "NGU_VAN"}, by=actor(session, "minh"), at=MONDAY)


def as_from_before_cards(session: Session, work: Work) -> Version:
    """What was sealed when versions had no card of their own, and asked for no licence."""
    version = session.get_one(Version, work.version_id)
    version.card, work.licence_code = None, None
    publishing.seal(session, version)
    session.flush()
    return version


def test_a_card_that_is_kept_as_it_is_leaves_the_digest_of_what_readers_have(session: Session) -> None:
    work = publish(session, draft(session, licence="CC-BY-4.0"), "school")
    version = as_from_before_cards(session, work)
    work = cataloguing.with_audience(session, work.id)
    quan, digest = actor(session, "quan"), version.digest
    told = history.of_work(session, work, by=quan)
    amending.correct(session, work, {"title": work.title}, by=quan, at=MONDAY)
    assert (version.digest, version.card, history.of_work(session, work, by=quan)) == (digest, None, told)


def test_a_new_version_for_the_readers_of_before_is_asked_for_their_licence(session: Session) -> None:
    work = publish(session, draft(session, licence="CC-BY-4.0"), "public")
    as_from_before_cards(session, work)
    wish = {
        "size": 1,
        "media_type": None,
        "sight": publishing.UNSAID,
        "at": MONDAY,
        "lasts": SECOND,
        "work_id": work.id,
    }
    huong = actor(session, "huong")
    with pytest.raises(LicenceMissing), session.begin_nested():
        depositing.begin(session, name="b.pdf", approve=False, review=True, by=huong, **wish)
    said = {"licence": "CC-BY-4.0"}
    assert depositing.begin(session, name="b.pdf", approve=False, review=True, by=huong, card=said, **wish).work_id


def test_a_title_on_paper_keeps_its_card_while_its_first_file_is_on_its_way(session: Session) -> None:
    school = inviting.unit_by_code(session, "AA")
    login = f"thuthu.{uuid.uuid4().hex[:8]}"
    inviting.add_person(session, login, login, Role.LIBRARIAN, school, at=MONDAY)
    librarian, quan = actor(session, login), actor(session, "quan")
    work = stock.title_for(session, school, title=f"Dế Mèn {login}", isbn="", by=librarian, at=MONDAY)
    work = cataloguing.with_audience(session, work.id)
    read(session, deposit(session, quan, f"Tệp {login}", work=work))
    coming = cataloguing.newest_version(session, work.id)
    assert coming is not None and work.version_id is None
    before = (coming.card, coming.digest)
    amending.correct(session, work, {"authors": "Tô Hoài"}, by=librarian, at=MONDAY)
    assert work.authors == "Tô Hoài" and (coming.card, coming.digest) == before
