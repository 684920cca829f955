"""Which passwords may be chosen, at every door; one spelling for every keyboard; printed ones that open once; nothing
in the logs.
"""

import json
import unicodedata
import uuid
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import pytest
from starlette.testclient import TestClient

from api.app import create_app
from api.commands.demonstration.town import PASSWORD as OF_THE_DEMONSTRATION
from library import errors
from library.clock import now
from library.database import transaction
from library.house import open_house
from library.people import inviting, passwords
from library.settings import Settings
from tests.services.house import PASSWORD, RunningHouse, running
from tests.services.people import enter, open_school, person

ABOUT = ("thay.nam", "Nguyễn Văn Nam", "THCS-VT", "THCS Vĩnh Thuận", "Thư viện số")
HTML = {"Accept": "text/html"}


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningHouse]:
    """A province with one school."""
    with running(tmp_path_factory.mktemp("passwords") / "var") as house:
        with house.administrator() as root:
            open_school(root, "THCS-VT", "THCS Vĩnh Thuận")
        yield house


def verdict(password: str) -> str:
    try:
        passwords.refuse_weak(password, ABOUT)
    except errors.Wrong as refusal:
        return refusal.code
    return "good"


@pytest.mark.parametrize("password", ["", "12345678", "matkhau", "anhyeuem", "đủ 9 chữ!", "Vie\u0323\u0302t Nam"])
def test_a_password_has_ten_characters_however_they_are_composed(password: str) -> None:
    assert verdict(password) == "password-too-short"


@pytest.mark.parametrize(
    "password",
    [
        "1234567890",
        "qwertyuiop",
        "1qaz2wsx3edc",
        "password123",
        "P@ssw0rd2026",
        "iloveyou123",
        "aaaaaaaaaaaa",
        "x" * 1000,
        " " * 12,
        "1 2 3 4 5 6 7 8 9",
        "matkhau123",
        "Mật khẩu 123",
        "m.a.t.k.h.a.u.1",
        "anhyeuem123",
        "Anh yêu em 2010",
        "anhyeuemnhieulam",
        "nguyenvana1",
        "truonghoc2026",
        "hocsinhgioi123",
        "hoclieu-demo",
        "thư viện số 1",
        "0912345678",
        "20/11/2008",
        "ｍａｔｋｈａｕ１２３",
    ],
)
def test_what_many_people_use_is_refused(password: str) -> None:
    assert verdict(password) == "password-too-common"


@pytest.mark.parametrize(
    "password",
    [
        "thay.nam2026",
        "THAY_NAM-123456",
        "namthay.nam1",
        "Vĩnh Thuận 2026",
        "thcs-vt-2026",
        "thcsvinhthuan@1",
        "trường Vĩnh Thuận",
        "nguyenvannam90",
        "Văn Nam 2008",
    ],
)
def test_the_names_of_the_person_and_the_school_are_refused(password: str) -> None:
    assert verdict(password) == "password-names-you"


@pytest.mark.parametrize(
    "password",
    [
        PASSWORD,
        OF_THE_DEMONSTRATION,
        "con mèo trèo cây cau",
        "một câu khác",
        "Mật khẩu của cô 8",
        "4729105836",
        "Nam thích đá bóng chiều mưa",
        "k7$Rq2!mZp",
        "thay.nam ăn phở bò tái lúc sáu giờ",
        "😀 mặt cười ngày mưa",
    ],
)
def test_a_passphrase_is_good_even_with_a_name_in_it(password: str) -> None:
    assert verdict(password) == "good"


def test_a_printed_password_is_not_one_that_people_use() -> None:
    assert {verdict(inviting.first_password()) for _ in range(50)} == {"good"}


def link_of(house: RunningHouse, login: str) -> str:
    with house.administrator() as root:
        made = (
            root.post("/api/v1/units/THCS-VT/members", json={"login": login, "name": "Đặng Thị Mẫu", "role": "teacher"})
            .raise_for_status()
            .json()
        )
    return str(made["link"].rsplit("/", 1)[-1])


def new_login() -> str:
    return f"gv.{uuid.uuid4().hex[:8]}"


def by_link(house: RunningHouse, login: str, password: str) -> httpx.Response:
    with house.client() as door:
        return door.post(
            f"/api/v1/invitations/{link_of(house, login)}", json={"name": "x", "login": login, "password": password}
        )


def by_link_page(house: RunningHouse, login: str, password: str) -> httpx.Response:
    with house.client(headers=HTML) as door:
        return door.post(f"/moi/{link_of(house, login)}", data={"name": "x", "login": login, "password": password})


def by_change(house: RunningHouse, login: str, password: str) -> httpx.Response:
    with house.administrator() as root:
        person(root, "THCS-VT", login, "teacher")
    with enter(house, login) as client:
        return client.put("/api/v1/me/password", json={"old": PASSWORD, "new": password})


def by_change_page(house: RunningHouse, login: str, password: str) -> httpx.Response:
    with house.administrator() as root:
        person(root, "THCS-VT", login, "teacher")
    with enter(house, login) as client:
        return client.post("/doi-mat-khau", data={"old": PASSWORD, "new": password}, headers=HTML)


def by_slip(house: RunningHouse, login: str, password: str) -> httpx.Response:
    printed = slip(house, login)
    with house.client() as client:
        client.post("/api/v1/sign-in", json={"login": login, "password": printed}).raise_for_status()
        return client.put("/api/v1/me/password", json={"old": printed, "new": password})


def slip(house: RunningHouse, login: str) -> str:
    """The printed password of a new pupil."""
    wish = {"login": login, "name": "Đỗ Minh Khuê", "role": "pupil", "way": "password"}
    with house.administrator() as root:
        return str(root.post("/api/v1/units/THCS-VT/members", json=wish).raise_for_status().json()["password"])


@pytest.mark.parametrize("door", [by_link, by_link_page, by_change, by_change_page, by_slip])
def test_every_door_refuses_the_same(
    town: RunningHouse, door: Callable[[RunningHouse, str, str], httpx.Response]
) -> None:
    login = new_login()
    weak = {
        "chín chữ": passwords.PasswordTooShort,
        "Mật khẩu 123": passwords.PasswordTooCommon,
        f"{login}-2026": passwords.PasswordNamesYou,
    }
    for number, (password, kind) in enumerate(weak.items()):
        who = login if number == 2 else new_login()
        answer = door(town, who, password)
        assert answer.status_code == 422
        refusal = kind(shortest=10)
        assert (
            refusal.sentence("vi") in answer.text
            if "html" in answer.headers["content-type"]
            else answer.json()["code"] == kind.code
        )
        with town.client() as client:
            assert client.post("/api/v1/sign-in", json={"login": who, "password": password}).status_code == 401


def test_the_words_of_the_school_are_those_of_every_unit_above(town: RunningHouse) -> None:
    for password in ("THCS-VT-2026", "vinhthuan2026", "tinh-2026-2027"):
        assert by_link(town, new_login(), password).json()["code"] in ("password-names-you", "password-too-common"), (
            password
        )
    assert by_link(town, new_login(), "THCS-BD bốn năm rồi").status_code == 200


def test_the_first_administrator_chooses_no_easy_one_either(tmp_path: Path) -> None:
    house = open_house(Settings(home=tmp_path / "var", library_name="Thư viện Ba Vì"))
    with transaction(house.engine) as session:
        link = inviting.invite_first_administrator(session, at=now())
    with TestClient(create_app(house)) as door:
        for password in ("ba.lien-2026", "Bà Liên 1234", "Ba Vì 20262027", "mot cau khac nua"):
            answer = door.post(
                f"/api/v1/invitations/{link}", json={"name": "Trần Bà Liên", "login": "ba.lien", "password": password}
            )
            weak = password != "mot cau khac nua"
            assert (answer.status_code, answer.json().get("code")) == (
                (422, "password-names-you") if weak else (200, None)
            ), password


def typed_on_windows(text: str) -> str:
    """Half composed, as Windows' own Vietnamese keyboard sends it."""
    tones = {"\u0300", "\u0301", "\u0303", "\u0309", "\u0323"}
    letters = []
    for letter in unicodedata.normalize("NFC", text):
        apart = unicodedata.normalize("NFD", letter)
        tone = "".join(mark for mark in apart[1:] if mark in tones)
        letters.append(unicodedata.normalize("NFC", "".join(mark for mark in apart if mark not in tones)) + tone)
    return "".join(letters)


SPELLINGS: dict[str, Callable[[str], str]] = {
    "NFC, as chosen": lambda text: unicodedata.normalize("NFC", text),
    "half composed": typed_on_windows,
    "NFD": lambda text: unicodedata.normalize("NFD", text),
    "full width": lambda text: text.replace("8", "８"),
}


def test_the_same_password_is_right_on_every_keyboard(town: RunningHouse) -> None:
    """The case `password-spelling`: chosen with Unikey, typed on Windows' own keyboard and on a Mac."""
    chosen = "Mật khẩu của cô 8"
    assert len({spell(chosen) for spell in SPELLINGS.values()}) == 4
    for choosing, choose in SPELLINGS.items():
        login = new_login()
        assert by_link(town, login, choose(chosen)).status_code == 200
        with town.client() as client:
            for typing, spell in SPELLINGS.items():
                assert (
                    client.post("/api/v1/sign-in", json={"login": login, "password": spell(chosen)}).status_code == 200
                ), (choosing, typing)
                assert client.post("/dang-nhap", data={"login": login, "password": spell(chosen)}).status_code == 303, (
                    choosing,
                    typing,
                )


def test_a_password_from_before_there_was_one_spelling_still_opens(town: RunningHouse) -> None:
    login, old = new_login(), unicodedata.normalize("NFD", "mật khẩu cũ của cô")
    by_link(town, login, PASSWORD).raise_for_status()
    town.ask(
        "UPDATE person SET password_hash = :hash WHERE login = :login", hash=passwords.hasher.hash(old), login=login
    )
    with town.client() as client:
        assert client.post("/api/v1/sign-in", json={"login": login, "password": old}).status_code == 200


@pytest.mark.parametrize("door", [by_link, by_link_page, by_change, by_change_page])
def test_outer_spaces_are_part_of_a_password(
    town: RunningHouse, door: Callable[[RunningHouse, str, str], httpx.Response]
) -> None:
    login, chosen = new_login(), "  hai dấu cách hai bên  "
    assert door(town, login, chosen).status_code in (200, 303)
    with town.client() as client:
        for password, right in ((chosen.strip(), False), (chosen, True)):
            assert client.post("/api/v1/sign-in", json={"login": login, "password": password}).status_code == (
                200 if right else 401
            )
            assert client.post("/dang-nhap", data={"login": login, "password": password}).status_code == (
                303 if right else 401
            )


def test_a_slip_opens_once_and_only_the_form_for_a_password_of_ones_own(town: RunningHouse) -> None:
    login = new_login()
    told = {"login": login, "password": slip(town, login)}
    with town.client() as pupil, town.client() as finder:
        pupil.post("/api/v1/sign-in", json=told).raise_for_status()
        assert finder.post("/api/v1/sign-in", json=told).status_code == 401, "found on the floor"
        assert "chỉ mở được một lần" in pupil.get("/doi-mat-khau").text
        pupil.put("/api/v1/me/password", json={"old": told["password"], "new": PASSWORD}).raise_for_status()
        assert pupil.get("/api/v1/me").json()["role"] == "pupil"
        pupil.post("/api/v1/sign-in", json={"login": login, "password": PASSWORD}).raise_for_status()


def test_of_two_who_use_a_slip_at_once_one_comes_in_and_a_new_slip_opens_again(town: RunningHouse) -> None:
    login = new_login()
    told = {"login": login, "password": slip(town, login)}
    with town.client() as client, ThreadPoolExecutor(4) as hands:
        found = list(hands.map(lambda _: client.post("/api/v1/sign-in", json=told).status_code, range(4)))
        assert sorted(found) == [200, 401, 401, 401]
        with town.administrator() as root:
            members = root.get("/api/v1/units/THCS-VT/members").json()["members"]
            who = next(one["person_id"] for one in members if one["login"] == login)
            fresh = root.post(f"/api/v1/people/{who}/way-in", json={"way": "password"}).json()["password"]
        with town.client() as again:
            again.post("/api/v1/sign-in", json={"login": login, "password": fresh}).raise_for_status()


CANARY = "Chim-hoàng-yến-9417"
SHAPES: tuple[Any, ...] = (
    CANARY,
    CANARY + "\ud800",
    CANARY + "\x00",
    [CANARY],
    {"a": CANARY},
    CANARY * 100,
    f"  {CANARY}  ",
)


def test_nothing_that_is_typed_as_a_password_reaches_the_log_or_the_database(tmp_path: Path) -> None:
    with running(tmp_path / "var") as house, house.administrator() as root:
        open_school(root, "THCS-VT", "THCS Vĩnh Thuận")
        login, link = new_login(), ""
        link = (
            root.post("/api/v1/units/THCS-VT/members", json={"login": login, "name": "Mẫu", "role": "teacher"})
            .json()["link"]
            .rsplit("/", 1)[-1]
        )
        for client in (root, house.client()):
            for shape in SHAPES:
                sent(client, link, login, shape)
            client.post("/dang-nhap", params={"password": CANARY}, data={"login": login, "password": CANARY})
            client.post(
                "/api/v1/sign-in",
                content=f'{{"login": "a", "password": "{CANARY}'.encode(),
                headers={"Content-Type": "application/json"},
            )
        with house.client() as client:
            client.post(
                f"/api/v1/invitations/{link}", json={"name": "Mẫu", "login": login, "password": CANARY}
            ).raise_for_status()
            client.put("/api/v1/me/password", json={"old": CANARY, "new": CANARY + " mới"}).raise_for_status()
    log = (tmp_path / "var.log").read_text()
    assert '"path": "/api/v1/sign-in"' in log and "request-broken" not in log
    kept = [tmp_path / "var.log", *(one for one in (tmp_path / "var").rglob("*") if one.is_file())]
    for bare in (CANARY, CANARY[:9], json.dumps(CANARY)[1:-1]):
        assert not [one for one in kept if bare.encode() in one.read_bytes()]


def sent(client: httpx.Client, link: str, login: str, password: Any) -> None:
    """A password in this shape, at every door; none of them breaks."""
    body = [
        ("POST", "/api/v1/sign-in", {"login": login, "password": password}),
        ("POST", f"/api/v1/invitations/{link}", {"name": "", "login": login, "password": password}),
        ("PUT", "/api/v1/me/password", {"old": password, "new": password}),
        ("PUT", "/api/v1/me/password", {"old": PASSWORD, "new": password, "more": password}),
    ]
    answers = [
        client.request(method, path, content=json.dumps(wish), headers={"Content-Type": "application/json"})
        for method, path, wish in body
    ]
    if isinstance(password, str) and password.isprintable():
        for path, form in (
            ("/dang-nhap", {"login": login, "password": password}),
            (f"/moi/{link}", {"name": "", "login": login, "password": password}),
            ("/doi-mat-khau", {"old": password, "new": password}),
        ):
            answers.append(client.post(path, data=form, headers=HTML))
    assert all(400 <= one.status_code < 500 or one.status_code == 303 for one in answers), [
        one.status_code for one in answers
    ]
