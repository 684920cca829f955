"""What is noted of stored files, on both databases: damage once, with its line in the audit; turns; and how the checks
stand.
"""

import uuid
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path

import pytest
from sqlalchemy import Engine, select

from library import migrations
from library.announced import NOTICES
from library.audit import Event
from library.catalogue import fixity, keeping
from library.catalogue.fixity import DamagedFile, FileState, FixitySlice
from library.catalogue.models import Deposit, DepositState, Rendition, Version, Work
from library.database import open_engine, reading_session, transaction, work_queue
from library.files.local import LocalStore
from library.notices import inbox
from library.operations import backups
from library.people import inviting
from library.people.roles import Role

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
PERIOD = timedelta(days=90)
KEYS = sorted(sha256(f"tep {number}".encode()).hexdigest() for number in range(40))


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    """A house whose deposits and renditions name files; nothing is in the store."""
    migrations.upgrade(database_url)
    made = open_engine(database_url)
    with transaction(made) as session:
        province = inviting.ensure_province(session, "Tỉnh")
        person = inviting.add_person(session, "thay.nam", "Nam", Role.TEACHER, province, at=NOON)
        work = Work(id=uuid.uuid4(), key=1, unit_id=province.id, owner_id=person.id, title="Sách", created_at=NOON)
        session.add(work)
        session.flush()
        version = Version(id=uuid.uuid4(), work_id=work.id, number=1, kind="pdf", created_at=NOON)
        session.add(version)
        session.flush()
        for number, key in enumerate(KEYS[:30]):
            session.add(
                Rendition(version_id=version.id, kind="page-800", page_number=number, key=key, media_type="a/b", size=1)
            )
        for key in KEYS[20:]:
            told = {
                "owner_id": person.id,
                "unit_id": province.id,
                "name": "a",
                "size": 1,
                "sight": "public",
                "approve": False,
                "created_at": NOON,
            }
            session.add(Deposit(**told, key=key, state=DepositState.REFUSED if key == KEYS[-1] else "ready"))
    yield made
    made.dispose()


@pytest.fixture
def files(tmp_path: Path) -> LocalStore:
    return LocalStore(tmp_path / "files")


def note(engine: Engine, files: LocalStore, at: datetime = NOON, **seen: str) -> list[tuple[str, str]]:
    """`k3` stands for the fourth key."""
    with transaction(engine) as session:
        return fixity.note(session, files, {KEYS[int(name[1:])]: state for name, state in seen.items()}, at=at)


def acts(engine: Engine) -> list[str]:
    with reading_session(engine) as session:
        return list(
            session.scalars(select(Event.act).where(Event.subject_kind == "damaged_file").order_by(Event.sequence))
        )


def test_every_file_that_a_row_names_is_in_one_slice_once(engine: Engine) -> None:
    with reading_session(engine) as session:
        found = [
            key
            for one in session.scalars(select(FixitySlice.beginning))
            for key in keeping.named_from(session, one, after="", limit=100)
        ]
        assert sorted(found) == KEYS[:-1], "what was refused is named by nobody"
        beginning, after = KEYS[0][:1], ""
        stepped = list[str]()
        while step := keeping.named_from(session, beginning, after=after, limit=2):
            stepped, after = stepped + step, step[-1]
        assert stepped == [key for key in KEYS[:-1] if key.startswith(beginning)]


def test_damage_is_noted_once_and_goes_when_the_file_is_whole(engine: Engine, files: LocalStore) -> None:
    assert note(
        engine, files, k0=FileState.MISMATCH, k1=FileState.WHOLE, k2=FileState.MISSING, k39=FileState.MISSING
    ) == [
        (KEYS[0], FileState.MISMATCH),
        (KEYS[2], FileState.MISSING),
    ]
    later = NOON + timedelta(days=2)
    assert note(engine, files, later, k0=FileState.MISMATCH, k2=FileState.UNREADABLE) == [
        (KEYS[2], FileState.UNREADABLE)
    ]
    with reading_session(engine) as session:
        known = {one.key: (one.state, one.found_at, one.seen_at) for one in session.scalars(select(DamagedFile))}
        assert known == {KEYS[0]: (FileState.MISMATCH, NOON, later), KEYS[2]: (FileState.UNREADABLE, NOON, later)}
        assert fixity.standing(session, at=NOON).damaged == {
            FileState.MISMATCH: 1,
            FileState.MISSING: 0,
            FileState.UNREADABLE: 1,
        }
        assert [one.key for one in fixity.damaged(session, seen_before=later + timedelta(days=1), limit=1)] == [KEYS[0]]
        assert list(fixity.damaged(session, seen_before=later)) == []
    assert note(engine, files, later, k0=FileState.WHOLE, k1=FileState.WHOLE, k2=FileState.WHOLE) == [
        (KEYS[0], FileState.WHOLE),
        (KEYS[2], FileState.WHOLE),
    ]
    assert acts(engine) == ["file-damaged"] * 3 + ["file-recovered"] * 2


def test_administrators_of_the_house_hear_once_of_damage_and_no_more_when_all_is_whole(
    engine: Engine, files: LocalStore
) -> None:
    with transaction(engine) as session:
        root = inviting.add_person(
            session, "quan.tri", "Quản", Role.ADMINISTRATOR, inviting.province(session), at=NOON
        ).id
        teacher = inviting.person_by_login(session, "thay.nam").id

    def told(person: uuid.UUID) -> list[str]:
        with reading_session(engine) as session:
            return [line.words.line for line in inbox.lines(session, person, "en", NOTICES)]

    note(engine, files, k0=FileState.MISMATCH, k1=FileState.MISSING)
    note(engine, files, k2=FileState.MISSING)
    assert (told(root), told(teacher)) == (["Some files in the store are damaged"], [])
    note(engine, files, k0=FileState.WHOLE, k1=FileState.WHOLE)
    assert len(told(root)) == 1, "one is still damaged"
    note(engine, files, k2=FileState.WHOLE)
    assert told(root) == []


def test_a_slice_counts_from_its_creation_until_it_is_read_and_the_check_is_late_after_twice_its_period(
    engine: Engine,
) -> None:
    with transaction(engine) as session:
        for one in session.scalars(select(FixitySlice)):
            one.created_at, one.checked_at = NOON, NOON + timedelta(days=100)
        never = session.scalars(select(FixitySlice).where(FixitySlice.beginning == "7f")).one()
        never.checked_at = None
        session.flush()
        found = fixity.standing(session, at=NOON)
        assert (found.oldest, found.checked, found.slices) == (NOON, 255, 256)
        assert [found.late(PERIOD, at=NOON + timedelta(days=days)) for days in (179, 181)] == [False, True]
        never.checked_at = NOON + timedelta(days=200)
        session.flush()
        assert fixity.standing(session, at=NOON).oldest == NOON + timedelta(days=100)


def test_turns_come_back_in_time_and_what_was_set_aside_gets_one_when_a_worker_starts(engine: Engine) -> None:
    with transaction(engine) as session:
        fixity.arrange(session, every=PERIOD, at=NOON)
        first = {one.beginning: one.due_at for one in session.scalars(select(FixitySlice))}
        assert all(due and NOON < due <= NOON + PERIOD for due in first.values())
        ill = session.scalars(select(FixitySlice).where(FixitySlice.beginning == "00")).one()
        ill.due_at, ill.set_aside_at, ill.last_error = None, NOON, "broken"
        due = session.scalars(select(FixitySlice).where(FixitySlice.beginning == "01")).one()
        due.due_at = NOON - timedelta(hours=1)
        session.flush()
        fixity.arrange(session, every=PERIOD, at=NOON)
        again = {one.beginning: one.due_at for one in session.scalars(select(FixitySlice))}
        assert again == first | {"01": NOON - timedelta(hours=1)}
        assert ill.set_aside_at is None


def test_all_may_be_asked_for_at_once_but_what_somebody_reads_just_now_is_left_to_them(engine: Engine) -> None:
    with transaction(engine) as session:
        assert fixity.ask(session, since=NOON, at=NOON) == 256
        claimed = work_queue.claim(session, FixitySlice, worker="one", at=NOON, seconds=60)
        assert claimed is not None
        one, lease = claimed
        fixity.begin(one, at=NOON)
        later = NOON + timedelta(seconds=5)
        assert fixity.ask(session, since=later, at=later) == 256 and one.due_at == NOON
        work_queue.finish(session, lease, next_at=NOON + PERIOD, checked_at=NOON, reached=None)
        session.expire(one)
        assert (
            fixity.ask(session, since=NOON, at=later) == 255 == fixity.left(session, since=later)
            and one.due_at == NOON + PERIOD
        )
        assert fixity.ask(session, since=later, at=later) == 256 and one.due_at == later


def test_the_newest_backup_counts_by_the_moment_that_it_holds(engine: Engine) -> None:
    with transaction(engine) as session:
        assert backups.newest(session) is None
        for hours in (5, 30):
            backups.done(session, taken_at=NOON - timedelta(hours=hours), at=NOON)
        assert backups.newest(session) == NOON - timedelta(hours=5)
        assert session.scalars(select(Event.act).where(Event.subject_kind == "backup")).all() == ["backup-done"] * 2
