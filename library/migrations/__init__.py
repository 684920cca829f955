"""The schema and its history. Each revision also works under the previous release."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine

from library import audit, backups, pulse, usage
from library.catalogue import fixity
from library.catalogue import models as catalogue
from library.circulation import models as circulation
from library.database import Base
from library.learning import models as learning
from library.limits import is_postgres
from library.migrations import on_postgres, on_sqlite
from library.notices import models as notices
from library.people import models as people
from library.reviews import models as reviews

TABLES = (audit, backups, pulse, usage, people, notices, catalogue, fixity, circulation, reviews, learning)  # every module that holds tables
METADATA = Base.metadata


class SchemaNewer(Exception):
    """The database was written by a newer Hoclieu; this one must not touch it."""


class SchemaOlder(Exception):
    """The database waits for `hoclieu migrate`."""


def upgrade(url: str, *, owner: str = "", revision: str = "head") -> None:
    """Bring the schema at `url` up to `revision`, alone: others wait at the lock and then find nothing to do; a kill in the middle leaves the old schema.

    `owner`: the address of the role that owns the tables on PostgreSQL, where it is another one. Raises SchemaNewer.
    """

    def act(connection: Connection) -> None:
        _refuse_newer(connection)
        command.upgrade(_config(connection), revision)

    if is_postgres(url):
        on_postgres.upgrade(url, owner or url, act)
    else:
        on_sqlite.upgrade(url, act)


def current(engine: Engine) -> str | None:
    """The revision that the database stands at."""
    with engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()


def refuse_older(engine: Engine) -> None:
    """Raises SchemaOlder. A newer schema is welcome: each revision also works under the previous release, so that releases can overlap."""
    revision = current(engine)
    known = {script.revision for script in ScriptDirectory(str(Path(__file__).parent)).walk_revisions()}
    if revision is None or (revision in known and revision != head()):
        raise SchemaOlder(f"The database stands at revision {revision}, this version of Hoclieu needs {head()}. Run `hoclieu migrate` first.")


def head() -> str | None:
    """The newest revision this program knows."""
    return ScriptDirectory(str(Path(__file__).parent)).get_current_head()


def _config(connection: Connection) -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent))
    config.attributes["connection"] = connection
    return config


def _refuse_newer(connection: Connection) -> None:
    revision = MigrationContext.configure(connection).get_current_revision()
    known = {script.revision for script in ScriptDirectory(str(Path(__file__).parent)).walk_revisions()}
    if revision is not None and revision not in known:
        raise SchemaNewer(f"The database stands at revision {revision}, which this version of Hoclieu does not know. Install the newer one.")
