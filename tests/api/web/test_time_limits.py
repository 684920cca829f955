"""Nothing at PostgreSQL lasts for ever: whoever waits too long for a row, or asks too much, hears "try again"."""

import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import text
from sqlalchemy.exc import InternalError, OperationalError
from starlette.testclient import TestClient

from api.app import create_app
from api.web.dependencies import Reading
from library.clock import now
from library.database import open_engine, reading_session, transaction
from library.database.limits import Limits
from library.house import open_house
from library.people import inviting, sign_in
from library.people.roles import Role
from library.settings import Settings
from tests.services.postgres import APPLICATION, Postgres
from tests.services.waiting import until

LONG = "SELECT pg_sleep(600)"


@pytest.fixture
def name(postgres: Postgres) -> Iterator[str]:
    found = f"limits_{uuid.uuid4().hex}"
    postgres.database(found, owner=APPLICATION)
    yield found
    postgres.drop(found)


@contextmanager
def administrator(url: str, home: Path, **limits: float) -> Iterator[TestClient]:
    """The administrator of a house with these limits; one of its doors asks too much."""
    house = open_house(Settings(home=home, database=url, **limits))  # type: ignore[arg-type]
    with transaction(house.engine) as session:
        person = inviting.add_person(
            session, "quan.tri", "Quản trị", Role.ADMINISTRATOR, inviting.province(session), at=now(), password_hash="x"
        )
        token = sign_in.open_sign_in(session, person, at=now())
    app = create_app(house)

    @app.get("/api/v1/long")
    def long(session: Reading) -> None:
        session.execute(text(LONG))

    with TestClient(app, base_url="http://127.0.0.1", cookies={"hoclieu": token}) as client:
        yield client


def test_whoever_waits_too_long_for_a_row_hears_try_again_and_then_does_what_they_wished(
    postgres: Postgres, name: str, tmp_path: Path
) -> None:
    with administrator(postgres.url(name), tmp_path / "var", lock_seconds=0.3) as client:
        with psycopg.connect(postgres.plain(name, APPLICATION)) as other:
            other.execute("SELECT 1 FROM unit WHERE code = 'tinh' FOR UPDATE")
            answer = client.patch("/api/v1/units/tinh", json={"name": "Tỉnh mới"})
            assert (answer.status_code, answer.json()["code"]) == (503, "try-again")
            assert int(answer.headers["retry-after"]) > 0
            assert client.get("/api/v1/units").json()["units"][0]["name"] != "Tỉnh mới", (
                "readers do not wait, and nothing was changed"
            )
        assert client.patch("/api/v1/units/tinh", json={"name": "Tỉnh mới"}).json()["name"] == "Tỉnh mới"


def test_a_request_that_asks_too_much_of_the_database_is_ended_and_hears_try_again(
    postgres: Postgres, name: str, tmp_path: Path
) -> None:
    with administrator(postgres.url(name), tmp_path / "var", statement_seconds=1) as client:
        answer = client.get("/api/v1/long")
        assert (answer.status_code, answer.json()["code"], "retry-after" in answer.headers) == (503, "try-again", True)
        until(lambda: not asleep(postgres, name), otherwise="the server itself has not ended it")


@pytest.mark.parametrize(
    ("limits", "statement", "said"),
    [
        (Limits(statement_seconds=0.3), LONG, "statement timeout"),
        (Limits(lock_seconds=0.3), "SELECT pg_advisory_xact_lock(7)", "lock timeout"),
    ],
)
def test_a_connection_carries_its_limits_to_the_server(
    postgres: Postgres, name: str, limits: Limits, statement: str, said: str
) -> None:
    engine = open_engine(postgres.url(name), limits)
    with psycopg.connect(postgres.plain(name, APPLICATION)) as other:
        other.execute("SELECT pg_advisory_xact_lock(7)")
        with pytest.raises(OperationalError, match=said), reading_session(engine) as session:
            session.execute(text(statement))
    with reading_session(engine) as session:
        assert session.execute(text("SELECT 1")).scalar_one() == 1, "the next request has a connection that works"
    engine.dispose()


def test_a_transaction_that_stands_idle_is_ended_so_that_its_rows_are_free_again(postgres: Postgres, name: str) -> None:
    engine = open_engine(postgres.url(name), Limits(idle_seconds=0.3, lock_seconds=60))
    with pytest.raises(InternalError, match="idle-in-transaction"), transaction(engine) as forgotten:
        forgotten.execute(text("SELECT pg_advisory_xact_lock(7)"))
        with transaction(engine) as waiting:
            # it would wait a minute for the other, and then fail
            waiting.execute(text("SELECT pg_advisory_xact_lock(7)"))
    engine.dispose()


def test_a_request_whose_transaction_was_ended_because_it_stood_idle_hears_try_again(
    postgres: Postgres, name: str, tmp_path: Path
) -> None:
    with administrator(postgres.url(name), tmp_path / "var") as client:

        @client.app.get("/api/v1/idle")  # type: ignore[attr-defined]
        def idle(session: Reading) -> None:
            session.execute(text("SET idle_in_transaction_session_timeout = 200"))
            while standing(postgres, name):
                time.sleep(0.02)
            session.execute(text("SELECT 1"))

        answer = client.get("/api/v1/idle")
        assert (answer.status_code, answer.json()["code"]) == (503, "try-again")
        assert client.get("/api/v1/units").status_code == 200


def asleep(server: Postgres, name: str) -> bool:
    """Whether a statement still sleeps at the server."""
    return "active" in states(server, name)


def standing(server: Postgres, name: str) -> bool:
    """Whether a transaction stands idle at the server."""
    return "idle in transaction" in states(server, name)


def states(server: Postgres, name: str) -> set[str]:
    with psycopg.connect(server.plain("postgres", "postgres")) as connection:
        return {row[0] for row in connection.execute("SELECT state FROM pg_stat_activity WHERE datname = %s", [name])}
