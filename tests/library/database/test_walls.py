"""The second wall: what PostgreSQL itself refuses to show, whatever statement asks."""

import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

import pytest
from sqlalchemy import Engine, select, text
from sqlalchemy.exc import ProgrammingError
from sqlalchemy.orm import Session

from library import migrations
from library.catalogue.models import Work
from library.circulation import desk, patrons, stock
from library.database import open_engine, reading_session, row_security, transaction, writing_session
from library.database.limits import Limits
from library.learning import reading
from library.operations.deletions import Deletion
from library.people import inviting, sign_in
from library.people.models import Person
from library.people.roles import Role
from library.people.sign_in import WrongPassword, actor_for, actor_of, place_of
from tests.services.postgres import OWNER, Postgres

NOON = datetime(2026, 11, 23, 5, tzinfo=UTC)
WALLED = ("person", "patron", "loan", "scan", "reading_place", "deletion")


@dataclass
class Town:
    """Two schools, each with a librarian, a pupil, a loan and a page that was read; and somebody of the province."""

    engine: Engine
    places: dict[str, row_security.Place]
    ids: dict[str, uuid.UUID]

    def count(self, session: Session, table: str) -> int:
        return int(session.execute(text(f"SELECT count(*) FROM {table}")).scalar_one())

    def seen(self, who: str) -> dict[str, int]:
        with reading_session(self.engine, within=self.places[who]) as session:
            return {table: self.count(session, table) for table in WALLED}


@pytest.fixture(scope="module")
def town(postgres: Postgres) -> Iterator[Town]:
    name = f"walls_{uuid.uuid4().hex}"
    url = postgres.database(name)
    migrations.upgrade(url, owner=postgres.url(name, OWNER))
    engine = open_engine(url, Limits(connections=2))
    places, ids = {"nobody": row_security.NOBODY, "house": row_security.HOUSE}, {}
    with transaction(engine) as session:
        province = inviting.ensure_province(session, "Tỉnh")
        chief = inviting.add_person(session, "so", "Sở", Role.ADMINISTRATOR, province, at=NOON)
        places["chief"] = place_of(actor_for(session, chief, at=NOON))
        for code in ("A", "B"):
            school = inviting.ensure_school(session, code, at=NOON)
            keeper = inviting.add_person(session, f"thu.thu.{code}", "Thủ thư", Role.LIBRARIAN, school, at=NOON)
            pupil = inviting.add_person(session, f"em.{code}", "Em", Role.PUPIL, school, at=NOON)
            by = actor_for(session, keeper, at=NOON)
            work = stock.title_for(session, school, title=f"Sách {code}", isbn="", by=by, at=NOON)
            label = stock.add_copies(session, work, school, 1, by=by, at=NOON)[0].barcode
            card = patrons.of_person(session, pupil, school.id, at=NOON).card
            desk.scan(session, uuid.uuid4(), label, card, school, by=by, at=NOON)
            reading.keep_place(session, pupil.id, work.id, 7, at=NOON)
            session.add(
                Deletion(kind="work", subject_id=work.id, unit_id=school.id, reason="mistaken", deleted_at=NOON)
            )
            places |= {f"librarian {code}": place_of(by), f"pupil {code}": place_of(actor_for(session, pupil, at=NOON))}
            ids |= {
                f"librarian {code}": keeper.id,
                f"pupil {code}": pupil.id,
                f"school {code}": school.id,
                f"work {code}": work.id,
            }
    yield Town(engine, places, ids)
    engine.dispose()
    postgres.drop(name)


@pytest.mark.parametrize(
    ("who", "seen"),
    [
        ("nobody", (0, 0, 0, 0, 0, 0)),
        ("pupil A", (1, 1, 1, 0, 1, 0)),
        ("librarian A", (2, 1, 1, 1, 0, 1)),
        ("chief", (5, 2, 2, 2, 2, 2)),
        ("house", (5, 2, 2, 2, 2, 2)),
    ],
)
def test_a_session_sees_the_people_and_loans_of_its_school_and_reading_only_of_itself_even_by_raw_sql(
    town: Town, who: str, seen: tuple[int, ...]
) -> None:
    assert tuple(town.seen(who).values()) == seen


def test_a_session_of_one_school_cannot_change_or_make_rows_of_another(town: Town) -> None:
    with writing_session(town.engine, within=town.places["librarian A"]) as session:
        for table in ("person", "loan"):
            touched = session.execute(
                text(f"UPDATE {table} SET id = id WHERE id <> :mine"), {"mine": town.ids["pupil A"]}
            )
            assert touched.rowcount <= 1  # type: ignore[attr-defined]
        row = {"unit": town.ids["school B"], "person": town.ids["pupil B"], "id": uuid.uuid4()}
        with pytest.raises(ProgrammingError, match="row-level security"):
            session.execute(
                text(
                    "INSERT INTO patron (id, unit_id, person_id, card, group_code) VALUES (:id, :unit, :person, 'x', "
                    "'x')"
                ),
                row,
            )


def test_the_houses_role_neither_owns_the_tables_nor_passes_the_wall(town: Town) -> None:
    with reading_session(town.engine) as session:
        role = session.execute(text("SELECT rolsuper, rolbypassrls FROM pg_roles WHERE rolname = current_user")).one()
        owned = session.execute(
            text("SELECT count(*) FROM pg_tables WHERE schemaname = 'public' AND tableowner = current_user")
        ).scalar_one()
        forced = (
            session.execute(text("SELECT relname FROM pg_class WHERE relrowsecurity AND relforcerowsecurity"))
            .scalars()
            .all()
        )
    assert (tuple(role), owned, sorted(forced)) == ((False, False), 0, sorted(WALLED))


def test_a_role_that_passes_the_wall_is_refused(town: Town, postgres: Postgres) -> None:
    row_security.refuse_passing(town.engine)
    postgres.execute("DROP ROLE IF EXISTS too_strong", "CREATE ROLE too_strong LOGIN BYPASSRLS")
    for role in ("postgres", "too_strong"):
        engine = open_engine(postgres.url("postgres", role))
        with pytest.raises(row_security.WallPassed, match=f"{role!r}.*HOCLIEU_DATABASE_OWNER"):
            row_security.refuse_passing(engine)
        engine.dispose()


def test_a_connection_forgets_whom_it_worked_for_before_somebody_else_gets_it(town: Town) -> None:
    seen: dict[int, set[tuple[str, int]]] = {}
    for who in ("librarian A", "nobody", "house", "nobody", "pupil B", "nobody") * 3:
        with reading_session(town.engine, within=town.places[who]) as session:
            pid = session.execute(text("SELECT pg_backend_pid()")).scalar_one()
            seen.setdefault(pid, set()).add((who, town.count(session, "person")))
    right = {("librarian A", 2), ("nobody", 0), ("house", 5), ("pupil B", 1)}
    assert set().union(*seen.values()) == right
    assert any(len(found) > 1 for found in seen.values()), "one backend served several"


def test_after_a_commit_the_session_still_stands_where_it_stood(town: Town) -> None:
    with writing_session(town.engine, within=row_security.NOBODY) as session:
        row_security.bind(session, town.places["pupil A"])
        assert town.count(session, "person") == 1
        session.commit()
        assert town.count(session, "person") == 1
        session.rollback()
        row_security.bind(session, row_security.NOBODY)
        assert town.count(session, "person") == 0


def test_signing_in_needs_no_sight_and_gives_exactly_the_persons_own(town: Town) -> None:
    with writing_session(town.engine, within=row_security.NOBODY) as session:
        assert sign_in.known_as(session, "em.A")[1] is None, "nobody has a password yet, and asking is no error"
        person = inviting.person_by_login(session, "em.A")
        token = sign_in.open_sign_in(session, person, at=NOON)
        assert town.count(session, "person") == 0, "the look over the wall is over"
        session.commit()
    with reading_session(town.engine, within=row_security.NOBODY) as session:
        assert actor_of(session, "wrong", at=NOON).person is None
        assert town.count(session, "person") == 0
        actor = actor_of(session, token, at=NOON)
        assert actor.person is not None and actor.person.login == "em.a"
        assert session.scalars(select(Person.login)).all() == ["em.a"]


def test_a_refusal_while_looking_over_the_wall_puts_the_session_back(town: Town) -> None:
    with writing_session(town.engine, within=town.places["pupil A"]) as session:
        with pytest.raises(inviting.UnknownPerson):
            inviting.person_by_login(session, "nobody.at.all")
        with pytest.raises(WrongPassword), row_security.lifted(session):
            raise WrongPassword
        assert town.count(session, "person") == 1


def test_a_one_time_link_opens_its_own_account_only(town: Town) -> None:
    with transaction(town.engine) as session:
        link = inviting.invite_to_new_password(session, inviting.person_by_login(session, "em.B"), at=NOON)
    with writing_session(town.engine, within=row_security.NOBODY) as session:
        assert inviting.accept(session, link, name="", login="", password_hash="x", at=NOON).login == "em.b"
        assert town.count(session, "person") == 0
        session.rollback()


def test_whose_rights_a_link_is_bound_to_is_asked_over_the_wall(town: Town) -> None:
    with transaction(town.engine) as session:
        pupil = inviting.person_by_login(session, "em.A")
        kept, lost = (inviting.person_by_login(session, login).id for login in ("so", "thu.thu.A"))
        tokens = {
            by: inviting._invite(session, inviting.NEW_PASSWORD, pupil.id, by=by, at=NOON, lasts=inviting.RESET_LASTS)
            for by in (kept, lost)
        }
    with reading_session(town.engine, within=row_security.NOBODY) as session:
        assert inviting.open_invitation(session, tokens[kept], at=NOON).person_id == town.ids["pupil A"]
        with pytest.raises(inviting.LinkUsed):
            inviting.open_invitation(session, tokens[lost], at=NOON)
        assert town.count(session, "person") == 0


def test_of_two_who_use_a_link_at_one_moment_the_later_hears_that_it_was_used(town: Town) -> None:
    with transaction(town.engine) as session:
        token = inviting.invite_to_new_password(session, inviting.person_by_login(session, "em.B"), at=NOON)
    with transaction(town.engine) as late:
        looked_at = inviting.open_invitation(late, token, at=NOON)
        with transaction(town.engine) as early:
            inviting.accept(early, token, name="", login="", password_hash="early", at=NOON)
        with pytest.raises(inviting.LinkUsed):
            inviting.accept(late, token, name="", login="", password_hash="late", at=NOON)
        assert looked_at.used_at == NOON
        late.rollback()


def test_a_reading_session_cannot_write(town: Town) -> None:
    with reading_session(town.engine) as session, pytest.raises(Exception, match="read-only"):
        session.execute(text("UPDATE work SET title = 'x'"))
    with reading_session(town.engine) as session:
        assert session.scalar(select(Work.id).where(Work.title == "x")) is None
