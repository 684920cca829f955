"""One row for each operation: the request, and who gets what. The truth is written here a second time, apart from the
code.
"""

import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from tests.stage.town import DRAFT, ELSEWHERE, OTHER, OWN, ROOT, THINGS, VISITOR, WITHDRAWN, Town, publish

Expected = Callable[[str, str], int]
ANYWHERE = (OWN,)  # the operation is about nothing in particular
PLACES = (OWN, OTHER, ELSEWHERE)


@dataclass(frozen=True)
class Row:
    """How to ask, about which things, and the status for an actor and a thing."""

    expected: Expected
    things: tuple[str, ...] = THINGS
    body: Callable[[Town, str], Any] = lambda _town, _thing: None
    parameters: dict[str, str] = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)
    query: dict[str, str] = field(default_factory=dict)
    afterwards: Callable[[Town, str], None] = lambda _town, _thing: None


def sees(actor: str, thing: str) -> bool:
    """Who sees which work."""
    if actor == ROOT:
        return thing != ELSEWHERE
    return {
        OWN: actor.endswith("-a"),
        OTHER: actor.endswith("-b"),
        ELSEWHERE: False,
        DRAFT: actor in ("teacher-a", "administrator-a"),
        WITHDRAWN: actor in ("teacher-a", "administrator-a"),
    }[thing]


def administers(actor: str, thing: str) -> bool:
    """Who looks after the school of a thing."""
    if thing == ELSEWHERE:
        return False
    return actor == ROOT or actor == ("administrator-b" if thing == OTHER else "administrator-a")


def seeing(actor: str, thing: str) -> int:
    return 200 if sees(actor, thing) else 404


def editing(actor: str, thing: str) -> int:
    keeper = administers(actor, thing) or (actor == "teacher-a" and thing in (OWN, DRAFT, WITHDRAWN))
    return 404 if not sees(actor, thing) else 200 if keeper else 403


def publishing(actor: str, thing: str) -> int:
    """With a wrong digest: entitled people hear that it changed."""
    return 404 if not sees(actor, thing) else 409 if administers(actor, thing) else 403


def withdrawing(actor: str, thing: str) -> int:
    return 404 if not sees(actor, thing) else 200 if administers(actor, thing) else 403


def deleting(actor: str, thing: str) -> int:
    """With a reason that there is not: entitled people hear so, and nothing happens."""
    keeper = administers(actor, thing) or (actor == "teacher-a" and thing == DRAFT)
    return 401 if actor == VISITOR else 404 if not sees(actor, thing) else 422 if keeper else 403


def placing(actor: str, thing: str) -> int:
    return 401 if actor == VISITOR else 204 if sees(actor, thing) else 404


def reviewing(status: int) -> Expected:
    """The reviewers of a work's school act on its review; its author only sees it; for the others there is none."""

    def expected(actor: str, thing: str) -> int:
        if actor == VISITOR:
            return 401
        return (
            status if actor == "reviewer-a" and thing == OWN else 403 if actor == "teacher-a" and thing == OWN else 404
        )

    return expected


def following(actor: str, thing: str) -> int:
    """Its author and its reviewers look at a review."""
    return 200 if actor == "teacher-a" and thing == OWN else reviewing(200)(actor, thing)


def recalling(actor: str, thing: str) -> int:
    """Its author takes a review back."""
    return 401 if actor == VISITOR else 200 if actor == "teacher-a" and thing == OWN else 404


def submitting(actor: str, thing: str) -> int:
    """Those who look after a work send it to its reviewers; not what is published already."""
    keeping = editing(actor, thing)
    return (
        401
        if actor == VISITOR
        else 409
        if keeping == 200 and thing in (OWN, OTHER)
        else 201
        if keeping == 200
        else keeping
    )


def submitting_mine(actor: str, thing: str) -> int:
    """The same for my own uploads."""
    return {200: 409 if thing == OWN else 200}.get(mine(actor, thing), mine(actor, thing))


def mine(actor: str, thing: str) -> int:
    return 401 if actor == VISITOR else 200 if actor == "teacher-a" and thing in (OWN, DRAFT, WITHDRAWN) else 404


def forgetting(actor: str, thing: str) -> int:
    """Nobody can cancel what has become a work."""
    return {200: 409}.get(mine(actor, thing), mine(actor, thing))


def stopping(actor: str, thing: str) -> int:
    """Its owner and who looks after it hear that it is read already; for others it is not there."""
    return 401 if actor == VISITOR else 409 if mine(actor, thing) == 200 or administers(actor, thing) else 404


def everybody(_actor: str, _thing: str) -> int:
    return 200


def signed_in(actor: str, _thing: str) -> int:
    return 401 if actor == VISITOR else 200


def caring(status: int) -> Expected:
    """Administrators of the unit; the others may know that there are administrators, not which units there are."""

    def expected(actor: str, thing: str) -> int:
        if actor == VISITOR:
            return 401
        if not (actor == ROOT or actor.startswith("administrator")):
            return 403
        return status if administers(actor, thing) else 404

    return expected


def hidden_caring(status: int) -> Expected:
    """The same for people and memberships: whoever has nobody in care finds nobody."""

    def expected(actor: str, thing: str) -> int:
        return 401 if actor == VISITOR else status if administers(actor, thing) else 404

    return expected


def at_desk(status: int) -> Expected:
    """The librarian of the school; nobody else, however high."""
    return lambda actor, _thing: 401 if actor == VISITOR else status if actor == "librarian-a" else 403


def copies_added(actor: str, thing: str) -> int:
    """Copies of a work that the librarian may see."""
    return at_desk(201 if sees(actor, thing) else 404)(actor, thing)


def upload_made(actor: str, _thing: str) -> int:
    return 401 if actor == VISITOR else 403 if actor == "pupil-a" else 201


def _wrong_digest(town: Town, thing: str) -> Any:
    version = town.versions.get(thing, (town.works[thing], ""))[0]
    return {"version_id": version, "digest": "0" * 64, "sight": "school"}


def _wrong_seen(town: Town, thing: str) -> Any:
    return {"version_id": str(uuid.uuid4()), "digest": "0" * 64}


def _enable(town: Town, thing: str) -> None:
    town.clients[ROOT].delete(f"/api/v1/people/{town.people[thing]}/disabled").raise_for_status()


def _give_back(town: Town, thing: str) -> None:
    wish = {"unit": town.units[thing], "role": "pupil"}
    root = town.clients[ROOT]
    root.post(f"/api/v1/people/{town.people[thing]}/roles", json=wish).raise_for_status()
    members = root.get(f"/api/v1/units/{town.units[thing]}/members").json()["members"]
    town.memberships[thing] = next(one["membership_id"] for one in members if one["person_id"] == town.people[thing])


def _recall(town: Town, thing: str) -> None:
    """A submitted draft is a draft again, a withdrawn one is withdrawn again."""
    teacher = town.clients["teacher-a"]
    review = teacher.get(f"/api/v1/deposits/{town.deposits[thing]}").json()["review"]
    if review and review["state"] == "waiting":
        teacher.delete(f"/api/v1/reviews/{review['id']}").raise_for_status()


def _submit_again(town: Town, thing: str) -> None:
    work = town.clients["teacher-a"].get(f"/api/v1/reviews/{town.reviews[thing]}").json()["work_id"]
    town.reviews[thing] = (
        town.clients["teacher-a"].post(f"/api/v1/works/{work}/review", json={}).raise_for_status().json()["id"]
    )


def _republish(town: Town, thing: str) -> None:
    if thing in (OWN, OTHER):
        publish(town, thing)


WORK = {"work_id": "works"}
REVIEW = {"review_id": "reviews"}
TUS = {"Tus-Resumable": "1.0.0", "Upload-Length": "10", "Upload-Metadata": "filename YS5wZGY="}
ROWS: dict[str, Row] = {
    "GET /livez": Row(everybody, ANYWHERE),
    "GET /readyz": Row(everybody, ANYWHERE),
    "GET /version": Row(everybody, ANYWHERE),
    "GET /api/v1/me": Row(everybody, ANYWHERE),
    "PUT /api/v1/me/role": Row(
        lambda a, _: 401 if a == VISITOR else 403, ANYWHERE, lambda t, _: {"role_id": t.memberships[OTHER]}
    ),
    "PUT /api/v1/me/password": Row(lambda a, _: 401, ANYWHERE, lambda *_: {"old": "không đúng", "new": "một câu khác"}),
    "POST /api/v1/sign-in": Row(
        lambda *_: 401, ANYWHERE, lambda *_: {"login": uuid.uuid4().hex, "password": "không đúng"}
    ),
    "POST /api/v1/sign-out": Row(lambda *_: 204, ANYWHERE),
    "GET /api/v1/invitations/{token}": Row(lambda *_: 410, ANYWHERE, parameters={"token": "khong-co"}),
    "POST /api/v1/invitations/{token}": Row(
        lambda *_: 410,
        ANYWHERE,
        lambda *_: {"name": "A", "login": "aaa", "password": "mật khẩu dài dễ nhớ"},
        parameters={"token": "khong-co"},
    ),
    "GET /api/v1/units": Row(
        lambda a, _: 401 if a == VISITOR else 200 if a == ROOT or a.startswith("admin") else 403, ANYWHERE
    ),
    "POST /api/v1/units": Row(
        caring(409), PLACES, lambda t, x: {"kind": "department", "code": "AA", "name": "Tổ Toán", "place": t.units[x]}
    ),
    "PATCH /api/v1/units/{code}": Row(caring(200), PLACES, lambda *_: {"name": "Trường đổi tên"}, {"code": "units"}),
    "POST /api/v1/units/{code}/succession": Row(
        caring(422), PLACES, lambda t, x: {"into": [t.units[x]]}, {"code": "units"}
    ),
    "DELETE /api/v1/units/{code}/succession": Row(caring(410), PLACES, parameters={"code": "units"}),
    "DELETE /api/v1/units/{code}": Row(caring(409), PLACES, parameters={"code": "units"}),
    "GET /api/v1/units/{code}/members": Row(caring(200), PLACES, parameters={"code": "units"}),
    "POST /api/v1/units/{code}/members": Row(
        caring(409), PLACES, lambda *_: {"login": "victim-a", "name": "A", "role": "teacher"}, {"code": "units"}
    ),
    "GET /api/v1/units/{code}/classes": Row(caring(200), PLACES, parameters={"code": "units"}),
    "POST /api/v1/units/{code}/classes": Row(caring(201), PLACES, lambda *_: {"name": "8A"}, {"code": "units"}),
    "POST /api/v1/people/{person_id}/way-in": Row(
        hidden_caring(200), PLACES, lambda *_: {"way": "link"}, {"person_id": "people"}
    ),
    "POST /api/v1/people/{person_id}/roles": Row(
        caring(201), (OWN, OTHER), lambda t, x: {"unit": t.units[x], "role": "pupil"}, {"person_id": "people"}
    ),
    "PUT /api/v1/people/{person_id}/disabled": Row(
        hidden_caring(204), PLACES, parameters={"person_id": "people"}, afterwards=_enable
    ),
    "DELETE /api/v1/people/{person_id}/disabled": Row(hidden_caring(204), PLACES, parameters={"person_id": "people"}),
    "POST /api/v1/people/{person_id}/deletion": Row(
        hidden_caring(422), PLACES, lambda *_: {"reason": "vi-thich"}, {"person_id": "people"}
    ),
    "POST /api/v1/works/{work_id}/deletion": Row(deleting, THINGS, lambda *_: {"reason": "vi-thich"}, WORK),
    "GET /api/v1/deletions": Row(signed_in, ANYWHERE),
    "DELETE /api/v1/deletions/{deletion_id}": Row(
        lambda a, _: 401 if a == VISITOR else 404, ANYWHERE, parameters={"deletion_id": "people"}
    ),
    "DELETE /api/v1/people/{person_id}/waiting": Row(hidden_caring(204), PLACES, parameters={"person_id": "people"}),
    "DELETE /api/v1/memberships/{membership_id}": Row(
        hidden_caring(204), PLACES, parameters={"membership_id": "memberships"}, afterwards=_give_back
    ),
    "DELETE /api/v1/memberships/{membership_id}/end": Row(
        hidden_caring(410), PLACES, parameters={"membership_id": "memberships"}
    ),
    "POST /api/v1/classes/{class_id}/pupils": Row(
        hidden_caring(200), PLACES, lambda t, x: {"person_ids": [t.people[x]]}, {"class_id": "classes"}
    ),
    "GET /api/v1/home": Row(everybody, ANYWHERE),
    "GET /api/v1/vocabulary": Row(everybody, ANYWHERE),
    "GET /api/v1/search": Row(everybody, ANYWHERE, query={"q": "de kiem tra"}),
    "GET /api/v1/works/{work_id}": Row(seeing, parameters=WORK),
    "PATCH /api/v1/works/{work_id}": Row(editing, THINGS, lambda *_: {}, WORK),
    "PATCH /api/v1/works": Row(editing, THINGS, lambda t, x: {"works": [t.works[x]], "card": {}}),
    "GET /api/v1/works/{work_id}/card": Row(editing, parameters=WORK),
    "PATCH /api/v1/reviews/{review_id}/card": Row(reviewing(200), PLACES, lambda *_: {}, REVIEW),
    "POST /api/v1/works/{work_id}/publication": Row(publishing, THINGS, _wrong_digest, WORK),
    "DELETE /api/v1/works/{work_id}/publication": Row(withdrawing, parameters=WORK, afterwards=_republish),
    "DELETE /api/v1/works/{work_id}/withdrawal": Row(
        lambda a, x: 404 if not sees(a, x) else 409 if administers(a, x) else 403, (OWN, OTHER, DRAFT), parameters=WORK
    ),
    "GET /api/v1/works/{work_id}/history": Row(editing, parameters=WORK),
    "GET /api/v1/works/{work_id}/usage": Row(editing, parameters=WORK),
    "PUT /api/v1/works/{work_id}/place": Row(placing, THINGS, lambda *_: {"page": 1}, WORK),
    "GET /api/v1/works/{work_id}/file": Row(seeing, parameters=WORK),
    "GET /api/v1/works/{work_id}/thumbnail": Row(seeing, parameters=WORK),
    "GET /api/v1/works/{work_id}/pages/{number}/image": Row(seeing, parameters=WORK | {"number": "1"}),
    "GET /api/v1/works/{work_id}/pages/{number}": Row(seeing, parameters=WORK | {"number": "1"}),
    "GET /api/v1/works/{work_id}/hits": Row(seeing, parameters=WORK, query={"q": "kiem tra"}),
    "GET /api/v1/deposits": Row(signed_in, ANYWHERE),
    "GET /api/v1/deposits/in-work": Row(
        lambda a, _: 401 if a == VISITOR else 200 if a == ROOT or a.startswith("admin") else 403, ANYWHERE
    ),
    "POST /api/v1/deposits": Row(upload_made, ANYWHERE, lambda *_: {"file": ("a.txt", b"mot hai ba")}),
    "GET /api/v1/deposits/{deposit_id}": Row(mine, parameters={"deposit_id": "deposits"}),
    "DELETE /api/v1/deposits/{deposit_id}": Row(forgetting, parameters={"deposit_id": "deposits"}),
    "GET /api/v1/reviews": Row(lambda a, _: 401 if a == VISITOR else 200 if a == "reviewer-a" else 403, ANYWHERE),
    "POST /api/v1/reviews/next": Row(lambda a, _: 401 if a == VISITOR else 200 if a == "reviewer-a" else 403, ANYWHERE),
    "GET /api/v1/reviews/{review_id}": Row(following, PLACES, parameters=REVIEW),
    "POST /api/v1/reviews/{review_id}/claim": Row(reviewing(200), PLACES, parameters=REVIEW),
    "POST /api/v1/reviews/{review_id}/approval": Row(reviewing(409), PLACES, _wrong_seen, REVIEW),
    "POST /api/v1/reviews/{review_id}/return": Row(reviewing(409), PLACES, _wrong_seen, REVIEW),
    "DELETE /api/v1/reviews/{review_id}/decision": Row(reviewing(403), PLACES, parameters=REVIEW),
    "DELETE /api/v1/reviews/{review_id}": Row(recalling, PLACES, parameters=REVIEW, afterwards=_submit_again),
    "GET /api/v1/reviews/{review_id}/pages/{number}/image": Row(following, PLACES, parameters=REVIEW | {"number": "1"}),
    "GET /api/v1/reviews/{review_id}/file": Row(following, PLACES, parameters=REVIEW),
    "POST /api/v1/works/{work_id}/review": Row(
        submitting, THINGS, lambda *_: {"sight": "school"}, WORK, afterwards=_recall
    ),
    "POST /api/v1/deposits/{deposit_id}/stop": Row(stopping, parameters={"deposit_id": "deposits"}),
    "POST /api/v1/deposits/{deposit_id}/review": Row(
        submitting_mine, THINGS, lambda *_: {}, {"deposit_id": "deposits"}, afterwards=_recall
    ),
    "GET /api/v1/me/loans": Row(signed_in, ANYWHERE),
    "GET /api/v1/me/notices": Row(signed_in, ANYWHERE),
    "PUT /api/v1/me/notices/read": Row(lambda a, _: 401 if a == VISITOR else 204, ANYWHERE),
    "PUT /api/v1/me/notices/{notice_id}/read": Row(
        lambda a, _: 401 if a == VISITOR else 404, PLACES, parameters={"notice_id": "people"}
    ),
    "GET /api/v1/schools/{code}": Row(
        lambda _, x: 404 if x == ELSEWHERE else 200, PLACES, parameters={"code": "units"}
    ),
    "GET /api/v1/desk": Row(at_desk(200), ANYWHERE),
    "POST /api/v1/desk/scans": Row(at_desk(404), ANYWHERE, lambda *_: {"id": str(uuid.uuid4()), "code": "KHONG-CO"}),
    "POST /api/v1/desk/scans/{scan_id}/undo": Row(at_desk(409), ANYWHERE, parameters={"scan_id": "people"}),
    "GET /api/v1/desk/calendar": Row(at_desk(200), ANYWHERE),
    "PUT /api/v1/desk/calendar": Row(at_desk(200), ANYWHERE, lambda *_: {"opening_hours": "7:30 – 11:00"}),
    "GET /api/v1/copies": Row(at_desk(200), ANYWHERE),
    "GET /api/v1/copies/titles": Row(at_desk(200), ANYWHERE, query={"isbn": "9786040350008"}),
    "POST /api/v1/copies": Row(copies_added, THINGS, lambda t, x: {"work_id": t.works[x]}),
    "OPTIONS /api/v1/uploads": Row(lambda *_: 204, ANYWHERE),
    "OPTIONS /api/v1/uploads/{upload_id}": Row(lambda *_: 204, ANYWHERE, parameters={"upload_id": "deposits"}),
    "POST /api/v1/uploads": Row(upload_made, ANYWHERE, headers=TUS),
    "HEAD /api/v1/uploads/{upload_id}": Row(mine, parameters={"upload_id": "deposits"}),
    "PATCH /api/v1/uploads/{upload_id}": Row(
        forgetting, parameters={"upload_id": "deposits"}, headers={"Upload-Offset": "0"}
    ),
    "DELETE /api/v1/uploads/{upload_id}": Row(forgetting, parameters={"upload_id": "deposits"}),
}
