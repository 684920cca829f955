"""The figures move when the thing happens, name nobody, and are shown to keepers only."""

import math
import re
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import anyio
import httpx
import pytest

from api.app import create_app
from library.house import open_house
from library.settings import Settings
from tests.services.house import RunningHouse, running, upload, wait_for
from tests.services.people import enter, open_school
from tests.stage import makers
from tests.stage.desk import card_of, copies, scan

SCHOOL, PUPIL = "Trường Rất Riêng", "Em Rất Kín"


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningHouse]:
    house = RunningHouse(tmp_path_factory.mktemp("figures") / "var")
    house.more = ["--no-worker"]
    house.start()
    try:
        with house.administrator() as root:
            open_school(root, name=SCHOOL, people=[("thu.thu", "librarian", ""), ("em.kin", "pupil", PUPIL)])
        yield house
    finally:
        house.stop()


def figures(client: httpx.Client) -> dict[str, float]:
    """All figures, by name and labels."""
    text = client.get("/metrics").raise_for_status().text
    return {name: float(value) for name, value in re.findall(r"^(hoclieu_[^\s{]+(?:\{.*\})?) (\S+)$", text, re.M)}


def moved(client: httpx.Client, name: str, act: Callable[[], object]) -> float:
    """How far a figure moves by an act."""
    before = figures(client).get(name, 0)
    act()
    return figures(client).get(name, 0) - before


def test_requests_are_counted_by_the_template_of_their_route(town: RunningHouse) -> None:
    with town.client() as client:
        counted = 'hoclieu_request_seconds_count{method="GET",route="/api/v1/works/{work_id}",status="4xx"}'
        ids = ("00000000-0000-0000-0000-000000000000", "khong-co")
        assert moved(client, counted, lambda: [client.get(f"/api/v1/works/{one}") for one in ids]) == 2
        assert not any(one in client.get("/metrics").text for one in ids)
        client.get("/khong/co/trang/nay")
        assert re.search(
            r'hoclieu_request_seconds_count\{method="GET",route="other",status="4xx"\} \d', client.get("/metrics").text
        )


def test_sign_ins_are_counted_by_their_outcome(town: RunningHouse) -> None:
    with town.client() as client:
        assert moved(client, 'hoclieu_sign_ins_total{outcome="ok"}', lambda: enter(town, "em.kin").close()) == 1
        wrong = {"login": "em.kin", "password": "sai"}
        assert (
            moved(
                client, 'hoclieu_sign_ins_total{outcome="failed"}', lambda: client.post("/api/v1/sign-in", json=wrong)
            )
            == 1
        )


def test_loans_and_every_other_change_of_state_are_counted_when_they_are_committed(town: RunningHouse) -> None:
    with town.client() as client, enter(town, "thu.thu") as desk:
        card, (label,) = card_of(desk, "em.kin"), copies(desk)
        loans = 'hoclieu_events_total{act="loan-made"}'
        assert moved(client, loans, lambda: scan(desk, label, card).raise_for_status()) == 1
        assert moved(client, loans, lambda: scan(desk, label, card)) == 0, "already theirs: nothing changed"


def test_files_and_the_work_they_make_are_counted(town: RunningHouse, tmp_path: Path) -> None:
    path = makers.textbook(tmp_path / "a.pdf", 1)
    with town.client() as client, town.administrator() as root:
        before = figures(client)
        deposits = [upload(root, path, approve="true"), upload(root, makers.page_less(tmp_path / "b.pdf"))]
        waiting = figures(client)
        sent = path.stat().st_size + (tmp_path / "b.pdf").stat().st_size
        assert waiting["hoclieu_uploads_total"] - before["hoclieu_uploads_total"] == 2
        assert waiting["hoclieu_uploaded_bytes_total"] - before["hoclieu_uploaded_bytes_total"] == sent
        assert waiting['hoclieu_deposits{code="",kind="unknown",state="waiting"}'] == 2
        oldest = 'hoclieu_oldest_due_seconds{kind="deposit"}'
        time.sleep(0.01)
        assert figures(client)[oldest] > waiting[oldest] >= 0
        worker = town.background("work")
        try:
            for one in deposits:
                wait_for(root, one)
            done = figures(client)
        finally:
            worker.terminate()
            worker.wait(30)
        assert done[oldest] == 0
        assert done['hoclieu_deposits{code="",kind="pdf",state="ready"}'] == 1
        assert done['hoclieu_deposits{code="no-pages",kind="unknown",state="refused"}'] == 1
        assert done["hoclieu_index_behind"] == 0 and done['hoclieu_set_aside{kind="deposit"}'] == 0


def test_a_work_that_the_index_does_not_know_yet_is_counted(town: RunningHouse) -> None:
    with town.client() as client, enter(town, "thu.thu") as desk:
        assert moved(client, "hoclieu_index_behind", lambda: copies(desk, title="Sách mới chưa vào chỉ mục")) == 1


def test_damaged_files_late_checks_and_the_age_of_the_backup_are_told(town: RunningHouse, tmp_path: Path) -> None:
    with town.client() as client, town.administrator() as root:
        before = figures(client)
        assert before["hoclieu_backup_age_seconds"] == math.inf, (
            "there was never one, which must ring the same bell as one that is too old"
        )
        assert 0 < before["hoclieu_fixity_oldest_seconds"] < 86400
        deposit = upload(root, makers.textbook(tmp_path / "hong.pdf", 1, title="Tệp sẽ hỏng"))
        ((key,),) = town.ask("SELECT key FROM deposit ORDER BY created_at DESC LIMIT 1")
        assert deposit and key
        (town.home / "files" / key[:2] / key[2:4] / key).unlink()
        assert town.command("fixity", "run", "--all").returncode == 1
        assert town.command("backup", "done").returncode == 0
        after = figures(client)
        states = [after[f'hoclieu_damaged_files{{state="{state}"}}'] for state in ("mismatch", "missing", "unreadable")]
        assert states == [0, 1, 0] and [
            before[f'hoclieu_damaged_files{{state="{state}"}}'] for state in ("mismatch", "missing", "unreadable")
        ] == [0, 0, 0]
        assert after["hoclieu_fixity_oldest_seconds"] < before["hoclieu_fixity_oldest_seconds"] + 3600
        assert 0 <= after["hoclieu_backup_age_seconds"] < 3600
        town.ask(
            "UPDATE fixity_slice SET due_at = '2026-01-01 00:00:00.000000', checked_at = '2026-01-01 00:00:00.000000' "
            "WHERE beginning = '7f'"
        )
        late = figures(client)
        assert late["hoclieu_fixity_oldest_seconds"] > 86400 * 90
        assert (
            'hoclieu_oldest_due_seconds{kind="fixity_slice"}' not in late
            and late['hoclieu_set_aside{kind="fixity_slice"}'] == 0
        )
        assert key not in client.get("/metrics").text


def test_no_school_and_no_pupil_is_named(town: RunningHouse) -> None:
    with town.client() as client:
        text = client.get("/metrics").text
        assert not any(name in text for name in (SCHOOL, PUPIL, "thu.thu", "quan.tri", 'AA"'))
        with town.administrator() as root:
            units = root.get("/api/v1/units").text
        assert not any(one in text for one in re.findall(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f-]{22}", units))


def test_attack_32_figures_are_for_this_machine_and_the_administrators_of_the_province(town: RunningHouse) -> None:
    far = {"X-Forwarded-For": "203.0.113.9"}
    with town.client() as here, town.administrator() as root, enter(town, "thu.thu") as librarian:
        assert here.get("/metrics").status_code == 200
        for name in ("X-Forwarded-For", "Forwarded", "X-Real-IP", "Via"):
            assert here.get("/metrics", headers={name: "127.0.0.1"}).status_code == 404, (
                "through a proxy on this machine"
            )
        assert librarian.get("/metrics", headers=far).status_code == 404
        assert root.get("/metrics", headers=far).status_code == 200
        assert here.get("/api/openapi.json", headers=far).status_code == 200, "at home the API may be read"


def test_attack_32_production_shows_strangers_neither_documents_nor_figures(tmp_path: Path) -> None:
    closed = ("/metrics", "/api/openapi.json", "/openapi.json", "/docs", "/redoc", "/debug")
    with running(tmp_path / "var") as house, house.administrator() as root:
        cookies = {f"__Host-{name}": value for name, value in root.cookies.items()}
    settings = Settings(
        home=tmp_path / "var", database=house.database, profile="production", public_url="https://thu-vien.tinh.vn"
    )
    strangers = anyio.run(statuses, settings, closed, {})
    assert strangers == dict.fromkeys(closed, 404)
    assert anyio.run(statuses, settings, ("/livez", "/"), {}) == {"/livez": 200, "/": 200}
    assert anyio.run(statuses, settings, closed[:3], cookies) == {
        "/metrics": 200,
        "/api/openapi.json": 200,
        "/openapi.json": 404,
    }


async def statuses(settings: Settings, paths: tuple[str, ...], cookies: dict[str, str]) -> dict[str, int]:
    """What a client far away is answered by a house of these settings."""
    app = create_app(open_house(settings, migrate=False))
    far = httpx.ASGITransport(app, client=("203.0.113.9", 40000))
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=far, base_url=settings.public_url, cookies=cookies) as client,
    ):
        return {path: (await client.get(path)).status_code for path in paths}
