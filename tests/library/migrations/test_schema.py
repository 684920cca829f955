"""The guard of the database's own guards: the schema as the databases tell it, on both, models against migrations."""

from collections.abc import Iterator

import pytest
from sqlalchemy import text

from library.database import Base
from tests.library.migrations.catalogues import Schemas, Told, on_postgres, on_sqlite, told
from tests.services.postgres import Postgres

TO_DO = """
The database that all migrations make is not the one that is written down:
{differences}
A table, column, default, key, CHECK or index: say the same in its model and in a *new* migration (a released one is
never edited).
A trigger, function, policy or right, which only migrations make: run `.venv/bin/python -m
tests.library.migrations.catalogues`, read the difference in tests/library/migrations/only-by-migration.*.txt as a
reviewer of the security would, and commit it.
"""


@pytest.fixture(scope="module")
def sqlite_schemas(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Schemas]:
    made = on_sqlite(tmp_path_factory.mktemp("schema"))
    yield made
    made.engine.dispose()


@pytest.fixture(scope="module")
def postgres_schemas(postgres: Postgres) -> Iterator[Schemas]:
    made = on_postgres(postgres)
    yield made
    made.engine.dispose()


@pytest.fixture(params=["sqlite", "postgres"])
def schemas(request: pytest.FixtureRequest) -> Schemas:
    found: Schemas = request.getfixturevalue(f"{request.param}_schemas")
    return found


def differences(found: Told, expected: Told) -> list[str]:
    """What is not as it should be, for people."""
    names = sorted(name for name in found.keys() | expected.keys() if found.get(name) != expected.get(name))
    return [
        f"- {name}\n    written down: {expected.get(name, 'nothing')}\n    the database: {found.get(name, 'nothing')}"
        for name in names
    ]


def test_the_migrations_make_what_the_models_say_and_what_is_written_down(schemas: Schemas) -> None:
    with schemas.engine.connect() as connection:
        found = differences(told(connection), schemas.expected())
    assert not found, TO_DO.format(differences="\n".join(found))


def test_an_index_is_partial_in_the_same_way_on_both_databases() -> None:
    conditions = {
        index.name: [str(index.dialect_options[kind].get("where")) for kind in ("sqlite", "postgresql")]
        for table in Base.metadata.tables.values()
        for index in table.indexes
    }
    assert {name: both for name, both in conditions.items() if both[0] != both[1]} == {}
    assert conditions["uq_loan_open_item"][0] == "closed_at IS NULL"


def rewritten(name: str, before: str, after: str) -> str:
    """SQLite: other words in the schema itself, as a wrong migration would leave them there."""
    before, after = before.replace("'", "''"), after.replace("'", "''")
    return f"UPDATE sqlite_schema SET sql = replace(sql, '{before}', '{after}') WHERE name = '{name}'"


OPEN_ITEM = "DROP INDEX uq_loan_open_item; CREATE UNIQUE INDEX uq_loan_open_item ON loan"
UNIT_OF_LOAN = "FOREIGN KEY(unit_id) REFERENCES unit (id)"
DROP_FOREIGN = "ALTER TABLE loan DROP CONSTRAINT fk_loan_unit_id_unit"
FOREIGN = (
    f"{DROP_FOREIGN}; ALTER TABLE loan ADD CONSTRAINT fk_loan_unit_id_unit FOREIGN KEY (unit_id) REFERENCES unit (id)"
)
CHANGES: dict[str, tuple[str | None, str | None]] = {  # on SQLite, on PostgreSQL
    "condition turned round": (f"{OPEN_ITEM} (item_id) WHERE closed_at IS NOT NULL",) * 2,
    "condition lost": (f"{OPEN_ITEM} (item_id)",) * 2,
    "index no longer unique": (OPEN_ITEM.replace("UNIQUE ", "") + " (item_id) WHERE closed_at IS NULL",) * 2,
    "index over more": (f"{OPEN_ITEM} (item_id, patron_id) WHERE closed_at IS NULL",) * 2,
    "index the other way": (
        "DROP INDEX ix_loan_patron_open; CREATE INDEX ix_loan_patron_open ON loan (closed_at, patron_id)",
    )
    * 2,
    "index lost": ("DROP INDEX uq_loan_open_item",) * 2,
    "index more": ("CREATE UNIQUE INDEX uq_loan_once ON loan (item_id)",) * 2,
    "CHECK lost": (
        rewritten("review", "CONSTRAINT ck_review_author_never_decides CHECK", "CHECK"),
        "ALTER TABLE review DROP CONSTRAINT ck_review_author_never_decides",
    ),
    "CHECK weaker": (
        rewritten("review", "decided_by_id <> author_id AND ", ""),
        "ALTER TABLE review DROP CONSTRAINT ck_review_author_never_decides;"
        "ALTER TABLE review ADD CONSTRAINT ck_review_author_never_decides "
        "CHECK (decided_by_id IS NULL OR decided_by_id <> uploaded_by_id)",
    ),
    "default lost": (rewritten("person", "DEFAULT 0 ", ""), "ALTER TABLE person ALTER first_password DROP DEFAULT"),
    "default turned round": (
        rewritten("person", "DEFAULT 0", "DEFAULT 1"),
        "ALTER TABLE person ALTER first_password SET DEFAULT true",
    ),
    "may be empty": (
        rewritten("loan", "item_id CHAR(32) NOT NULL", "item_id CHAR(32)"),
        "ALTER TABLE loan ALTER item_id DROP NOT NULL",
    ),
    "another kind": (rewritten("work", "title VARCHAR", "title BLOB"), "ALTER TABLE work ALTER title TYPE varchar(40)"),
    "foreign key lost": (
        rewritten("loan", f"CONSTRAINT fk_loan_unit_id_unit {UNIT_OF_LOAN}", "CHECK (1)"),
        DROP_FOREIGN,
    ),
    "foreign key takes along": (
        rewritten("loan", UNIT_OF_LOAN, f"{UNIT_OF_LOAN} ON DELETE CASCADE"),
        f"{FOREIGN} ON DELETE CASCADE",
    ),
    "foreign key waits": (
        rewritten("loan", UNIT_OF_LOAN, f"{UNIT_OF_LOAN} DEFERRABLE INITIALLY DEFERRED"),
        f"{FOREIGN} DEFERRABLE INITIALLY DEFERRED",
    ),
    "foreign key asks nobody who was there": (None, f"{FOREIGN} NOT VALID"),
    "unique lost": (
        rewritten("unit", "CONSTRAINT uq_unit_code UNIQUE (code)", "CHECK (1)"),
        "ALTER TABLE unit DROP CONSTRAINT uq_unit_code",
    ),
    "column more": ("ALTER TABLE loan ADD COLUMN whatever VARCHAR",) * 2,
    "table more": ("CREATE TABLE whatever (id INTEGER)",) * 2,
    "table lost": ("DROP TABLE reading_place",) * 2,
    "numbers used again": (rewritten("event", "AUTOINCREMENT", ""), None),
    "table not logged": (None, "ALTER TABLE backup SET UNLOGGED"),
    "trigger lost": ("DROP TRIGGER event_never_deleted", "DROP TRIGGER event_append_only ON event"),
    "trigger weaker": (
        rewritten("event_only_sealed", "NEW.place > 0 AND ", ""),
        "DROP TRIGGER event_append_only ON event;"
        "CREATE TRIGGER event_append_only BEFORE INSERT OR UPDATE ON event "
        "FOR EACH ROW EXECUTE FUNCTION event_refuse()",
    ),
    "trigger asleep": (None, "ALTER TABLE event DISABLE TRIGGER event_append_only"),
    "function says yes": (
        None,
        "CREATE OR REPLACE FUNCTION hoclieu_house() RETURNS boolean LANGUAGE sql STABLE AS 'SELECT true'",
    ),
    "policy lost": (None, "DROP POLICY within_sight ON loan"),
    "policy wider": (None, "ALTER POLICY within_sight ON loan USING (true)"),
    "policy more": (None, "CREATE POLICY everybody ON loan FOR SELECT USING (true)"),
    "row security off": (None, "ALTER TABLE loan DISABLE ROW LEVEL SECURITY"),
    "row security not for the owner": (None, "ALTER TABLE loan NO FORCE ROW LEVEL SECURITY"),
    "right more": (None, "GRANT TRUNCATE ON event TO hoclieu"),
}


EVERYWHERE = [
    (kind, name)
    for place, kind in enumerate(("sqlite", "postgres"))
    for name, change in CHANGES.items()
    if change[place]
]


@pytest.mark.parametrize(("schemas", "change"), EVERYWHERE, indirect=["schemas"])
def test_a_schema_that_differs_in_one_thing_is_found(schemas: Schemas, change: str) -> None:
    statements = CHANGES[change][schemas.engine.dialect.name == "postgresql"] or ""
    with schemas.engine.connect() as connection:
        before = told(connection)
        if schemas.engine.dialect.name == "sqlite":
            connection.exec_driver_sql("PRAGMA writable_schema=ON")
        for statement in statements.split(";"):
            connection.execute(text(statement))
        after = told(connection)
        connection.rollback()
    assert before == schemas.expected()
    assert differences(after, before), "the test is blind for this"
