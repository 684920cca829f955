"""Attack 25: a link leads to another site, or the house is talked into naming another host as its own."""

from pathlib import Path
from urllib.parse import urljoin, urlsplit

import pytest
from starlette.testclient import TestClient

from api.app import create_app
from library.house import open_house
from library.settings import Settings
from tests.services.house import PASSWORD
from tests.services.people import enter
from tests.stage.town import Town

LEADING_AWAY = (
    "//evil.example",
    "///evil.example",
    "////evil.example/%2f..",
    "/\\evil.example",
    "\\/evil.example",
    "\\\\evil.example",
    "https://evil.example",
    "http:evil.example",
    "https:/evil.example",
    "HTTPS://evil.example",
    "javascript:alert(1)",
    "data:text/html,x",
    "/\t/evil.example",
    "/\n/evil.example",
    "/\r\n/evil.example",
    "\t//evil.example",
    " //evil.example",
    "/ /evil.example",
    "evil.example",
    "@evil.example",
    "/\x00/evil.example",
    "/\\/evil.example",
    "/a\\..\\..//evil.example",
    "/\x0b/evil.example",
    "ftp://evil.example",
    "",
)


def as_browsers_read(address: str, base: str) -> str:
    """The host that a browser goes to: tabs and line ends fall out, a backslash is a slash."""
    bare = "".join(letter for letter in address.strip() if letter not in "\t\r\n").replace("\\", "/")
    return urlsplit(urljoin(base, bare)).netloc


@pytest.mark.parametrize("target", LEADING_AWAY, ids=repr)
def test_attack_25_after_signing_in_one_stays_on_the_site(town: Town, target: str) -> None:
    base = town.house.address
    with town.house.client() as client:
        for door in ("/dang-nhap", "/en/dang-nhap"):
            answer = client.post(door, data={"login": "pupil-a", "password": PASSWORD, "next": target})
            if "\x00" in target:  # no address at all
                assert answer.status_code == 422 and "location" not in answer.headers
                continue
            assert answer.status_code == 303
            assert as_browsers_read(answer.headers["location"], base) == urlsplit(base).netloc
            assert answer.headers["location"] in ("/", "/en/")


def test_attack_25_a_place_of_our_own_is_led_to(town: Town) -> None:
    with town.house.client() as client:
        answer = client.post(
            "/dang-nhap", data={"login": "pupil-a", "password": PASSWORD, "next": "/tim?q=hình+thang#a"}
        )
        assert answer.headers["location"].startswith("/tim?q=h")


@pytest.mark.parametrize(
    ("host", "ours"),
    [
        ("thuvien.example.vn", True),
        ("thuvien.example.vn:8443", True),
        ("THUVIEN.example.vn", True),
        ("localhost:8080", True),
        ("127.0.0.1:1", True),
        ("[::1]:80", True),
        ("10.0.0.7", True),
        ("evil.example", False),
        ("thuvien.example.vn.evil.example", False),
        ("thuvien.example.vn@evil.example", False),
        ("evil.example:80@thuvien.example.vn", False),
        ("evil.example#thuvien.example.vn", False),
        ("thuvien.example.vn/../evil", False),
        ("", False),
    ],
)
def test_attack_25_a_house_with_a_public_address_answers_to_its_own_names_only(
    tmp_path: Path, host: str, ours: bool
) -> None:
    house = open_house(Settings(home=tmp_path / "var", public_url="https://thuvien.example.vn", host="10.0.0.7"))
    with TestClient(create_app(house), base_url="https://thuvien.example.vn") as client:
        answer = client.get("/api/v1/me", headers={"Host": host})
        assert (answer.status_code, answer.json().get("code")) == ((200, None) if ours else (400, "foreign-host"))
        assert client.get("/livez", headers={"Host": "10.1.2.3"}).status_code == 200, "probes come by number"


def test_attack_25_links_never_name_the_host_that_a_request_claims(town: Town) -> None:
    with enter(town.house, "administrator-a") as client:
        wish = {"way": "link"}
        answer = client.post(
            f"/api/v1/people/{town.people['own']}/way-in",
            json=wish,
            headers={"Host": "evil.example", "X-Forwarded-Host": "evil.example"},
        )
        assert answer.status_code == 200
        assert answer.json()["link"].startswith(town.house.address + "/moi/")
        for path in ("//evil.example/", "/tim/", "/en", "/api/v1/home/"):
            told = client.get(path, headers={"Host": "evil.example"}).headers.get("location", "/")
            assert as_browsers_read(told, town.house.address) == urlsplit(town.house.address).netloc
