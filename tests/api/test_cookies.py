"""The sign-in cookie: opaque, unreadable for scripts, and over https bound to this host."""

from pathlib import Path

from starlette.testclient import TestClient

from api.app import create_app
from ingest.house import open_house
from library.clock import now
from library.database import transaction
from library.people import inviting
from library.settings import Settings


def test_over_https_the_cookie_is_bound_to_the_host(tmp_path: Path) -> None:
    house = open_house(Settings(home=tmp_path / "var", public_url="https://thuvien.example.vn"))
    with transaction(house.engine) as session:
        token = inviting.invite_first_administrator(session, at=now())
    with TestClient(create_app(house), base_url="https://thuvien.example.vn") as client:
        wish = {"name": "Trần Thị Quản", "login": "quan", "password": "mật khẩu dài"}
        answer = client.post(f"/api/v1/invitations/{token}", json=wish)
        cookie = answer.headers["set-cookie"]
        assert cookie.startswith("__Host-hoclieu=")
        assert {"Secure", "HttpOnly", "Path=/", "SameSite=lax"} <= {part.strip() for part in cookie.split(";")}
        assert "Domain" not in cookie
        assert client.get("/api/v1/me").json()["signed_in"] is True
