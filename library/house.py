"""The opened house: settings, database and file store, as every process needs them."""

import contextlib
from dataclasses import dataclass
from datetime import timedelta

import structlog
from sqlalchemy import Engine

from library import migrations
from library.database import open_engine, row_security, transaction
from library.files.keys import StoreAway
from library.files.store import FileStore, open_store
from library.people import inviting
from library.settings import Settings

log = structlog.get_logger()


@dataclass(frozen=True)
class House:
    """What a process works with; the index is opened by who searches or writes it."""

    settings: Settings
    engine: Engine
    files: FileStore

    @property
    def upload_lasts(self) -> timedelta:
        """How long an unfinished upload is kept."""
        return timedelta(days=self.settings.upload_days)


def open_house(settings: Settings, *, migrate: bool | None = None) -> House:
    """Open the house, making whatever the first start needs; in production that is left to `hoclieu migrate`. Raises
    migrations.SchemaNewer.
    """
    settings.home.mkdir(parents=True, exist_ok=True)
    with contextlib.suppress(PermissionError):
        settings.home.chmod(0o700)
    settings.staging.mkdir(parents=True, exist_ok=True)
    wanted = not settings.in_production if migrate is None else migrate
    if wanted:
        migrations.upgrade(settings.database, owner=settings.database_owner)
    house = House(
        settings, open_engine(settings.database, settings.limits), open_store(settings.files, settings.files_public_url)
    )
    if wanted:
        furnish(house)
    return house


def furnish(house: House) -> None:
    """The province, and the place where files go; a store that is away is asked again by the first upload."""
    with transaction(house.engine) as session:
        inviting.ensure_province(session, house.settings.library_name)
    try:
        house.files.prepare()
    except StoreAway as away:
        log.warning("store-away", reason=str(away))


def refuse_unready(house: House) -> None:
    """What a process looks at before it works in production, where others prepare the database. Raises SchemaOlder,
    WallPassed.
    """
    if house.settings.in_production:
        migrations.refuse_older(house.engine)
        row_security.refuse_passing(house.engine)
