"""The stage: two schools of one province, nine actors, and things they may or may not meet."""

import uuid
from dataclasses import dataclass
from pathlib import Path

import httpx

from tests.services.house import RunningHouse, upload, wait_for
from tests.services.people import enter, open_school, person
from tests.stage import makers

VISITOR, ROOT = "visitor", "root"
ACTORS = (
    VISITOR,
    "pupil-a",
    "teacher-a",
    "colleague-a",
    "reviewer-a",
    "librarian-a",
    "administrator-a",
    "administrator-b",
    ROOT,
)
OWN, OTHER, ELSEWHERE, DRAFT, WITHDRAWN = "own", "other", "elsewhere", "draft", "withdrawn"
# of school A (published within it), of school B, of another province, and of A: a draft, a withdrawn one
THINGS = (OWN, OTHER, ELSEWHERE, DRAFT, WITHDRAWN)
CANARY = "Xylôphôn Zưởngvanq"  # words that stand in the draft only


@dataclass
class Town:
    """Clients of all actors, and the ids of all things by kind."""

    house: RunningHouse
    clients: dict[str, httpx.Client]
    works: dict[str, str]
    versions: dict[str, tuple[str, str]]
    deposits: dict[str, str]
    units: dict[str, str]
    people: dict[str, str]
    memberships: dict[str, str]
    classes: dict[str, str]
    reviews: dict[str, str]  # of works that wait for the reviewers of school A, of school B


def build(house: RunningHouse, folder: Path) -> Town:
    """Fill a fresh house."""
    root = house.administrator()
    for code in ("A", "B"):
        open_school(root, code * 2, f"Trường {code}")
    clients = {VISITOR: house.client(), ROOT: root}
    ids = {}
    for actor in ACTORS[1:-1]:
        role, _, school = actor.rpartition("-")
        ids[actor] = person(root, school.upper() * 2, actor, "teacher" if role == "colleague" else role)
        clients[actor] = enter(house, actor)
    ids["victim-a"], ids["victim-b"] = person(root, "AA", "victim-a", "pupil"), person(root, "BB", "victim-b", "pupil")
    person(root, "BB", "teacher-b", "teacher")
    members = {
        one["login"]: one["membership_id"]
        for code in ("AA", "BB")
        for one in root.get(f"/api/v1/units/{code}/members").json()["members"]
    }
    town = Town(house, clients, {}, {}, {}, {OWN: "AA", OTHER: "BB", ELSEWHERE: "CC"}, {}, {}, {}, {})
    town.people = {OWN: ids["victim-a"], OTHER: ids["victim-b"], ELSEWHERE: str(uuid.uuid4())}
    town.memberships = {OWN: members["victim-a"], OTHER: members["victim-b"], ELSEWHERE: str(uuid.uuid4())}
    town.classes = {ELSEWHERE: str(uuid.uuid4())}
    for thing, code in ((OWN, "AA"), (OTHER, "BB")):
        town.classes[thing] = root.post(f"/api/v1/units/{code}/classes", json={"name": "8A"}).json()["classes"][0]["id"]
    with enter(house, "teacher-b") as teacher_b:
        for thing in (OWN, OTHER, DRAFT, WITHDRAWN):
            _send(town, folder, thing, teacher_b if thing == OTHER else clients["teacher-a"])
        town.reviews[OWN] = _submit(folder, OWN, clients["teacher-a"])
        town.reviews[OTHER] = _submit(folder, OTHER, teacher_b)
    for thing in (OWN, OTHER, WITHDRAWN):
        publish(town, thing, "public" if thing == WITHDRAWN else "school")
    root.delete(f"/api/v1/works/{town.works[WITHDRAWN]}/publication").raise_for_status()
    town.works[ELSEWHERE], town.deposits[ELSEWHERE] = str(uuid.uuid4()), str(uuid.uuid4())
    town.reviews[ELSEWHERE] = str(uuid.uuid4())
    return town


def publish(town: Town, thing: str, sight: str = "school") -> None:
    """Open a thing to its readers again."""
    version_id, digest = town.versions[thing]
    wish = {"version_id": version_id, "digest": digest, "sight": sight}
    town.clients[ROOT].post(f"/api/v1/works/{town.works[thing]}/publication", json=wish).raise_for_status()


def _send(town: Town, folder: Path, thing: str, owner: httpx.Client) -> None:
    title = f"Đề kiểm tra {CANARY if thing == DRAFT else thing}"
    row = wait_for(owner, upload(owner, makers.textbook(folder / f"{thing}.pdf", 2, title=title)))
    town.deposits[thing], town.works[thing] = row["id"], row["work_id"]
    town.versions[thing] = (row["version_id"], row["digest"])


def _submit(folder: Path, thing: str, owner: httpx.Client) -> str:
    path = makers.textbook(folder / f"review-{thing}.pdf", 2, title=f"Bài chờ duyệt {thing}")
    return str(wait_for(owner, upload(owner, path, review="true"))["review"]["id"])
