"""The doctor lists what looks the same, in a house from before a second one was refused."""

from pathlib import Path

from sqlalchemy import update

from api.commands.doctor import alikes
from library.clock import now
from library.database import transaction
from library.house import open_house
from library.people import inviting
from library.people.models import Person
from library.people.roles import Role
from library.settings import Settings


def test_the_doctor_lists_logins_that_look_the_same(tmp_path: Path) -> None:
    house = open_house(Settings(home=tmp_path / "var"))
    assert alikes(house).state == "ok"
    with transaction(house.engine) as session:
        for login in ("co.anh", "khac"):
            inviting.add_person(session, login, "Cô", Role.TEACHER, inviting.province(session), at=now())
        old = update(Person).where(Person.login == "khac")
        session.execute(old.values(login="co.\u0430nh", login_key="co.anh 2"))
    found = alikes(house)
    assert found.state == "warning" and "logins: co.anh = co.\u0430nh" in found.text
