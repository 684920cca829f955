"""Attack 21: a pupil's loans, reading, notices and name, looked for by everybody on every surface there is. The table
is the promise.
"""

import re
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

import httpx
import pytest
from sqlalchemy import update

from library.circulation.models import Scan
from library.clock import now
from library.database import open_engine, transaction
from tests.services.house import upload, wait_for
from tests.services.people import enter, person
from tests.stage import makers
from tests.stage.pages import PAGES
from tests.stage.rows import ROWS
from tests.stage.town import OWN, ROOT, Town

NAME, TITLE, PAGE = "Quỳnh Zoankhôngai", "Truyện Zếchóngvánh", 37
LOGIN = "em.quynh"
SEES = {  # name, what is at home now, what was at home once, where reading stopped, what the bell says
    "pupil": ("name", "loan", "place", "notices"),
    "other pupil": (),
    "teacher of the class": (),
    "teacher": (),
    "librarian": ("name", "loan"),
    "librarian of another school": (),
    "reviewer": (),
    "administrator of the school": ("name",),
    "administrator of another school": (),
    "administrator of the province": ("name",),
    "visitor": (),
}
HTML = {"Accept": "text/html"}


@dataclass
class Stage:
    """Everybody by their part, with the pupil's own things."""

    town: Town
    clients: dict[str, httpx.Client]
    pupil_id: str
    card: str
    label: str
    notice_ids: list[str]
    work: str


@pytest.fixture(scope="module")
def stage(town: Town, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    root = town.clients[ROOT]
    pupil_id = person(root, "AA", LOGIN, "pupil", name=NAME)
    other_id, teacher_id = person(root, "AA", "em.ban", "pupil"), person(root, "AA", "co.chu.nhiem", "teacher")
    person(root, "BB", "thu.thu.b", "librarian")
    root.post(
        f"/api/v1/classes/{town.classes[OWN]}/pupils", json={"person_ids": [pupil_id, other_id]}
    ).raise_for_status()
    form = {"unit": "AA", "school_class": town.classes[OWN]}
    assert root.post(f"/quan-tri/nguoi-dung/{teacher_id}/lop", data=form).status_code == 303
    kept = town.clients
    clients = {
        "pupil": enter(town.house, LOGIN),
        "other pupil": enter(town.house, "em.ban"),
        "teacher of the class": enter(town.house, "co.chu.nhiem"),
        "teacher": kept["colleague-a"],
        "librarian": kept["librarian-a"],
        "librarian of another school": enter(town.house, "thu.thu.b"),
        "reviewer": kept["reviewer-a"],
        "administrator of the school": kept["administrator-a"],
        "administrator of another school": kept["administrator-b"],
        "administrator of the province": root,
        "visitor": kept["visitor"],
    }
    work = read_to(town, clients["pupil"], tmp_path_factory)
    label = (
        clients["librarian"]
        .post("/api/v1/copies", json={"title": TITLE})
        .raise_for_status()
        .json()["copies"][0]["barcode"]
    )
    card = scan(clients["librarian"], LOGIN).raise_for_status().json()["borrower"]["card"]
    scan(clients["librarian"], label, card).raise_for_status()
    notices = [one["id"] for one in clients["pupil"].get("/api/v1/me/notices").json()["notices"]]
    yield Stage(town, clients, pupil_id, card, label, notices, work)
    for name in ("pupil", "other pupil", "teacher of the class", "librarian of another school"):
        clients[name].close()


def read_to(town: Town, pupil: httpx.Client, folders: pytest.TempPathFactory) -> str:
    """A long book of the school, that the pupil has read as far as that page."""
    teacher = town.clients["teacher-a"]
    row = wait_for(
        teacher, upload(teacher, makers.textbook(folders.mktemp("long") / "long.pdf", PAGE + 3, title="Sách dài"))
    )
    wish = {"version_id": row["version_id"], "digest": row["digest"], "sight": "school"}
    town.clients[ROOT].post(f"/api/v1/works/{row['work_id']}/publication", json=wish).raise_for_status()
    pupil.put(f"/api/v1/works/{row['work_id']}/place", json={"page": PAGE}).raise_for_status()
    return str(row["work_id"])


def scan(client: httpx.Client, code: str, card: str | None = None) -> httpx.Response:
    return client.post("/api/v1/desk/scans", json={"id": str(uuid.uuid4()), "code": code, "card": card})


def surfaces(stage: Stage, who: str) -> dict[str, str]:
    """All that somebody can look at: every GET of the API and of the pages, about this pupil, their class, their
    school, their book.
    """
    addresses, names = set(), {"people": stage.pupil_id, "works": stage.work, "number": "1"}
    for asked, parameters, query in [
        *((one.split(" "), row.parameters, row.query) for one, row in ROWS.items()),
        *((one.operation.split(" "), one.parameters, one.query) for one in PAGES),
    ]:
        method, path = asked
        for name, kind in parameters.items():
            path = path.replace(f"{{{name}}}", names.get(kind) or getattr(stage.town, kind, {}).get(OWN, kind))
        more = "&".join(
            f"{name}={names.get(kind) or getattr(stage.town, kind, {}).get(OWN, kind)}" for name, kind in query.items()
        )
        if method == "GET" and not path.endswith(("/file", "/image", "/thumbnail", ".png")):
            addresses.add(f"{path}?{more}" if more else path)
    addresses |= {
        f"/tim?q={LOGIN}",
        f"/api/v1/search?q={LOGIN}",
        f"/toi?nguoi={stage.pupil_id}",
        f"/toi/muon?card={stage.card}",
    }
    return {one: stage.clients[who].get(one, headers=HTML).text for one in sorted(addresses)}


def shown(stage: Stage, who: str) -> dict[str, set[str]]:
    """What of the pupil somebody is shown, and where."""
    found: dict[str, set[str]] = {}
    for address, text in surfaces(stage, who).items():
        mine = who == "pupil" and address in ("/toi/muon", "/api/v1/me/loans")
        about = {
            "name": NAME in text,
            "loan": TITLE in text and (mine if who == "pupil" else NAME in text),
            "place": bool(re.search(rf'"place":\s*{PAGE}\b|[Tt]rang {PAGE}\b', text))
            and not address.startswith(("/doc/", "/tl/", "/api/v1/works/")),
            "notices": any(one in text for one in stage.notice_ids),
        }
        for what in (what for what, is_so in about.items() if is_so):
            found.setdefault(what, set()).add(address)
    return found


@pytest.mark.parametrize("who", SEES)
def test_attack_21_everybody_sees_of_a_pupil_what_the_table_says(stage: Stage, who: str) -> None:
    found = shown(stage, who)
    assert set(found) == set(SEES[who]), found


@pytest.mark.parametrize("who", [one for one in SEES if one != "pupil"])
def test_attack_21_nobody_else_reads_or_answers_a_pupils_notices(stage: Stage, who: str) -> None:
    client = stage.clients[who]
    for one in stage.notice_ids:
        assert client.put(f"/api/v1/me/notices/{one}/read").status_code == (401 if who == "visitor" else 404)
        assert client.post("/toi/thong-bao", data={"notice_id": one}, headers=HTML).status_code == (
            303 if who == "visitor" else 404
        )
    unread = [one["read"] for one in stage.clients["pupil"].get("/api/v1/me/notices").json()["notices"]]
    assert stage.notice_ids and unread == [False] * len(unread)


@pytest.mark.parametrize("who", [one for one in SEES if one != "librarian"])
def test_attack_21_only_the_desk_of_the_school_asks_by_card_or_name(stage: Stage, who: str) -> None:
    client = stage.clients[who]
    for code in (stage.card, LOGIN, stage.label):
        answer = scan(client, code)
        unknown = 409 if code == stage.label else 404  # a copy says which school it belongs to, and no more
        assert answer.status_code == (
            unknown if who == "librarian of another school" else 401 if who == "visitor" else 403
        )
        page = client.post("/quay", data={"code": code, "card": stage.card, "key": str(uuid.uuid4())}, headers=HTML)
        for text in (answer.text, page.text):
            assert NAME not in text and stage.pupil_id not in text


def test_attack_21_what_was_brought_back_is_shown_to_nobody(stage: Stage) -> None:
    scan(stage.clients["librarian"], stage.label).raise_for_status()
    engine = open_engine(stage.town.house.database)
    with transaction(engine) as session:
        session.execute(update(Scan).values(happened_at=now() - timedelta(minutes=11)))
    engine.dispose()
    for who in SEES:
        assert "loan" not in shown(stage, who), who
    assert "name" not in shown(stage, "librarian")
