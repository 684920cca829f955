"""The sign-in cookie: opaque, unreadable for scripts, and over https bound to this host."""

from pathlib import Path

from starlette.testclient import TestClient

from api.app import create_app
from library.clock import now
from library.database import transaction
from library.house import open_house
from library.people import inviting
from library.settings import Settings


def test_attack_22_over_https_the_cookie_is_bound_to_the_host_and_nothing_signed_in_is_kept(tmp_path: Path) -> None:
    house = open_house(Settings(home=tmp_path / "var", public_url="https://thuvien.example.vn"))
    with transaction(house.engine) as session:
        token = inviting.invite_first_administrator(session, at=now())
    with TestClient(create_app(house), base_url="https://thuvien.example.vn") as client:
        wish = {"name": "Trần Thị Quản", "login": "quan", "password": "mật khẩu dài dễ nhớ"}
        answer = client.post(f"/api/v1/invitations/{token}", json=wish)
        cookie = answer.headers["set-cookie"]
        assert cookie.startswith("__Host-hoclieu=")
        assert {"Secure", "HttpOnly", "Path=/", "SameSite=lax"} <= {part.strip() for part in cookie.split(";")}
        assert "Domain" not in cookie
        assert client.get("/api/v1/me").json()["signed_in"] is True
        for address in ("/toi", "/", "/tim", "/api/v1/me"):
            assert client.get(address).headers["cache-control"] == "no-store", "Back after signing out shows nothing"
        token = client.cookies["__Host-hoclieu"]
        assert token not in client.get("/toi").text and token not in str(client.get("/toi").url)
        left = client.post("/dang-xuat", follow_redirects=False)
        assert "storage" in left.headers["clear-site-data"] and "cache" in left.headers["clear-site-data"]
        assert client.get("/toi", cookies={"__Host-hoclieu": token}, follow_redirects=False).status_code in (303, 401)
