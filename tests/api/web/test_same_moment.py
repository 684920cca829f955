"""Several wish the same at the same moment: one gets it, the others hear so, and nobody meets a broken page.

A row that is written and not yet committed holds them all at its unique index, past every friendly check. Then it goes
away, or stays.
"""

import uuid
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import psycopg
import pytest
from sqlalchemy import text
from starlette.testclient import TestClient

from api.app import create_app
from api.web.dependencies import Writing
from library.database import row_security
from library.house import open_house
from library.people import inviting
from library.people.models import Unit
from library.settings import Settings
from tests.services.house import RunningHouse, running
from tests.services.people import enter, person
from tests.services.postgres import Postgres

CROWD = 8
# the machine may be slow
PATIENT = {"HOCLIEU_LOCK_SECONDS": "120", "HOCLIEU_STATEMENT_SECONDS": "120", "HOCLIEU_WAIT_SECONDS": "60"}
HTML = {"Accept": "text/html"}
Wish = Callable[[httpx.Client], httpx.Response]


@dataclass
class Town:
    """A house on PostgreSQL with a school, a class, a pupil and a librarian."""

    server: Postgres
    name: str
    house: RunningHouse
    school: str
    school_class: str
    pupil: str

    def at_once(self, table: str, row: Mapping[str, Any], *wishes: Wish, stays: bool = False) -> list[httpx.Response]:
        """What each hears, all having passed the checks before `row` of somebody else either stays or never was."""
        with self.house.administrator() as client, ThreadPoolExecutor(len(wishes)) as people:
            with psycopg.connect(self.server.plain(self.name, "postgres")) as first:
                marks = ", ".join(f"%({name})s" for name in row)
                first.execute(
                    f"INSERT INTO {table} (id, {', '.join(row)}) VALUES (gen_random_uuid(), {marks})".encode(), row
                )
                asked = [people.submit(wish, client) for wish in wishes]
                self.server.until_waiting(self.name, len(wishes))
                first.commit() if stays else first.rollback()
            return [one.result() for one in asked]

    def rows(self, table: str, **values: str) -> int:
        where = " AND ".join(f"CAST({name} AS text) = :{name}" for name in values)
        return int(self.house.ask(f"SELECT count(*) FROM {table} WHERE {where}", **values)[0][0])


@pytest.fixture(scope="module")
def town(postgres: Postgres, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    name = f"moment_{uuid.uuid4().hex}"
    with running(tmp_path_factory.mktemp("moment") / "var", **postgres.house(name), **PATIENT) as house:
        with house.administrator() as root:
            school = root.post(
                "/api/v1/units", json={"kind": "school", "code": "AA", "name": "Trường A", "place": "tinh"}
            ).json()["id"]
            one = root.post("/api/v1/units/AA/classes", json={"name": "8A1"}).json()["classes"][0]["id"]
            pupil = person(root, "AA", "em.lan", "pupil")
        yield Town(postgres, name, house, school, one, pupil)


def heard(answers: list[httpx.Response]) -> Counter[tuple[int, str]]:
    return Counter((one.status_code, one.json().get("code", "") if one.status_code >= 400 else "") for one in answers)


def one_of(success: int) -> Counter[tuple[int, str]]:
    return Counter({(success, ""): 1, (409, "same-moment"): CROWD - 1})


def test_of_eight_who_add_one_login_at_once_one_gets_it_and_the_others_hear_so(town: Town) -> None:
    row = {"login": "em.doi", "name": "Ai đó", "first_password": False, "created_at": "2026-11-23T05:00Z"}
    wish = {"login": "em.doi", "name": "Em Đôi", "role": "pupil"}
    answers = town.at_once("person", row, *[lambda client: client.post("/api/v1/units/AA/members", json=wish)] * CROWD)
    assert heard(answers) == one_of(201)
    assert town.rows("person", login="em.doi") == 1
    refused = next(one.json() for one in answers if one.status_code == 409)
    assert "em.doi" not in refused["detail"] and refused["vi"] and refused["en"]


def test_of_eight_who_open_one_class_at_once_one_does(town: Town) -> None:
    row = {"unit_id": town.school, "school_year": school_year(town), "name": "9A9"}
    answers = town.at_once(
        "school_class", row, *[lambda client: client.post("/api/v1/units/AA/classes", json={"name": "9A9"})] * CROWD
    )
    assert heard(answers) == one_of(201)
    assert town.rows("school_class", name="9A9") == 1


def test_of_eight_who_open_a_unit_of_one_code_at_once_one_does(town: Town) -> None:
    wish = {"kind": "school", "code": "DOI", "name": "Trường Đôi", "place": "tinh"}
    row = {"code": "DOI", "kind": "school", "name": "Trường khác"}
    assert heard(
        town.at_once("unit", row, *[lambda client: client.post("/api/v1/units", json=wish)] * CROWD)
    ) == one_of(201)
    assert town.rows("unit", code="DOI") == 1


def test_of_eight_who_enrol_one_pupil_at_once_one_does_and_the_pupil_is_in_the_class_once(town: Town) -> None:
    row = {"class_id": town.school_class, "person_id": town.pupil, "role": "pupil", "from_at": "2026-11-23T05:00Z"}
    path, wish = f"/api/v1/classes/{town.school_class}/pupils", {"person_ids": [town.pupil]}
    assert heard(town.at_once("enrolment", row, *[lambda client: client.post(path, json=wish)] * CROWD)) == one_of(200)
    assert town.rows("enrolment", class_id=town.school_class, person_id=town.pupil) == 1


def test_of_eight_who_give_one_role_at_once_one_does_and_it_is_held_once(town: Town) -> None:
    row = {"person_id": town.pupil, "unit_id": town.school, "role": "librarian", "from_at": "2026-11-23T05:00Z"}
    path, wish = f"/api/v1/people/{town.pupil}/roles", {"unit": "AA", "role": "librarian"}
    assert heard(town.at_once("membership", row, *[lambda client: client.post(path, json=wish)] * CROWD)) == one_of(201)
    assert town.rows("membership", person_id=town.pupil, role="librarian") == 1


def test_a_browser_that_came_second_gets_its_form_back_with_the_sentence_and_what_was_typed(town: Town) -> None:
    row = {"login": "em.giay", "name": "Ai đó", "first_password": False, "created_at": "2026-11-23T05:00Z"}
    form = {"unit": "AA", "name": "Em Giấy", "login": "em.giay", "role": "pupil"}
    [answer] = town.at_once(
        "person", row, lambda client: client.post("/quan-tri/nguoi-dung", data=form, headers=HTML), stays=True
    )
    assert answer.status_code == 409
    assert "Đúng lúc đó việc này vừa được ghi rồi" in answer.text and 'value="em.giay"' in answer.text


def test_a_browser_whose_form_is_elsewhere_gets_a_page(town: Town) -> None:
    with town.house.administrator() as root:
        pupil = person(root, "AA", "em.trang", "pupil")
    row = {"class_id": town.school_class, "person_id": pupil, "role": "pupil", "from_at": "2026-11-23T05:00Z"}
    form, path = {"unit": "AA", "school_class": town.school_class}, f"/en/quan-tri/nguoi-dung/{pupil}/lop"
    [answer] = town.at_once("enrolment", row, lambda client: client.post(path, data=form, headers=HTML), stays=True)
    assert answer.status_code == 409 and answer.headers["content-type"].startswith("text/html")
    assert "The same was written at the very same moment" in answer.text


def test_librarians_who_add_different_copies_at_once_all_do_and_the_numbers_go_on(town: Town) -> None:
    with town.house.administrator() as root:
        person(root, "AA", "thu.thu", "librarian")
    clients = [enter(town.house, "thu.thu") for _ in range(CROWD)]

    def add(number: int) -> int:
        wish = {"title": f"Sách {number}", "count": 1, "barcodes": [f"TVA{number:04}"]}
        return clients[number].post("/api/v1/copies", json=wish).status_code

    with ThreadPoolExecutor(CROWD) as people:
        assert Counter(people.map(add, range(CROWD))) == {201: CROWD}
    assert [row[0] for row in town.house.ask("SELECT accession FROM item ORDER BY accession")] == list(
        range(1, CROWD + 1)
    )
    for client in clients:
        client.close()


def test_a_double_found_only_at_the_commit_is_told_alike_and_any_other_broken_rule_stays_an_error(
    database_url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    app = create_app(open_house(Settings(home=tmp_path / "var", database=database_url)))

    @app.post("/api/v1/doubled")
    def doubled(session: Writing) -> None:
        # nobody flushes: the gate's commit does
        session.add(Unit(code=inviting.PROVINCE_CODE, kind="province", name="Một tỉnh nữa"))

    @app.post("/api/v1/orphaned")
    def orphaned(session: Writing) -> None:
        row_security.bind(session, row_security.HOUSE)
        session.execute(text("UPDATE unit SET name = NULL"))

    with TestClient(app, base_url="http://127.0.0.1") as client:
        second, broken = client.post("/api/v1/doubled"), client.post("/api/v1/orphaned")
    assert (second.status_code, second.json()["code"]) == (409, "same-moment")
    assert (broken.status_code, broken.json()["code"]) == (500, "internal-error")
    log = capsys.readouterr()
    assert "request-broken" in log.out + log.err


def school_year(town: Town) -> str:
    with town.house.administrator() as root:
        return str(root.get("/api/v1/units/AA/classes").json()["school_year"])
