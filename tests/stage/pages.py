"""The pages and forms that the OpenAPI document does not name: the request, and who gets what. A second written truth
like `rows.py`.
"""

import uuid
from collections.abc import Callable
from dataclasses import dataclass, field

from tests.stage.rows import (
    ANYWHERE,
    PLACES,
    Expected,
    administers,
    deleting,
    editing,
    everybody,
    mine,
    reviewing,
    seeing,
    sees,
    stopping,
)
from tests.stage.town import OWN, ROOT, THINGS, VISITOR, Town

TO_SIGN_IN = 303
NOT_ASKED = 0  # a form in the right hands: what it does is told by other tests


@dataclass(frozen=True)
class Page:
    """How to ask, about which things, and the status for an actor and a thing. Parameters name what the town has, else
    themselves.
    """

    operation: str
    expected: Expected
    things: tuple[str, ...] = ANYWHERE
    parameters: dict[str, str] = field(default_factory=dict)
    query: dict[str, str] = field(default_factory=dict)
    form: Callable[[Town, str], dict[str, str]] = lambda _town, _thing: {}
    file: bool = False


def after_sign_in(status: Expected) -> Expected:
    """Whoever is not signed in is led to the door."""
    return lambda actor, thing: TO_SIGN_IN if actor == VISITOR else status(actor, thing)


def by_hand(status: Expected) -> Expected:
    """The same where the API would say that a sign-in is needed."""

    def expected(actor: str, thing: str) -> int:
        found = status(actor, thing)
        return TO_SIGN_IN if found == 401 else NOT_ASKED if found == 200 else found

    return after_sign_in(expected)


def stopped(actor: str, thing: str) -> int:
    """What has been read meanwhile needs no stop: the page shows what became of it."""
    return {409: 200}.get(stopping(actor, thing), stopping(actor, thing))


def is_administrator(actor: str) -> bool:
    return actor == ROOT or actor.startswith("administrator")


def caring(right: int) -> Expected:
    """Administrators of the unit; other administrators do not learn of it."""
    return after_sign_in(
        lambda actor, thing: 403 if not is_administrator(actor) else right if administers(actor, thing) else 404
    )


def caring_in_a(actor: str, thing: str) -> int:
    """The same with a form that names school A."""
    return caring(NOT_ASKED)(actor, thing) if actor != "administrator-b" else 404


def deleting_in_a(actor: str, thing: str) -> int:
    """The same with a reason that there is not."""
    return caring(422)(actor, thing) if actor != "administrator-b" else 404


def at_desk(right: int) -> Expected:
    return after_sign_in(lambda actor, _thing: right if actor == "librarian-a" else 403)


def changing(actor: str, thing: str) -> int:
    """The form of a new version: for those who look after the work."""
    keeper = sees(actor, thing) and (administers(actor, thing) or (actor == "teacher-a" and thing != "other"))
    return 200 if keeper else 404


def uploading(actor: str, thing: str) -> int:
    return 403 if actor == "pupil-a" else NOT_ASKED if changing(actor, thing) == 200 else 404


def publishing(actor: str, thing: str) -> int:
    return 404 if not sees(actor, thing) else NOT_ASKED if administers(actor, thing) else 403


def recalling(actor: str, thing: str) -> int:
    return NOT_ASKED if actor == "teacher-a" and thing == OWN else 404


def looking_at_review(actor: str, thing: str) -> int:
    return 200 if actor in ("teacher-a", "reviewer-a") and thing == OWN else 404


def signed_in(_actor: str, _thing: str) -> int:
    return 200


def seen(town: Town, thing: str) -> dict[str, str]:
    """What the reviewer of school A sees of its review; of the others nobody here sees anything."""
    found = town.clients["reviewer-a"].get(f"/api/v1/reviews/{town.reviews[OWN]}").json()
    return {"version_id": found["version_id"], "digest": found["digest"], "reasons": "MO_KHO_DOC"}


def version(town: Town, thing: str) -> dict[str, str]:
    version_id, digest = town.versions.get(thing, (str(uuid.uuid4()), "0" * 64))
    return {"version_id": version_id, "digest": digest, "sight": "public"}


def in_a(**more: str) -> Callable[[Town, str], dict[str, str]]:
    return lambda _town, _thing: {"unit": "AA", **more}


WORK, REVIEW, PERSON = {"work_id": "works"}, {"review_id": "reviews"}, {"person_id": "people"}
PAGES = (
    Page("GET /", everybody),
    Page("GET /en", lambda *_: 303),
    Page("GET /tim", everybody, query={"q": "de kiem tra"}),
    Page("GET /tl/{work_id}", seeing, THINGS, WORK),
    Page("GET /doc/{work_id}", seeing, THINGS, WORK),
    Page("GET /tro-giup", everybody),
    Page("GET /tro-giup/hinh/{name}", everybody, parameters={"name": "bai-cua-toi.png"}),
    Page("GET /gui", after_sign_in(signed_in)),
    Page("GET /gui", after_sign_in(changing), THINGS, query={"bai": "works"}),
    Page("GET /bai-cua-toi", after_sign_in(signed_in)),
    Page("GET /da-xoa", after_sign_in(signed_in)),
    Page("POST /da-xoa/{deletion_id}/lay-lai", after_sign_in(lambda *_: 404), parameters={"deletion_id": "people"}),
    Page(
        "POST /da-xoa/vai-tro/{membership_id}/lay-lai",
        after_sign_in(lambda actor, thing: 410 if administers(actor, thing) else 404),
        PLACES,
        {"membership_id": "memberships"},
    ),
    Page("POST /da-xoa/don-vi/{code}/mo-lai", caring(410), PLACES, {"code": "units"}),
    Page("POST /quan-tri/truong/{code}/xoa", caring(409), PLACES, {"code": "units"}),
    Page(
        "POST /tl/{work_id}/cong-bo-lai",
        after_sign_in(lambda a, x: 404 if not sees(a, x) else 409 if administers(a, x) else 403),
        (OWN, "other", "draft"),
        WORK,
    ),
    Page("POST /tl/{work_id}/xoa", after_sign_in(deleting), THINGS, WORK, form=lambda *_: {"reason": "vi-thich"}),
    Page("POST /quan-tri/nguoi-dung/{person_id}/xoa", deleting_in_a, PLACES, PERSON, form=in_a(reason="vi-thich")),
    Page("GET /dang-nhap", everybody),
    Page("GET /moi/{link}", lambda *_: 410, parameters={"link": "khong-co"}),
    Page("GET /toi", after_sign_in(signed_in)),
    Page("GET /toi/muon", after_sign_in(signed_in)),
    Page("GET /toi/thong-bao", after_sign_in(signed_in)),
    Page("GET /doi-mat-khau", after_sign_in(signed_in)),
    Page("GET /duyet", after_sign_in(lambda actor, _: 303 if actor == "reviewer-a" else 403)),
    Page("GET /duyet/{review_id}", after_sign_in(looking_at_review), PLACES, REVIEW),
    Page("GET /quay", at_desk(200)),
    Page("GET /kho", at_desk(200)),
    Page("GET /quay/lich", at_desk(200)),
    Page("GET /truong/{code}", lambda _, thing: 404 if thing == "elsewhere" else 200, PLACES, {"code": "units"}),
    Page("GET /quan-tri/nguoi-dung", caring(200), PLACES, query={"don_vi": "units"}),
    Page("GET /quan-tri/truong", after_sign_in(lambda actor, _: 200 if is_administrator(actor) else 403)),
    Page("GET /metrics", everybody),  # from this machine; who may from afar is told in tests/api/web/test_metrics.py
    Page("GET /api/openapi.json", everybody),
    Page("GET /tl/{work_id}/the", after_sign_in(editing), THINGS, WORK),
    Page("POST /tl/{work_id}/the", by_hand(editing), THINGS, WORK),
    Page("GET /bai-cua-toi/the", after_sign_in(signed_in)),
    Page("POST /bai-cua-toi/the", by_hand(editing), THINGS, form=lambda town, thing: {"works": town.works[thing]}),
    Page("POST /duyet/{review_id}/the", by_hand(reviewing(200)), PLACES, REVIEW),
    Page("POST /tl/{work_id}/duyet", after_sign_in(publishing), THINGS, WORK, form=version),
    Page("POST /tl/{work_id}/thu-hoi", after_sign_in(publishing), THINGS, WORK),
    Page(
        "POST /gui", after_sign_in(uploading), THINGS, form=lambda town, thing: {"work": town.works[thing]}, file=True
    ),
    Page("POST /bai-cua-toi/{deposit_id}/bo", by_hand(mine), THINGS, {"deposit_id": "deposits"}),
    Page("POST /bai-cua-toi/{deposit_id}/dung", by_hand(stopped), THINGS, {"deposit_id": "deposits"}),
    Page("POST /bai-cua-toi/{deposit_id}/gui-duyet", by_hand(mine), THINGS, {"deposit_id": "deposits"}),
    Page("POST /bai-cua-toi/duyet/{review_id}/rut", after_sign_in(recalling), PLACES, REVIEW),
    Page("POST /duyet/{review_id}/duyet", by_hand(reviewing(200)), PLACES, REVIEW, form=seen),
    Page("POST /duyet/{review_id}/tra-lai", by_hand(reviewing(200)), PLACES, REVIEW, form=seen),
    Page("POST /duyet/{review_id}/hoan-tac", by_hand(reviewing(200)), PLACES, REVIEW),
    Page("POST /quay", at_desk(NOT_ASKED), form=lambda *_: {"code": "victim-a", "key": str(uuid.uuid4())}),
    Page("POST /quay/{scan_id}/hoan-tac", at_desk(409), parameters={"scan_id": "people"}),
    Page("POST /quay/lich", at_desk(422), form=lambda *_: {"closed": "hôm nào"}),
    Page("POST /kho", at_desk(NOT_ASKED), form=lambda *_: {"title": "Sách lạ"}),
    Page(
        "POST /quan-tri/nguoi-dung",
        caring(NOT_ASKED),
        PLACES,
        form=lambda town, thing: {"unit": town.units[thing], "name": "Lạ", "login": "nguoi.la"},
    ),
    Page("POST /quan-tri/nguoi-dung/{person_id}/vai-tro", caring_in_a, PLACES, PERSON, form=in_a(role="administrator")),
    Page(
        "POST /quan-tri/nguoi-dung/{person_id}/lop",
        caring(NOT_ASKED),
        PLACES,
        PERSON,
        form=lambda town, thing: {"unit": "AA", "school_class": town.classes[thing]},
    ),
    *(
        Page(f"POST /quan-tri/nguoi-dung/{{person_id}}/{act}", caring(NOT_ASKED), PLACES, PERSON, form=in_a())
        for act in ("khoa", "mo", "cho-thu", "lien-ket", "in-mat-khau")
    ),
    Page(
        "POST /quan-tri/nguoi-dung/vai-tro/{membership_id}/thoi",
        caring(NOT_ASKED),
        PLACES,
        {"membership_id": "memberships"},
        form=in_a(),
    ),
    Page(
        "POST /quan-tri/lop",
        caring(NOT_ASKED),
        PLACES,
        form=lambda town, thing: {"unit": town.units[thing], "name": "9Z"},
    ),
    Page(
        "POST /quan-tri/truong",
        caring(NOT_ASKED),
        PLACES,
        form=lambda town, thing: {"code": "ZZ", "name": "Tổ lạ", "place": town.units[thing], "kind": "department"},
    ),
    Page(
        "POST /quan-tri/truong/{code}", caring(NOT_ASKED), PLACES, {"code": "units"}, form=lambda *_: {"name": "Tên lạ"}
    ),
    Page(
        "POST /quan-tri/truong/{code}", caring(NOT_ASKED), PLACES, {"code": "units"}, form=lambda *_: {"into": "tinh"}
    ),
    Page(
        "POST /toi/vai-tro",
        after_sign_in(lambda *_: 403),
        PLACES,
        form=lambda town, thing: {"role_id": town.memberships[thing]},
    ),
    Page(
        "POST /toi/thong-bao",
        after_sign_in(lambda *_: 404),
        PLACES,
        form=lambda town, thing: {"notice_id": town.people[thing]},
    ),
    Page(
        "POST /doi-mat-khau",
        after_sign_in(lambda *_: 401),
        form=lambda *_: {"old": "không đúng", "new": "một câu khác"},
    ),
    Page("POST /dang-nhap", lambda *_: 401, form=lambda *_: {"login": uuid.uuid4().hex, "password": "không đúng"}),
    Page("POST /dang-xuat", lambda actor, _: 303 if actor == VISITOR else NOT_ASKED),
    Page(
        "POST /moi/{link}",
        lambda *_: 410,
        parameters={"link": "khong-co"},
        form=lambda *_: {"name": "A", "login": "aaa", "password": "mật khẩu dài dễ nhớ"},
    ),
)
