"""The schema and its history. Each revision also works under the previous release."""

from collections.abc import Callable
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine

from library import audit, usage
from library.catalogue import fixity
from library.catalogue import models as catalogue
from library.circulation import models as circulation
from library.database import Base
from library.database.limits import is_postgres
from library.learning import models as learning
from library.migrations import on_postgres, on_sqlite
from library.notices import models as notices
from library.operations import backups, deletions, pulse
from library.people import models as people
from library.reviews import models as reviews

# every module that holds tables
TABLES = (audit, backups, deletions, pulse, usage, people, notices, catalogue, fixity, circulation, reviews, learning)
METADATA = Base.metadata


class SchemaNewer(Exception):
    """The database was written by a newer Hoclieu; this one must not touch it."""


class SchemaOlder(Exception):
    """The database waits for `hoclieu migrate`."""


def upgrade(url: str, *, owner: str = "", revision: str = "head") -> None:
    """Bring the schema at `url` up to `revision`, alone: others wait at the lock and then find nothing to do; a kill in
    the middle leaves the old schema.

    `owner`: the address of the role that owns the tables on PostgreSQL, where it is another one. Raises SchemaNewer.
    """

    alone(url, lambda connection: raise_to(connection, revision), owner=owner)


def alone(url: str, act: Callable[[Connection], None], *, owner: str = "") -> None:
    """Do `act` as the owner of the tables, in one transaction, while nobody else changes the schema or fills it; keys
    between tables are looked at last.
    """
    if is_postgres(url):
        on_postgres.upgrade(url, owner or url, act)
    else:
        on_sqlite.upgrade(url, act)


def raise_to(connection: Connection, revision: str) -> None:
    """The schema of this revision, inside a transaction of `alone`. Raises SchemaNewer."""
    _refuse_newer(connection)
    command.upgrade(_config(connection), revision)


def standing_of(connection: Connection) -> str | None:
    """The revision that the schema stands at, inside a transaction."""
    return MigrationContext.configure(connection).get_current_revision()


def is_known(revision: str) -> bool:
    """Whether this program knows the revision."""
    return revision in {script.revision for script in ScriptDirectory(str(Path(__file__).parent)).walk_revisions()}


def current(engine: Engine) -> str | None:
    """The revision that the database stands at."""
    with engine.connect() as connection:
        return standing_of(connection)


def refuse_older(engine: Engine) -> None:
    """Raises SchemaOlder. A newer schema is welcome: each revision also works under the previous release, so that
    releases can overlap.
    """
    revision = current(engine)
    if revision is None or (is_known(revision) and revision != head()):
        raise SchemaOlder(
            f"The database stands at revision {revision}, this version of Hoclieu needs {head()}. Run `hoclieu "
            "migrate` first."
        )


def head() -> str | None:
    """The newest revision this program knows."""
    return ScriptDirectory(str(Path(__file__).parent)).get_current_head()


def _config(connection: Connection) -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent))
    config.attributes["connection"] = connection
    return config


def _refuse_newer(connection: Connection) -> None:
    revision = standing_of(connection)
    if revision is not None and not is_known(revision):
        raise SchemaNewer(
            f"The database stands at revision {revision}, which this version of Hoclieu does not know. Install the "
            "newer one."
        )
