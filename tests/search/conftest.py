"""A small library whose works are in a real database and a real index."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.orm import Session

from library import migrations
from library.catalogue.models import Work
from library.database import open_engine, writing_session
from library.people import inviting
from library.people.models import Unit, UnitKind
from library.people.roles import Role
from search.engines import open_index
from search.index import Index
from search.indexing import write_work
from tests.search.works import NOON, Publish
from tests.stage.shelf import published


@pytest.fixture
def session(tmp_path: Path) -> Iterator[Session]:
    url = f"sqlite:///{tmp_path}/h.db"
    migrations.upgrade(url)
    engine = open_engine(url)
    with writing_session(engine) as opened:
        yield opened
    engine.dispose()


@pytest.fixture
def index(tmp_path: Path) -> Iterator[Index]:
    made = open_index(f"tantivy://{tmp_path}/index", writing=True)
    yield made
    made.close()


@pytest.fixture
def publish(session: Session, index: Index) -> Publish:
    """Put a public work with these pages into database and index."""
    province = inviting.ensure_province(session, "Tỉnh")
    owner = inviting.add_person(session, "nam", "Nam", Role.TEACHER, province, at=NOON)
    schools = {
        name: Unit(code=name, name=name.replace("-", " "), kind=UnitKind.SCHOOL, parent_id=province.id)
        for name in ("truong-a", "truong-b", "truong-c")
    }
    session.add_all(schools.values())
    session.flush()

    def act(title: str, *texts: str, school: str | None = None, **more: Any) -> Work:
        unit = schools[school] if school else province
        key = 1 + session.query(Work).count()
        work = published(
            session, texts, key=key, unit_id=unit.id, owner_id=owner.id, title=title, created_at=NOON, **more
        )
        session.expire_all()
        write_work(session, index, work.id, at=NOON)
        index.commit()
        return work

    return act
