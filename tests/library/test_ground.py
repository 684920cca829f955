"""Settings, schema, files: the ground under everything."""

import hashlib
import uuid
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import structlog
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from library import logs, migrations, settings, vocabulary
from library.catalogue.access import visible_to
from library.catalogue.models import Audience, Work
from library.database import open_engine, transaction
from library.files.keys import WrongContent
from library.files.local import LocalStore
from library.files.sending import Part, part_of
from library.people import inviting
from library.people.roles import Role
from library.people.sight import Sight

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)


def test_settings_tell_all_mistakes_at_once() -> None:
    wrong = {
        "HOCLIEU_DATABASE": "mysql://x",
        "HOCLIEU_PORT": "many",
        "HOCLIEU_COLOUR": "blue",
        "HOCLIEU_INDEX": "solr://x",
    }
    with pytest.raises(settings.SettingsMistaken) as mistaken:
        settings.load(wrong)
    text = str(mistaken.value)
    assert all(word in text for word in ("HOCLIEU_DATABASE", "HOCLIEU_PORT", "HOCLIEU_COLOUR", "HOCLIEU_INDEX"))
    assert len(mistaken.value.mistakes) == 4


def test_settings_default_to_one_folder(tmp_path: Path) -> None:
    found = settings.load({"HOCLIEU_HOME": str(tmp_path)})
    assert (found.database, found.files, found.index) == (
        f"sqlite:///{tmp_path}/hoclieu.db",
        f"file://{tmp_path}/files",
        f"tantivy://{tmp_path}/index",
    )


def test_the_migrated_schema_is_the_schema_of_the_models_and_migrating_twice_is_harmless(database_url: str) -> None:
    url = database_url
    migrations.upgrade(url)
    migrations.upgrade(url)
    engine = open_engine(url)
    assert migrations.current(engine) == migrations.head()
    with engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), migrations.METADATA) == []
    engine.dispose()


def test_a_newer_schema_is_not_touched(database_url: str) -> None:
    url = database_url
    migrations.upgrade(url)
    engine = open_engine(url)
    with transaction(engine) as session:
        session.connection().exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(migrations.SchemaNewer):
        migrations.upgrade(url)
    engine.dispose()


def test_processes_of_a_new_release_wait_for_its_migration_and_those_of_the_old_one_go_on_after_it(
    tmp_path: Path,
) -> None:
    url = f"sqlite:///{tmp_path}/h.db"
    migrations.upgrade(url)
    engine = open_engine(url)
    migrations.refuse_older(engine)
    for revision, refused in (("0001", True), ("9999", False)):
        with transaction(engine) as session:
            session.connection().exec_driver_sql(f"UPDATE alembic_version SET version_num = '{revision}'")
        if refused:
            with pytest.raises(migrations.SchemaOlder, match="hoclieu migrate"):
                migrations.refuse_older(engine)
        else:
            migrations.refuse_older(engine)
    engine.dispose()


def test_an_error_of_the_database_does_not_tell_whose_row_it_was(database_url: str) -> None:
    migrations.upgrade(database_url)
    engine = open_engine(database_url)
    whose = uuid.uuid4().hex
    with pytest.raises(DBAPIError) as error, transaction(engine) as session:
        session.execute(text("INSERT INTO work (title, state) VALUES (:title, 'draft')"), {"title": whose})
    engine.dispose()
    line = logs.discreet(
        None, "error", structlog.processors.format_exc_info(None, "error", {"event": "broken", "exc_info": error.value})
    )
    assert "INSERT INTO work" in line["exception"] and whose not in line["exception"]


def test_a_work_is_seen_with_a_shared_token_while_its_audience_row_is_open(database_url: str) -> None:
    url = database_url
    migrations.upgrade(url)
    engine = open_engine(url)
    with transaction(engine) as session:
        province = inviting.ensure_province(session, "Tỉnh")
        person = inviting.add_person(session, "nam", "Nam", Role.TEACHER, province, at=NOON)
        work = Work(key=1, unit_id=province.id, owner_id=person.id, title="Sách", aliases=[], created_at=NOON)
        session.add(work)
        session.flush()
        session.add(Audience(work_id=work.id, token="public", from_at=NOON, until_at=NOON + timedelta(days=1)))
        session.flush()

        def seen(token: str, hours: float) -> bool:
            moment = NOON + timedelta(hours=hours)
            return session.scalar(select(Work.id).where(visible_to(Sight(frozenset({token})), moment))) == work.id

        assert [
            seen("public", -1),
            seen("public", 0),
            seen("public", 23.9),
            seen("public", 24),
            seen("province", 1),
        ] == [False, True, True, False, False]
    engine.dispose()


def test_a_file_is_kept_under_its_hash_once_and_never_under_another(tmp_path: Path) -> None:
    store = LocalStore(tmp_path / "files")
    source = tmp_path / "a"
    source.write_bytes(b"noi dung" * 1000)
    key = hashlib.sha256(source.read_bytes()).hexdigest()
    for _ in range(2):
        store.put(key, source, "text/plain")
    with store.open(key, start=4, length=4) as stored:
        assert stored.read() == b"dung"
    stat = store.stat(key)
    assert stat and stat.size == 8000
    with pytest.raises(WrongContent):
        store.put("0" * 64, source, "text/plain")
    assert [path.name for path in (tmp_path / "files").rglob("*") if path.is_file()] == [key]
    store.delete(key)
    store.delete(key)
    assert store.stat(key) is None
    with pytest.raises(ValueError, match="not a key"):
        store.path("../../etc/passwd")


@pytest.mark.parametrize(
    ("header", "part"),
    [
        (None, Part(0, 100, True)),
        ("bytes=0-9", Part(0, 10, False)),
        ("bytes=90-", Part(90, 10, False)),
        ("bytes=-5", Part(95, 5, False)),
        ("bytes=100-", None),
        ("bytes=0-1,5-6", Part(0, 100, True)),
        ("bytes=9-1", None),
    ],
)
def test_a_range_is_one_part_of_a_file(header: str | None, part: Part | None) -> None:
    assert part_of(header, 100) == part


def test_vocabularies_have_names_in_both_languages() -> None:
    assert vocabulary.subjects()["TOAN"].name("vi") == "Toán"
    assert vocabulary.subjects()["TOAN"].name("en") == "Mathematics"
    assert len(vocabulary.types()) > 30 and "KNTT" in vocabulary.series()
