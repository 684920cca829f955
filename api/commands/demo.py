"""`hoclieu demo`: a throwaway house to look around in."""

import os
import signal
import sys
import tempfile
from pathlib import Path

from rich.table import Table

from api.commands import importing, serving
from api.commands.demonstration import books, town
from api.commands.telling import opened, progress
from library.clock import now
from library.database import transaction
from library.house import House
from library.people import inviting
from library.people.roles import name_of
from library.people.sign_in import Actor, actor_for


def demo(port: int) -> None:
    """Start on a throwaway folder with made-up schools, people, books and loans; it is gone when you stop it."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))  # as Ctrl+C does, so that the folder goes
    with tempfile.TemporaryDirectory(prefix="hoclieu-demo-") as folder:
        os.environ |= {
            "HOCLIEU_HOME": f"{folder}/var",
            "HOCLIEU_DEMO": "true",
            "HOCLIEU_PORT": str(port),
            "HOCLIEU_LIBRARY_NAME": "Thư viện trình diễn",
        }
        progress.print("Đang dựng thư viện trình diễn… / Building the demonstration…")
        with opened() as house:
            accounts = furnish(house, Path(folder))
            house.engine.dispose()
        show(accounts)
        serving.serve()


OPEN = {"licence": "CC-BY-SA-4.0"}


def furnish(house: House, folder: Path) -> list[town.Account]:
    """People and copies at once; the files are read while people look around."""
    with transaction(house.engine) as session:
        accounts = town.fill(session)
    lectures(house, folder)
    keeper = importing.keeper(house, None)
    algebra, science = (
        books.textbook("toan-8", folder / "toan-8-tap-hai.pdf"),
        books.textbook("khtn-7", folder / "khoa-hoc-tu-nhien-7.pdf"),
    )
    for path in (algebra, science):
        importing.take(house, path, keeper, approve=True, sight="public", card=OPEN)
    # takes longest
    importing.take(
        house, books.scanned(algebra, folder / "toan-8-ban-quet.pdf"), keeper, approve=True, sight="public", card=OPEN
    )
    return accounts


def lectures(house: House, folder: Path) -> None:
    """Three lectures of a teacher: one approved, one returned, one that waits for its review as soon as it is read."""
    teacher = by_login(house, "co.huong")
    reading = importing.Helper(house)
    reading.start()
    for name, chapter in (("xac-suat", 2), ("phuong-trinh-bac-nhat", 1)):
        slides = books.slides("toan-8", folder / f"bai-giang-{name}.pdf", chapter)
        path, began, deposit_id, _ = importing.take(house, slides, teacher, approve=False, sight="school", review=True)
        if deposit_id is not None:
            importing.wait(house, path, deposit_id, began)
    reading.stop()
    with transaction(house.engine) as session:
        town.review(session)
    importing.take(
        house,
        books.slides("toan-8", folder / "bai-giang-tam-giac-dong-dang.pdf"),
        teacher,
        approve=False,
        sight="school",
        review=True,
    )


def by_login(house: House, login: str) -> Actor:
    """Somebody of the town, as they act."""
    with transaction(house.engine) as session:
        return actor_for(session, inviting.person_by_login(session, login), at=now())


def show(accounts: list[town.Account]) -> None:
    """The accounts, on the screen."""
    table = Table(title=f"Mật khẩu chung / password of all: {town.PASSWORD}")
    for heading in ("Đăng nhập", "Tên", "Vai trò", "Đơn vị"):
        table.add_column(heading)
    for one in accounts:
        table.add_row(one.login, one.name, name_of(one.role, "vi"), one.unit)
    progress.print(table)
